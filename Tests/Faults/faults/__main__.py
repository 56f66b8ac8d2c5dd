"""The command line."""

import argparse
import concurrent.futures
import pathlib
import signal
import sys
import tempfile

from soak.generator import build
from tcplens_demo import programs
from tcplens_demo.processes import Failed

from . import page, table, trial


def options():
    parser = argparse.ArgumentParser(description="Makes faults around a running agent.", prog="run")
    parser.add_argument("names", nargs="*", metavar="FAULT", help="such as collector-killed (default: all)")
    parser.add_argument("--list", action="store_true", help="names the faults")
    parser.add_argument("--long", action="store_true", help="stops the agent for ten minutes, not for thirty seconds")
    parser.add_argument("--jobs", type=int, default=2, help="how many faults at a time (default: 2)")
    parser.add_argument("--documents", action="store_true", help="writes docs/faults.md as well")
    found = parser.parse_args()
    for name in found.names:
        if name not in table.ALL:
            parser.error(f"there is no fault '{name}'; --list names them")
    return found


def report(result):
    print(f"{'FAILED' if result.wrong else 'ok    '} {result.name}: {'; '.join(result.wrong) or result.seen}", flush=True)
    return result


def main():
    chosen = options()
    # What is being made is healed first, whoever ends this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if chosen.list:
        print("\n".join(table.ALL))
        return 0

    def make(name):
        fault = table.ALL[name]()
        fault.is_long = chosen.long
        return fault

    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
            trials = [pool.submit(lambda name=name: report(trial.run(lambda: make(name), program)))
                      for name in chosen.names or table.ALL]
            try:
                results = [each.result() for each in trials]
            finally:
                # What has not begun is not made any more, whoever ends this.
                pool.shutdown(wait=False, cancel_futures=True)
    text = page.write(results)
    file = programs.BUILD / "faults/faults.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    print(f"written: {file}")
    if chosen.documents:
        pathlib.Path(programs.ROOT, "docs/faults.md").write_text(text)
    failed = [result.name for result in results if result.wrong]
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, programs.Missing, OSError) as error:
        sys.exit(f"faults: {error}")
