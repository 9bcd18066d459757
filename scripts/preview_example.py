"""Previews an example on the sandbox's providers, with the policy packs:

    .venv/bin/python -m sandbox run --env dev -- .venv/bin/python scripts/preview_example.py everything

An example's own Pulumi.yaml names no providers, as it is meant for an account; the copy that is made here differs in
nothing but where the providers, the program and the settings are.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
PACKS = ("ai", "data", "finops", "security")
STACK = "dev"


def prepare(program: Path, folder: Path, plugins: Mapping[str, Path] | None = None) -> None:
    """Write into `folder` the project of `program` on the sandbox, with `plugins` beside its providers."""
    project = yaml.safe_load((program / "Pulumi.yaml").read_text(encoding="utf-8"))
    providers = {"aws": ROOT / "sandbox" / "aws", "kubernetes": ROOT / "sandbox" / "kubernetes", **(plugins or {})}
    project |= {
        "main": str(program),
        "stackConfigDir": "settings",
        "runtime": {"name": "python", "options": {"virtualenv": str(ROOT / ".venv")}},
        "plugins": {"providers": [{"name": name, "path": str(path)} for name, path in sorted(providers.items())]},
    }
    settings = folder / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project, sort_keys=False), encoding="utf-8")
    # A copy, because the engine writes the stack's key into it.
    (settings / f"Pulumi.{STACK}.yaml").write_bytes((program / f"Pulumi.{STACK}.yaml").read_bytes())


def preview(
    folder: Path, variables: Mapping[str, str], packs: Iterable[str] = PACKS, options: Iterable[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Preview what `prepare` wrote, with a state of its own that begins empty."""
    state = folder / "state"
    state.mkdir(exist_ok=True)
    environment = {
        **variables,
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), variables.get("PYTHONPATH", "")])),
    }
    stack = ["pulumi", "-C", str(folder), "stack", "select", "--create", STACK, "--non-interactive"]
    done = subprocess.run(stack, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        return done
    words = ["pulumi", "-C", str(folder), "preview", "--stack", STACK, "--non-interactive", *options]
    for pack in packs:
        words += ["--policy-pack", str(ROOT / "policy_packs" / pack)]
        config = ROOT / "policy_packs" / pack / f"config.{STACK}.json"
        words += ["--policy-pack-config", str(config if config.is_file() else _no_config(folder))]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def _no_config(folder: Path) -> Path:
    file = folder / "no-config.json"
    file.write_text("{}", encoding="utf-8")
    return file


def main() -> int:
    """Preview one example for a person."""
    names = sorted(path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml"))
    parser = argparse.ArgumentParser(description="Preview an example on the sandbox.")
    parser.add_argument("example", choices=names)
    name = parser.parse_args().example
    folder = ROOT / ".apex" / "examples" / name
    prepare(EXAMPLES / name, folder)
    done = preview(folder, os.environ)
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
