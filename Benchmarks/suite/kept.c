// SPDX-License-Identifier: Apache-2.0
/*
 * How long a request takes on a connection that is kept, over loopback. Two threads: one asks, the other answers.
 *
 * Usage: kept MICROSECONDS     the pause between two requests
 *
 * It asks until its standard input is closed, and then prints the nanoseconds of each request, one a line.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 20 };

static uint32_t times[MOST];

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static void *answer(void *context)
{
    int descriptor = (int)(intptr_t)context;
    char block[64];

    while (recv(descriptor, block, sizeof block, MSG_WAITALL) == sizeof block)
        send(descriptor, block, sizeof block, MSG_NOSIGNAL);
    return NULL;
}

int main(int count, char **arguments)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct pollfd input = {.events = POLLIN};
    socklen_t size = sizeof where;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), server, on = 1, done = 0;
    int pause = count == 2 ? atoi(arguments[1]) : 1000;
    char block[64] = {0};
    pthread_t thread;

    if (bind(listener, (void *)&where, size) || listen(listener, 1) || getsockname(listener, (void *)&where, &size)
        || connect(client, (void *)&where, size) || (server = accept(listener, NULL, NULL)) < 0) {
        perror("kept");
        return 1;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pthread_create(&thread, NULL, answer, (void *)(intptr_t)server);
    while (done < MOST && !poll(&input, 1, 0)) {
        uint64_t begin = now();

        if (send(client, block, sizeof block, MSG_NOSIGNAL) != sizeof block
            || recv(client, block, sizeof block, MSG_WAITALL) != sizeof block)
            return 1;
        times[done++] = now() - begin;
        usleep(pause);
    }
    for (int i = 0; i < done; i++)
        printf("%u\n", times[i]);
    return 0;
}
