/* What the kernel says of the wall clock. */
#ifndef CCLOCK_H
#define CCLOCK_H

/* Whether something keeps the clock right (STA_UNSYNC of adjtimex(2)): 1 yes, 0 no, -1 where that can't be asked. */
int CClock_isSynchronized(void);

#endif
