/* What Swift's module of the C library leaves out of files: statfs(2), which tells the type of a file system. */
#ifndef CPLATFORM_FILE_SYSTEMS_H
#define CPLATFORM_FILE_SYSTEMS_H

#include <sys/vfs.h>

#endif
