#define _GNU_SOURCE
#include "bytes.h"

#include <string.h>

ptrdiff_t CPlatform_find(const void *bytes, size_t length, const void *text, size_t text_length)
{
    const char *found = memmem(bytes, length, text, text_length);

    return found ? found - (const char *)bytes : -1;
}
