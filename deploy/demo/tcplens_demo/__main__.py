"""Makes the faults one after the other, draws a picture of each, and checks that it shows what it must."""

import os
import signal
import subprocess
import sys
import time

from . import checks, faults, healthy, options
from .drawing import draw
from .processes import Failed
from .programs import Missing
from .recording import JOINED, calm, record
from .scene import Scene

# The histograms have values for a whole window before the first picture begins.
WARM_UP = 8


def main():
    chosen = options.parse(sys.argv[1:])
    if os.geteuid() != 0:
        sys.exit("deploy/demo/run: needs root")
    # What was started is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begin = time.monotonic()
    findings = []
    with Scene(backend=options.BACKENDS[chosen.backend]) as scene:
        say(begin, f"Running: {', '.join(part.name for part in scene.parts)}.")
        scene.rest(WARM_UP)
        if scene.has_workloads and scene.promql.value(JOINED) != 1:
            findings.append("HTTP and TCP of the shop do not join on its service")
        for name in chosen.names:
            situation = {**faults.NAMES, **healthy.NAMES}[name]()
            calm(scene)
            failures = []
            last = (lambda: failures.extend(ask(scene, name, chosen.during))) if chosen.during else None
            recording = record(scene, situation, *options.times(situation, chosen.quick), last)
            say(begin, checks.summary(recording))
            findings += checks.check(recording) + failures
            if situation.kind == "fault":
                chosen.output.mkdir(parents=True, exist_ok=True)
                path = chosen.output / f"{name}.svg"
                path.write_text(draw(recording), encoding="utf-8")
    for finding in findings:
        print(finding, file=sys.stderr)
    say(begin, "Not all is as expected." if findings else "All is as expected.")
    sys.exit(1 if findings else 0)


def ask(scene, name, command):
    """Runs a command of the user in the namespace. Returns what is wrong."""
    settings = [f"FAULT={name}", f"BACKEND={scene.promql.url}"]
    status = subprocess.run(scene.namespace.command("env", *settings, "sh", "-c", command)).returncode
    return [f"{name}: the command ended with status {status}"] if status else []


def say(begin, text):
    print(f"{time.monotonic() - begin:4.0f} s  {text}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (Failed, Missing) as failure:
        sys.exit(f"deploy/demo/run: {failure}")
