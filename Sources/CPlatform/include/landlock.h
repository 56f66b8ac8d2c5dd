/* Landlock: rules for the files that this process can open from now on. The C library has no functions for it. */
#ifndef CPLATFORM_LANDLOCK_H
#define CPLATFORM_LANDLOCK_H

#include <stdint.h>

/* What a rule allows in a directory and below, or on a file. */
enum CPlatform_file_access {
    /* Listing directories. */
    CPLATFORM_LIST,
    /* That, and reading files. */
    CPLATFORM_READ,
    /* That, and everything that changes files and directories. */
    CPLATFORM_CHANGE,
};

/* The version of Landlock that the running kernel has; 0 if it has none, or it is not enabled. */
int CPlatform_landlockVersion(void);

/* Creates a set of rules that allows nothing yet. Returns a descriptor, or -1 with errno. */
int CPlatform_createRules(int version);

/*
 * Allows access to what is at path now; a file that replaces it later is another one. Returns 0, or an error number:
 * ENOENT if there is nothing.
 */
int CPlatform_allow(int rules, int version, const char *path, enum CPlatform_file_access access);

/*
 * Restricts the calling thread, and those that it creates, to what the rules allow. It can't be undone. The process
 * can't trace processes that are less restricted, and can't send them signals (version 6). Returns 0, or an error
 * number.
 */
int CPlatform_restrict(int rules);

#endif
