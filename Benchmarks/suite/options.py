"""The options that all benchmarks have."""

import argparse
import os
import pathlib
import signal
import sys

from . import machine


def parser(about, rounds, program=True):
    """A parser with the shared options; `rounds` is the default number of rounds."""
    result = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--rounds", type=int, default=rounds, help=f"how often each is measured (default: {rounds})")
    if program:
        result.add_argument("--program", type=pathlib.Path, default=machine.PROGRAM, help="tcplens (default: release)")
        result.add_argument("--other", type=pathlib.Path, help="another build of tcplens to measure in turn")
    return result


def parse(arguments, root=True):
    """Parses the command line, and ends with a reason if the benchmark can't run."""
    options = arguments.parse_args()
    # `finally` and `with` shall run when the benchmark is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if root and os.geteuid() != 0:
        arguments.error("needs root")
    if options.rounds < 1:
        arguments.error("--rounds must be at least 1")
    for name in "program", "other":
        path = getattr(options, name, None)
        if path is not None:
            if not os.access(path, os.X_OK):
                arguments.error(f"{path} is not there: make release")
            setattr(options, name, path.resolve())
    return options
