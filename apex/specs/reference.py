"""Writes the pages under docs/kinds from the models.

python -m apex.specs.reference docs/kinds
"""

import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from apex.specs.base import Spec
from apex.specs.explain import describe, maps_in
from apex.specs.kinds import KINDS, api_version
from apex.specs.schema import published

Json = dict[str, Any]


def pages() -> dict[str, str]:
    """The pages by the name of their file."""
    index = ["# The kinds", "", "What teams declare in `catalog/`; `apex explain KIND.field` tells the same.", ""]
    index += [f"- [{name}]({name.lower()}.md): {kind.summary}" for name, kind in sorted(KINDS.items())]
    return {"README.md": "\n".join(index) + "\n"} | {
        f"{name.lower()}.md": page(kind) for name, kind in sorted(KINDS.items())
    }


def page(kind: type[Spec]) -> str:
    """The page of `kind`: what it is, an example, and every field."""
    schema = published(kind)
    example = resources.files("apex.specs").joinpath("data", "new", f"{kind.kind_name}.yaml").read_text("utf-8")
    where = "in a namespace" if kind.namespaced else "without a namespace"
    lines = [
        f"# {kind.kind_name}",
        "",
        " ".join((kind.__doc__ or "").split()),
        "",
        f"`{api_version(kind)}`, {where}. `apex new {kind.kind_name} NAME` starts one:",
        "",
        "```yaml",
        *example.rstrip().split("\n")[1:],
        "```",
        "",
        "| field | type | default | meaning |",
        "|---|---|---|---|",
        *_rows(schema["properties"]["spec"], "spec", schema.get("$defs", {})),
    ]
    return "\n".join(lines) + "\n"


def _rows(schema: Json, path: str, definitions: Json) -> Iterator[str]:
    for properties, required, variant in maps_in(schema, definitions):
        for name, field in properties.items():
            here = f"{path}.{name}"
            suffix = f" ({variant})" if variant else ""
            default = "required" if name in required else _default(field)
            kind = describe(field, definitions).replace("|", "\\|")
            yield f"| `{here}`{suffix} | {kind} | {default} | {_meaning(field, definitions)} |"
            if not _is_amount_or_map(field):
                yield from _rows(field, here + _key(field), definitions)


def _meaning(field: Json, definitions: Json) -> str:
    text = field.get("description") or definitions.get(field.get("$ref", "").rpartition("/")[2], {}).get("description")
    return " ".join((text or "").split()).replace("|", "\\|")


def _key(field: Json) -> str:
    """What stands between a field and the fields of what it holds many of."""
    if field.get("type") == "array":
        return "[]"
    return ".NAME" if {"additionalProperties", "patternProperties"} & set(field) else ""


def _is_amount_or_map(field: Json) -> bool:
    """A usage: its low, expected, peak and growth are the same for all and told once."""
    return any("crd" in part for part in field.get("anyOf", ()))


def _default(field: Json) -> str:
    value = field.get("default")
    if value in (None, []) or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return f"`{', '.join(map(str, value)) if isinstance(value, list) else value}`"


def write(folder: Path) -> None:
    """Write every page below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
