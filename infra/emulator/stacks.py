"""Deploys the CDK app with the CDK's own command, the one that deploys to an account."""

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import outside
import python
import server
from state import ROOT, Problem, State

INFRA = ROOT / "infra"
SYSTEM = "storefront"
CDK = INFRA / "node_modules" / ".bin" / "cdk"
FUNCTION_URL = re.compile(r"https://([a-z0-9]{32})\.lambda-url\.[a-z0-9-]+\.on\.aws/")


def deploy(state: State, app: Path | None, mail_from: str, arguments: list[str]) -> None:
    """Creates or updates every stack; the stacks' outputs are kept for `outputs`."""
    if server.running(state) is None:
        raise Problem("it is not running; start it with `emulator up`")
    if not state.bootstrapped.exists():
        _cdk(state, "bootstrap", f"aws://000000000000/{state.variables()['AWS_REGION']}", "--app", "")
        state.bootstrapped.touch()
    _verify_sender(state, mail_from)
    _meet_the_outside(state)
    _cdk(
        state, "deploy", "--all", "--require-approval", "never", "--outputs-file", state.outputs,
        *(["--app", app.resolve()] if app else ["--context", "ephemeral=true", "--output", state.temporary / "cdk.out"]),
        "--parameters", f"Architecture={'arm64' if platform.machine() in ('arm64', 'aarch64') else 'x86_64'}",
        "--parameters", f"MailFrom={mail_from}",
        *arguments,
    )  # fmt: skip


def synth(state: State, folder: Path) -> None:
    """Makes the templates, with the functions beside them: what `deploy` needs, for any number of instances."""
    _cdk(state, "synth", "--quiet", "--context", "ephemeral=true", "--output", folder.resolve())


def outputs(state: State) -> dict[str, dict[str, str]]:
    """What the stacks say, without what they only tell each other. Function URLs as the emulator serves them."""
    if not state.outputs.exists():
        raise Problem("nothing is deployed; run `emulator deploy`")
    local = rf"{state.endpoint()}/_aws/lambda-url/\1/"
    return {
        stack: {name: FUNCTION_URL.sub(local, value) for name, value in values.items() if not name.startswith("ExportsOutput")}
        for stack, values in json.loads(state.outputs.read_text()).items()
    }


def _cdk(state: State, command: str, *arguments: object) -> None:
    if not CDK.exists():
        raise Problem(f"the CDK is not installed; run `npm ci` in {INFRA}")
    print(f"cdk {command} ...", file=sys.stderr)
    ran = subprocess.run(
        [CDK, command, "--no-notices", *map(str, arguments)],
        cwd=INFRA, env=_environment(state), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if ran.returncode != 0:
        raise Problem(f"`cdk {command}` failed:\n{ran.stdout}\nThe emulator's own log is {state.log}")


def _environment(state: State) -> dict[str, str]:
    """The caller's, without anything that could lead to an account, and what leads to the instance if it runs."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**inherited, **nowhere, **(state.variables() if state.env.exists() else {}), "NODE_NO_WARNINGS": "1", "CDK_DISABLE_CLI_TELEMETRY": "true"}


def _verify_sender(state: State, address: str) -> None:
    """SES sends only for verified senders; in an account, somebody answers SES's mail."""
    script = "import sys, botocore.session as s; s.get_session().create_client('ses').verify_email_identity(EmailAddress=sys.argv[1])"
    subprocess.run([python.environment(), "-c", script, address], env=_environment(state), check=True)


def _meet_the_outside(state: State) -> None:
    """Keeps the providers' secrets where functions look for them; in an account, whoever deploys does."""
    script = """
import json, sys, botocore.session as session
manager = session.get_session().create_client('secretsmanager')
for name, secret in json.load(sys.stdin).items():
    try:
        manager.create_secret(Name=name, SecretString=json.dumps(secret))
    except manager.exceptions.ResourceExistsException:
        manager.put_secret_value(SecretId=name, SecretString=json.dumps(secret))
"""
    secrets = {f"{SYSTEM}/{name}": secret for name, secret in outside.secrets(state.endpoint()).items()}
    subprocess.run([python.environment(), "-c", script], input=json.dumps(secrets), text=True, env=_environment(state), check=True)
