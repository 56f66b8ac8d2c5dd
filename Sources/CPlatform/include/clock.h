/* What the kernel knows about the wall clock. */
#ifndef CPLATFORM_CLOCK_H
#define CPLATFORM_CLOCK_H

/* Whether the wall clock is synchronized (STA_UNSYNC of adjtimex(2)): 1 yes, 0 no, -1 if the call fails. */
int CPlatform_isClockSynchronized(void);

#endif
