"""Fill cost tags that follow from the stack's own defaults. Off unless a configuration turns it on."""

from collections.abc import Mapping
from typing import Any

from apex import tags as names
from apex.plan import Hidden
from apex.policy.cost_tags import taggable_types, tags_of
from apex.policy.rule import Enforcement, Rule, Severity
from apex.policy.stack import Context, Subject


def remediate(resource: Subject, context: Context) -> Mapping[str, Any] | None:
    """The properties with the missing tags filled in; None where nothing is missing or nothing can be derived."""
    if resource.type == "aws:autoscaling/group:Group" or isinstance(resource.props.raw("tags"), Hidden):
        return None
    defaults = {names.ENVIRONMENT: context.environment, names.PROJECT: context.project}
    defaults.update(context.settings.get("defaults", {}))
    present = tags_of(resource, context)
    missing = {
        key: str(value)
        for key, value in sorted(defaults.items())
        if key in names.REQUIRED and value and present.get(key) in (None, "")
    }
    if not missing:
        return None
    return {**resource.props.plain(), "tags": {**resource.props.map("tags").plain(), **missing}}


rule = Rule(
    id="repair_cost_tags",
    title="Missing cost tags are filled from the stack's defaults",
    pack="finops",
    severity=Severity.LOW,
    enforcement=Enforcement.DISABLED,
    types=tuple(sorted(taggable_types())),
    remediate=remediate,
    why="A stack that belongs to one team can say so once.",
    fix="Give the defaults in the pack's configuration and set the enforcement level to remediate.",
    code='{"repair_cost_tags": {"enforcementLevel": "remediate", "defaults": {"team": "vision"}}}',
    controls={"nist-800-53": ("CM-8",)},
    settings={
        "defaults": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Values for cost tags that a resource lacks. Project and environment are the stack's own.",
        }
    },
    waivable=False,
)
