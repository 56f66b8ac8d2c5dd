"""What an agent does not see, or sees wrong, from its start on."""

import os
import subprocess

from tcplens_demo import programs

from .fault import StartFault

TYPES, PINS, POSSIBLE = "/sys/kernel/btf", "/sys/fs/bpf", "/sys/devices/system/cpu/possible"


class Hidden(StartFault):
    """Something lies over a path, for this agent only."""

    seconds = 1
    path = ""
    # What lies there: an empty directory, or a file with this text.
    text = None

    def prefix(self, bench):
        if self.is_healed:
            return ()
        if self.text is None:
            cover = "mount -t tmpfs -o ro tmpfs"
            source = ()
        else:
            file = bench.folder / "cover"
            file.write_text(self.text)
            cover, source = "mount --bind", (file,)
        script = f'target=$0 && {cover} {"$1" if source else ""} "$target"{" && shift" if source else ""} && exec "$@"'
        return "unshare", "--mount", "--propagation", "private", "sh", "-c", script, self.path, *source


class TypesHidden(Hidden):
    name = "BTF hidden"
    promised = "it does not start, and says which file is missing and what to do"
    path = TYPES
    message = ("/sys/kernel/btf/vmlinux", "CONFIG_DEBUG_INFO_BTF")


class PinsHidden(Hidden):
    name = "bpffs hidden"
    promised = "without `--pin` it is not needed"
    path = PINS


class PinsHiddenButWanted(Hidden):
    name = "bpffs hidden, with `--pin`"
    promised = "it does not start, and says what is missing and what to do"
    path = PINS
    PIN = f"{PINS}/tcplens-faults-{os.getpid()}"
    arguments = ("--pin", PIN)
    message = ("mount -t bpf bpf /sys/fs/bpf",)

    def clean(self, bench):
        subprocess.run([programs.tcplens(), "unpin", self.PIN], check=True, capture_output=True)


class PossibleHidden(Hidden):
    name = "List of CPUs empty"
    promised = "the number of CPUs is asked of the kernel itself, and counters are exact"
    path, text = POSSIBLE, ""


class PossibleTooFew(Hidden):
    name = "List of CPUs too short"
    promised = PossibleHidden.promised
    path, text = POSSIBLE, "0\n"


class PossibleTooMany(Hidden):
    name = "List of CPUs too long"
    promised = PossibleHidden.promised
    path, text = POSSIBLE, "0-4095\n"


ALL = (TypesHidden, PinsHidden, PinsHiddenButWanted, PossibleHidden, PossibleTooFew, PossibleTooMany)
