"""Scratch checkouts: the sandbox's own sources, one environment, and a small program of the test's."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    status: int
    output: str


@dataclass(frozen=True)
class Scratch:
    root: Path

    def write(self, program):
        (self.root / "__main__.py").write_text(program)

    def sandbox(self, *words, **variables):
        """Runs `python -m sandbox …` in the scratch checkout."""
        return subprocess.run(
            [sys.executable, "-m", "sandbox", *words],
            cwd=self.root,
            env=self.variables() | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )

    def pulumi(self, command, *options):
        """Runs the engine on the scratch program, beside the environment's API server."""
        words = ["pulumi", "-C", "sandbox", command, "--stack", "dev", "--non-interactive"]
        words += [] if command == "preview" else ["--yes", "--skip-preview"]
        done = self.sandbox("run", "--env", "dev", "--", *words, *options)
        return Ended(done.returncode, done.stdout)

    def plan(self):
        """The steps of a preview, by the resources' names."""
        done = self.pulumi("preview", "--json", "--show-sames")
        assert done.status == 0, done.output
        text = done.output[done.output.index("{") : done.output.rindex("}") + 1]
        return {step["urn"].rpartition("::")[2]: step for step in json.loads(text)["steps"]}

    def objects(self, path):
        """What the API server answers at a path."""
        code = (
            "import json, os, sys, pathlib; from sandbox.kubernetes.client import connect;"
            "print(json.dumps(connect(pathlib.Path(os.environ['KUBECONFIG'])).get(sys.argv[1])))"
        )
        done = self.sandbox("run", "--env", "dev", "--", sys.executable, "-c", code, path)
        assert done.returncode == 0, done.stdout
        return json.loads(done.stdout)

    @staticmethod
    def variables():
        return {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_", "APEX_"))}


@pytest.fixture(scope="session")
def make_scratch(tmp_path_factory):
    """Makes scratch checkouts."""

    def make():
        root = tmp_path_factory.mktemp("scratch")
        shutil.copytree(ROOT / "sandbox", root / "sandbox", ignore=shutil.ignore_patterns("__pycache__"))
        (root / "Pulumi.dev.yaml").write_text("config: {}\n")
        (root / "Pulumi.yaml").write_text("name: apex\nruntime: python\n")
        (root / ".venv").symlink_to(ROOT / ".venv")
        return Scratch(root)

    return make
