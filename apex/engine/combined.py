"""Every pack of a repository in one process: the engine asks once about a resource, and starts one Python for all.

Packs of this library differ in their rules alone, so one analyzer can answer for all of them. A pack of another make,
or one that is configured as a whole, is run by itself. Plain `pulumi preview --policy-pack` knows nothing of this.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from apex.errors import InputError
from apex.policy.configuration import ALL, BASELINE
from apex.policy.packs import Pack, load_pack

NAME = "apex"
_MARK = "from apex.engine.crossguard import policy_pack"
"""What a pack says in its `__main__.py` that has nothing but rules of this library."""

_PROGRAM = """import sys

# The library that runs the engine is the one that judges, wherever else another is installed.
sys.path.insert(0, {library!r})
from apex.engine.combined import serve_packs

serve_packs({packs!r})
"""

Configured = tuple[Path, Path | None]
"""A pack and the file of its configuration."""


def combine_packs(packs: Iterable[Configured], folder: Path) -> list[Configured]:
    """`packs` with those that can be run together replaced by one pack, which is written into the new `folder`."""
    alone: list[Configured] = []
    together: dict[str, list[str]] = {}
    merged: dict[str, Any] = {}
    for pack, file in packs:
        entries = _entries(file)
        if entries is None or not _is_ours(pack) or {ALL, BASELINE} & set(entries):
            alone.append((pack, file))
        else:
            together[str(pack)] = sorted(entries)
            merged |= entries
    if not together:
        return alone
    folder.mkdir()
    # Outside of a virtual environment the engine takes the Python on PATH.
    options = {"virtualenv": sys.prefix} if sys.prefix != sys.base_prefix else {}
    runtime = {"name": "python", "options": options}
    project, program, config = folder / "PulumiPolicy.yaml", folder / "__main__.py", folder / "config.json"
    project.write_text(json.dumps({"name": NAME, "version": "0.1.0", "runtime": runtime}), encoding="utf-8")
    program.write_text(_PROGRAM.format(library=str(Path(__file__).parents[2]), packs=together), encoding="utf-8")
    config.write_text(json.dumps(merged), encoding="utf-8")
    return [(folder, config), *alone]


def serve_packs(folders: Mapping[str, Iterable[str]]) -> None:
    """Serve the rules of the packs in `folders` as one; each has the names that its configuration speaks of."""
    # Imported here, so that writing a combined pack costs no import of the engine's protocol.
    from apex.engine.crossguard import policy_pack

    try:
        packs = [load_pack(Path(folder)) for folder in folders]
        _check(list(zip(packs, folders.values(), strict=True)))
    except InputError as error:
        sys.exit(str(error))
    policy_pack(NAME, [rule for pack in packs for rule in pack.rules])


def _check(packs: Sequence[tuple[Pack, Iterable[str]]]) -> None:
    """Refuse what would be told apart if each pack ran by itself: two rules of one name, a name of another's rule."""
    owners: dict[str, Pack] = {}
    for pack, _ in packs:
        for rule in pack.rules:
            if rule.id in owners:
                raise InputError.of(
                    f"is also a rule of {owners[rule.id].name}; rename it", file=pack.folder, field=rule.id
                )
            owners[rule.id] = pack
    for pack, names in packs:
        for name in names:
            if owners.get(name) is not pack:
                raise InputError.of(f"is no rule of the pack {pack.name}", file=pack.folder, field=name)


def _is_ours(pack: Path) -> bool:
    program = pack / "__main__.py"
    return program.is_file() and _MARK in program.read_text(encoding="utf-8")


def _entries(file: Path | None) -> dict[str, Any] | None:
    """What a configuration says; None where it is none, which the engine tells better."""
    if file is None:
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
