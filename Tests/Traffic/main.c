// SPDX-License-Identifier: Apache-2.0
/*
 * Makes sockets in known states, in a network namespace of its own, so that tests know what there is to count.
 *
 * Usage: traffic [--here]     (--here stays in the namespace it is started in)
 *
 * It reads commands from standard input, one a line, and answers each with one line: `ok`, or `error` and the reason.
 * The sockets and the namespace live until the program ends. TYPE is 4 (IPv4), 6 (IPv6), m (an IPv6 socket with
 * v4-mapped addresses) or p (MPTCP over IPv4). A GROUP is a name for connections. Each connection of a group has a
 * client's end and, once it is accepted, a server's end.
 *
 *   listen TYPE PORT BACKLOG           listens; m listens on :: for both protocols
 *   connect GROUP TYPE PORT COUNT      connects and accepts
 *   knock GROUP TYPE PORT COUNT        starts to connect; does not wait, and does not accept
 *   accept GROUP PORT COUNT            accepts connections that wait
 *   close GROUP client|server          closes normally
 *   shutdown GROUP client|server       sends a FIN and keeps the socket
 *   reset GROUP client|server          closes with a RST
 *   send GROUP client|server BYTES     sends this number of bytes
 *   drain GROUP client|server          reads until nothing is left or the other end has closed
 *   open GROUP TYPE COUNT              opens sockets that never connect; every second one is bound
 *   syn PORT COUNT                     sends bare SYNs over IPv4 from addresses in 192.0.2.0/24
 *   dial TYPE ADDRESS PORT             connects to any address, waits for the outcome and answers its errno: `ok 111`
 *   cross PORT COUNT                   opens from both sides at once; the peer resets in the middle of the handshake
 *   churn TYPE PORT COUNT              opens, accepts and closes COUNT connections, one after the other
 *   request TYPE PORT COUNT            makes COUNT connections, sends a request on each, reads the answer and closes
 *   serve PORT COUNT                   answers COUNT requests of another process
 *   unlisten PORT                      closes a listener
 *   sleep MILLISECONDS
 */
#define _GNU_SOURCE
#include "traffic.h"

#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Carries out one command. What the answer has after `ok` goes to `extra`. */
static int execute(char *line, char *extra, size_t extra_size)
{
    char verb[16] = "", a[64] = "", b[64] = "", c[64] = "", d[64] = "";
    int words = sscanf(line, "%15s %63s %63s %63s %63s", verb, a, b, c, d);
    int outcome;

#define IS(name, count) (!strcmp(verb, name) && words == (count) + 1)
    if (IS("listen", 3))
        return listen_on(*a, atoi(b), atoi(c));
    if (IS("connect", 4))
        return connect_group(a, *b, atoi(c), atoi(d), 1);
    if (IS("knock", 4))
        return connect_group(a, *b, atoi(c), atoi(d), 0);
    if (IS("accept", 3))
        return accept_group(a, atoi(b), atoi(c));
    if (IS("close", 2))
        return close_ends(ends(a, b), 0);
    if (IS("reset", 2))
        return close_ends(ends(a, b), 1);
    if (IS("shutdown", 2))
        return shutdown_ends(ends(a, b));
    if (IS("send", 3))
        return send_ends(ends(a, b), strtoul(c, NULL, 10));
    if (IS("drain", 2))
        return drain_ends(ends(a, b));
    if (IS("open", 3))
        return open_group(a, *b, atoi(c));
    if (IS("syn", 2))
        return syn(atoi(a), atoi(b));
    if (IS("cross", 2))
        return cross(atoi(a), atoi(b));
    if (IS("churn", 3))
        return churn(*a, atoi(b), atoi(c));
    if (IS("request", 3))
        return request(*a, atoi(b), atoi(c));
    if (IS("serve", 2))
        return serve(atoi(a), atoi(b));
    if (IS("unlisten", 1))
        return unlisten(atoi(a));
    if (IS("sleep", 1))
        return usleep(atoi(a) * 1000);
    if (IS("dial", 3)) {
        dial(*a, b, atoi(c), &outcome);
        snprintf(extra, extra_size, " %d", outcome);
        return 0;
    }
#undef IS
    return fail("what is '%s'?", line);
}

static int own_namespace(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int control;

    if (unshare(CLONE_NEWNET))
        return fail_errno("unshare the network namespace (as root?)");
    control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0 || ioctl(control, SIOCSIFFLAGS, &request))
        return fail_errno("set lo up");
    close(control);
    return 0;
}

int main(int count, char **arguments)
{
    struct rlimit files;
    char line[512];

    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if ((count < 2 || strcmp(arguments[1], "--here")) && own_namespace()) {
        printf("error %s\n", failure);
        return 1;
    }
    printf("ok\n");
    while (fgets(line, sizeof line, stdin)) {
        char extra[32] = "";

        line[strcspn(line, "\n")] = 0;
        if (execute(line, extra, sizeof extra))
            printf("error %s\n", failure);
        else
            printf("ok%s\n", extra);
    }
    return 0;
}
