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
import urllib.request

import jsonschema_rs
from openapi_spec_validator import OpenAPIV31SpecValidator

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

    def get(self, path):
        with urllib.request.urlopen(self.address + path) as answer:
            return json.load(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


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
        if not path.name.endswith(".schema.json"):
            yield str(path.relative_to(ROOT)), json.loads(path.read_text())


def of_the_surface(local, arguments, folder):
    """What Schemathesis finds: printed as it says it, and counted."""
    command = [
        pathlib.Path(sys.executable).parent / "st", "--config-file", HERE / "schemathesis.toml",
        "run", local.address + "/openapi.json", "--seed", str(arguments.seed), "--max-examples", str(arguments.examples),
        "--continue-on-failure", "--no-shrink", "--request-timeout", "20", "--warnings", "off",
    ]  # fmt: skip
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "NO_COLOR": "1"}
    ended = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(ended.stdout)
    found = list(told(ended.stdout))
    if ended.returncode != 0 and not found:
        found = [f"Schemathesis ended with {ended.returncode}"]
    return found


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
