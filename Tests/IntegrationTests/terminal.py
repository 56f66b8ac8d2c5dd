#!/usr/bin/env python3
"""Runs a program on a terminal of its own, presses keys by a script, and prints what was shown, as JSON.

    terminal.py COLUMNSxROWS STEP... -- PROGRAM ARGUMENT...

Steps are done in order, each within half a minute:

    wait:TEXT       waits until the screen shows TEXT
    gone:TEXT       waits until it does not
    key:TEXT        types TEXT, in which \\x03 is Ctrl-C
    signal:NAME     sends a signal to the program
    resize:COLUMNSxROWS
    nofile:NUMBER   lets the program open no more files than that
    show            keeps a copy of the screen, for `screens`
    modes           keeps whether the terminal echoes, for `modes`
    guard           keeps what the guardian has open, for `guard`
    hangup          closes the terminal

Then it waits for the end of the program and tells its status, everything it has written, the terminal's settings before
and after, and how many processes are left on the terminal.
"""
import fcntl
import json
import os
import pty
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import termios
import time

LIMIT = 30
CONTROL = re.compile(r"\x1b\[([?]?)([\d;]*)([A-Za-z])|\x1b.|[\x00-\x1f]|[^\x1b\x00-\x1f]+", re.DOTALL)


class Screen:
    """As much of a terminal as full-screen programs need."""

    def __init__(self, columns, rows):
        self.resize(columns, rows)
        self.main = None
        self.shown = None
        self.colour = ""

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.shown = None
        self.clear()
        self.row = self.column = 0

    def clear(self):
        self.cells = [self.blank(self.columns) for _ in range(self.rows)]

    @staticmethod
    def blank(columns):
        return [(" ", "")] * columns

    def feed(self, text):
        for match in CONTROL.finditer(text):
            self.control(match) if match.group(3) else self.write(match.group())

    def control(self, match):
        private, parameters, final = match.groups()
        if final == "H":
            row, column = (parameters or "1;1").split(";")
            self.row, self.column = min(int(row), self.rows) - 1, min(int(column), self.columns) - 1
        elif final == "J":
            self.clear()
        elif final == "K":
            self.cells[self.row][self.column:] = self.blank(self.columns - self.column)
        elif final == "m":
            self.colour = "" if parameters == "0" else parameters
        elif private and parameters == "2026":
            # A frame is shown when it is complete.
            self.shown = [row[:] for row in self.cells] if final == "h" else None
        elif private and parameters == "1049" and (final == "h") != (self.main is not None):
            if final == "h":
                self.main = (self.cells, self.row, self.column)
                self.clear()
            else:
                (self.cells, self.row, self.column), self.main = self.main, None

    def write(self, text):
        for character in text:
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self.feed_line()
            elif character >= " ":
                if self.column == self.columns:
                    self.column = 0
                    self.feed_line()
                self.cells[self.row][self.column] = (character, self.colour)
                self.column += 1

    def feed_line(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.cells = self.cells[1:] + [self.blank(self.columns)]

    @property
    def picture(self):
        """What is seen: rows of characters with their colours, as SGR numbers them."""
        return self.shown or self.cells

    @property
    def lines(self):
        return ["".join(character for character, _ in row).rstrip() for row in self.picture]


class Session:
    """A program on a terminal."""

    def __init__(self, size, command, environment=None):
        self.master, self.slave = pty.openpty()
        self.set_size(size)
        self.screen = Screen(*size)
        self.before = self.settings()
        self.name = os.ttyname(self.slave)
        self.raw = b""
        self.unread = b""
        self.kept = {"screens": [], "modes": [], "guard": []}

        def take_terminal():
            fcntl.ioctl(os.open(self.name, os.O_RDWR), termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            command, stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            preexec_fn=take_terminal, env=environment,
        )

    def set_size(self, size):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def settings(self):
        return repr(termios.tcgetattr(self.slave))

    def read(self, seconds=0.05):
        while self.master is not None and select.select([self.master], [], [], seconds)[0]:
            data = os.read(self.master, 65536)
            self.raw += data
            self.unread += data
            # A character waits until all its bytes have arrived.
            text = self.unread.decode(errors="ignore")
            self.unread = self.unread[len(text.encode()):]
            self.screen.feed(text)
            seconds = 0

    def until(self, what, condition):
        end = time.monotonic() + LIMIT
        while not condition():
            if time.monotonic() > end:
                sys.exit(f"timed out waiting for {what}; the screen was:\n" + "\n".join(self.screen.lines))
            self.read()

    def others(self):
        """The processes that have the terminal open, by their numbers with their names.

        The end of a session's leader takes the terminal from the session, but not what others have open of it.
        """
        found = {}
        for entry in filter(str.isdigit, os.listdir("/proc")):
            folder = f"/proc/{entry}/fd"
            try:
                names = [os.readlink(f"{folder}/{descriptor}") for descriptor in os.listdir(folder)]
                if int(entry) != os.getpid() and self.name in names:
                    with open(f"/proc/{entry}/comm") as file:
                        found[int(entry)] = file.read().strip()
            except OSError:
                # The process has ended.
                continue
        return found

    def step(self, step):
        verb, _, text = step.partition(":")
        if verb == "wait":
            self.until(text, lambda: any(text in line for line in self.screen.lines))
        elif verb == "gone":
            self.until(f"the end of {text}", lambda: not any(text in line for line in self.screen.lines))
        elif verb == "key":
            os.write(self.master, text.encode().decode("unicode_escape").encode())
        elif verb == "signal":
            self.process.send_signal(getattr(signal, f"SIG{text}"))
        elif verb == "resize":
            size = parse_size(text)
            self.screen.resize(*size)
            self.set_size(size)
        elif verb == "nofile":
            resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (int(text), int(text)))
        elif verb == "show":
            self.kept["screens"].append(self.screen.lines)
        elif verb == "modes":
            flags = termios.tcgetattr(self.slave)[3]
            self.kept["modes"].append("echo" if flags & termios.ECHO and flags & termios.ICANON else "raw")
        elif verb == "guard":
            guards = [number for number, name in self.others().items() if name == "tcplens-guard"]
            for guard in guards:
                folder = f"/proc/{guard}/fd"
                self.kept["guard"] += [os.readlink(f"{folder}/{entry}") for entry in os.listdir(folder)]
        elif verb == "hangup":
            os.close(self.slave)
            os.close(self.master)
            self.master = self.slave = None
            # The next terminal may get the same number.
            self.name += " (deleted)"
        else:
            sys.exit(f"there is no step {step}")

    def finish(self):
        self.until("the end of the program", lambda: self.process.poll() is not None)
        self.until("the end of its guardian", lambda: not self.others())
        self.read(0)
        return self.kept | {
            "status": self.process.returncode,
            "before": self.before,
            "after": self.settings() if self.slave is not None else None,
            "raw": self.raw.decode("latin-1"),
            "last": self.screen.lines,
        }


def parse_size(text):
    columns, rows = text.split("x")
    return int(columns), int(rows)


def main():
    separator = sys.argv.index("--")
    session = Session(parse_size(sys.argv[1]), sys.argv[separator + 1:])
    try:
        for step in sys.argv[2:separator]:
            session.step(step)
        json.dump(session.finish(), sys.stdout)
    finally:
        if session.process.poll() is None:
            session.process.kill()


if __name__ == "__main__":
    main()
