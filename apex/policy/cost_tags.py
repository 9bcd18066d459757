"""Whether cost tags are there and right, wherever a resource carries them: maps, blocks, labels, specifications."""

import difflib
import json
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from apex import tags as names
from apex.plan import UNKNOWN, Hidden
from apex.policy.props import HiddenValueError, Props, WrongShapeError
from apex.policy.stack import Context, Subject

SETTINGS: Mapping[str, Any] = {
    "teams": {"type": "array", "items": {"type": "string"}, "description": "Teams that may be billed."},
    "costCenters": {"type": "array", "items": {"type": "string"}, "description": "Cost centers that exist."},
    "projects": {"type": "array", "items": {"type": "string"}, "description": "Projects that exist."},
    "environments": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Values of the environment tag; without it, the stack's name is the only one.",
    },
}
"""The settings that the rules on cost tags share."""

WORKLOADS = (
    "kubernetes:apps/v1:DaemonSet",
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:ReplicaSet",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:argoproj.io/v1alpha1:Rollout",
    "kubernetes:batch/v1:CronJob",
    "kubernetes:batch/v1:Job",
    "kubernetes:core/v1:Pod",
    "kubernetes:core/v1:ReplicationController",
    "kubernetes:serving.kserve.io/v1beta1:InferenceService",
)
"""The Kubernetes types that start pods."""


@lru_cache(maxsize=1)
def _taggable() -> Mapping[str, frozenset[str]]:
    text = resources.files("apex.policy").joinpath("data/taggable_types.json").read_text(encoding="utf-8")
    return {shape: frozenset(types) for shape, types in json.loads(text).items()}


def taggable_types() -> frozenset[str]:
    """The AWS types that take tags, derived from the SDK."""
    return _taggable()["map"] | _taggable()["list"]


def tags_of(subject: Subject, context: Context) -> dict[str, Any]:
    """The tags that `subject` will have: its own over those that its provider adds. Values may be hidden.

    Raises HiddenValueError where a whole map is unknown.
    """
    found = _default_tags(subject, context)
    if subject.type in _taggable()["list"]:
        found.update(pairs(subject.props.items("tags")))
    else:
        found.update(subject.props.map("tags").plain())
    return found


def pairs(blocks: list[Props]) -> dict[str, Any]:
    """Tags spelled as blocks of key and value. Values may be hidden; a hidden key raises."""
    return {block.text("key"): block.raw("value") for block in blocks}


def label_problems(labels: Props, context: Context) -> Iterator[str]:
    """What is wrong with cost tags in these labels."""
    return problems(labels.plain(), labels.path, context)


def problems(tags: Mapping[str, Any], path: str, context: Context) -> Iterator[str]:
    """What is wrong with the cost tags in `tags`, all in one sentence. Raises HiddenValueError for an unknown value.

    What can be seen to be wrong is told before the refusal of what cannot be seen.
    """
    wrong, hidden = [], None
    for key in names.REQUIRED:
        value = tags.get(key)
        if isinstance(value, Hidden):
            hidden = hidden or HiddenValueError(f"{path}.{key}", value)
        elif problem := _problem(key, value, tags, context):
            wrong.append(problem)
    if wrong:
        yield f"{path}: {'; '.join(wrong)}"
    if hidden:
        raise hidden


def allowed(key: str, context: Context) -> Collection[str] | None:
    """The values that the tag `key` may have; None where any valid one will do."""
    owners, settings = context.owners, context.settings
    if key == names.ENVIRONMENT:
        listed = settings.get("environments")
        if listed and context.environment not in listed:
            return sorted(map(str, listed))
        return [context.environment] if context.environment else None
    setting, known = {
        names.TEAM: ("teams", owners.teams),
        names.COST_CENTER: ("costCenters", owners.cost_centers),
        names.PROJECT: ("projects", owners.projects),
    }.get(key, ("", None))
    values = settings.get(setting) or known
    return sorted(map(str, values)) if values else None


def _problem(key: str, value: Any, tags: Mapping[str, Any], context: Context) -> str:
    choices = allowed(key, context)
    wanted = f"; required: {_choice(choices)}" if choices else ""
    if value is None:
        twin = next((other for other in sorted(tags) if _folded(other) == _folded(key)), None)
        found = f' (found "{twin}"; the key is written "{key}")' if twin else ""
        return f"{key} is missing{found}{wanted}"
    if not isinstance(value, str) or not value.strip():
        return f"{key} is {json.dumps(value)}, which is no value{wanted}"
    if key == names.DATA_MODALITY:
        return _modality_problem(value)
    if choices and value not in choices:
        near = difflib.get_close_matches(value, choices, n=1, cutoff=0.6)
        hint = f' (did you mean "{near[0]}"?)' if near else ""
        return f'{key} is "{value}"{hint}{wanted}'
    if not names.is_label_value(value):
        return f'{key} is "{value}"; required: {names.LABEL_VALUE_RULE}'
    return ""


def _modality_problem(value: str) -> str:
    try:
        canonical = names.join_modalities(names.parse_modalities(value))
    except ValueError as error:
        return f'{names.DATA_MODALITY} is "{value}": {error}'
    return "" if canonical == value else f'{names.DATA_MODALITY} is "{value}"; required: "{canonical}"'


def _choice(values: Collection[str]) -> str:
    shown = [f'"{value}"' for value in list(values)[:8]]
    more = f" or one of {len(values) - 8} others" if len(values) > 8 else ""
    return (shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}") + more


def _folded(key: str) -> str:
    return "".join(letter for letter in key.lower() if letter.isalnum())


def _default_tags(subject: Subject, context: Context) -> dict[str, Any]:
    """The tags that the provider puts on everything: from its inputs, or those configured for the default one."""
    provider = context.provider(subject)
    if provider is not None:
        value = provider.props.raw("defaultTags")
        path = f"the provider {provider.name}'s defaultTags"
    else:
        value, path = context.facts.get("aws:defaultTags"), "aws:defaultTags"
    if isinstance(value, str):
        # Provider inputs carry nested values as JSON text.
        try:
            value = json.loads(value)
        except json.JSONDecodeError as error:
            raise WrongShapeError(path, "a map of tags", value) from error
    if value is None:
        return {}
    if isinstance(value, Hidden):
        return dict.fromkeys(names.REQUIRED, UNKNOWN)
    if not isinstance(value, Mapping):
        raise WrongShapeError(path, "a map of tags", value)
    tags = value.get("tags", {})
    return dict.fromkeys(names.REQUIRED, UNKNOWN) if isinstance(tags, Hidden) else dict(tags)
