#!/usr/bin/env python3
"""Holds the local run against what others have written down (README.md). Usage: judge.py <tidings> [--seed N] [--examples N]"""

import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid

import jsonschema_rs
from openapi_spec_validator import OpenAPIV31SpecValidator

CALLER = "usr-judge"
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Local:
    """The system in a process of its own, on a free port of loopback, with nothing kept."""

    def __init__(self, tidings, folder):
        log = open(folder / "local.log", "w+")
        arguments = ["local", "--port", "0", "--mail", folder / "mail", "--invoices", folder / "invoices"]
        self.process = subprocess.Popen([tidings, *arguments], stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        self.log = folder / "local.log"
        self.address = self.ready()

    def ready(self):
        for _ in range(300):
            found = re.search(r"is ready on (http://\S+)", self.log.read_text())
            if found:
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit(f"the local run does not start:\n{self.log.read_text()}")

    def get(self, path, caller=None):
        return self.answer(urllib.request.Request(self.address + path), caller)

    def ask(self, method, path, body, caller=None):
        headers = {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
        data = json.dumps(body).encode()
        return self.answer(urllib.request.Request(self.address + path, data=data, headers=headers, method=method), caller)

    def answer(self, request, caller):
        for name, value in calls(caller).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            # What is not there may come yet.
            if error.code == 404:
                raise
            sys.exit(f"{request.get_method()} {request.selector} by {caller or 'nobody'}: {error.code} {error.read().decode()}")

    def wait_for(self, path, caller=None):
        for _ in range(300):
            try:
                return self.get(path, caller)
            except urllib.error.HTTPError:
                time.sleep(0.1)
        sys.exit(f"there is never anything at {path}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def calls(caller):
    """What says who calls, in a local run: nobody names somebody who sends nothing."""
    return {"x-caller": caller} if caller else {}


def visited(local):
    """Makes something of everything; what each operation can be asked about, and by whom."""
    user = local.ask("POST", "/users", {"name": "Ada", "email": "ada@example.com"}, CALLER)["userId"]
    address = {"lines": ["1 Road"], "city": "London", "country": "GB"}
    local.ask("PUT", f"/customers/{user}", {"name": "Ada", "email": "ada@example.com", "address": address}, user)
    account, other = (local.ask("POST", "/accounts", {"currency": "EUR"})["accountId"] for _ in range(2))
    euros = {"currency": "EUR", "amount": 1}
    local.ask("POST", f"/accounts/{account}/deposits", euros | {"amount": 1_000_000})
    mug = {"sku": "mug-blue", "name": "Blue mug", "quantity": 1, "unitPrice": 1299}
    order = {"email": "ada@example.com", "currency": "EUR", "card": "tok_visa", "items": [mug]}
    # What is shipped is not called off, and an order is shipped at once; but not that of a user who lives nowhere.
    homeless = "usr-nowhere"
    shown, changed, cancelled = (local.ask("POST", "/orders", order, by)["orderId"] for by in (user, homeless, homeless))
    for later in (f"/users/{user}/profile", f"/orders/{shown}/shipment", f"/orders/{shown}"):
        local.wait_for(later, user)
    about = lambda id, caller=None: {"path": {"id": id}, "headers": calls(caller)}  # noqa: E731
    users = ["get-user", "rename-user", "change-email", "get-profile", "get-customer", "update-customer"]
    return {
        **{operation: about(user) for operation in users},
        **{operation: about(shown, user) for operation in ["get-order", "get-order-summary", "get-shipment"]},
        "list-orders": {"query": {"user": user}, "headers": calls(user)},
        "place-order": {"headers": calls(user)},
        "change-order-status": about(changed),
        "cancel-order": about(cancelled, homeless),
        "get-account": about(account),
        "deposit": about(account) | {"body": euros},
        "withdraw": about(account) | {"body": euros},
        "transfer": {"body": euros | {"from": account, "to": other}},
    }


def of_the_document(local):
    """What is wrong with the description itself."""
    for error in OpenAPIV31SpecValidator(local.get("/openapi.json")).iter_errors():
        yield f"openapi.json: {'/'.join(map(str, error.absolute_path))}: {error.message}"


def of_events(named):
    """What is no CloudEvent among these, by CloudEvents' own schema."""
    schema = json.loads((HERE / "cloudevents.json").read_text())
    validator = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
    for name, event in named:
        for error in validator.iter_errors(event):
            yield f"{name}: {error.message}"


def samples():
    for path in sorted((ROOT / "events").glob("*/v*.json")):
        if not path.name.endswith((".schema.json", ".reader.json")):
            yield str(path.relative_to(ROOT)), json.loads(path.read_text())


def of_the_surface(local, arguments, folder):
    """What Schemathesis finds: printed as it says it, and counted."""
    command = [
        pathlib.Path(sys.executable).parent / "st", "--config-file", HERE / "schemathesis.toml",
        "run", local.address + "/openapi.json", "--seed", str(arguments.seed), "--max-examples", str(arguments.examples),
        "--continue-on-failure", "--no-shrink", "--request-timeout", "20", "--warnings", "off",
    ]  # fmt: skip
    answered = folder / "answered"
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1",
        "JUDGE_KNOWN": json.dumps(visited(local)), "JUDGE_ANSWERED": str(answered),
    }  # fmt: skip
    ended = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(ended.stdout)
    found = list(told(ended.stdout))
    if ended.returncode != 0 and not found:
        found = [f"Schemathesis ended with {ended.returncode}"]
    served = {line.split()[0] for line in answered.read_text().splitlines() if line.split()[1].startswith("2")}
    operations = (operation for path in local.get("/openapi.json")["paths"].values() for operation in path.values())
    unmet = sorted({operation["operationId"] for operation in operations} - served)
    return found + [f"{operation}: was never served, so nothing is known of its answer" for operation in unmet]


def told(text):
    """The failures and errors in what Schemathesis prints, each with its operation."""
    section, operation = "", ""
    for line in text.splitlines():
        if heading := re.fullmatch(r"=+ (\w+) =+", line):
            section = heading[1]
        elif heading := re.fullmatch(r"_+ (.+) _+", line):
            operation = heading[1]
            if section == "ERRORS":
                yield f"{operation}: an error"
        elif section == "FAILURES" and line.startswith("- "):
            yield f"{operation}: {line[2:]}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tidings")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--examples", type=int, default=15)
    arguments = parser.parse_args()
    # Ended from outside, it ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments.tidings = pathlib.Path(arguments.tidings).resolve()
    differences = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with Local(arguments.tidings, folder) as local:
            differences += of_the_document(local)
            differences += of_events(samples())
            differences += of_the_surface(local, arguments, folder)
            published = local.get("/published")
            kinds = sorted({event["type"] for event in published})
            differences += of_events((f"published {event['type']} {event['id']}", event) for event in published)
    if len(published) < 20:
        differences.append(f"only {len(published)} events were published: too little was accepted to judge by")
    for difference in differences:
        print(f"difference: {difference}")
    print(f"{len(published)} events were published, of {len(kinds)} types: {', '.join(kinds)}")
    print(f"judge: {len(differences)} differences")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
