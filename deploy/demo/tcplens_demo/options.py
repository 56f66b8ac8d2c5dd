"""The options of `deploy/demo/run`."""

import argparse
import pathlib

from . import faults, healthy, parts, programs

BACKENDS = {"victoriametrics": parts.VictoriaMetrics, "prometheus": parts.Prometheus.scraping}


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="deploy/demo/run",
        description="Makes faults of TCP in a service, and draws what HTTP and TCP show of each.",
    )
    parser.add_argument(
        "--fault", action="append", choices=[*faults.NAMES, *healthy.NAMES], metavar="NAME", dest="names",
        help=f"only this one; may be repeated: {', '.join(faults.NAMES)}; or a situation in which nothing is wrong, "
        f"which is checked and not drawn: {', '.join(healthy.NAMES)}",
    )
    parser.add_argument(
        "--output", type=pathlib.Path, default=programs.ROOT / "docs/demo", metavar="DIR",
        help="where the pictures go (default: docs/demo)",
    )
    parser.add_argument("--quick", action="store_true", help="less time before, in and after each fault")
    parser.add_argument(
        "--backend", choices=BACKENDS, default="victoriametrics", help="who is asked (default: victoriametrics)"
    )
    parser.add_argument(
        "--during", metavar="COMMAND",
        help="a command of the shell to run in the namespace at the end of each fault, which is $FAULT; the URL of the "
        "backend is $BACKEND; fails if the command does",
    )
    options = parser.parse_args(arguments)
    options.names = options.names or list(faults.NAMES)
    return options


def times(situation, is_quick):
    """The seconds before, in and after a situation."""
    if is_quick:
        return 6, max(situation.least, 12), 6
    return 10, situation.seconds, 13
