"""Where an instance of the emulator keeps its files."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"


class Problem(Exception):
    """Something the user can put right; the text says how."""


class State:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pid = folder / "pid"
        self.env = folder / "env"
        self.log = folder / "log"
        self.outputs = folder / "outputs.json"
        self.bootstrapped = folder / "bootstrapped"
        self.temporary = folder / "tmp"

    @classmethod
    def from_environment(cls) -> "State":
        return cls(Path(os.environ.get("TIDINGS_EMULATOR_DIR") or ROOT / ".emulator").resolve())

    def variables(self) -> dict[str, str]:
        """What a client of this instance needs, as written by `up`."""
        if not self.env.exists():
            raise Problem("it is not running; start it with `emulator up`")
        lines = self.env.read_text().splitlines()
        return dict(line.removeprefix("export ").split("=", 1) for line in lines)

    def endpoint(self) -> str:
        return self.variables()["AWS_ENDPOINT_URL"]
