"""Programs that run beside each other, and end when they are no longer needed."""

import json
import os
import signal
import subprocess
import tempfile
import time


class Failed(Exception):
    """A program could not be started, or ended early."""


def eventually(what, condition, seconds=30):
    """Waits until `condition()` is true, and returns its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.05)


class Running:
    """A program in a namespace. What it prints goes to a file."""

    def __init__(self, namespace, command, environment=None, cgroup=None, name=None):
        self.name = name or os.path.basename(str(command[0]))
        self._last_output = ""
        self._log = tempfile.NamedTemporaryFile("w+b", prefix=f"{self.name}-", suffix=".log")
        enter = ["sh", "-c", 'echo $$ >"$0" && exec "$@"', f"{cgroup}/cgroup.procs"] if cgroup else []
        self._process = subprocess.Popen(
            # It also ends if this process is killed, and even if the thread ends that starts it.
            [*enter, "setpriv", "--pdeathsig", "TERM", *namespace.command(*command)],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**clean_environment(), **(environment or {})},
            start_new_session=True,
        )
        self.pid = self._process.pid

    @property
    def is_running(self):
        return self._process.poll() is None

    @property
    def status(self):
        """How it ended: its exit status, or the number of a signal below zero; None while it runs."""
        return self._process.poll()

    @property
    def output(self):
        if not self._log.closed:
            with open(self._log.name, encoding="utf-8", errors="replace") as file:
                self._last_output = file.read()
        return self._last_output

    def ready(self, condition, seconds=30):
        """Waits for `condition()`. Fails if the program ends before."""

        def check():
            value = condition()
            if not value and not self.is_running:
                raise Failed(f"{self.name} ended: {self.output[-2000:].strip()}")
            return value

        try:
            eventually(f"{self.name} to be ready", check, seconds)
        except BaseException:
            self.stop()
            raise
        return self

    def tell(self, **settings):
        """Sends settings as a line of JSON to its standard input."""
        self._process.stdin.write(json.dumps(settings).encode() + b"\n")
        self._process.stdin.flush()

    def send(self, number):
        """Sends a signal."""
        if self.is_running:
            self._process.send_signal(number)

    def stop(self, number=signal.SIGTERM, seconds=10):
        """Ends it, by force if it does not end in time."""
        self.send(number)
        try:
            self._process.stdin.close()
        except OSError:
            pass
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # What it printed is kept, its file is not.
        _ = self.output
        self._log.close()


def clean_environment():
    """The environment without what would change where metrics go."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OTEL_", "TCPLENS")) and not name.lower().endswith("_proxy")
    }
