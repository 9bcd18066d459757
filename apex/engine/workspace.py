"""Where a run finds its project, its policy packs and its files."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apex.errors import InputError

PROJECT_FOLDER = "APEX_PROJECT_DIR"
"""Environment variable: the folder whose Pulumi.yaml is run, where it is not the repository's own (the sandbox's)."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A checkout and one of its environments.

    `root` holds the program and `Pulumi.<environment>.yaml`; `project` holds the Pulumi.yaml to run, `root` itself
    unless the sandbox swaps the providers; `output` receives what a run writes and is ignored by Git.
    """

    root: Path
    project: Path
    environment: str

    @property
    def settings_file(self) -> Path:
        """The environment's settings."""
        return self.root / f"Pulumi.{self.environment}.yaml"

    @property
    def output(self) -> Path:
        """`.apex/<environment>`."""
        return self.root / ".apex" / self.environment

    @property
    def plan_file(self) -> Path:
        """The engine's own JSON plan of the last preview."""
        return self.output / "preview.json"

    @property
    def baseline_file(self) -> Path:
        """The state that was deployed before the last run."""
        return self.output / "deployed.json"

    @property
    def packs(self) -> tuple[Path, ...]:
        """The policy packs of the repository, sorted by name."""
        return tuple(sorted(path.parent for path in (self.root / "policy_packs").glob("*/PulumiPolicy.yaml")))

    def pack_config(self, pack: Path) -> Path | None:
        """The `config.<environment>.json` of `pack`, if there is one."""
        file = pack / f"config.{self.environment}.json"
        return file if file.is_file() else None


def open_workspace(environment: str, folder: Path, variables: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace that `folder` is in. Raises InputError where there is no project or no such environment."""
    root = next((path for path in (folder, *folder.parents) if (path / "Pulumi.yaml").is_file()), None)
    if root is None:
        raise InputError.of("holds no Pulumi.yaml, nor does any folder above it; run apex in the checkout", file=folder)
    project = root / variables.get(PROJECT_FOLDER, "")
    if not (project / "Pulumi.yaml").is_file():
        raise InputError.of(f"holds no Pulumi.yaml; unset {PROJECT_FOLDER} or correct it", file=project)
    known = sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in root.glob("Pulumi.*.yaml"))
    if environment not in known:
        raise InputError.of(
            f'"{environment}" is not an environment; use {" or ".join(known) or "none: there is no "}', field="ENV"
        )
    return Workspace(root, project.resolve(), environment)
