/* memmem(3), which Swift's module of the C library lacks. */
#ifndef CPLATFORM_BYTES_H
#define CPLATFORM_BYTES_H

#include <stddef.h>

/* The offset of the first occurrence of text in bytes, or -1. */
ptrdiff_t CPlatform_find(const void *bytes, size_t length, const void *text, size_t text_length);

#endif
