"""Makes each fault for real: a real agent, a real Prometheus with the rules, and times that are divided by 60."""

import re
import subprocess
import tempfile
import time

import promql_parser
import yaml
from tcplens_demo import parts as scene_parts
from tcplens_demo.processes import Failed
from tcplens_demo.promql import Refused
from tcplens_demo.scene import Scene

from .real_faults import HEALTHY, NOT_REAL, REAL, Real
from .rules import PROMETHEUS, RECORD, parts

SCALE = 60
QUIET = 8
HEALTHY_FOR = 20
TARGET = "127.0.0.1:9464"


def generate(folder, identity):
    command = [PROMETHEUS / "generate", "--output", folder, "--identity", identity, "--scale", str(SCALE)]
    subprocess.run(command, check=True)
    return [f"{folder}/{name}.yaml" for name in ("recording", "alerts")]


class Attempt:
    """One fault in a scene of its own."""

    def __init__(self, real, by_host, rules, verbose):
        self.real, self.by_host, self.verbose = real, by_host, verbose
        self.seen, self.problems = {}, []
        self.scene = Scene(
            with_shop=False, with_workloads=False, agent_options=["--attributes", "network.local.port", *real.options],
            backend=lambda namespace: scene_parts.Prometheus(namespace, {"tcplens": [TARGET]}, rules),
            also=(scene_parts.VictoriaMetrics,),
        )

    def run(self):
        """What is wrong, and after how many seconds the alert fired."""
        with self.scene:
            self._watch(QUIET)
            if self.seen:
                self.problems.append(f"before anything was wrong: {sorted(self.seen)}")
            fault, begin = self.real.make(), time.monotonic()
            with fault.lasting(self.scene):
                begin = max(begin, time.monotonic() - 5)
                while not self._expected() and time.monotonic() < begin + self.real.seconds:
                    self._watch(0.5, fault)
                after = time.monotonic() - begin
                # What else would fire needs some time, too.
                self._watch(6, fault)
                if not self._expected():
                    self.problems.append(f"did not fire within {self.real.seconds} s; what did: {self.seen}")
                else:
                    self._ask_by_host()
        others = set(self.seen) - {self.real.alert} - self.real.also
        if others:
            self.problems.append(f"others fired: { {name: self.seen[name] for name in others} }")
        return self.problems, after

    def run_healthy(self, situation):
        """What fires although nothing is wrong."""
        with self.scene:
            self._watch(QUIET)
            with situation.lasting(self.scene):
                self._watch(HEALTHY_FOR, situation)
        return [f"{situation.name}: {name} fired: {groups}" for name, groups in self.seen.items()]

    def _watch(self, seconds, fault=None):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if fault:
                fault.keep_going()
            for sample in self.scene.promql.instant('ALERTS{alertstate="firing"}'):
                labels = {name: text for name, text in sample.labels.items() if not name.startswith(("__", "alerts"))}
                name = labels.pop("alertname")
                if labels not in self.seen.setdefault(name, []):
                    self.seen[name].append(labels)
                    if self.verbose:
                        print(f"  {name} {labels}", flush=True)
            time.sleep(0.25)

    def _expected(self):
        """Whether the alert fired for this host and group, and for no other host."""
        wanted = {"job": "tcplens", "instance": TARGET, **self.real.groups}
        return any(wanted.items() <= labels.items() for labels in self.seen.get(self.real.alert, []))

    def _ask_by_host(self):
        """The expression of the other edition, asked in VictoriaMetrics, to which the agent pushes."""
        if self.real.alert in ("TCPLensAgentExportsFail",):
            # What does not arrive can't tell of that.
            return
        expression = self.by_host[self.real.alert]
        rows = self.scene.also[0].promql.instant(expression)
        hosts = {row.labels.get("host_name") for row in rows}
        if hosts != {Scene.HOST}:
            self.problems.append(f"VictoriaMetrics finds it on {hosts or 'no host'}: {expression}")


def inlined(rules):
    """The expressions of alerts, with those of the recorded series in their place."""
    documents = [yaml.safe_load(open(path)) for path in rules]
    flat = [rule for document in documents for group in document["groups"] for rule in group["rules"]]
    records = {rule["record"]: rule["expr"] for rule in flat if "record" in rule}

    def replace(found):
        expression = records[found[1]]
        return f"({expression})" + (found[2].replace("]", ":1s]") if found[2] else "")

    pattern = re.compile(rf"({RECORD.pattern})(\[\w+\])?")
    made = {rule["alert"]: pattern.sub(replace, rule["expr"]) for rule in flat if "alert" in rule}
    for expression in made.values():
        promql_parser.parse(expression)
    return made


def run(options):
    """Tries all faults; the text for the summary, and what is wrong."""
    problems, done = [], []
    known = {real.alert for real in REAL} | set(NOT_REAL)
    problems += [f"{name} is neither made nor explained" for name in sorted(set(parts()) ^ known)]
    with tempfile.TemporaryDirectory(prefix="alerts-") as folder:
        rules = generate(f"{folder}/rules", "job,instance")
        by_host = inlined(generate(f"{folder}/by-host", "host_name"))
        for make in HEALTHY if not options.alert else ():
            situation = make()
            found = Attempt(Real("", make), by_host, rules, options.verbose).run_healthy(situation)
            print(f"  {situation.name}: {'wrong' if found else 'silent'}", flush=True)
            problems += found
        for real in REAL:
            if options.alert not in (None, real.alert):
                continue
            try:
                found, after = Attempt(real, by_host, rules, options.verbose).run()
            except (OSError, RuntimeError, ValueError, Failed, Refused) as error:
                found, after = [f"could not be tried: {error}"], 0
            done.append(real.alert)
            print(f"  {real.alert}: {after:.0f} s{', wrong' if found else ''}", flush=True)
            problems += [f"{real.alert}: {problem}" for problem in found]
    for name, reason in NOT_REAL.items():
        print(f"  {name} is not made: {reason}")
    return f"{len(done)} alerts fired, {len(NOT_REAL)} not made", problems
