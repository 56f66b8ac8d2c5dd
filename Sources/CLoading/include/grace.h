/* Waiting for programs that are running. */
#ifndef CLOADING_GRACE_H
#define CLOADING_GRACE_H

/*
 * Waits until no program of a tracepoint that runs now runs any more: they run in read-side critical sections of RCU,
 * and membarrier(2) waits for all of those (MEMBARRIER_CMD_GLOBAL). Returns 0 or -errno.
 */
int CLoading_waitForPrograms(void);

#endif
