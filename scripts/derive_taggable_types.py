"""Derive apex/policy/data/taggable_types.json, the AWS types that take tags, from the installed pulumi_aws SDK.

Run it after an upgrade of pulumi_aws: `.venv/bin/python scripts/derive_taggable_types.py`. The SDK's sources are read
as text, because importing its three thousand modules takes minutes.
"""

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).parent.parent / "apex" / "policy" / "data" / "taggable_types.json"
TOKEN = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^']+)'")
TAGS_INPUT = re.compile(r"^ +tags: pulumi\.Input\[(?:Optional\[)?(Mapping|Sequence)\[", re.MULTILINE)
SETS_TAGS = '__props__.__dict__["tags"] = tags'


def sdk_folder() -> Path:
    """Where pulumi_aws is installed."""
    spec = importlib.util.find_spec("pulumi_aws")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("pulumi_aws is not installed; run `make setup`")
    return Path(spec.submodule_search_locations[0])


def taggable(folder: Path) -> Iterator[tuple[str, str]]:
    """Each type token with the shape of its tags: `map`, or `list` for the resource that spells them as blocks."""
    for file in folder.rglob("*.py"):
        if file.name.startswith("_") or file.name.startswith("get_") or file.name == "outputs.py":
            continue
        text = file.read_text(encoding="utf-8")
        if SETS_TAGS not in text:
            continue
        token, shape = TOKEN.search(text), TAGS_INPUT.search(text)
        if token and shape:
            yield token[1], "map" if shape[1] == "Mapping" else "list"


def render(folder: Path) -> str:
    """The data file's text."""
    shapes: dict[str, list[str]] = {"list": [], "map": []}
    for token, shape in taggable(folder):
        shapes[shape].append(token)
    return json.dumps({shape: sorted(tokens) for shape, tokens in shapes.items()}, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(sdk_folder()), encoding="utf-8")
    print(TARGET)
