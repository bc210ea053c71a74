"""Starts and stops LocalStack."""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import packages
import processes
from state import REGION, Problem, State

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
    port = _free_port(port)
    state.temporary.mkdir(parents=True)
    endpoint = f"127.0.0.1:{port}"
    client = {
        "AWS_ENDPOINT_URL": f"http://{endpoint}",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(state.temporary),
        "FILESYSTEM_ROOT": str(state.temporary),
        "GATEWAY_LISTEN": endpoint,
        "LOCALSTACK_HOST": endpoint,
        "SQS_ENDPOINT_STRATEGY": "path",
        "SERVICES": "sns,sqs",
        "STRICT_SERVICE_LOADING": "1",
        # Nothing of the run is told to anybody, and nothing is fetched.
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",
    }
    with state.log.open("w") as log:
        server = subprocess.Popen(
            [interpreter, HERE / "serve.py", state.folder],
            cwd=state.temporary, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    state.pid.write_text(f"{server.pid}\n")
    _wait_until_healthy(state, server, client["AWS_ENDPOINT_URL"])
    state.env.write_text("".join(f"export {name}={value}\n" for name, value in client.items()))


def stop(state: State) -> bool:
    """Ends the server and forgets what it held; the log stays. False if nothing ran."""
    ended = processes.end(state)
    for file in (state.pid, state.env):
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
            with urllib.request.urlopen(f"{endpoint}/_localstack/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    ended = server.poll() is not None
    processes.end(state)
    tail = "\n".join(state.log.read_text().splitlines()[-20:])
    raise Problem(f"the server {'ended at once' if ended else f'did not answer in {START_SECONDS:.0f} s'}. Its log ({state.log}) ends with:\n{tail}")
