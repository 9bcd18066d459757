"""Rules as pages for people and data for programs."""

from typing import Any

from apex.policy.packs import Pack
from apex.policy.rule import Enforcement, Rule, Unknown

_LEVELS = {
    Enforcement.MANDATORY: "blocks",
    Enforcement.ADVISORY: "advises",
    Enforcement.DISABLED: "off unless configured",
    Enforcement.REMEDIATE: "repairs",
}


def rule_as_data(rule: Rule) -> dict[str, Any]:
    """One rule as JSON data."""
    return {
        "id": rule.id,
        "pack": rule.pack,
        "title": rule.title,
        "severity": rule.severity.value,
        "enforcement": rule.enforcement.value,
        "unknown": rule.unknown.value,
        "waivable": rule.waivable,
        "types": list(rule.types),
        "why": rule.why,
        "fix": rule.fix,
        "code": rule.code,
        "controls": {framework: list(ids) for framework, ids in sorted(rule.controls.items())},
        "settings": dict(rule.settings),
    }


def to_page(pack: Pack) -> str:
    """A pack's page: a table of contents and a section per rule. Written by `apex rules --out docs/rules`."""
    rules = sorted(pack.rules, key=lambda rule: rule.id)
    lines = [f"# The pack {pack.name}", "", f"{len(rules)} rules.", "", "| rule | severity | |", "|---|---|---|"]
    lines += [f"| [{rule.title}](#{rule.id}) | {rule.severity.value} | {_LEVELS[rule.enforcement]} |" for rule in rules]
    for rule in rules:
        lines += ["", *_section(rule)]
    return "\n".join(lines) + "\n"


def _section(rule: Rule) -> list[str]:
    shown = [f"`{token}`" for token in rule.types[:6]]
    more = f" and {len(rule.types) - 6} more types" if len(rule.types) > 6 else ""
    lines = [f"## {rule.id}", "", f"**{rule.title}.** {rule.why}", "", f"Looks at {', '.join(shown)}{more}.", ""]
    lines += [f"To comply: {rule.fix}", "", "```python", rule.code, "```", ""]
    if rule.unknown is Unknown.DEFER:
        lines += ["A value that is not known at preview is checked by the deployment before it makes the resource.", ""]
    if not rule.waivable:
        lines += ["It cannot be waived.", ""]
    for name, schema in sorted(rule.settings.items()):
        lines.append(f"- setting `{name}`: {schema.get('description', '')}")
    lines += [f"- {framework}: {', '.join(ids)}" for framework, ids in sorted(rule.controls.items())]
    return lines
