/* statfs(2), which returns the type of a file system. Swift's module of the C library does not include it. */
#ifndef CPLATFORM_FILE_SYSTEMS_H
#define CPLATFORM_FILE_SYSTEMS_H

#include <sys/vfs.h>

#endif
