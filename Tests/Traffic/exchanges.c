// SPDX-License-Identifier: Apache-2.0
/* Connections one after the other, which belong to no group and are closed at once. */
#include "traffic.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

int dial(char type, const char *host, int port, int *outcome)
{
    socklen_t size = sizeof *outcome;
    int descriptor = start_connect(type, host, port);

    *outcome = errno;
    if (descriptor < 0)
        return 0;
    /* Longer than the connect itself may try: the tests lower tcp_syn_retries. */
    struct pollfd poll_for = {descriptor, POLLOUT, 0};
    poll(&poll_for, 1, 6 * WAIT_MS);
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, outcome, &size);
    close(descriptor);
    return 0;
}

int churn(char type, int port, int count)
{
    struct listener *l = listener(port);

    for (int i = 0; l && i < count; i++) {
        int client = start_connect(type, loopback(type), port);
        int server = client < 0 ? -1 : accept_one(l->descriptor);

        if (server < 0)
            return -1;
        /* Every third connection each: closed by the client, by the server, and reset. */
        if (i % 3 == 2)
            close_with_reset(client);
        else
            close(i % 3 ? server : client);
        if (i % 3 == 1) {
            wait_for(client, POLLIN);
            close(client);
        } else {
            wait_for(server, POLLIN);
            close(server);
        }
    }
    return l ? 0 : -1;
}

/* Waits for data and reads them; 0 when the other end has closed. */
static ssize_t receive(int descriptor)
{
    char block[4096];

    if (wait_for(descriptor, POLLIN))
        return -1;
    ssize_t received = recv(descriptor, block, sizeof block, 0);
    return received >= 0 ? received : fail_errno("recv");
}

static int exchange(int descriptor, int asks)
{
    static const char text[100];

    if (!asks && receive(descriptor) <= 0)
        return -1;
    if (send(descriptor, text, sizeof text, MSG_NOSIGNAL) != sizeof text)
        return fail_errno("send");
    /* The client waits for the answer; the server waits until the client closes. */
    return receive(descriptor) < 0 ? -1 : 0;
}

int request(char type, int port, int count)
{
    for (int i = 0; i < count; i++) {
        int client = start_connect(type, loopback(type), port);

        if (client < 0 || wait_for(client, POLLOUT) || exchange(client, 1))
            return -1;
        close(client);
    }
    return 0;
}

int serve(int port, int count)
{
    struct listener *l = listener(port);

    for (int i = 0; l && i < count; i++) {
        int server = accept_one(l->descriptor);

        if (server < 0 || exchange(server, 0))
            return -1;
        close(server);
    }
    return l ? 0 : -1;
}
