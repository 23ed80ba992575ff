"""How long threads were ready to run and got no processor, by the kernel's count: what others on the machine cost, to be taken off a measured time."""

import pathlib


class RunDelay:
    """The delays of some threads of a server, by name, and of the calling process's own first thread; always 0 where the system does not count."""

    def __init__(self, pid, threads):
        self.paths = [pathlib.Path("/proc/self/schedstat")]
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
            if (task / "comm").read_text().strip() in threads:
                self.paths.append(task / "schedstat")

    def seconds(self):
        """Since ever, of all of them together."""
        total = 0
        for path in self.paths:
            try:
                total += int(path.read_text().split()[1])
            except (OSError, IndexError):
                continue
        return total / 1e9
