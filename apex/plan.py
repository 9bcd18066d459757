"""A stack's resources as plain data: read from `pulumi preview --json` or `pulumi stack export`.

Prices and policies look at these and know nothing of the engine. A value that the engine does not know yet is
`UNKNOWN`; one that it keeps secret is `SECRET`. Both are told apart from None, which means absent.
"""

import enum
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from apex.errors import InputError

UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes in place of a string that is computed during the update (pulumi/sdk `resource.go`)."""

_UNKNOWN_SENTINELS = frozenset(
    {
        UNKNOWN_SENTINEL,  # string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
_SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the engine's public marker, no secret
_GONE = frozenset(
    {"delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace", "read-discard"}
)


class Hidden(enum.Enum):
    """Why a value cannot be seen."""

    UNKNOWN = "unknown until deployed"
    SECRET = "secret"  # noqa: S105 - a name, no secret

    def __repr__(self) -> str:
        return f"<{self.value}>"


UNKNOWN = Hidden.UNKNOWN
SECRET = Hidden.SECRET


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a stack.

    `op` is the engine's step (`create`, `same`, `update`, `replace`, `delete`, …; `same` for a state). `inputs` are
    what the program asked for, `outputs` what is known of the result. `deployed_inputs` are the inputs of the state
    before this change, None for a new resource. `dependencies` are the URNs it waits for, `property_dependencies` those
    that each input's value came from: that is how a bucket is found from a reference that is not known yet. `file` and
    `line` say where it was declared, where that is known.
    """

    urn: str
    type: str
    name: str
    op: str = "same"
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    deployed_inputs: Mapping[str, Any] | None = None
    parent: str | None = None
    provider: str | None = None
    custom: bool = True
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: str = ""
    line: int = 0

    @property
    def gone(self) -> bool:
        """Whether the change takes this resource away."""
        return self.op in _GONE


@dataclass(frozen=True, slots=True)
class Plan:
    """A stack as it will be (or, for a state, as it is). `resources` are in the engine's order."""

    project: str
    stack: str
    resources: tuple[Resource, ...]
    config: Mapping[str, str] = field(default_factory=dict)
    is_change: bool = True

    def planned(self) -> tuple[Resource, ...]:
        """The resources that exist after the change."""
        return tuple(resource for resource in self.resources if not resource.gone)

    def deployed(self) -> "Plan":
        """The stack as it was before the change: what a change adds or saves is the difference to it."""
        before = tuple(
            replace(resource, op="same", inputs=_inputs_before(resource))
            for resource in self.resources
            if resource.gone or resource.op == "same" or resource.deployed_inputs is not None
        )
        return replace(self, resources=before, is_change=False)

    def by_urn(self) -> dict[str, Resource]:
        """The resources that exist after the change, by URN."""
        return {resource.urn: resource for resource in self.planned()}

    def ancestors(self, resource: Resource) -> Iterator[Resource]:
        """The components that hold `resource`, from the inside out."""
        index = self.by_urn()
        while resource.parent and (resource := index.get(resource.parent)):  # type: ignore[assignment]
            yield resource


def _inputs_before(resource: Resource) -> Mapping[str, Any]:
    return resource.inputs if resource.gone or resource.deployed_inputs is None else resource.deployed_inputs


def urn_parts(urn: str) -> tuple[str, str, str, str]:
    """Stack, project, own type (the last of the parent chain) and name of `urn`."""
    parts = urn.split("::", 3)
    if len(parts) != 4 or not parts[0].startswith("urn:pulumi:"):
        raise ValueError(f'"{urn}" is not a URN; write urn:pulumi:<stack>::<project>::<type>::<name>')
    return parts[0].removeprefix("urn:pulumi:"), parts[1], parts[2].split("$")[-1], parts[3]


def decode(value: Any) -> Any:
    """`value` of an engine document as plain data: UNKNOWN and SECRET where hidden, nulls in maps left out."""
    if isinstance(value, str):
        # A string interpolated from an unknown holds the sentinel inside: none of it can be relied on.
        return (
            UNKNOWN
            if value in _UNKNOWN_SENTINELS or UNKNOWN_SENTINEL in value
            else SECRET
            if value == "[secret]"
            else value
        )
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE_KEY) == _SECRET_SIGNATURE:
            return SECRET
        return {k: decode(v) for k, v in value.items() if v is not None and k not in ("__defaults", "__internal")}
    if isinstance(value, Sequence):
        return [decode(item) for item in value]
    return value


def read_plan(file: Path) -> Plan:
    """The plan or state in `file`. Raises InputError where it is neither, or is cut short."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError.of(f"cannot be read: {error.strerror}", file=file) from error
    except UnicodeDecodeError as error:
        raise InputError.of("is not UTF-8 text; write the output of `pulumi preview --json`", file=file) from error
    return parse_plan(text, file)


def parse_plan(text: str, file: Path | str = "") -> Plan:
    """The plan or state in `text`; `file` is named in errors."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        message = (
            f"is not complete JSON ({error.msg}); write the output of `pulumi preview --json` or `pulumi stack export`"
        )
        raise InputError.of(message, file=file, line=error.lineno, column=error.colno) from error
    if isinstance(document, dict):
        if isinstance(document.get("steps"), list):
            return _from_preview(document, file)
        deployment = document.get("deployment", document)
        if isinstance(deployment, dict) and "manifest" in deployment:
            # The state of a stack that has never been deployed names no resources at all.
            states = deployment.get("resources") or []
            if isinstance(states, list):
                return _from_state(states, file)
        if "resource_changes" in document or "terraform_version" in document:
            raise InputError.of(
                "is a Terraform plan; give the output of `pulumi preview --json` or `pulumi stack export`", file=file
            )
    raise InputError.of(
        "is neither a Pulumi plan nor a state; give the output of `pulumi preview --json` or `pulumi stack export`",
        file=file,
    )


def _from_preview(document: Mapping[str, Any], file: Path | str) -> Plan:
    resources: dict[tuple[str, bool], Resource] = {}
    for number, step in enumerate(document["steps"]):
        if not isinstance(step, dict) or "op" not in step:
            raise InputError.of(
                "is not a step of a preview; write the output of `pulumi preview --json`",
                file=file,
                field=f"steps[{number}]",
            )
        old, new = step.get("oldState") or {}, step.get("newState") or {}
        op = str(step["op"])
        state = (old or new) if op in _GONE else (new or old)
        if not state:
            continue
        resource = _resource(state, op, file, f"steps[{number}]", old if op not in _GONE else None)
        # A replacement is told in three steps of one URN; the one that says what will be is kept.
        key = (resource.urn, resource.gone)
        if key not in resources or op == "replace":
            resources[key] = resource
    kept = tuple(r for (urn, gone), r in resources.items() if not (gone and (urn, False) in resources))
    config = {k: v for k, v in (document.get("config") or {}).items() if isinstance(v, str)}
    return Plan(*_identity(kept), kept, config)


def _from_state(states: Sequence[Any], file: Path | str) -> Plan:
    kept = []
    for number, state in enumerate(states):
        if not isinstance(state, dict):
            raise InputError.of("is not a resource of a state", file=file, field=f"deployment.resources[{number}]")
        if not state.get("delete"):
            kept.append(_resource(state, "same", file, f"deployment.resources[{number}]", None))
    return Plan(*_identity(kept), tuple(kept), is_change=False)


def _resource(
    state: Mapping[str, Any], op: str, file: Path | str, where: str, old: Mapping[str, Any] | None
) -> Resource:
    try:
        urn = state["urn"]
        _, _, own_type, name = urn_parts(urn)
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise InputError.of(
            f"has no valid urn ({error}); write the output of `pulumi preview --json`", file=file, field=where
        ) from error
    return Resource(
        urn=urn,
        type=state.get("type") or own_type,
        name=name,
        op=op,
        inputs=decode(state.get("inputs") or {}),
        outputs=decode(state.get("outputs") or {}),
        deployed_inputs=decode(old.get("inputs") or {}) if old else None,
        parent=state.get("parent") or None,
        provider=state.get("provider") or None,
        custom=bool(state.get("custom", True)),
        dependencies=tuple(state.get("dependencies") or ()),
        property_dependencies={k: tuple(v) for k, v in (state.get("propertyDependencies") or {}).items() if v},
    )


def _identity(resources: Sequence[Resource]) -> tuple[str, str]:
    if not resources:
        return "", ""
    stack, project, _, _ = urn_parts(resources[0].urn)
    return project, stack
