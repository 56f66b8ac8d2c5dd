/* Capabilities of the calling thread. Swift's module of the C library lacks capget(2) and capset(2). */
#ifndef CPLATFORM_CAPABILITIES_H
#define CPLATFORM_CAPABILITIES_H

#include <stdint.h>

/* A bit for each capability, by its number in linux/capability.h. */
struct CPlatform_capabilities {
    uint64_t effective;
    uint64_t permitted;
    uint64_t inheritable;
};

/* Reads the sets of the calling thread. Returns 0, or an error number. */
int CPlatform_getCapabilities(struct CPlatform_capabilities *sets);

/* Sets them. Threads that are created later have the same. Returns 0, or an error number. */
int CPlatform_setCapabilities(const struct CPlatform_capabilities *sets);

/*
 * Empties the ambient set, and limits the bounding set to these capabilities if the thread may do that (CAP_SETPCAP).
 * Neither matters to a process with no_new_privs; an auditor sees at a glance that nothing can come back.
 */
void CPlatform_limitBoundingSet(uint64_t kept);

/* Sets no_new_privs: no program that this process executes gets more rights. Returns 0, or an error number. */
int CPlatform_setNoNewPrivileges(void);

#endif
