/* What becomes of the memory of a process that crashes. */
#ifndef CPLATFORM_CORE_DUMPS_H
#define CPLATFORM_CORE_DUMPS_H

/*
 * Lets the kernel write no image of this process, into a file or to a program that collects them.
 *
 * Credentials of receivers are in the environment, in the settings and in libcurl's buffers; an image would carry them
 * to where others may read it. A limit of zero alone is passed over when images go to a program (core(5)), so the
 * process is marked as well (PR_SET_DUMPABLE); that also keeps other processes of the same user from reading its
 * memory. Root still can.
 */
void CPlatform_disableCoreDumps(void);

#endif
