/* Messages with file descriptors, over a socket between two processes (SCM_RIGHTS of unix(7)). */
#ifndef CPLATFORM_MESSAGES_H
#define CPLATFORM_MESSAGES_H

#include <stddef.h>
#include <sys/types.h>

/* More descriptors than a message may have here; the kernel allows 253. */
enum { CPLATFORM_DESCRIPTOR_LIMIT = 128 };

/* Sends one message with its descriptors, which stay open here. Returns 0, or an error number. */
int CPlatform_sendMessage(int socket, const void *bytes, size_t length, const int *descriptors, size_t count);

/*
 * Receives one message. Its descriptors, at most CPLATFORM_DESCRIPTOR_LIMIT, belong to the caller; *count is set to
 * their number. Returns the length, 0 if the other end is closed, or -1 with errno: EMSGSIZE if the message is longer
 * than length or has more descriptors.
 */
ssize_t CPlatform_receiveMessage(int socket, void *bytes, size_t length, int *descriptors, size_t *count);

#endif
