"""Runs promtool."""

import json
import os
import pathlib
import subprocess
import tempfile

from .cases import INTERVALS, document
from .rules import PROMTOOL


# It ends before collecting garbage is worth its time, and several run beside each other.
ENVIRONMENT = {**os.environ, "GOGC": "off", "GOMEMLIMIT": "512MiB", "GOMAXPROCS": "1"}


class Trouble(Exception):
    """promtool could not run a test."""


def check(paths):
    """What promtool says of files of rules; empty if all is well."""
    command = [PROMTOOL, "check", "rules", "--lint=all", "--lint-fatal", *paths]
    result = subprocess.run(command, capture_output=True, text=True)
    return "" if result.returncode == 0 else result.stdout + result.stderr


def failure(part, suite, edition="rules"):
    """What is wrong in the tests of an alert; empty if all pass. Slow cases run only if the fast ones pass."""
    with tempfile.TemporaryDirectory(prefix="alerts-") as folder:
        rules = pathlib.Path(folder, "rules.yaml")
        # JSON is also YAML.
        rules.write_text(json.dumps(part.document))
        for stage in range(len(INTERVALS)):
            cases = [case for case in suite.cases if case.stage == stage]
            if not cases:
                continue
            tests = pathlib.Path(folder, f"tests-{stage}.yaml")
            tests.write_text(json.dumps(document(rules, suite, part, cases, edition)))
            command = [PROMTOOL, "test", "rules", tests]
            result = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
            if result.returncode:
                output = result.stdout + result.stderr
                if "FAILED" not in output:
                    raise Trouble(output)
                return output
    return ""
