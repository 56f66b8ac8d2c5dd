/* What becomes of standard streams that were closed when the process began. */
#ifndef CPLATFORM_STANDARD_STREAMS_H
#define CPLATFORM_STANDARD_STREAMS_H

/*
 * Before anything is opened in the process, what can't be written to is put in the place of each that was closed.
 * Otherwise the first that is opened, a socket or a timer, would take the place, and get all that is printed. It needs no
 * call: to be linked is enough.
 */

#endif
