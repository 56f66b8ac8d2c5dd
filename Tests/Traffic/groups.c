// SPDX-License-Identifier: Apache-2.0
/* The named groups of connections, and what is done with all members of one. */
#define _GNU_SOURCE
#include "traffic.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_GROUPS = 64 };

struct group {
    char name[32];
    struct ends client, server;
};

static struct group groups[MAX_GROUPS];

static struct group *group(const char *name)
{
    for (struct group *g = groups; g < groups + MAX_GROUPS; g++) {
        if (!*g->name)
            snprintf(g->name, sizeof g->name, "%s", name);
        if (!strcmp(g->name, name))
            return g;
    }
    fail("too many groups");
    return NULL;
}

static int add(struct ends *ends, int descriptor)
{
    int *grown = realloc(ends->descriptors, (ends->count + 1) * sizeof *grown);

    if (!grown)
        return fail("out of memory");
    ends->descriptors = grown;
    ends->descriptors[ends->count++] = descriptor;
    return 0;
}

struct ends *ends(const char *name, const char *side)
{
    struct group *g = group(name);

    return !g ? NULL : !strcmp(side, "client") ? &g->client : &g->server;
}

int connect_group(const char *name, char type, int port, int count, int accepts)
{
    struct group *g = group(name);
    struct listener *l = accepts ? listener(port) : NULL;

    if (!g || (accepts && !l))
        return -1;
    for (int i = 0; i < count; i++) {
        int client = start_connect(type, loopback(type), port);

        if (client < 0 || add(&g->client, client))
            return -1;
        if (!accepts)
            continue;
        int server = accept_one(l->descriptor);
        if (server < 0 || add(&g->server, server))
            return -1;
    }
    return 0;
}

int accept_group(const char *name, int port, int count)
{
    struct ends *servers = ends(name, "server");
    struct listener *l = listener(port);

    if (!servers || !l)
        return -1;
    for (int i = 0; i < count; i++) {
        int server = accept_one(l->descriptor);

        if (server < 0 || add(servers, server))
            return -1;
    }
    return 0;
}

int open_group(const char *name, char type, int count)
{
    struct ends *clients = ends(name, "client");

    for (int i = 0; clients && i < count; i++) {
        struct sockaddr_storage where;
        socklen_t size;
        int descriptor = new_socket(type);

        if (descriptor < 0 || address(type, loopback(type), 0, &where, &size) || add(clients, descriptor))
            return -1;
        if (i % 2 && bind(descriptor, (struct sockaddr *)&where, size))
            return fail_errno("bind");
    }
    return clients ? 0 : -1;
}

int close_ends(struct ends *ends, int reset)
{
    if (!ends)
        return -1;
    for (int i = 0; i < ends->count; i++)
        reset ? close_with_reset(ends->descriptors[i]) : (void)close(ends->descriptors[i]);
    ends->count = 0;
    return 0;
}

int shutdown_ends(struct ends *ends)
{
    for (int i = 0; ends && i < ends->count; i++)
        if (shutdown(ends->descriptors[i], SHUT_WR))
            return fail_errno("shutdown");
    return ends ? 0 : -1;
}

int send_ends(struct ends *ends, size_t bytes)
{
    static char block[65536];

    for (int i = 0; ends && i < ends->count; i++)
        for (size_t left = bytes; left;) {
            ssize_t sent = send(ends->descriptors[i], block, left < sizeof block ? left : sizeof block, MSG_NOSIGNAL);

            if (sent > 0)
                left -= sent;
            else if (errno != EAGAIN || wait_for(ends->descriptors[i], POLLOUT))
                return fail_errno("send");
        }
    return ends ? 0 : -1;
}

int drain_ends(struct ends *ends)
{
    static char block[65536];

    for (int i = 0; ends && i < ends->count; i++)
        while (recv(ends->descriptors[i], block, sizeof block, 0) > 0)
            ;
    return ends ? 0 : -1;
}
