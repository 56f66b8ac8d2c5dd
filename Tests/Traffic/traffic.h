// SPDX-License-Identifier: Apache-2.0
/*
 * What the files of `traffic` share. Functions that return an int return -1 when they fail, after a call of fail().
 * TYPE, GROUP and the other words are explained in main.c.
 */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <stddef.h>
#include <sys/socket.h>

enum { WAIT_MS = 10000 };

/* ---- failures ---- */

/* Why the last command failed. */
extern char failure[256];

/* Sets `failure`; returns -1. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sets `failure` to `what` and the text of errno; returns -1. */
int fail_errno(const char *what);

/* ---- single sockets ---- */

int address(char type, const char *host, int port, struct sockaddr_storage *result, socklen_t *size);
const char *loopback(char type);
int new_socket(char type);
int start_connect(char type, const char *host, int port);
int accept_one(int descriptor);
void close_with_reset(int descriptor);

/* Waits for `events` of poll(2), at most WAIT_MS. */
int wait_for(int descriptor, short events);

/* ---- listeners ---- */

struct listener {
    int port, descriptor;
};

/* The listener on `port`; NULL after fail() if there is none. */
struct listener *listener(int port);
int listen_on(char type, int port, int backlog);
int unlisten(int port);

/* ---- groups ---- */

/* The sockets at one side of a group. */
struct ends {
    int *descriptors;
    int count;
};

/* The ends of a group, which is made if it does not exist; NULL after fail() if there are too many groups. */
struct ends *ends(const char *name, const char *side);
int connect_group(const char *name, char type, int port, int count, int accepts);
int accept_group(const char *name, int port, int count);
int open_group(const char *name, char type, int count);
int close_ends(struct ends *ends, int reset);
int shutdown_ends(struct ends *ends);
int send_ends(struct ends *ends, size_t bytes);
int drain_ends(struct ends *ends);

/* ---- connections one after the other ---- */

/* Connects; `outcome` gets the errno of the attempt, 0 on success. */
int dial(char type, const char *host, int port, int *outcome);
int churn(char type, int port, int count);
int request(char type, int port, int count);
int serve(int port, int count);

/* ---- segments without a socket ---- */

int syn(int port, int count);
int cross(int port, int count);

#endif
