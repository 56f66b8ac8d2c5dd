"""The parts of `Tests/Alerts/run`. Each prints a line, and what is wrong."""

import argparse
import concurrent.futures
import subprocess
import sys
import time

from . import broken, equivalents, mutants, promtool, selectors
from .rules import EDITIONS, PROMETHEUS, parts
from .suites import all_suites

# promtool needs a processor for each.
PROCESSES = 2


def generated(_):
    """The committed rules are what the generator makes, and promtool accepts them."""
    problems = []
    result = subprocess.run([PROMETHEUS / "generate", "--check"], capture_output=True, text=True)
    if result.returncode:
        problems.append(result.stdout + result.stderr)
    for edition in EDITIONS:
        complaint = promtool.check(sorted((PROMETHEUS / edition).glob("*.yaml")))
        problems += [complaint] if complaint else []
    return f"{len(EDITIONS)} editions", problems


def selected(_):
    """All that the rules select is in the registry."""
    problems = broken.overlooked()
    for edition, identity in EDITIONS.items():
        problems += [f"{edition}: {problem}" for problem in selectors.problems(edition, identity)]
    return f"{len(broken.BROKEN)} wrong expressions found", problems


def chosen(options):
    return {name: suite for name, suite in all_suites().items() if options.alert in (None, name)}


def cases(options):
    """Each alert has cases in which it fires and cases in which it is silent, and all pass in both editions."""
    suites, problems = chosen(options), []
    rules = {edition: parts(edition) for edition in EDITIONS}
    for edition, found in rules.items():
        for name in sorted(set(found) ^ set(all_suites())):
            problems.append(f"{name} of {edition} has no tests, or does not exist")
    problems += [f"{name} has no case that fires, or none that is silent" for name, suite in suites.items()
                 if not suite.has_both]
    work = [(edition, suite) for edition in EDITIONS for suite in suites.values() if suite.alert in rules[edition]]

    def run(item):
        edition, suite = item
        output = promtool.failure(rules[edition][suite.alert], suite, edition)
        return f"{edition}, {suite.alert}:\n{output}" if output else ""

    problems += [problem for problem in in_parallel(run, work) if problem]
    firing = sum(case.fires for suite in suites.values() for case in suite.cases)
    total = sum(len(suite.cases) for suite in suites.values())
    return f"{len(suites)} alerts, {total} cases, {firing} of them fire", problems


def killed(options):
    """Each mutant makes a case fail."""
    suites, rules = chosen(options), parts()
    work = [mutant for name in suites for mutant in mutants.mutants(rules[name])]
    equal = [mutant for mutant in work if equivalents.reason(mutant)]
    work = [mutant for mutant in work if not equivalents.reason(mutant)]
    alive = [
        f"survives: {mutant.name}"
        for mutant, is_alive in zip(work, in_parallel(lambda one: survives(one, suites), work)) if is_alive
    ]
    if not options.alert:
        unknown = set(equivalents.EQUIVALENT) - {mutant.name.split(" in … ")[0] for mutant in equal}
        alive += [f"listed as equivalent, and no such mutant exists: {name}" for name in sorted(unknown)]
    # One that is killed is no equivalent.
    for mutant, is_alive in zip(equal, in_parallel(lambda one: survives(one, suites), equal)):
        if not is_alive:
            alive.append(f"listed as equivalent, and is killed: {mutant.name}")
    if options.verbose:
        print(*(mutant.name for mutant in work), sep="\n")
    count = len(work) - sum(one.startswith("survives") for one in alive)
    return f"{count} of {len(work)} killed, {len(equal)} equivalent", alive


def survives(mutant, suites):
    return not promtool.failure(mutant.part, suites[mutant.part.name])


def in_parallel(function, work):
    with concurrent.futures.ThreadPoolExecutor(PROCESSES) as pool:
        return list(pool.map(function, work))


def real(options):
    """Each fault, made for real, makes its own alert fire."""
    from . import reality

    return reality.run(options)


PARTS = {"generated": generated, "selectors": selected, "cases": cases, "mutants": killed, "real": real}


def main():
    parser = argparse.ArgumentParser(prog="Tests/Alerts/run", description="Tests the alerts and recording rules.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all but real)")
    parser.add_argument("--alert", metavar="NAME", help="only this one")
    parser.add_argument("--verbose", action="store_true", help="print the mutants, or the course of real faults")
    options = parser.parse_args()
    unknown = [name for name in options.parts if name not in PARTS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    failed = False
    for name in options.parts or [one for one in PARTS if one != "real"]:
        begin = time.monotonic()
        text, problems = PARTS[name](options)
        print(f"{name}: {text}; {len(problems)} problems, {time.monotonic() - begin:.0f} s", flush=True)
        for problem in problems:
            print(f"  {problem}")
        failed = failed or bool(problems)
    return 1 if failed else 0


sys.exit(main())
