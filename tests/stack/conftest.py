"""The environments' settings, and copies of the catalog that a test changes."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from apex.settings import read_settings
from apex.specs import Catalog, load_catalog
from stack.environment import Environment

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Space:
    """What the mapping reads of a team's namespace."""

    namespace: str


@dataclass(frozen=True)
class Copy:
    """A copy of the catalog."""

    root: Path

    def edit(self, name: str, old: str, new: str) -> "Copy":
        """The same after `old`, which has to be there, is replaced everywhere in the file `name`."""
        file = self.root / name
        text = file.read_text()
        assert old in text, f"{old!r} is not in {name}"
        file.write_text(text.replace(old, new))
        return self

    def load(self, environment: str | None = None) -> Catalog:
        """What it declares."""
        return load_catalog(self.root, environment)


@pytest.fixture
def environment() -> Callable[[str], Environment]:
    """The environment of a name, with the settings that the repository has for it."""

    def make(name: str) -> Environment:
        file = REPOSITORY / f"Pulumi.{name}.yaml"
        return Environment(name, "us-east-1", read_settings(file), file)

    return make


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of the repository's catalog."""
    shutil.copytree(REPOSITORY / "catalog", tmp_path / "catalog")
    return Copy(tmp_path / "catalog")


@pytest.fixture
def spaces() -> dict[str, Space]:
    """The teams' namespaces, as components that exist."""
    return {name: Space(name) for name in ("language", "platform", "sensing", "speech", "vision")}
