"""Starts and stops the emulated endpoint."""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import processes
import python
from state import REGION, Problem, State

DEFAULT_PORT = 4566
START_SECONDS = 30.0
HERE = Path(__file__).resolve().parent


def running(state: State) -> processes.Group | None:
    """The instance, if its server lives."""
    ours = processes.group(state)
    return ours if ours and ours.pid in ours.members else None


def start(state: State, port: int | None, variables: dict[str, str], *, iam: bool) -> None:
    """Returns when the endpoint answers. An instance that runs already is left as it is."""
    if running(state) and state.env.exists():
        if port and not state.endpoint().endswith(f":{port}"):
            raise Problem(f"it runs already, at {state.endpoint()}; stop it first with `emulator down`")
        return
    stop(state)
    port = _free_port(DEFAULT_PORT if port is None else port)
    interpreter = python.environment()
    state.temporary.mkdir(parents=True)
    client = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    # Functions inherit the server's environment, so it holds nothing that an account would not give them.
    environment = {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(state.temporary),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true" if iam else "false",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        **client,
        **variables,
    }
    with state.log.open("w") as log:
        server = subprocess.Popen(
            [interpreter, HERE / "serve.py", state.folder],
            cwd=state.folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )
    state.pid.write_text(f"{server.pid}\n")
    _wait_until_healthy(state, server, client["AWS_ENDPOINT_URL"])
    state.env.write_text("".join(f"export {name}={value}\n" for name, value in client.items()))


def stop(state: State) -> bool:
    """Ends the server and its functions and forgets what they held; the log stays. False if nothing ran."""
    ended = processes.end(state)
    for file in (state.pid, state.env, state.outputs, state.bootstrapped):
        file.unlink(missing_ok=True)
    shutil.rmtree(state.temporary, ignore_errors=True)
    return ended


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise Problem(f"cannot listen on port {port}: {error}; choose another with --port, or --port 0 for a free one") from error
        return probe.getsockname()[1]


def _wait_until_healthy(state: State, server: subprocess.Popen, endpoint: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    ended = server.poll() is not None
    processes.end(state)
    tail = "\n".join(state.log.read_text().splitlines()[-20:])
    raise Problem(f"the server {'ended at once' if ended else f'did not answer in {START_SECONDS:.0f} s'}. Its log ({state.log}) ends with:\n{tail}")
