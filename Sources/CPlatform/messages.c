#define _GNU_SOURCE
#include "include/messages.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Aligned as the kernel wants it. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(CPLATFORM_DESCRIPTOR_LIMIT * sizeof(int))];
};

int CPlatform_sendMessage(int socket, const void *bytes, size_t length, const int *descriptors, size_t count)
{
    union control control = {0};
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (count > CPLATFORM_DESCRIPTOR_LIMIT)
        return EMSGSIZE;
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof *descriptors);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(count * sizeof *descriptors);
        memcpy(CMSG_DATA(&control.header), descriptors, count * sizeof *descriptors);
    }
    while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR)
            return errno;
    }
    return 0;
}

static size_t take_descriptors(struct msghdr *message, int *descriptors)
{
    size_t count = 0;

    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
        size_t found;

        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        found = (header->cmsg_len - CMSG_LEN(0)) / sizeof *descriptors;
        memcpy(descriptors + count, CMSG_DATA(header), found * sizeof *descriptors);
        count += found;
    }
    return count;
}

ssize_t CPlatform_receiveMessage(int socket, void *bytes, size_t length, int *descriptors, size_t *count)
{
    union control control;
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t received;

    *count = 0;
    while ((received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0) {
        if (errno != EINTR)
            return -1;
    }
    *count = take_descriptors(&message, descriptors);
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        while (*count)
            (void)close(descriptors[--*count]);
        errno = EMSGSIZE;
        return -1;
    }
    return received;
}
