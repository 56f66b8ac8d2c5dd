"""Makes the faults one after the other, draws a picture of each, and checks that it shows what it must."""

import os
import signal
import sys
import time

from . import checks, faults, healthy, options
from .drawing import draw
from .processes import Failed
from .programs import Missing
from .recording import calm, record
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
        for name in chosen.names:
            situation = {**faults.NAMES, **healthy.NAMES}[name]()
            calm(scene)
            recording = record(scene, situation, *options.times(situation, chosen.quick))
            say(begin, checks.summary(recording))
            findings += checks.check(recording)
            if situation.kind == "fault":
                chosen.output.mkdir(parents=True, exist_ok=True)
                path = chosen.output / f"{name}.svg"
                path.write_text(draw(recording), encoding="utf-8")
    for finding in findings:
        print(finding, file=sys.stderr)
    say(begin, "Not all is as expected." if findings else "All is as expected.")
    sys.exit(1 if findings else 0)


def say(begin, text):
    print(f"{time.monotonic() - begin:4.0f} s  {text}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (Failed, Missing) as failure:
        sys.exit(f"deploy/demo/run: {failure}")
