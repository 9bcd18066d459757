"""The cost tags: their names, their rules, and what each is on AWS and on Kubernetes.

One set of values serves both: AWS allows letters, digits, spaces and ``_ . : / = + - @`` in a tag value of at most 256
characters (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html); a Kubernetes label
value has at most 63 characters of ``[A-Za-z0-9_.-]`` and starts and ends with a letter or digit
(https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set). A value that is
a valid label is therefore a valid tag, and that is what is asked for.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from apex.errors import InputError, Problem

PROJECT = "project"
ENVIRONMENT = "environment"
TEAM = "team"
COST_CENTER = "cost-center"
DATA_MODALITY = "data-modality"
MANAGED_BY = "managed-by"
GIT_REPOSITORY = "git-repository"
GIT_COMMIT = "git-commit"

REQUIRED = (PROJECT, ENVIRONMENT, TEAM, COST_CENTER, DATA_MODALITY)
"""Tags without which nobody can be billed: every taggable resource carries them."""

ALL = (*REQUIRED, MANAGED_BY, GIT_REPOSITORY, GIT_COMMIT)

MANAGER = "apex"
"""The value of ``managed-by`` on everything that Apex provisions."""

MODALITIES = ("audio", "image", "sensor", "text", "video")
"""The data modalities a resource can serve. ``voice`` is read as ``audio``."""

_ALIASES = {"voice": "audio"}
_LABEL_VALUE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
LABEL_VALUE_RULE = "at most 63 letters, digits, '-', '_' or '.', starting and ending with a letter or digit"


def is_label_value(value: str) -> bool:
    """Whether `value` can be a Kubernetes label value (and so an AWS tag value); empty is not accepted here."""
    return bool(_LABEL_VALUE.fullmatch(value))


def parse_modalities(value: str | Iterable[str]) -> tuple[str, ...]:
    """The modalities that `value` names: sorted, without repeats.

    `value` is a list, or one string separated by commas (as people write it) or dots (as tags carry it).
    Raises ValueError naming the first modality that does not exist.
    """
    parts = re.split(r"[,.]", value) if isinstance(value, str) else list(value)
    names = {_ALIASES.get(name, name) for part in parts if (name := part.strip().lower())}
    for name in sorted(names):
        if name not in MODALITIES:
            raise ValueError(f'"{name}" is not a data modality; use {", ".join(MODALITIES)}')
    if not names:
        raise ValueError(f"no data modality is named; use {', '.join(MODALITIES)}")
    return tuple(sorted(names))


def join_modalities(names: Iterable[str]) -> str:
    """The single value that carries several modalities: sorted and joined by a dot, as no label takes a comma."""
    return ".".join(sorted(set(names)))


@dataclass(frozen=True, slots=True)
class CostTags:
    """Who pays for a resource, and which commit declared it."""

    project: str
    environment: str
    team: str
    cost_center: str
    data_modalities: tuple[str, ...]
    git_repository: str | None = None
    git_commit: str | None = None

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> "CostTags":
        """Read tags in the form of `aws()`. Raises InputError naming every key that is missing, unknown or invalid."""
        problems = [
            Problem("", 0, 0, f"tags.{key}", f"missing; add {key} to the cost tags")
            for key in REQUIRED
            if key not in tags
        ]
        for key, value in tags.items():
            if key not in ALL:
                problems.append(Problem("", 0, 0, f"tags.{key}", f"is not a cost tag; use one of {', '.join(ALL)}"))
            elif problem := _problem_with(key, value):
                problems.append(Problem("", 0, 0, f"tags.{key}", problem))
        if problems:
            raise InputError(problems)
        return cls(
            project=tags[PROJECT],
            environment=tags[ENVIRONMENT],
            team=tags[TEAM],
            cost_center=tags[COST_CENTER],
            data_modalities=parse_modalities(tags[DATA_MODALITY]),
            git_repository=tags.get(GIT_REPOSITORY),
            git_commit=tags.get(GIT_COMMIT),
        )

    def aws(self, **extra: str) -> dict[str, str]:
        """The AWS tags, sorted by key; `extra` adds others, as in ``tags.aws(Name="vpc")``."""
        tags = {
            PROJECT: self.project,
            ENVIRONMENT: self.environment,
            TEAM: self.team,
            COST_CENTER: self.cost_center,
            DATA_MODALITY: join_modalities(self.data_modalities),
            MANAGED_BY: MANAGER,
            GIT_REPOSITORY: self.git_repository,
            GIT_COMMIT: self.git_commit,
            **extra,
        }
        return {key: value for key, value in sorted(tags.items()) if value is not None}

    def kubernetes(self, **extra: str) -> dict[str, str]:
        """The Kubernetes labels: the same keys, and values that are valid labels."""
        tags = self.aws(**extra)
        if GIT_REPOSITORY in tags:
            tags[GIT_REPOSITORY] = label_value(tags[GIT_REPOSITORY])
        return tags

    def with_owner(self, *, modalities: Iterable[str] | None = None, **changes: str) -> "CostTags":
        """A copy that bills somebody else: `tags.with_owner(team="vision", cost_center="cc-200")`."""
        kept = self.data_modalities if modalities is None else parse_modalities(modalities)
        return replace(self, data_modalities=kept, **changes)


def label_value(text: str) -> str:
    """`text` as a label value: other characters become dots, the end is cut to 63 characters."""
    return re.sub(r"[^A-Za-z0-9_.-]+", ".", text)[-63:].strip("._-")


def _problem_with(key: str, value: object) -> str | None:
    if not isinstance(value, str):
        return f"{value!r} is not text; write a string"
    if key == DATA_MODALITY:
        try:
            parse_modalities(value)
        except ValueError as error:
            return str(error)
        return None
    if key == GIT_REPOSITORY:
        return None if label_value(value) else f'"{value}" names no repository'
    return None if is_label_value(value) else f'"{value}" is not a valid value; use {LABEL_VALUE_RULE}'
