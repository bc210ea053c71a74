"""Python packages of the project's own, apart from those of the machine."""

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from state import ROOT, Problem

REQUIREMENTS = Path(__file__).resolve().with_name("requirements.txt")
FOLDER = ROOT / ".emulator" / "venv"


def environment(
    name: str = "the emulator", folder: Path = FOLDER, requirements: Path = REQUIREMENTS, python: Callable[[], str] = lambda: sys.executable
) -> Path:
    """The interpreter that has the packages of `requirements`. Installs them when they changed; instances share it."""
    folder.parent.mkdir(exist_ok=True)
    interpreter, installed = folder / "bin" / "python", folder / "requirements.txt"
    with (folder.parent / "venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two instances may start at once
        if not installed.exists() or installed.read_text() != requirements.read_text():
            print(f"Installing {name} into {folder} ...", file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            _run([python(), "-m", "venv", folder])
            _run([interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements])
            shutil.copyfile(requirements, installed)
    return interpreter


def _run(command: list[object]) -> None:
    if subprocess.run([str(part) for part in command]).returncode != 0:
        raise Problem(f"could not install it; this failed: {' '.join(str(part) for part in command)}")
