"""Repairs: what a rule that is set to remediate changes of a resource, and how that is told."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from apex.plan import Hidden, Resource
from apex.policy.evaluate import Finding, Status
from apex.policy.props import HiddenValueError, WrongShapeError
from apex.policy.rule import Enforcement, Rule
from apex.policy.stack import Context, Subject


def repaired(rule: Rule, subject: Subject, context: Context) -> Mapping[str, Any] | None:
    """The properties of `subject` as `rule` mends them; None where there is nothing to mend, or it cannot be seen.

    What cannot be seen is not touched: the rule itself then refuses it.
    """
    if rule.remediate is None:
        return None
    try:
        return rule.remediate(subject, context.for_rule(rule.id))
    except (HiddenValueError, WrongShapeError):
        return None


def changes(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """What differs, one sentence a property; values that are hidden stay hidden."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from changes(before.get(name), after.get(name), f"{path}.{name}" if path else str(name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from changes(old, new, f"{path}[{number}]")
    elif before != after:
        yield f"{path} set to {_shown(after)}" + (f", was {_shown(before)}" if before is not None else "")


def repair(
    rules: Sequence[Rule], levels: Mapping[str, Enforcement], resources: Iterable[Resource], context: Context
) -> tuple[tuple[Resource, ...], list[Finding]]:
    """The resources as the rules that are set to remediate mend them, and one finding for each that was mended."""
    active = [rule for rule in rules if levels.get(rule.id, rule.enforcement) is Enforcement.REMEDIATE]
    mended, told = [], []
    for resource in resources:
        now = resource
        for rule in active:
            subject = Subject(now)
            after = repaired(rule, subject, context) if rule.concerns(now.type) else None
            if after is not None:
                told.append(_finding(rule, subject, after))
                now = replace(now, inputs=after)
        mended.append(now)
    return tuple(mended), told


def _finding(rule: Rule, subject: Subject, after: Mapping[str, Any]) -> Finding:
    resource = subject.resource
    return Finding(
        rule=rule.id,
        title=rule.title,
        pack=rule.pack,
        severity=rule.severity,
        enforcement=Enforcement.REMEDIATE,
        urn=subject.urn,
        type=subject.type,
        name=subject.name,
        message=f"repaired: {'; '.join(changes(resource.inputs, after))}",
        fix=f"Nothing; write it down to have the program say so itself. {rule.fix}",
        status=Status.REPAIRED,
        controls=rule.controls,
        file=resource.file,
        line=resource.line,
    )


def _shown(value: Any) -> str:
    return json.dumps(value, default=lambda it: it.value if isinstance(it, Hidden) else str(it), sort_keys=True)
