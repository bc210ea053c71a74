"""The emulator's own Python packages, apart from those of the machine."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

from state import ROOT, Problem

REQUIREMENTS = Path(__file__).resolve().with_name("requirements.txt")
FOLDER = ROOT / ".emulator" / "venv"


def environment() -> Path:
    """The interpreter that has the packages of requirements.txt. Installs them when they changed; instances share it."""
    FOLDER.parent.mkdir(exist_ok=True)
    interpreter, installed = FOLDER / "bin" / "python", FOLDER / "requirements.txt"
    with (FOLDER.parent / "venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two instances may start at once
        if not installed.exists() or installed.read_text() != REQUIREMENTS.read_text():
            print(f"Installing the emulator into {FOLDER} ...", file=sys.stderr)
            shutil.rmtree(FOLDER, ignore_errors=True)
            _run([sys.executable, "-m", "venv", FOLDER])
            _run([interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS])
            shutil.copyfile(REQUIREMENTS, installed)
    return interpreter


def _run(command: list[object]) -> None:
    if subprocess.run([str(part) for part in command]).returncode != 0:
        raise Problem(f"could not install it; this failed: {' '.join(str(part) for part in command)}")
