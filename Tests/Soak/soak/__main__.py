"""The command line."""

import argparse
import contextlib
import dataclasses
import json
import pathlib
import platform
import sys
import tempfile
import time

from tcplens_demo import programs
from tcplens_demo.bpf import measuring_programs
from tcplens_demo.namespaces import Namespace
from tcplens_demo.processes import Failed

from . import exactness, picture, samples
from .agent import Agent
from .generator import Churn, build

# Connections end in TIME_WAIT, where they stay for a minute.
TIME_WAIT = 60
CHECKS = 5
# No fault begins when this time or less is left, in seconds.
LAST_FAULT = 75


def options():
    parser = argparse.ArgumentParser(description="Watches an agent under connections that come and go.", prog="run")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=int, default=10_000, help="connections a second (default: 10000)")
    parser.add_argument("--faults", action="store_true", help="faults of Tests/Faults come and go, by chance")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeats the faults of another run")
    parser.add_argument("--output", type=pathlib.Path, default=programs.BUILD / "soak", help="where results go")
    found = parser.parse_args()
    if found.minutes <= 0 or found.rate <= 0:
        parser.error("--minutes and --rate must be more than 0")
    return found


def check(namespace, agent, churn):
    """Compares while nothing is made, and goes on. Returns whether it was exact."""
    churn.pause()
    found, late = exactness.differences(namespace, agent, churn.made)
    print(f"{churn.made:,} connections: " + ("; ".join(found) or "exact") + late, flush=True)
    churn.resume()
    return not found


def watch(namespace, agent, churn, minutes, course=None):
    """Returns the samples, and how many checks failed. A course makes faults between samples."""
    sampler, taken, failed = samples.Sampler(agent, churn), [], 0
    begin, seconds = time.monotonic(), minutes * 60
    pause = min(10, seconds / 12)
    churn.resume()
    checks = [seconds * (place + 1) / CHECKS for place in range(CHECKS)]
    sampler.read()
    while checks:
        if course and seconds - (time.monotonic() - begin) > LAST_FAULT:
            time.sleep(course.rest)
            taken.append(sampler.read()[0])
            course.next()
            # What was read while a fault lasted is in no sample either.
            sampler.read()
        else:
            time.sleep(pause)
            taken.append(sampler.read()[0])
        if time.monotonic() - begin >= checks[0]:
            checks.pop(0)
            failed += not check(namespace, agent, churn)
            # What was read while nothing happened is in no sample.
            sampler.read()
    return taken, failed


def quiet(stack, program, chosen):
    """Watches an agent without faults. Returns the samples, how many checks failed, the last page and what was made."""
    namespace = stack.enter_context(Namespace("soak"))
    namespace.set(tcp_max_tw_buckets=2_000_000, ip_local_port_range="10000 65000")
    agent = Agent(namespace)
    stack.callback(agent.stop)
    churn = Churn(namespace, program, chosen.rate)
    stack.callback(churn.close)
    taken, failed = watch(namespace, agent, churn, chosen.minutes)
    return taken, failed, agent.scrape(), churn.made


def troubled(stack, program, chosen):
    """The same among faults. Returns also when they were, and what was wrong after them."""
    from faults import bench, course, trial

    print(f"seed {chosen.seed}", flush=True)
    scene = bench.Bench(program, course.NoFault(), chosen.rate)
    stack.callback(scene.close)
    faults = course.Course(scene, chosen.seed)
    found = watch(scene.namespace, scene.agent, scene.churn, chosen.minutes, faults)
    scene.churn.pause()
    page, made = scene.agent.scrape(), scene.churn.made
    wrong = faults.wrong + trial.settled(lambda: trial.delivered(scene), 5) + trial.ended(scene) + trial.counted(scene)
    return *found, page, made, faults.bands, wrong


def main():
    chosen = options()
    chosen.output.mkdir(parents=True, exist_ok=True)
    bands, wrong = [], []
    with contextlib.ExitStack() as stack:
        program = build(stack.enter_context(tempfile.TemporaryDirectory()))
        measuring_programs()
        if chosen.faults:
            taken, failed, page, made, bands, wrong = troubled(stack, program, chosen)
        else:
            taken, failed, page, made = quiet(stack, program, chosen)
    found = samples.changes(taken)
    grown = samples.growths(found)
    rate = made / taken[-1].time
    story = f"{made:,} connections in {taken[-1].time / 60:.0f} minutes ({rate:,.0f} a second), Linux {platform.release()}"
    for change in found:
        print(f"{change.name:22} {change.first:9.1f} {change.unit:4} in the first minute,"
              f" {change.last:9.1f} in the last ({change.ratio:.2f} times)")
    losses = exactness.losses(page)
    print("lost events: " + ", ".join(f"{reason} {count:.0f}" for reason, count in losses.items()))
    print("Of these, unseen and recursion were counted late; map_full and allocation never, which fails.")
    result = {
        "kernel": platform.release(), "date": time.strftime("%Y-%m-%d"), "minutes": taken[-1].time / 60,
        "connections": made, "checks": CHECKS, "checks_failed": failed, "lost": losses,
        "seed": chosen.seed if chosen.faults else None, "faults": [dataclasses.asdict(band) for band in bands],
        "changes": [dataclasses.asdict(change) for change in found],
        "samples": [dataclasses.asdict(sample) for sample in taken],
    }
    (chosen.output / "soak.json").write_text(json.dumps(result, indent=1) + "\n")
    (chosen.output / "soak.svg").write_text(picture.draw(taken, "An agent over time", story, bands))
    print(f"{story}\nwritten: {chosen.output}/soak.json and soak.svg")
    for change in grown:
        print(f"FAILED: {change.name} grew {change.ratio:.2f} times", file=sys.stderr)
    for text in wrong:
        print(f"FAILED: {text}", file=sys.stderr)
    if failed:
        print(f"FAILED: {failed} of {CHECKS} checks were not exact", file=sys.stderr)
    return 1 if failed or grown or wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, programs.Missing, OSError) as error:
        sys.exit(f"soak: {error}")
