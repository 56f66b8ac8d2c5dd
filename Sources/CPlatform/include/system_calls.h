/* Which system calls this process may make from now on (seccomp(2)). */
#ifndef CPLATFORM_SYSTEM_CALLS_H
#define CPLATFORM_SYSTEM_CALLS_H

/* What a process needs. */
enum CPlatform_system_calls {
    /* Reading and changing maps, attaching and running loaded programs, files, and sockets to the network. */
    CPLATFORM_SERVING,
    /* Loading programs, reading the memory of other processes, and processes of its own; no network. */
    CPLATFORM_LOADING,
};

/*
 * Refuses all other system calls of the calling thread, and of those that it creates, with EPERM; those that are
 * unknown here with ENOSYS, so that the C library takes an older one. It can't be undone, and needs no_new_privs or
 * CAP_SYS_ADMIN. Returns 0, or an error number.
 */
int CPlatform_limitSystemCalls(enum CPlatform_system_calls kind);

/* The seccomp mode of the calling thread: 0 off, 1 strict, 2 a filter; -1 if the kernel has no seccomp. */
int CPlatform_systemCallMode(void);

#endif
