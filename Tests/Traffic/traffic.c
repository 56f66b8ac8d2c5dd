// SPDX-License-Identifier: Apache-2.0
/*
 * Makes sockets in known states, in a network namespace of its own, so that tests know what there is to count.
 *
 * Usage: traffic [--here]     (--here stays in the namespace that it is started in)
 *
 * It reads commands from standard input, a line each, and answers each with a line: `ok`, or `error` and why. The
 * sockets live until it ends; its namespace ends with it. TYPE is 4 (IPv4), 6 (IPv6), m (an IPv6 socket with v4-mapped
 * addresses), or p (MPTCP over IPv4). A GROUP is a name for connections; each has a client's and, once accepted, a
 * server's end.
 *
 *   listen TYPE PORT BACKLOG           m listens on :: for both protocols
 *   connect GROUP TYPE PORT COUNT      connects and accepts
 *   knock GROUP TYPE PORT COUNT        starts to connect, waits for nothing and accepts nothing
 *   accept GROUP PORT COUNT            accepts what waits
 *   close GROUP client|server          the ordinary close
 *   shutdown GROUP client|server       sends FIN and keeps the socket
 *   reset GROUP client|server          closes with a RST
 *   send GROUP client|server BYTES     sends so many bytes
 *   drain GROUP client|server          reads until nothing is left or the other end has closed
 *   open GROUP TYPE COUNT              sockets that are bound but never connect
 *   syn PORT COUNT                     bare SYNs over IPv4 from addresses in 192.0.2.0/24
 *   dial TYPE ADDRESS PORT             connects to any address, waits for the outcome, answers its errno: `ok 111`
 *   cross COUNT                        opens from both sides at once, broken off by the peer in the middle
 *   churn TYPE PORT COUNT              so many connections one after the other, each opened, accepted and closed
 *   request TYPE PORT COUNT            so many connections, each with a request and its answer, closed by this end
 *   serve PORT COUNT                   answers so many requests, of another process
 *   unlisten PORT                      closes a listener
 *   sleep MILLISECONDS
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_GROUPS = 64, MAX_LISTENERS = 64, WAIT_MS = 10000, PROTOCOL_MPTCP = 262 };

/* 192.0.2.0, whose addresses exist nowhere (RFC 5737). */
static const unsigned NOWHERE = 0xc0000200;

struct ends {
    int *descriptors;
    int count;
};

struct group {
    char name[32];
    struct ends client, server;
};

struct listener {
    int port, descriptor;
};

static struct group groups[MAX_GROUPS];
static struct listener listeners[MAX_LISTENERS];
static char failure[256];

static int fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(failure, sizeof failure, format, arguments);
    va_end(arguments);
    return -1;
}

static int fail_errno(const char *what)
{
    return fail("%s: %s", what, strerror(errno));
}

/* ---- addresses ---- */

static int address(char type, const char *host, int port, struct sockaddr_storage *result, socklen_t *size)
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

static const char *loopback(char type)
{
    return type == '4' || type == 'p' ? "127.0.0.1" : type == '6' ? "::1" : "::ffff:127.0.0.1";
}

static int new_socket(char type)
{
    int flags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int is_v4 = type == '4' || type == 'p';
    int descriptor = socket(is_v4 ? AF_INET : AF_INET6, flags, type == 'p' ? PROTOCOL_MPTCP : 0);

    return descriptor >= 0 ? descriptor : fail_errno("socket");
}

/* ---- groups and listeners ---- */

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

static struct ends *ends(const char *name, const char *side)
{
    struct group *g = group(name);

    return !g ? NULL : !strcmp(side, "client") ? &g->client : &g->server;
}

static struct listener *listener(int port)
{
    for (struct listener *l = listeners; l < listeners + MAX_LISTENERS; l++)
        if (l->port == port)
            return l;
    fail("nothing listens on port %d", port);
    return NULL;
}

static int listen_on(char type, int port, int backlog)
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

/* ---- connections ---- */

static int wait_for(int descriptor, short events)
{
    struct pollfd poll_for = {descriptor, events, 0};

    return poll(&poll_for, 1, WAIT_MS) == 1 ? 0 : fail("nothing happened within %d ms", WAIT_MS);
}

static int start_connect(char type, const char *host, int port)
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

static int accept_one(int descriptor)
{
    if (wait_for(descriptor, POLLIN))
        return -1;
    int accepted = accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return accepted >= 0 ? accepted : fail_errno("accept");
}

static int connect_group(const char *name, char type, int port, int count, int accepts)
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

static int accept_group(const char *name, int port, int count)
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

static void close_with_reset(int descriptor)
{
    struct linger none = {1, 0};

    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(descriptor);
}

static int close_ends(struct ends *ends, int reset)
{
    if (!ends)
        return -1;
    for (int i = 0; i < ends->count; i++)
        reset ? close_with_reset(ends->descriptors[i]) : (void)close(ends->descriptors[i]);
    ends->count = 0;
    return 0;
}

static int shutdown_ends(struct ends *ends)
{
    for (int i = 0; ends && i < ends->count; i++)
        if (shutdown(ends->descriptors[i], SHUT_WR))
            return fail_errno("shutdown");
    return ends ? 0 : -1;
}

static int send_ends(struct ends *ends, size_t bytes)
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

static int drain_ends(struct ends *ends)
{
    static char block[65536];

    for (int i = 0; ends && i < ends->count; i++)
        while (recv(ends->descriptors[i], block, sizeof block, 0) > 0)
            ;
    return ends ? 0 : -1;
}

static int open_group(const char *name, char type, int count)
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

static int dial(char type, const char *host, int port, int *outcome)
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

static int churn(char type, int port, int count)
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
    /* The answer, or the end of who has asked. */
    return receive(descriptor) < 0 ? -1 : 0;
}

static int request(char type, int port, int count)
{
    for (int i = 0; i < count; i++) {
        int client = start_connect(type, loopback(type), port);

        if (client < 0 || wait_for(client, POLLOUT) || exchange(client, 1))
            return -1;
        close(client);
    }
    return 0;
}

static int serve(int port, int count)
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

/* ---- bare SYNs ---- */

static unsigned short checksum(const void *data, size_t bytes)
{
    unsigned long sum = 0;

    for (size_t i = 0; i + 1 < bytes; i += 2) {
        unsigned short word;

        /* A copy, for the compiler may take a header's fields for something else than these words. */
        memcpy(&word, (const char *)data + i, sizeof word);
        sum += word;
    }
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

struct segment {
    unsigned from, to;
    int from_port, to_port;
    unsigned sequence;
    int syn, rst;
};

/* Sends one segment that no socket of ours has made. */
static int send_segment(int raw, struct segment segment)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(segment.to)};
    struct {
        struct iphdr ip;
        struct tcphdr tcp;
    } packet = {0};
    struct {
        unsigned from, to;
        unsigned char zero, protocol;
        unsigned short length;
        struct tcphdr tcp;
    } pseudo = {0};

    packet.ip.version = 4;
    packet.ip.ihl = 5;
    packet.ip.ttl = 64;
    packet.ip.protocol = IPPROTO_TCP;
    packet.ip.tot_len = htons(sizeof packet);
    packet.ip.saddr = htonl(segment.from);
    packet.ip.daddr = to.sin_addr.s_addr;
    packet.tcp.source = htons(segment.from_port);
    packet.tcp.dest = htons(segment.to_port);
    packet.tcp.seq = htonl(segment.sequence);
    packet.tcp.doff = 5;
    packet.tcp.syn = segment.syn;
    packet.tcp.rst = segment.rst;
    packet.tcp.window = htons(65535);
    pseudo.from = packet.ip.saddr;
    pseudo.to = packet.ip.daddr;
    pseudo.protocol = IPPROTO_TCP;
    pseudo.length = htons(sizeof packet.tcp);
    pseudo.tcp = packet.tcp;
    packet.tcp.check = checksum(&pseudo, sizeof pseudo);
    if (sendto(raw, &packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to) < 0)
        return fail_errno("send a segment");
    return 0;
}

static int raw_socket(void)
{
    int raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

    return raw >= 0 ? raw : fail_errno("raw socket");
}

static int syn(int port, int count)
{
    int raw = raw_socket(), result = raw < 0 ? -1 : 0;

    for (int i = 0; !result && i < count; i++)
        result = send_segment(raw, (struct segment){.from = NOWHERE + 1 + i % 250,
                                                    .to = INADDR_LOOPBACK,
                                                    .from_port = 10000 + i / 250,
                                                    .to_port = port,
                                                    .sequence = i * 1000 + 1,
                                                    .syn = 1});
    if (raw >= 0)
        close(raw);
    return result;
}

/* A client that waits for an answer gets a SYN instead of a SYN-ACK (RFC 9293, 3.5), and then a RST. */
static int cross(int count)
{
    int raw = raw_socket(), result = raw < 0 ? -1 : 0;

    for (int i = 0; !result && i < count; i++) {
        struct segment segment = {.from = NOWHERE + 1, .from_port = 20000 + i, .sequence = 1000, .syn = 1};
        struct sockaddr_in own;
        socklen_t size = sizeof own;
        int client = start_connect('4', "192.0.2.1", segment.from_port);

        if (client < 0 || getsockname(client, (struct sockaddr *)&own, &size))
            return fail_errno("cross");
        segment.to = ntohl(own.sin_addr.s_addr);
        segment.to_port = ntohs(own.sin_port);
        result = send_segment(raw, segment);
        segment.syn = 0;
        segment.rst = 1;
        segment.sequence++;
        result = result ? result : send_segment(raw, segment);
        close(client);
    }
    if (raw >= 0)
        close(raw);
    return result;
}

/* ---- commands ---- */

/* Carries out one command; an answer other than `ok` goes to `extra`. */
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
    if (IS("cross", 1))
        return cross(atoi(a));
    if (IS("churn", 3))
        return churn(*a, atoi(b), atoi(c));
    if (IS("request", 3))
        return request(*a, atoi(b), atoi(c));
    if (IS("serve", 2))
        return serve(atoi(a), atoi(b));
    if (IS("sleep", 1))
        return usleep(atoi(a) * 1000);
    if (IS("dial", 3)) {
        dial(*a, b, atoi(c), &outcome);
        snprintf(extra, extra_size, " %d", outcome);
        return 0;
    }
    if (IS("unlisten", 1)) {
        struct listener *l = listener(atoi(a));

        if (!l)
            return -1;
        close(l->descriptor);
        *l = (struct listener){0};
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
