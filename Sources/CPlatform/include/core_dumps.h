/* Keeps the memory of this process out of core dumps. */
#ifndef CPLATFORM_CORE_DUMPS_H
#define CPLATFORM_CORE_DUMPS_H

/*
 * Stops the kernel from writing a core dump of this process, to a file or to a program that collects dumps.
 *
 * The environment, the settings and libcurl's buffers hold credentials of receivers, and others may be able to read a
 * dump. The kernel ignores a limit of zero when dumps go to a program (core(5)), so the process is also marked as not
 * dumpable (PR_SET_DUMPABLE). That mark also keeps other processes of the same user from reading its memory; root still
 * can.
 */
void CPlatform_disableCoreDumps(void);

#endif
