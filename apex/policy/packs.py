"""Finding the packs of a repository and reading their rules, without starting an engine.

A pack is a plugin: a folder with `PulumiPolicy.yaml` and a `__main__.py` that lists `RULES`. It is loaded by its path,
so nothing here imports a pack by name.
"""

import importlib.util
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from apex.errors import InputError
from apex.policy.rule import Rule

FOLDER = "policy_packs"


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack: its name, where it lies, and the rules that it lists."""

    name: str
    folder: Path
    rules: tuple[Rule, ...]


def find_packs(start: Path) -> Path:
    """The folder of packs in `start` or the nearest folder above it, else beside the installed library."""
    for folder in (start.resolve(), *start.resolve().parents, Path(__file__).parents[2]):
        if (folder / FOLDER).is_dir():
            return folder / FOLDER
    raise InputError.of(
        f"has no {FOLDER} folder, nor has any folder above it; run in a repository of packs", file=start
    )


def load_packs(folder: Path, names: Iterable[str] = ()) -> list[Pack]:
    """The packs under `folder`, sorted by name; only those called `names`, if any are given."""
    present = {child.name: child for child in sorted(folder.iterdir()) if (child / "PulumiPolicy.yaml").is_file()}
    chosen = list(dict.fromkeys(names)) or list(present)
    for name in chosen:
        if name not in present:
            raise InputError.of(
                f'"{name}" is not a policy pack; use one of {", ".join(present)}', file=folder, field="pack"
            )
    return [load_pack(present[name]) for name in sorted(chosen)]


def load_pack(folder: Path) -> Pack:
    """The pack in `folder`. Its files import each other as top-level modules, as they do when the engine runs them."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location(f"apex_pack_{folder.name}", folder / "__main__.py")
        if spec is None or spec.loader is None:
            raise InputError.of("is not a policy pack: it has no __main__.py", file=folder)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except (ImportError, FileNotFoundError, SyntaxError, ValueError) as error:
        raise InputError.of(f"cannot be loaded: {error}", file=folder / "__main__.py") from error
    finally:
        sys.path.remove(str(folder))
        # Two packs may have files of one name; each keeps its own.
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).parent == folder:
                del sys.modules[name]
    rules: Sequence[Rule] = getattr(module, "RULES", ())
    if not rules:
        raise InputError.of("lists no RULES", file=folder / "__main__.py")
    return Pack(folder.name, folder, tuple(rules))
