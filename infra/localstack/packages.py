"""LocalStack's own Python packages, apart from those of the machine. They need Python 3.13."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from state import ROOT, Problem

REQUIREMENTS = Path(__file__).resolve().with_name("requirements.txt")
FOLDER = ROOT / ".localstack" / "venv"
PYTHON = "python3.13"


def environment() -> Path:
    """The interpreter that has the packages of requirements.txt. Installs them when they changed; instances share it."""
    FOLDER.parent.mkdir(exist_ok=True)
    interpreter, installed = FOLDER / "bin" / "python", FOLDER / "requirements.txt"
    with (FOLDER.parent / "venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two instances may start at once
        if not installed.exists() or installed.read_text() != REQUIREMENTS.read_text():
            print(f"Installing LocalStack into {FOLDER} ...", file=sys.stderr)
            shutil.rmtree(FOLDER, ignore_errors=True)
            _run([_python(), "-m", "venv", FOLDER])
            _run([interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS])
            shutil.copyfile(REQUIREMENTS, installed)
    return interpreter


def _python() -> str:
    """The one on the path, or one that pyenv has installed. A shim may be there and still not start: so it is asked."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for candidate in [shutil.which(PYTHON), *sorted(pyenv.glob(f"versions/3.13*/bin/{PYTHON}"))]:
        if candidate and subprocess.run([candidate, "--version"], capture_output=True).returncode == 0:
            return str(candidate)
    raise Problem(
        f"LocalStack 4.14.0 needs Python 3.13, and `{PYTHON} --version` does not work here. "
        f"Install it (`apt install {PYTHON}-venv`, `brew install python@3.13`, `pyenv install 3.13`)"
    )


def _run(command: list[object]) -> None:
    if subprocess.run([str(part) for part in command]).returncode != 0:
        raise Problem(f"could not install it; this failed: {' '.join(str(part) for part in command)}")
