"""A small stack on the real engine, with the sandbox's provider and a state folder of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
PLUGIN = REPOSITORY / "sandbox" / "aws"


@dataclass
class Stack:
    """A project folder whose program a test may rewrite between runs."""

    folder: Path
    environment: dict[str, str]

    def program(self, text: str) -> None:
        (self.folder / "__main__.py").write_text(f"import pulumi\nimport pulumi_aws as aws\n{text}\n")

    def run(self, *arguments: str, succeeds: bool = True) -> str:
        finished = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (finished.returncode == 0) is succeeds, finished.stdout + finished.stderr
        return finished.stdout

    def plan(self) -> dict[str, dict[str, Any]]:
        """The steps of a preview by resource name."""
        steps = json.loads(self.run("preview", "--json"))["steps"]
        return {step["urn"].rpartition("::")[2]: step for step in steps}

    def up(self) -> dict[str, Any]:
        """Deploys and returns how many resources each operation touched."""
        self.run("up", "--yes", "--skip-preview")
        history = json.loads(self.run("stack", "history", "--json", "--page-size", "1"))
        return dict(history[0]["resourceChanges"])

    def state(self) -> dict[str, dict[str, Any]]:
        """The resources of the state by name."""
        resources = json.loads(self.run("stack", "export"))["deployment"].get("resources", [])
        return {resource["urn"].rpartition("::")[2]: resource for resource in resources}


@pytest.fixture
def new_stack(tmp_path: Path) -> Iterator[Callable[[str], Stack]]:
    if shutil.which("pulumi") is None:
        pytest.fail("no pulumi on PATH; `make test` puts one there")

    def make(program: str) -> Stack:
        folder = tmp_path / "project"
        folder.mkdir()
        (tmp_path / "state").mkdir()
        project = {
            "name": "probe",
            "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}},
            "plugins": {"providers": [{"name": "aws", "path": str(PLUGIN)}]},
        }
        (folder / "Pulumi.yaml").write_text(json.dumps(project))
        path = os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ["PATH"]])
        settings = {
            "PATH": path,
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "probe",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(tmp_path / "home"),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "AWS_"))}
        stack = Stack(folder, {**inherited, **settings})
        stack.program(program)
        stack.run("stack", "init", "dev")
        stack.run("config", "set", "aws:region", "eu-west-1")
        return stack

    yield make
