"""A network namespace of our own, with a host name of its own. It needs root."""

import contextlib
import ctypes
import http.client
import os
import subprocess
import threading

CLONE_NEWUTS, CLONE_NEWNET = 0x04000000, 0x40000000

# Addresses that exist nowhere (RFC 5737). They are routed to loopback, where what is sent to them disappears.
NOWHERE = "192.0.2.0/24"

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


class Namespace:
    """It lives until `close()`, or until this process ends."""

    def __init__(self, hostname="demo"):
        self.hostname = hostname
        self._descriptors = {}
        failures = []
        # Only that thread is in the new namespace. The descriptors keep the namespace when the thread has ended.
        thread = threading.Thread(target=self._make, args=(failures,))
        thread.start()
        thread.join()
        if failures:
            raise failures[0]
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "route", "add", NOWHERE, "dev", "lo")

    def _make(self, failures):
        try:
            _check(_libc.unshare(CLONE_NEWNET | CLONE_NEWUTS), "make a network namespace (as root?)")
            name = self.hostname.encode()
            _check(_libc.sethostname(name, len(name)), "set the name of the host")
            for kind in ("net", "uts"):
                self._descriptors[kind] = os.open(f"/proc/thread-self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            failures.append(error)

    def path(self, kind):
        """The file of the namespace; `kind` is `net` or `uts`."""
        return f"/proc/{os.getpid()}/fd/{self._descriptors[kind]}"

    def command(self, *arguments):
        """The command line that runs `arguments` in the namespace."""
        enter = [f"--{kind}={self.path(kind)}" for kind in self._descriptors]
        return ["nsenter", *enter, "--", *map(str, arguments)]

    def run(self, *arguments, text=None):
        """Runs a command to its end, and returns what it printed."""
        result = subprocess.run(self.command(*arguments), input=text, capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, arguments))}: {result.stderr.strip() or result.returncode}")
        return result.stdout

    def set(self, **settings):
        """Changes settings of TCP: `set(tcp_syncookies=0)`. Returns those that were there."""
        before = {}
        for name, value in settings.items():
            before[name] = self.run("sysctl", "-n", f"net.ipv4.{name}").strip().replace("\t", " ")
            self.run("sysctl", "-qw", f"net.ipv4.{name}={value}")
        return before

    def filter(self, rule, priority=0):
        """Adds a rule of nftables to what arrives: `filter("tcp dport 80 drop")`."""
        script = f"add table inet demo\nadd chain inet demo in {{ type filter hook input priority {priority}; }}\n"
        self.run("nft", "-f", "-", text=f"{script}add rule inet demo in {rule}\n")

    def unfilter(self):
        """Removes all rules of `filter()`."""
        self.run("nft", "-f", "-", text="add table inet demo\ndelete table inet demo\n")

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is in the namespace. Sockets that it makes stay there."""
        back = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _check(_libc.setns(self._descriptors["net"], CLONE_NEWNET), "enter the namespace")
            try:
                yield
            finally:
                _check(_libc.setns(back, CLONE_NEWNET), "leave the namespace")
        finally:
            os.close(back)

    def close(self):
        while self._descriptors:
            os.close(self._descriptors.popitem()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Connection(http.client.HTTPConnection):
    """A connection for HTTP that is made in a namespace, or in our own without one."""

    def __init__(self, host, port, namespace=None, timeout=10):
        super().__init__(host, port, timeout=timeout)
        self._namespace = namespace

    def connect(self):
        with self._namespace.entered() if self._namespace else contextlib.nullcontext():
            super().connect()


def get(namespace, port, path):
    """The status and body of an answer of 127.0.0.1; None if nobody answers."""
    connection = Connection("127.0.0.1", port, namespace)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
