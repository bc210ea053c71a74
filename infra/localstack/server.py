"""Starts and stops LocalStack."""

import os
import shutil
from pathlib import Path

import endpoint
import packages
import processes
from state import State

START_SECONDS = 90.0
HERE = Path(__file__).resolve().parent


def running(state: State) -> bool:
    ours = processes.group(state)
    return ours is not None and ours.pid in ours.members


def start(state: State, port: int) -> None:
    """Returns when the endpoint answers. An instance that runs already is left as it is."""
    if running(state) and state.env.exists():
        return
    stop(state)
    interpreter = packages.environment()
    address = f"127.0.0.1:{endpoint.free_port(port)}"
    state.temporary.mkdir(parents=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(state.temporary),
        "FILESYSTEM_ROOT": str(state.temporary),
        "GATEWAY_LISTEN": address,
        "LOCALSTACK_HOST": address,
        "SQS_ENDPOINT_STRATEGY": "path",
        "SERVICES": "sns,sqs",
        "STRICT_SERVICE_LOADING": "1",
        # Nothing of the run is told to anybody, and nothing is fetched.
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",
    }
    command = [interpreter, HERE / "serve.py", state.folder]
    endpoint.launch(state, command, state.temporary, environment, endpoint.client(address), "/_localstack/health", START_SECONDS)


def stop(state: State) -> bool:
    """Ends the server and forgets what it held; the log stays. False if nothing ran."""
    ended = processes.end(state)
    for file in (state.pid, state.env):
        file.unlink(missing_ok=True)
    shutil.rmtree(state.temporary, ignore_errors=True)
    return ended
