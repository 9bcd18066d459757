"""Previews programs on the real engine with the sandbox's providers, each with a folder and a state of its own."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.cluster import Cluster
from scripts.preview_example import prepare, preview

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Planned:
    status: int
    steps: tuple[dict[str, Any], ...]
    said: str

    def of(self, kind):
        """The states of all resources of a type, by name."""
        found = [step["newState"] for step in self.steps if step["newState"]["type"] == kind]
        return {state["urn"].rpartition("::")[2]: state for state in found}


Plan = Callable[..., Planned]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Runs `plan(program, packs=[...], cluster=..., plugins={...}, settings={...})`."""

    def run(
        program: Path,
        *,
        packs: Iterable[str] = (),
        cluster: Cluster | None = None,
        plugins: dict[str, Path] | None = None,
        settings: dict[str, str] | None = None,
    ) -> Planned:
        prepare(program, tmp_path, plugins)
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("APEX_", "AWS_"))}
        if cluster:
            variables |= {"KUBECONFIG": str(cluster.kubeconfig), "APEX_SANDBOX_KUBECONFIG": str(cluster.kubeconfig)}
        options = ["--json", *(f"--config={name}={value}" for name, value in (settings or {}).items())]
        done = preview(tmp_path, variables, packs, options)
        start = done.stdout.find("{")
        told = json.loads(done.stdout[start:]) if start >= 0 else {}
        diagnostics = [each["message"] for each in told.get("diagnostics", ())]
        steps = [step for step in told.get("steps", ()) if "::pulumi:" not in step["urn"]]
        return Planned(done.returncode, tuple(steps), "\n".join([*diagnostics, done.stderr]))

    return run
