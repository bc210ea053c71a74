"""An endpoint on loopback: what its clients need, and that it answers."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import processes
from state import REGION, Problem, State


def client(address: str) -> dict[str, str]:
    """What an AWS client needs in its environment; the keys are the root user's of an account that is none."""
    return {
        "AWS_ENDPOINT_URL": f"http://{address}",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise Problem(f"cannot listen on port {port}: {error}; choose another with --port, or --port 0 for a free one") from error
        return probe.getsockname()[1]


def launch(state: State, command: list[object], cwd: Path, environment: dict[str, str], variables: dict[str, str], health: str, seconds: float) -> None:
    """Starts the server and returns when it answers at `health`; `variables` are left for its clients."""
    with state.log.open("w") as log:
        server = subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    state.pid.write_text(f"{server.pid}\n")
    _wait_until_healthy(state, server, variables["AWS_ENDPOINT_URL"] + health, seconds)
    state.env.write_text("".join(f"export {name}={value}\n" for name, value in variables.items()))


def _wait_until_healthy(state: State, server: subprocess.Popen, url: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    ended = server.poll() is not None
    processes.end(state)
    tail = "\n".join(state.log.read_text().splitlines()[-20:])
    raise Problem(f"the server {'ended at once' if ended else f'did not answer in {seconds:.0f} s'}. Its log ({state.log}) ends with:\n{tail}")
