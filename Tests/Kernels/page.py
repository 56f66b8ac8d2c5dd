"""Makes docs/kernels.md from what is recorded."""

import records

CONDITIONS = {
    "lockdown": "booted with `lockdown=confidentiality`: programs may not read the kernel's memory",
    "interpreted": "`net.core.bpf_jit_enable=0`: the kernel interprets programs",
    "hardened": "`net.core.bpf_jit_harden=2`: the kernel compiles programs with their constants hidden",
    "unprivileged": "`kernel.unprivileged_bpf_disabled=2`, and a user that has CAP_BPF and CAP_PERFMON, and nothing else",
    "cpus128": "room for 128 processors, of which two are there",
    "noipv6": "booted with `ipv6.disable=1`",
}
MISSING = "!! missing here: "
SCOPE = "--scope node would not work: "

HEAD = """# Kernels

`make test-kernels KERNELS=all` boots Debian's newest cloud kernel of each series under emulation, makes known traffic
there, and compares with it what the agent, `snapshot`, `top` and `trace` report, with `ss`, and with the kernel's own
counters. This page is made from what it recorded (`UPDATE=1`, in `Tests/Kernels/records`): a kernel is only recorded if
all checks passed there. A later run fails if `doctor` says something else on a kernel, if a program takes a fifth more
instructions to verify, or half a million, or if memory grows by half.

Debian has no kernels between 5.10 and 6.1, so none of those is tested. From 5.12 on connections are followed, and from
5.17 on sockets can be walked over without locks.

"""


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines) + "\n"


def lacking(found):
    """What the doctor says that is missing, in one cell."""
    words = [line.removeprefix(MISSING) for line in found["doctor"] if line.startswith(MISSING)]
    words += [f"`--scope node`: {line.partition(SCOPE)[2]}" for line in found["doctor"] if SCOPE in line]
    words += [line.removeprefix("!! files: ") for line in found["doctor"] if line.startswith("!! files: ")]
    return "<br>".join(words) or "nothing"


def version(found):
    return found["package"].removeprefix("linux-image-").removeprefix("linux-binary-").removesuffix("-cloud-amd64")


def most(found):
    """The program that takes the most instructions to verify."""
    counts = found["verified instructions"]
    name = max(counts, key=counts.get)
    return f"{counts[name]:,}".replace(",", " ") + f" (`{name}`)"


def text():
    all_of_them = {kernel: records.read(kernel) for kernel in records.kernels()}
    plain = {kernel: found for kernel, found in all_of_them.items() if "+" not in kernel}
    special = {kernel: found for kernel, found in all_of_them.items() if "+" in kernel}
    page = HEAD + table(["kernel", "version", "loads and counts", "what is lacking"], [
        [kernel, version(found), "yes", lacking(found)] for kernel, found in plain.items()
    ])
    page += "## Conditions\n\nEach is tested on one kernel.\n\n" + table(
        ["condition", "on", "what it is", "loads and counts", "what is lacking"],
        [
            [f"`{name}`", kernel.partition("+")[0], words, "yes", lacking(found)]
            for name, words in CONDITIONS.items() for kernel, found in special.items() if kernel.endswith(f"+{name}")
        ],
    )
    page += "## Verifier\n\n" + (
        "The program that takes the verifier the most instructions; the kernel refuses one at a million. `self` are the\n"
        "programs of all commands for one network namespace, with `--response-time`; `node` are the agent's for all\n"
        "namespaces, with attribution to workloads. The kernel keeps 15 characters of a name.\n\n"
    ) + table(["kernel", "most instructions"], [[kernel, most(found)] for kernel, found in all_of_them.items()])
    page += "## Memory\n\n" + (
        "In MiB, of an agent with `--response-time` and the connections of the test. The agent and `tcplens-broker` share\n"
        "pages, which are in both figures. The last column is the kernel's memory for both, maps and programs included,\n"
        "as far as it counts for a control group: without the per-CPU arrays. Old kernels do not show it.\n\n"
    ) + table(["kernel", "agent", "tcplens-broker", "kernel's memory"], [
        [kernel, *(mebibytes(found, what) for what in ("tcplens", "tcplens-broker", "kernel"))]
        for kernel, found in all_of_them.items()
    ])
    return page.rstrip("\n") + "\n"


def mebibytes(found, what):
    memory = found["memory, KiB"]
    return f"{memory[what] / 1024:.1f}" if what in memory else ""
