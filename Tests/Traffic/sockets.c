// SPDX-License-Identifier: Apache-2.0
/* Single sockets: their addresses, and how they connect, accept and end. */
#define _GNU_SOURCE
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { PROTOCOL_MPTCP = 262 };

int address(char type, const char *host, int port, struct sockaddr_storage *result, socklen_t *size)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)result;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)result;

    memset(result, 0, sizeof *result);
    if (type == '4' || type == 'p') {
        *size = sizeof *v4;
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        return inet_pton(AF_INET, host, &v4->sin_addr) == 1 ? 0 : fail("'%s' is no IPv4 address", host);
    }
    *size = sizeof *v6;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1 ? 0 : fail("'%s' is no IPv6 address", host);
}

const char *loopback(char type)
{
    return type == '4' || type == 'p' ? "127.0.0.1" : type == '6' ? "::1" : "::ffff:127.0.0.1";
}

int new_socket(char type)
{
    int flags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int is_v4 = type == '4' || type == 'p';
    int descriptor = socket(is_v4 ? AF_INET : AF_INET6, flags, type == 'p' ? PROTOCOL_MPTCP : 0);

    return descriptor >= 0 ? descriptor : fail_errno("socket");
}

int wait_for(int descriptor, short events)
{
    struct pollfd poll_for = {descriptor, events, 0};

    return poll(&poll_for, 1, WAIT_MS) == 1 ? 0 : fail("nothing happened within %d ms", WAIT_MS);
}

int start_connect(char type, const char *host, int port)
{
    struct sockaddr_storage where;
    socklen_t size;
    int descriptor = new_socket(type);

    if (descriptor < 0 || address(type, host, port, &where, &size))
        return -1;
    if (connect(descriptor, (struct sockaddr *)&where, size) && errno != EINPROGRESS) {
        fail_errno("connect");
        close(descriptor);
        return -1;
    }
    return descriptor;
}

int accept_one(int descriptor)
{
    if (wait_for(descriptor, POLLIN))
        return -1;
    int accepted = accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return accepted >= 0 ? accepted : fail_errno("accept");
}

void close_with_reset(int descriptor)
{
    struct linger none = {1, 0};

    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(descriptor);
}
