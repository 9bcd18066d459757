"""A small program on the real engine, with a provider that makes nothing."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

Program = Callable[..., "EngineRun"]


@dataclass(frozen=True)
class EngineRun:
    """How a run of the engine ended. `events` are its event log, `output` is what a person reads."""

    status: int
    output: str
    events: list[dict[str, Any]]

    @property
    def policy_events(self) -> list[dict[str, Any]]:
        """What the packs said."""
        return [event["policyEvent"] for event in self.events if "policyEvent" in event]

    @property
    def made(self) -> set[str]:
        """The names of the resources whose step was done."""
        done = [event["resOutputsEvent"]["metadata"]["urn"] for event in self.events if "resOutputsEvent" in event]
        return {urn.rsplit("::", 1)[1] for urn in done}

    def violations(self, policy: str, level: str = "mandatory") -> dict[str, str]:
        """The messages of one policy, by the name of the resource."""
        return {
            event["resourceUrn"].rsplit("::", 1)[1]: event["message"]
            for event in self.policy_events
            if event["policyName"] == policy and event["enforcementLevel"] == level
        }


def find_engine() -> Path | None:
    """The folder of the engine that the project uses, None where it has not been set up."""
    candidates = [Path(p).parent for p in (shutil.which("pulumi"),) if p]
    if "APEX_ENGINE_BIN" in os.environ:
        candidates.insert(0, Path(os.environ["APEX_ENGINE_BIN"]))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    candidates += sorted(cache.glob("apex/**/pulumi"), reverse=True)
    for folder in candidates:
        folder = folder if folder.is_dir() else folder.parent
        if (folder / "pulumi").is_file() and (folder / "pulumi-analyzer-policy-python").exists():
            return folder
    return None


@pytest.fixture(scope="session")
def provider_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the executable that the engine looks for."""
    folder = tmp_path_factory.mktemp("provider")
    plugin = folder / "pulumi-resource-aws"
    script = Path(__file__).parent / "echo_provider" / "echo.py"
    plugin.write_text(f'#!/bin/sh\nexec "{sys.executable}" -u "{script}" "$@"\n', encoding="utf-8")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.fixture
def run_program(tmp_path: Path, provider_folder: Path) -> Program:
    """Run a program's body through `pulumi preview` (or another command) with packs."""
    engine = find_engine()
    if engine is None:
        pytest.fail("the engine is not set up; run `make setup`")

    def run(
        body: str,
        *packs: str,
        command: str = "preview",
        stack: str = "dev",
        pack_config: dict[str, Any] | None = None,
        config: dict[str, str] | None = None,
    ) -> EngineRun:
        (tmp_path / "state").mkdir(exist_ok=True)
        virtualenv = Path(sys.executable).parent.parent
        project = {
            "name": "shop",
            "runtime": {"name": "python", "options": {"virtualenv": str(virtualenv)}},
            "plugins": {"providers": [{"name": "aws", "path": str(provider_folder)}]},
        }
        (tmp_path / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(json.dumps({"config": config or {}}), encoding="utf-8")
        (tmp_path / "__main__.py").write_text(PRELUDE + body, encoding="utf-8")
        log = tmp_path / "events.jsonl"
        log.unlink(missing_ok=True)
        arguments = ["--non-interactive", "--event-log", str(log), "--stack", stack]
        if command == "up":
            arguments += ["--yes", "--skip-preview"]
        for pack in packs:
            arguments += ["--policy-pack", str(ROOT / "policy_packs" / pack)]
        if pack_config is not None:
            (tmp_path / "pack.json").write_text(json.dumps(pack_config), encoding="utf-8")
            arguments += ["--policy-pack-config", str(tmp_path / "pack.json")]
        variables = {
            **os.environ,
            "PATH": f"{engine}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(),
            "PULUMI_HOME": str(tmp_path / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DEBUG_COMMANDS": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        _pulumi(engine, ["stack", "select", "--create", stack], tmp_path, variables)
        done = _pulumi(engine, [command, *arguments], tmp_path, variables)
        events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
        return EngineRun(done.returncode, done.stdout + done.stderr, events)

    return run


PRELUDE = """
import pulumi
from pulumi.runtime.rpc import UNKNOWN

PAID = {
    "project": "shop", "environment": "dev", "team": "vision", "cost-center": "cc-100", "data-modality": "image",
}


class Thing(pulumi.CustomResource):
    arn: pulumi.Output[str]

    def __init__(self, token, name, **props):
        opts = props.pop("opts", None)
        super().__init__(token, name, {"arn": None, **props}, opts)


def bucket(name, **props):
    return Thing("aws:s3/bucket:Bucket", name, **props)

"""


def _pulumi(engine: Path, arguments: list[str], folder: Path, variables: dict[str, str]) -> Any:
    return subprocess.run(
        [str(engine / "pulumi"), *arguments],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
