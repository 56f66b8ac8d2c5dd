/* Fills standard streams that are closed when the process starts. */
#ifndef CPLATFORM_STANDARD_STREAMS_H
#define CPLATFORM_STANDARD_STREAMS_H

/*
 * A constructor runs before the process opens anything. It opens a read-only descriptor in the place of each standard
 * stream that is closed. Otherwise the first socket or timer would get that number, and all that is printed would go
 * there. Nothing needs to be called; linking this file is enough.
 */

#endif
