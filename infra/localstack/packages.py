"""LocalStack's own Python packages, apart from those of the machine. They need Python 3.13."""

import os
import shutil
import subprocess
from pathlib import Path

import python
from state import ROOT, Problem

REQUIREMENTS = Path(__file__).resolve().with_name("requirements.txt")
FOLDER = ROOT / ".localstack" / "venv"
PYTHON = "python3.13"


def environment() -> Path:
    """The interpreter that has the packages of requirements.txt."""
    return python.environment("LocalStack", FOLDER, REQUIREMENTS, _python)


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
