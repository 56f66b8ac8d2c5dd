// Stands in for three libraries that Debian's libcurl.a needs and that Debian does not have as archives: Kerberos, and
// what OpenLDAP and librtmp need in turn. tcplens allows libcurl only http and https (CURLOPT_PROTOCOLS_STR), with the
// authentication that libcurl uses by default (Basic).
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

// The one function that would need glibc 2.35, because that version changed how it reports errors. Distributions with
// 2.34 are still in wide use.
float hypotf(float x, float y)
{
    return (float)sqrt((double)x * x + (double)y * y);
}

// Of Kerberos, libcurl calls gss_import_name() if a SOCKS5 proxy chooses GSSAPI. It fails, with an error that has no
// text, and libcurl gives up the connection.
enum { GSS_S_FAILURE = 13 << 16 };

uint32_t gss_import_name(uint32_t *minor, const void *text, const void *type, void **name)
{
    *minor = 0;
    *name = NULL;
    return GSS_S_FAILURE;
}

// libcurl asks again until the context is not zero.
uint32_t gss_display_status(uint32_t *minor, uint32_t status, int type, const void *mechanism, uint32_t *context,
                            void *text)
{
    *minor = 0;
    *context = 1;
    return GSS_S_FAILURE;
}

uint32_t gss_release_buffer(uint32_t *minor, void *buffer)
{
    *minor = 0;
    return 0;
}

uint32_t gss_release_name(uint32_t *minor, void **name)
{
    *minor = 0;
    return 0;
}

uint32_t gss_delete_sec_context(uint32_t *minor, void **context, void *token)
{
    *minor = 0;
    return 0;
}

const void *GSS_C_NT_HOSTBASED_SERVICE = NULL;

// libcurl can't get to any of these.
#define UNREACHABLE(name) \
    void name(void) \
    { \
        abort(); \
    }

UNREACHABLE(gss_display_name)
UNREACHABLE(gss_init_sec_context)
UNREACHABLE(gss_inquire_context)
UNREACHABLE(gss_unwrap)
UNREACHABLE(gss_wrap)
UNREACHABLE(RTMP_Alloc)
UNREACHABLE(RTMP_Close)
UNREACHABLE(RTMP_Connect1)
UNREACHABLE(RTMP_ConnectStream)
UNREACHABLE(RTMP_Free)
UNREACHABLE(RTMP_Init)
UNREACHABLE(RTMP_Read)
UNREACHABLE(RTMP_SetBufferMS)
UNREACHABLE(RTMP_SetupURL)
UNREACHABLE(RTMP_Write)
UNREACHABLE(ber_bvfree)
UNREACHABLE(ber_free)
UNREACHABLE(ber_memfree)
UNREACHABLE(ber_memvfree)
UNREACHABLE(ber_sockbuf_add_io)
UNREACHABLE(ldap_abandon_ext)
UNREACHABLE(ldap_err2string)
UNREACHABLE(ldap_free_urldesc)
UNREACHABLE(ldap_get_attribute_ber)
UNREACHABLE(ldap_get_dn_ber)
UNREACHABLE(ldap_get_option)
UNREACHABLE(ldap_init_fd)
UNREACHABLE(ldap_memfree)
UNREACHABLE(ldap_msgfree)
UNREACHABLE(ldap_msgtype)
UNREACHABLE(ldap_parse_result)
UNREACHABLE(ldap_parse_sasl_bind_result)
UNREACHABLE(ldap_pvt_url_scheme2proto)
UNREACHABLE(ldap_result)
UNREACHABLE(ldap_sasl_bind)
UNREACHABLE(ldap_search_ext)
UNREACHABLE(ldap_set_option)
UNREACHABLE(ldap_start_tls)
UNREACHABLE(ldap_unbind_ext)
UNREACHABLE(ldap_url_parse)
