#!/usr/bin/env python3
"""Holds CloudFormation templates against cfn-lint and checkov, and what they find against `exceptions.toml`.

Exit code 0: each finding has an exception, and each exception a finding. 1: not so. 2: wrong usage, or a tool that did not run.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Beside the Python that runs this.
BIN = Path(sys.executable).parent


class DidNotRun(Exception):
    """A judge that has not judged: no finding of it would mean nothing."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="templates.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="folder", help="where the templates of a choice are (*.template.json)")
    asked = parser.parse_args()
    sets = {folder: sorted(folder.glob("*.template.json")) for folder in asked.folders}
    for folder, templates in sets.items():
        if not templates:
            parser.error(f"{folder}: there is no *.template.json")
    exceptions = tomllib.loads((HERE / "exceptions.toml").read_text())
    found = []
    try:
        for folder, templates in sets.items():
            found += cfn_lint(templates) + checkov(folder, templates)
    except DidNotRun as error:
        print(f"templates.py: {error}", file=sys.stderr)
        return 2
    return report(found, exceptions, sum(map(len, sets.values())))


Finding = tuple[str, str, str, str]  # the tool, its rule, the type of the resource, where and what


def cfn_lint(templates: list[Path]) -> list[Finding]:
    ran = subprocess.run([BIN / "cfn-lint", "--format", "json", *templates], capture_output=True, text=True, check=False)
    # Its exit code is a sum of what it has found; without a list it has not judged.
    matches = parsed("cfn-lint", ran)
    found = []
    for match in matches:
        path = match["Location"]["Path"] or ["?"]
        template = json.loads(Path(match["Filename"]).read_text())
        kind = template["Resources"][path[1]]["Type"] if path[0] == "Resources" else str(path[0])
        found.append(("cfn-lint", match["Rule"]["Id"], kind, f"{Path(match['Filename']).name}: {match['Message']}"))
    return found


def checkov(folder: Path, templates: list[Path]) -> list[Finding]:
    command = [BIN / "checkov", "--directory", folder, "--framework", "cloudformation", "--compact", "--quiet", "--skip-download", "--output", "json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    report = parsed("checkov", ran)
    if report["summary"]["parsing_errors"] or report["summary"]["resource_count"] < len(templates):
        raise DidNotRun(f"checkov has not read every template: {report['summary']}")
    failed = report["results"]["failed_checks"]
    return [("checkov", check["check_id"], check["resource"].split(".")[0], f"{check['file_path']}: {check['resource']}: {check['check_name']}") for check in failed]


def parsed(tool: str, ran: subprocess.CompletedProcess[str]):
    try:
        return json.loads(ran.stdout)
    except json.JSONDecodeError as error:
        raise DidNotRun(f"{tool} has answered no JSON (exit code {ran.returncode}): {ran.stderr[-2000:]}") from error


def report(found: list[Finding], exceptions: dict, templates: int) -> int:
    wrong = [finding for finding in found if finding[2] not in exceptions.get(finding[0], {}).get(finding[1], {}).get("types", [])]
    used = Counter((tool, rule, kind) for tool, rule, kind, _ in found)
    excepted = [(tool, rule, kind) for tool, rules in exceptions.items() for rule, one in rules.items() for kind in one["types"]]
    idle = [one for one in excepted if one not in used]
    for tool, rule, kind, what in wrong:
        print(f"{tool} {rule} of {kind}: {what}")
    for tool, rule, kind in idle:
        print(f"exceptions.toml: nothing needs {tool} {rule} of {kind} any more")
    print(f"{templates} templates, {len(found)} findings, {len(found) - len(wrong)} of them exceptions with a reason, {len(wrong)} wrong, {len(idle)} exceptions that nothing needs")
    return 1 if wrong or idle else 0


if __name__ == "__main__":
    sys.exit(main())
