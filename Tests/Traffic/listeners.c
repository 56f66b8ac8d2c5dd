// SPDX-License-Identifier: Apache-2.0
/* The listeners, found by their ports. */
#include "traffic.h"

#include <netinet/in.h>
#include <unistd.h>

enum { MAX_LISTENERS = 64 };

static struct listener listeners[MAX_LISTENERS];

struct listener *listener(int port)
{
    for (struct listener *l = listeners; l < listeners + MAX_LISTENERS; l++)
        if (l->port == port)
            return l;
    fail("nothing listens on port %d", port);
    return NULL;
}

int listen_on(char type, int port, int backlog)
{
    struct listener *place = listener(0);
    struct sockaddr_storage where;
    socklen_t size;
    int one = 1, only = type == '6', descriptor = new_socket(type);

    if (!place || descriptor < 0)
        return -1;
    if (address(type, type == 'm' ? "::" : loopback(type), port, &where, &size))
        return -1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (type == '6' || type == 'm')
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    if (bind(descriptor, (struct sockaddr *)&where, size) || listen(descriptor, backlog))
        return fail_errno("listen");
    *place = (struct listener){port, descriptor};
    return 0;
}

int unlisten(int port)
{
    struct listener *l = listener(port);

    if (!l)
        return -1;
    close(l->descriptor);
    *l = (struct listener){0};
    return 0;
}
