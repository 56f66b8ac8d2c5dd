// SPDX-License-Identifier: Apache-2.0
/* TCP segments that are written by hand and sent without a TCP socket. */
#define _GNU_SOURCE
#include "traffic.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

/* 192.0.2.0, whose addresses exist nowhere (RFC 5737). */
static const unsigned NOWHERE = 0xc0000200;

static unsigned short checksum(const void *data, size_t bytes)
{
    unsigned long sum = 0;

    for (size_t i = 0; i + 1 < bytes; i += 2) {
        unsigned short word;

        /* A copy, because the compiler may assume that words do not alias the fields of a header. */
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

int syn(int port, int count)
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

/*
 * Each client gets a SYN where it expects a SYN-ACK (a simultaneous open, RFC 9293, 3.5), and then a RST. Each connects
 * to a port of its own, from `port` on.
 */
int cross(int port, int count)
{
    int raw = raw_socket(), result = raw < 0 ? -1 : 0;

    for (int i = 0; !result && i < count; i++) {
        struct segment segment = {.from = NOWHERE + 1, .from_port = port + i, .sequence = 1000, .syn = 1};
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
