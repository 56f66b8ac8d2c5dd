"""What a result depends on: the machine, its kernel, the build, and the day."""

import datetime
import os
import pathlib
import platform
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build/release/tcplens"


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def system():
    """The distribution, such as `Debian GNU/Linux 12 (bookworm)`."""
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return "unknown"


def memory():
    """All memory, in bytes."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def available_memory():
    """What can be used without swapping, in bytes."""
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def commit():
    """The commit of the checkout, with `+` if something is changed; None without git."""
    git = ["git", "-C", str(ROOT)]
    result = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    if result.returncode:
        return None
    changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False)
    return result.stdout.strip() + ("+" if changed.stdout.strip() else "")


def facts():
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "kernel": f"{platform.system()} {platform.release()}",
        "system": system(),
        "processor": processor(),
        "processors": len(os.sched_getaffinity(0)),
        "memory": memory(),
        "commit": commit(),
        "load": os.getloadavg()[0],
    }
