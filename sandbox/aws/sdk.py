"""Finds resource types and functions in the installed pulumi_aws SDK and reads their source, without importing it.

Importing the SDK takes seconds and hundreds of megabytes once many services are touched; its generated sources are
regular, so the few classes that a program uses are cut out of them and parsed on their own.
"""

import ast
import functools
import importlib.util
import json
import re
from pathlib import Path


@functools.cache
def root() -> Path:
    """The folder of the installed pulumi_aws package."""
    spec = importlib.util.find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise RuntimeError("pulumi_aws is not installed beside the sandbox; run `make setup`")
    return Path(spec.origin).parent


@functools.cache
def version() -> str:
    """The SDK's version, which is also the version this provider plays."""
    return str(json.loads((root() / "pulumi-plugin.json").read_text())["version"])


@functools.cache
def tokens() -> dict[str, tuple[str, str]]:
    """Every resource type token with its package folder and class, as the SDK itself registers them."""
    source = (root() / "__init__.py").read_text()
    match = re.search(r'resource_modules="""\s*(\[.*?\n\])\s*"""', source, re.DOTALL)
    if match is None:
        raise RuntimeError(f"{root() / '__init__.py'} registers no resource modules; this SDK's layout is not known")
    found: dict[str, tuple[str, str]] = {}
    for module in json.loads(match[1]):
        folder = module["fqn"].removeprefix("pulumi_aws").lstrip(".")
        for token, name in module["classes"].items():
            found[token] = (folder, name)
    return found


def snake(name: str) -> str:
    """`nodeGroupName` → `node_group_name`, the way the SDK names its files."""
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name).lower()


@functools.lru_cache(maxsize=64)
def text(path: Path) -> str:
    """A source file of the SDK."""
    return path.read_text(encoding="utf-8")


@functools.cache
def source_of(token: str) -> Path | None:
    """The file that defines a resource type; None if the SDK has no such type."""
    place = tokens().get(token)
    if place is None:
        return None
    folder = root() / place[0].replace(".", "/") if place[0] else root()
    likely = folder / f"{snake(token.split(':')[1].rpartition('/')[2])}.py"
    candidates = [likely] if likely.exists() else []
    marker = f'@pulumi.type_token("{token}")'
    for path in [*candidates, *sorted(folder.glob("*.py"))]:
        if marker in text(path):
            return path
    return None


@functools.lru_cache(maxsize=64)
def _class_offsets(path: Path) -> dict[str, tuple[int, int]]:
    starts = [(m.start(), m[1]) for m in re.finditer(r"^class (\w+)\b", text(path), re.MULTILINE)]
    ends = [start for start, _ in starts[1:]] + [len(text(path))]
    return {name: (start, end) for (start, name), end in zip(starts, ends, strict=True)}


def parse_class(path: Path, name: str) -> ast.ClassDef | None:
    """One class of a file, parsed alone: the largest files hold thousands of them."""
    span = _class_offsets(path).get(name)
    if span is None:
        return None
    chunk = text(path)[span[0] : span[1]]
    # The next class's decorator is the tail of this chunk.
    chunk = re.sub(r"\n@pulumi\.\w+(\([^\n]*\))?\s*\Z", "\n", chunk)
    chunk = re.split(r"\n(?=(?:if|def|[A-Za-z_]\w* ?[=:]) ?)", chunk)[0]
    node = ast.parse(chunk).body[0]
    return node if isinstance(node, ast.ClassDef) else None


@functools.cache
def function_source(token: str) -> Path | None:
    """The file that defines a function such as `aws:ec2/getAmi:getAmi`; None if the SDK has none."""
    module, _, name = token.removeprefix("aws:").partition(":")
    service, _, stem = module.rpartition("/")
    folder = "" if service in ("", "index") else service
    folder = {"lambda": "lambda_"}.get(folder, folder)
    path = root() / folder / f"{snake(stem or name)}.py"
    return path if path.exists() else None
