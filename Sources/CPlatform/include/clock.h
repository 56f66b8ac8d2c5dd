/* What the kernel says of the wall clock. */
#ifndef CPLATFORM_CLOCK_H
#define CPLATFORM_CLOCK_H

/* Whether something keeps the clock right (STA_UNSYNC of adjtimex(2)): 1 yes, 0 no, -1 where that can't be asked. */
int CPlatform_isClockSynchronized(void);

#endif
