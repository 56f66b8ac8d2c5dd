"""Control groups of our own, by which tcplens tells workloads apart. Without cgroup version 2 there are none."""

import contextlib
import os
import pathlib
import time


def mount():
    """Where cgroup version 2 is mounted; None if it is not."""
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        device, path, kind, *_ = line.split()
        if kind == "cgroup2" and os.access(path, os.W_OK):
            return pathlib.Path(path)
    return None


class ControlGroups:
    def __init__(self, *names):
        root = mount()
        if root:
            self._remove_others(root)
        self._top = root / f"tcplens-demo-{os.getpid()}.slice" if root else None
        self._paths = {name: self._top / f"{name}.service" for name in names} if root else {}
        for path in self._paths.values():
            path.mkdir(parents=True)

    def __getitem__(self, name):
        """The directory of a group, or None."""
        path = self._paths.get(name)
        return str(path) if path else None

    @staticmethod
    def _remove_others(root):
        """Removes those of a process that was killed. Groups with processes stay."""
        for top in root.glob("tcplens-demo-*.slice"):
            if not pathlib.Path(f"/proc/{top.name.split('-')[2].split('.')[0]}").exists():
                for path in (*top.glob("*.service"), top):
                    with contextlib.suppress(OSError):
                        path.rmdir()

    def close(self):
        """Removes them when their processes have ended."""
        for path in [*self._paths.values(), *([self._top] if self._top else [])]:
            for _ in range(50):
                try:
                    path.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.1)
        self._paths = {}
