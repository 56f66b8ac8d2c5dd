"""Makes connections at a steady rate, and knows how many it has made."""

import pathlib
import subprocess
import threading
import time

from tcplens_demo.processes import Failed

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Traffic"
# Each process makes connections one after the other; two are enough for two CPUs, more make the rate steadier.
WORKERS = 4
FIRST_PORT = 8001
TICK = 0.1


def build(folder):
    """Compiles the program that makes sockets."""
    program = pathlib.Path(folder, "traffic")
    subprocess.run(["cc", "-O2", "-o", program, *sorted(map(str, SOURCES.glob("*.c")))], check=True)
    return program


class Traffic:
    """A process that makes sockets on command."""

    def __init__(self, namespace, program, cgroup=None):
        enter = ["sh", "-c", 'echo $$ >"$0" && exec "$@"', f"{cgroup}/cgroup.procs"] if cgroup else []
        command = [*enter, "setpriv", "--pdeathsig", "KILL", *namespace.command(program, "--here")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer("start")

    def _answer(self, command):
        line = self._process.stdout.readline().strip()
        if not line.startswith("ok"):
            raise Failed(f"traffic, {command}: {line or 'it ended'}")

    def say(self, command):
        """Carries out a command, and waits for its end."""
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        self._answer(command)

    def close(self):
        self._process.stdin.close()
        self._process.wait()


class Churn:
    """Connections that are opened, accepted and closed, `rate` a second, until `close()`."""

    def __init__(self, namespace, program, rate, cgroup=None):
        # How many each process makes at a time.
        self.share = max(1, round(rate * TICK / WORKERS))
        self._workers = [Traffic(namespace, program, cgroup) for _ in range(WORKERS)]
        self._counts = [0] * WORKERS
        self._is_on, self._ended = threading.Event(), threading.Event()
        self._idle = [threading.Event() for _ in range(WORKERS)]
        self._failures = []
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(WORKERS)]
        for number, worker in enumerate(self._workers):
            worker.say(f"listen 4 {FIRST_PORT + number} 128")
        for thread in self._threads:
            thread.start()

    @property
    def made(self):
        """How many connections have been made; exact while it is paused."""
        return sum(self._counts)

    def resume(self):
        self._is_on.set()

    def pause(self):
        """Returns when no connection is being made any more."""
        self._is_on.clear()
        for idle in self._idle:
            idle.wait()
        if self._failures:
            raise self._failures[0]

    def _work(self, number):
        port, due = FIRST_PORT + number, time.monotonic()
        while not self._ended.is_set():
            if not self._is_on.is_set():
                self._idle[number].set()
                self._is_on.wait()
                due = time.monotonic()
                continue
            self._idle[number].clear()
            try:
                self._workers[number].say(f"churn 4 {port} {self.share}")
            except Exception as failure:
                self._failures.append(failure)
                self._idle[number].set()
                return
            self._counts[number] += self.share
            # What could not be made in time is not made up for later.
            due = max(due + TICK, time.monotonic() - TICK)
            time.sleep(max(0, due - time.monotonic()))

    def close(self):
        self._ended.set()
        self._is_on.set()
        for thread in self._threads:
            thread.join()
        for worker in self._workers:
            worker.close()
