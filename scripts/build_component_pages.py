"""Writes docs/components: a page for each component, from its docstrings, its default instance and the price catalogue.

.venv/bin/python scripts/build_component_pages.py
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from apex.plan import Plan  # noqa: E402
from apex.pricing.estimate import Bill, Pricing, estimate  # noqa: E402
from components.package import COMPONENTS, NAME, schema  # noqa: E402
from scripts import component_defaults as defaults  # noqa: E402

FOLDER = ROOT / "docs" / "components"
_DEFAULT = re.compile(r"\s*\bDefault:\s+(?P<value>.*)", re.DOTALL)
_PREFIX = f"#/types/{NAME}:index:"


def pages() -> dict[str, str]:
    """Every page by its file's name; the same text from run to run."""
    described = schema()
    bills = {each.__name__: _estimate(each.__name__) for each in COMPONENTS}
    made = {"README.md": _index(described, bills)}
    for kind in COMPONENTS:
        made[f"{_snake(kind.__name__)}.md"] = "\n".join(_page(kind, described, *bills[kind.__name__])) + "\n"
    return made


def _estimate(component: str) -> tuple[Plan, Bill]:
    plan = defaults.plan_default(component)
    return plan, estimate(plan, Pricing(region=defaults.REGION))


def _index(described: Mapping[str, Any], bills: Mapping[str, tuple[Plan, Bill]]) -> str:
    lines = [
        "# Components",
        "",
        "Each is a class in Python (`pip install` this repository) and a resource of the Pulumi package in",
        "[components](../../components/) for every other language, where names are in camelCase. The cost is that of",
        f"an instance with nothing but what is required, in {defaults.REGION}.",
        "",
        "| component | what it is | USD a month |",
        "|---|---|---|",
    ]
    for name in sorted(bills):
        what = described["resources"][f"{NAME}:index:{name}"]["description"].split("\n\n")[0]
        lines.append(f"| [{name}]({_snake(name)}.md) | {_cell(what).rstrip(':')} | {_span(*_cost(*bills[name]))} |")
    return "\n".join(lines) + "\n"


def _page(kind: type, described: Mapping[str, Any], plan: Plan, bill: Bill) -> Iterator[str]:
    name = kind.__name__
    entry = described["resources"][f"{NAME}:index:{name}"]
    yield f"# {name}"
    yield ""
    yield re.sub(r"::$", ":", entry["description"], flags=re.MULTILINE)
    yield ""
    yield f"`from {kind.__module__} import {name}`, or the resource `{NAME}:index:{name}` of the package."
    yield ""
    yield "## Inputs"
    yield ""
    yield from _properties(entry["inputProperties"], entry["requiredInputs"])
    for token in _types(entry["inputProperties"], described):
        yield from _type(token, described["types"][token])
    yield "## Outputs"
    yield ""
    yield "| output | type | |"
    yield "|---|---|---|"
    for output, member in sorted(entry["properties"].items()):
        yield f"| `{_snake(output)}` | {_of(member)} | {_cell(member['description'])} |"
    yield ""
    yield from _made(name, plan)
    yield from _costs(name, plan, bill)


def _properties(members: Mapping[str, Any], required: list[str]) -> Iterator[str]:
    yield "| argument | type | default | |"
    yield "|---|---|---|---|"
    for name in sorted(members, key=lambda each: (each not in required, each)):
        text, default = members[name]["description"], "**required**"
        if name not in required:
            found = _DEFAULT.search(text)
            text, default = (_DEFAULT.sub("", text), found["value"].rstrip(".")) if found else (text, "")
        yield f"| `{_snake(name)}` | {_of(members[name])} | {_cell(default)} | {_cell(text)} |"
    yield ""


def _type(token: str, entry: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {token.rpartition(':')[2]}"
    yield ""
    yield entry["description"]
    yield ""
    if "enum" not in entry:
        yield from _properties(entry["properties"], entry.get("required", []))
        return
    yield "| value | |"
    yield "|---|---|"
    for member in entry["enum"]:
        yield f"| `{member['value']}` | {_cell(member['description'])} |"
    yield ""


def _types(members: Mapping[str, Any], described: Mapping[str, Any]) -> list[str]:
    """The types that `members` name, and those that these name, sorted."""
    found: set[str] = set()
    open_members = list(members.values())
    while open_members:
        member = open_members.pop()
        open_members += [member[key] for key in ("items", "additionalProperties") if key in member]
        token = member.get("$ref", "").removeprefix("#/types/")
        if token in described["types"] and token not in found:
            found.add(token)
            open_members += described["types"][token].get("properties", {}).values()
    return sorted(found)


def _of(member: Mapping[str, Any]) -> str:
    """A member's type in words."""
    if reference := member.get("$ref"):
        if not reference.startswith(_PREFIX):
            return "anything"
        name = reference.removeprefix(_PREFIX)
        return f"[{name}](#{name.lower()})"
    if "items" in member:
        return f"list of {_of(member['items'])}"
    if "additionalProperties" in member:
        return f"map of {_of(member['additionalProperties'])}"
    return {"boolean": "yes or no", "integer": "whole number", "number": "number"}.get(member["type"], "text")


def _made(name: str, plan: Plan) -> Iterator[str]:
    counted = Counter(each.type for each in plan.resources if each.custom and _is_of(name, each.urn))
    yield "## Resources"
    yield ""
    given = ", ".join(f"`{argument}`" for argument in sorted({"tags", *defaults.DEFAULTS[name]}))
    yield f"An instance that is given {given} and nothing else has {sum(counted.values())}:"
    yield ""
    yield "| type | number |"
    yield "|---|---|"
    for token, number in sorted(counted.items()):
        yield f"| `{token}` | {number} |"
    yield ""


def _costs(name: str, plan: Plan, bill: Bill) -> Iterator[str]:
    low, expected, peak = _cost(plan, bill)
    yield "## Cost"
    yield ""
    if not peak:
        yield "It costs nothing by itself."
    else:
        yield (
            f"That instance costs from {low} to {peak} USD a month, {expected} at the usage that is expected where "
            f"none is declared, in {defaults.REGION} at the prices of {bill.catalogue_date.isoformat()}."
        )
    if beside := defaults.BESIDE.get(name):
        yield f"This is its share of the nodes of a [{beside}]({_snake(beside)}.md)."
    for each in sorted({(each.type, each.unpriced or "") for each in bill.unpriced if _is_of(name, each.urn)}):
        yield f"Not counted: `{each[0]}`, {each[1]}."


def _cost(plan: Plan, bill: Bill) -> tuple[str, str, str]:
    """Low, expected and peak of what belongs to the instance; empty where it costs nothing."""
    component = next(each for each in plan.resources if each.name == defaults.NAME and not each.custom)
    parts = [each.monthly for each in bill.resources if _is_of(component.type.rpartition(":")[2], each.urn)]
    sums = [sum(part.cases[case] for part in parts) for case in range(3)]
    return ("", "", "") if not sums[2] else (f"{sums[0]:,.2f}", f"{sums[1]:,.2f}", f"{sums[2]:,.2f}")


def _span(low: str, expected: str, peak: str) -> str:
    return f"{low} to {peak}" if peak else "nothing"


def _is_of(component: str, urn: str) -> bool:
    """Whether the resource is below the instance of `component`."""
    return f"::{NAME}:index:{component}$" in urn


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def main() -> None:
    """Write the pages, and remove those of components that are no more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    for stale in set(FOLDER.glob("*.md")) - {FOLDER / name for name in made}:
        stale.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
