"""Starts and stops the emulated endpoint."""

import os
import shutil
from pathlib import Path

import endpoint
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
    port = endpoint.free_port(DEFAULT_PORT if port is None else port)
    interpreter = python.environment()
    state.temporary.mkdir(parents=True)
    client = endpoint.client(f"127.0.0.1:{port}")
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
    command = [interpreter, HERE / "serve.py", state.folder]
    endpoint.launch(state, command, state.folder, environment, client, "/_ministack/health", START_SECONDS)


def stop(state: State) -> bool:
    """Ends the server and its functions and forgets what they held; the log stays. False if nothing ran."""
    ended = processes.end(state)
    for file in (state.pid, state.env, state.outputs, state.bootstrapped):
        file.unlink(missing_ok=True)
    shutil.rmtree(state.temporary, ignore_errors=True)
    return ended
