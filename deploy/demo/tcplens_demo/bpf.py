"""Lets the kernel measure BPF programs. It needs root."""

import ctypes
import os
import platform
import struct


def measuring_programs():
    """A descriptor: as long as it is open, the kernel measures BPF programs.

    The setting `kernel.bpf_stats_enabled` does the same, but stays if this process is killed, and other tests change it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 321, "aarch64": 280}[platform.machine()]
    kind = struct.pack("I", 0)
    descriptor = libc.syscall(number, 32, ctypes.create_string_buffer(kind, 128), len(kind))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "measure BPF programs (as root?)")
    return descriptor
