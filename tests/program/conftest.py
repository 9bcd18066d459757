"""Copies of this checkout that run on the sandbox, each with a state of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = (
    "__main__.py",
    "Pulumi.yaml",
    "Pulumi.dev.yaml",
    "Pulumi.prod.yaml",
    "apex",
    "catalog",
    "components",
    "policy_packs",
    "sandbox",
    "stack",
)


@dataclass(frozen=True)
class Done:
    status: int
    output: str


@dataclass(frozen=True)
class Checkout:
    root: Path

    def start(self, command, environment="dev", *words):
        """Begin what `make <command> ENV=<environment>` runs, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "sandbox", command, "--env", environment, *words],
            cwd=self.root,
            env={key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_", "APEX_"))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, command, environment="dev", *words):
        """Run it to its end."""
        process = self.start(command, environment, *words)
        try:
            output, _ = process.communicate(timeout=420)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return Done(process.returncode, output)

    def state(self, environment="dev"):
        """The resources that the environment has; none where it has no state yet."""
        files = list((self.root / ".apex" / "state").rglob(f"stacks/**/{environment}.json"))
        if not files:
            return []
        return json.loads(files[0].read_text())["checkpoint"].get("latest", {}).get("resources") or []

    def plan(self, environment="dev"):
        """The steps of the last preview that are not the engine's own."""
        steps = json.loads((self.root / ".apex" / environment / "preview.json").read_text())["steps"]
        return [step for step in steps if "::pulumi:" not in step["urn"]]

    def edit(self, name, old, new):
        """Replace the one place where `old` stands in the file `name`."""
        file = self.root / name
        text = file.read_text()
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        file.write_text(text.replace(old, new, 1))


@pytest.fixture(scope="session")
def copy_checkout(tmp_path_factory):
    """Makes a copy of the program without its Git history and without anything that a run left."""

    def copy():
        root = tmp_path_factory.mktemp("checkout")
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__", ".apex"))
            else:
                shutil.copy2(source, root / part)
        (root / ".venv").symlink_to(ROOT / ".venv")
        return Checkout(root)

    return copy
