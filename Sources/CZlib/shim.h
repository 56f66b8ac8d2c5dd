#include <zlib.h>

/* deflateInit2 and inflateInit2 are macros that pass the version and the size of z_stream, which Swift cannot call. */

static inline int CZlib_deflateInit2(z_stream *stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}

static inline int CZlib_inflateInit2(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}
