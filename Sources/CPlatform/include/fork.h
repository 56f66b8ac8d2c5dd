/* fork(2), which Swift does not offer: most of its runtime does not survive one in a process with threads. */
#ifndef CPLATFORM_FORK_H
#define CPLATFORM_FORK_H

#include <sys/types.h>

/* How many threads this process has; 0 if that can't be found out. */
int CPlatform_threadCount(void);

/*
 * Forks a process that has only one thread. The child is a whole process then, and may do anything. Returns the child's
 * id, 0 in the child, or -1 with errno: EBUSY if there are other threads.
 */
pid_t CPlatform_fork(void);

/* Ends the calling process when its parent ends, which must have one thread. */
void CPlatform_endWithParent(void);

/*
 * Makes the calling process one that lives on its own: it has a name, keeps no descriptor but one, of those
 * that its parent had open, and is not ended by signals that are meant for its parent. Children that end leave nothing
 * behind.
 */
void CPlatform_settle(const char *name, int kept);

#endif
