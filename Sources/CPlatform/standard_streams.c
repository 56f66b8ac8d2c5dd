#include "standard_streams.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

__attribute__((constructor)) static void hold_places(void)
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        if (fcntl(stream, F_GETFD) == -1 && errno == EBADF)
            /* It gets the lowest free number, which is this one. Writing to it still fails with EBADF. */
            (void)open("/dev/null", O_RDONLY);
}
