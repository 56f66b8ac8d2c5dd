#!/usr/bin/env python3
"""A process that publishes what it gets in its process context (OTEP 4719), also in hostile ways.

Each line of standard input is a JSON list: a command and its arguments. Each is answered by a line of JSON. The process
and its children end when standard input does.
"""

import ctypes
import json
import mmap
import os
import struct
import sys
import threading
import time

PAGE = mmap.PAGESIZE
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
kept = []
children = []


def field(number, content):
    """A field of protobuf with bytes."""
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def varint(number):
    result = b""
    while number >= 0x80:
        result += bytes([number & 0x7F | 0x80])
        number >>= 7
    return result + bytes([number])


def text(value):
    return value.encode("utf-8", "surrogateescape")


def message(pairs):
    """A ProcessContext with the attributes in pairs; a value that is a list becomes one on the wire."""
    resource = b""
    for key, value in pairs:
        if isinstance(value, list):
            content = field(5, b"".join(field(1, field(1, text(item))) for item in value))
        elif isinstance(value, int):
            content = b"\x18" + varint(value)
        else:
            content = field(1, text(value))
        resource += field(1, field(1, text(key)) + field(2, content))
    return field(1, resource)


class Context:
    """A mapping named OTEL_CTX with a header."""

    def __init__(self, dontfork=True, length=PAGE):
        file = os.memfd_create("OTEL_CTX", os.MFD_CLOEXEC)
        os.ftruncate(file, length)
        self.map = mmap.mmap(file, length, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
        os.close(file)
        if dontfork:
            self.map.madvise(mmap.MADV_DONTFORK)
        self.process = os.getpid()
        kept.append(self)

    @property
    def address(self):
        return ctypes.addressof(ctypes.c_char.from_buffer(self.map))

    def stamp(self, value):
        self.map[16:24] = struct.pack("=Q", value)

    def publish(self, payload, size=None, address=None, stamp=None, version=2, signature=b"OTEL_CTX"):
        self.stamp(0)
        self.payload = ctypes.create_string_buffer(payload, max(1, len(payload)))
        kept.append(self.payload)
        size = len(payload) if size is None else size
        address = ctypes.addressof(self.payload) if address is None else address
        self.map[8:16] = struct.pack("=II", version, size)
        self.map[24:32] = struct.pack("=Q", address)
        self.stamp(time.clock_gettime_ns(time.CLOCK_BOOTTIME) if stamp is None else stamp)
        self.map[0:8] = signature
        # PR_SET_VMA, PR_SET_VMA_ANON_NAME: kernels without the option refuse it.
        libc.prctl(0x53564D41, 0, ctypes.c_ulong(self.address), ctypes.c_ulong(PAGE), b"OTEL_CTX")


def context():
    """The context of this process; that of its parent is not mapped any more."""
    own = (item for item in reversed(kept) if isinstance(item, Context) and item.process == os.getpid())
    return next(own, None) or Context()


def blocked_page():
    """The address of a page whose readers wait for ever (userfaultfd), or None."""
    descriptor = libc.syscall(323 if os.uname().machine == "x86_64" else 282, os.O_CLOEXEC)
    if descriptor < 0:
        return None
    page = mmap.mmap(-1, PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    kept.append(page)
    api = ctypes.create_string_buffer(struct.pack("=QQQ", 0xAA, 0, 0))
    register = ctypes.create_string_buffer(struct.pack("=QQQQ", address, PAGE, 1, 0))
    for request, argument in ((0xC018AA3F, api), (0xC020AA00, register)):
        if libc.ioctl(ctypes.c_int(descriptor), ctypes.c_ulong(request), argument) < 0:
            return None
    return address


def hostile(kind):
    good = message([("service.name", "good")])
    own = context()
    if kind == "empty":
        own.publish(good, size=0)
    elif kind == "huge":
        own.publish(good, size=0xFFFFFFFF)
    elif kind == "too long":
        own.publish(bytes((64 << 10) + 1))
    elif kind == "null":
        own.publish(good, address=0)
    elif kind == "kernel":
        own.publish(good, address=0xFFFF888000000000)
    elif kind == "highest":
        own.publish(good, address=0xFFFFFFFFFFFFFFF8)
    elif kind == "half mapped":
        pages = mmap.mmap(-1, 2 * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        address = ctypes.addressof(ctypes.c_char.from_buffer(pages))
        libc.munmap(ctypes.c_void_p(address + PAGE), ctypes.c_size_t(PAGE))
        kept.append(pages)
        own.publish(good, size=200, address=address + PAGE - 100)
    elif kind == "unreadable":
        libc.mmap.restype = ctypes.c_void_p
        hidden = libc.mmap(None, ctypes.c_size_t(PAGE), 0, 0x22, -1, 0)
        own.publish(good, address=hidden)
    elif kind == "being written":
        own.publish(good, stamp=0)
    elif kind == "wrong signature":
        own.publish(good, signature=b"OTEL_CTY")
    elif kind == "next version":
        own.publish(good, version=3)
    elif kind == "noise":
        own.publish(b"\xff" * 500)
    elif kind == "nested":
        nested = b""
        for _ in range(5000):
            nested = field(5, field(1, nested))
        own.publish(field(1, field(1, field(1, b"service.name") + field(2, nested))))
    elif kind == "many attributes":
        own.publish(message([(f"service.x{i:04}", "x") for i in range(2000)] + [("service.name", "many")]))
    elif kind == "many mappings":
        for _ in range(20):
            Context().publish(good)
    elif kind == "changing":
        own.publish(good)

        def change():
            number = 1
            while True:
                number += 1
                own.stamp(number)

        threading.Thread(target=change, daemon=True).start()
    elif kind == "much memory":
        # Neighbouring pages with different protection are mappings of their own.
        libc.mmap.restype = ctypes.c_void_p
        for _ in range(30000):
            libc.mmap(None, ctypes.c_size_t(PAGE), 1, 0x22, -1, 0)
            libc.mmap(None, ctypes.c_size_t(PAGE), 3, 0x22, -1, 0)
    elif kind == "endless":
        address = blocked_page()
        if address is None:
            return "unsupported"
        own.publish(good, size=100, address=address)
    else:
        raise ValueError(kind)
    return "ok"


def fork():
    """Forks a child that runs commands of its own; returns its process id."""
    to_child, from_child = os.pipe(), os.pipe()
    process = os.fork()
    if process == 0:
        os.close(to_child[1])
        os.close(from_child[0])
        children.clear()
        serve(os.fdopen(to_child[0]), os.fdopen(from_child[1], "w"))
        os._exit(0)
    os.close(to_child[0])
    os.close(from_child[1])
    children.append((os.fdopen(to_child[1], "w"), os.fdopen(from_child[0])))
    return process


def answer(command, arguments):
    if command == "publish":
        context().publish(message(arguments[0]))
    elif command == "publish inherited":
        Context(dontfork=False).publish(message(arguments[0]))
    elif command == "publish anew":
        Context().publish(message(arguments[0]))
    elif command == "hostile":
        return hostile(arguments[0])
    elif command == "fork":
        return fork()
    elif command == "child":
        number, *rest = arguments
        commands, answers = children[number]
        commands.write(json.dumps(rest) + "\n")
        commands.flush()
        return json.loads(answers.readline())
    elif command == "outer id":
        # The id in the namespace of the mounted /proc.
        return int(os.readlink("/proc/self"))
    elif command == "set environment":
        os.environ[arguments[0]] = arguments[1]
    else:
        raise ValueError(command)
    return "ok"


def serve(commands, answers):
    for line in commands:
        command, *arguments = json.loads(line)
        answers.write(json.dumps(answer(command, arguments)) + "\n")
        answers.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["--without-first-thread"]:
        # As Swift's runtime does it. The interpreter goes on in the other thread.
        threading.Thread(target=lambda: (serve(sys.stdin, sys.stdout), os._exit(0))).start()
        libc.syscall(60 if os.uname().machine == "x86_64" else 93, 0)
    else:
        serve(sys.stdin, sys.stdout)
