"""The server and the functions it runs: one process group, so that none of them outlives the others."""

import os
import signal
import subprocess
import time
from typing import NamedTuple

from state import State

GRACE_SECONDS = 5.0


class Group(NamedTuple):
    """`pid` leads the group. It is in `members` as long as the server lives; the rest are functions."""

    pid: int
    members: list[int]

    @property
    def functions(self) -> list[int]:
        return [member for member in self.members if member != self.pid]


def group(state: State) -> Group | None:
    """The processes of this instance. None if there are none: a stale pid file never names a stranger's process."""
    try:
        pid = int(state.pid.read_text())
    except (FileNotFoundError, ValueError):
        return None
    listing = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,pgid=,stat=,args="], capture_output=True, text=True, check=True)
    members = []
    for line in listing.stdout.splitlines():
        member, leader, stat, *arguments = line.split(None, 3)
        # A dead process that nobody waited for still has a number ("Z"). Every process of ours names the state folder.
        if int(leader) == pid and not stat.startswith("Z") and arguments and f"{state.folder}{os.sep}" in arguments[0] + os.sep:
            members.append(int(member))
    return Group(pid, members) if members else None


def end(state: State) -> bool:
    """Ends every process of the instance. False if there was none."""
    if group(state) is None:
        return False
    for sign in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + GRACE_SECONDS
        while (ours := group(state)) and time.monotonic() < deadline:
            for member in ours.members:
                _signal(member, sign)
            time.sleep(0.1)
    return True


def _signal(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        pass  # it ended by itself in the meantime
