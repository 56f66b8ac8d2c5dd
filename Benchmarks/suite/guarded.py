"""Measures what `Benchmarks/guard` compares with its record. Each function returns the figures of one group."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import counts, processes
from .machine import ROOT

RELEASE = ROOT / ".build/release"
FEW, MANY = 4, 12


class Receiver:
    """Takes exports, and counts the bytes of their bodies."""

    def __init__(self):
        bodies = self.bodies = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                bodies.append(len(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def environment():
    """What figures depend on besides the sources."""
    def first_line(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]

    def package(name):
        command = ["dpkg-query", "-W", "-f", "${Version}\n", name]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()[:1]

    return {
        "kernel": ".".join(os.uname().release.split(".")[:2]),
        "architecture": os.uname().machine,
        "swift": re.search(r"version (\S+)", first_line("swift", "--version"))[1],
        "libraries": {name: package(name) for name in ("libc6", "libcurl4", "zlib1g", "libprotobuf-c1", "libbpf1")},
        "valgrind": first_line("valgrind", "--version"),
    }


def instructions_and_allocations(folder):
    """Of making the metrics of a simulated host, of exporting them, and of encoding workload W. Bytes of the exports."""
    programs = {name: strip(folder, name) for name in ("guarding", "encoding") if (RELEASE / name).exists()}
    found, wire = {}, {}
    guarding = programs["guarding"]
    found["a collection"] = counts.difference(folder, lambda count: [guarding, str(count)], FEW, MANY)
    for compression in "none", "gzip":
        receiver = Receiver()
        command = lambda count: [guarding, str(count), receiver.endpoint, compression]
        name = "a collection and its export" + (", gzip" if compression == "gzip" else "")
        found[name] = counts.difference(folder, command, FEW, MANY)
        wire[f"export {MANY} of the simulated host, {compression}"] = receiver.bodies[-1]
    if "encoding" in programs:
        for way in "kept", "plain":
            command = lambda count: [programs["encoding"], "--way", way, "--rounds", str(count), "--requests", "1"]
            found[f"encoding of workload W, {way}, with its making"] = counts.difference(folder, command, 2, 6)
    instructions = {name: round(value[0]) for name, value in found.items()}
    return instructions, {name: round(value[1]) for name, value in found.items()}, wire


def strip(folder, name):
    """A copy without symbols, because valgrind can't read those of Swift."""
    subprocess.run(["strip", "--strip-all", "-o", folder / name, RELEASE / name], check=True)
    return folder / name


def object_names():
    """The names of the BPF objects, as the plugin that compiles them lists them."""
    source = (ROOT / "Sources/Plugins/BPFObjects/BPFObjects.swift").read_text()
    return re.findall(r'"([^"]+)"', re.search(r"static let objects = \[([^\]]+)\]", source)[1])


def sizes(folder):
    program = strip(folder, "tcplens")
    outputs = ROOT / ".build/plugins/outputs" / ROOT.name.lower() / "CProbes/destination/BPFObjects"
    if not outputs.is_dir():
        outputs = max((ROOT / ".build/plugins/outputs").glob("*/CProbes/destination/BPFObjects"),
                      key=lambda path: path.stat().st_mtime)
    # The folder may also have objects that earlier sources made.
    objects = {f"{name}.bpf.o": (outputs / f"{name}.bpf.o").stat().st_size for name in object_names()}
    return {"tcplens, stripped": program.stat().st_size}, objects


def verified_instructions(folder):
    """What the test that loads each program of each object has counted, by `OBJECT/PROGRAM`.

    Those for kernels that interpret are in it as `OBJECT, interpreted/PROGRAM`; `groups` has none of them.
    """
    output = folder / "verifier.json"
    line = ["swift", "test", "--skip-build", "--filter", "VerifierTests"]
    result = subprocess.run(
        line, cwd=ROOT, env=os.environ | {"TCPLENS_VERIFIER_OUTPUT": str(output)}, capture_output=True, text=True,
        check=False,
    )
    if not output.exists():
        raise RuntimeError(f"VerifierTests counted nothing (make test builds it):\n{result.stdout}{result.stderr}")
    return json.loads(output.read_text())


class Idle:
    """An agent with defaults in a network namespace where nothing happens, except that it exports."""

    SECONDS = 10

    def __init__(self, folder, program):
        calls = counts.Calls(folder / "strace.out")
        unshared = ["unshare", "--net", "sh", "-c", f"""
            ip link set lo up
            {program} sink --format json --port 4318 --log-level error > {folder}/sink &
            sleep 1
            "$@"
            kill $!""", "sh"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "TCPLENS_"))}
        agent = ["timeout", "--signal=TERM", str(self.SECONDS + 8), program, "run", "--log-level", "error"]
        subprocess.run(
            [*unshared, *calls.command, *agent, "--interval", "1s"], env=kept, check=False, stdout=subprocess.DEVNULL
        )
        self.calls = list(calls.read())
        lines = (folder / "sink").read_text().splitlines()
        self.requests = [json.loads(line) for line in lines]

    def calls_of_a_collection(self):
        """By a window of whole intervals in the middle, in which everything is repeated."""
        # The start and the first collections do other work.
        end = self.calls[-1][0] - 2
        names = {}
        for moment, name, _ in self.calls:
            if end - self.SECONDS <= moment < end:
                names[name] = names.get(name, 0) + 1
        return {"all": sum(names.values()) / self.SECONDS}, {name: count / self.SECONDS for name, count in names.items()}

    def reads_of_types(self):
        reads = ("read", "pread64", "mmap")
        lines = [line for _, name, line in self.calls if name in reads and "</sys/kernel/btf/vmlinux>" in line]
        return {"reads of the kernel's types": len(lines)}

    def series(self):
        """How many series each metric has in the last export."""
        found = {}
        for resource in self.requests[-2]["resourceMetrics"]:
            for scope in resource["scopeMetrics"]:
                for metric in scope["metrics"]:
                    data = next(value for value in metric.values() if isinstance(value, dict) and "dataPoints" in value)
                    found[metric["name"]] = found.get(metric["name"], 0) + len(data["dataPoints"])
        return found
