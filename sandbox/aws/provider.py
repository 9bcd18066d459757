"""What the provider does for each call of the engine, over plain values; the wire is `server.py`'s matter."""

import difflib
import json
from dataclasses import dataclass
from typing import Any

from sandbox.aws import check, diff, invokes, names, outputs, sdk, values
from sandbox.aws import schema as schemas
from sandbox.aws.account import REGIONS, Settings
from sandbox.aws.check import Failure
from sandbox.aws.schema import Property, Schema


class ProviderError(Exception):
    """A call that cannot be served; its text is what the person sees."""


@dataclass(frozen=True, slots=True)
class Autonaming:
    """What the stack's `pulumi:autonaming` setting says about a resource."""

    proposed: str
    mode: str


class Provider:
    """The sandbox's provider. It keeps nothing but its configuration: the engine's state is the only state."""

    def __init__(self) -> None:
        self.settings = Settings()

    def check_config(self, inputs: dict[str, Any]) -> list[Failure]:
        """What is wrong with the provider's own configuration."""
        known = _provider_properties()
        failures: list[Failure] = []
        # The engine hands nested settings over as JSON text, and adds the version.
        given = {
            name: _decoded(value) for name, value in inputs.items() if name not in ("version", "pluginDownloadURL")
        }
        for name in sorted(given):
            if name not in known and not name.startswith("__"):
                close = difflib.get_close_matches(name, known, n=3)
                hint = f"did you mean {' or '.join(f'`{c}`' for c in close)}?" if close else "remove it"
                failures.append(Failure(name, f"unknown setting `{name}` of the aws provider: {hint}"))
        region = given.get("region")
        if isinstance(region, str) and not values.is_unknown(region) and region not in REGIONS:
            close = difflib.get_close_matches(region, REGIONS, n=2)
            hint = f"; did you mean {' or '.join(close)}?" if close else ""
            failures.append(Failure("region", f"`{region}` is not an AWS region{hint}"))
        return failures

    def configure(self, inputs: dict[str, Any]) -> None:
        """Takes the region and default tags; the rest concerns an account that the sandbox does not have."""
        plain = values.reveal({name: _decoded(value) for name, value in inputs.items()})
        tags = plain.get("defaultTags") or {}
        tags = tags.get("tags") if isinstance(tags, dict) else {}
        region = plain.get("region")
        known = isinstance(region, str) and region and not values.is_unknown(region)
        self.settings = Settings(str(region) if known else Settings().region, dict(tags or {}))

    def diff_config(self, old: dict[str, Any], new: dict[str, Any]) -> tuple[list[str], list[str]]:
        """The settings that changed, and those whose change moves everything to another place."""
        changed = sorted(
            name
            for name in (old.keys() | new.keys()) - {"version"}
            if _decoded(values.reveal(old.get(name))) != _decoded(values.reveal(new.get(name)))
        )
        return changed, [name for name in changed if name == "region"]

    def check(
        self,
        token: str,
        name: str,
        old: dict[str, Any],
        new: dict[str, Any],
        seed: bytes,
        autonaming: Autonaming | None = None,
    ) -> tuple[dict[str, Any], list[Failure]]:
        """The inputs with a name made up where the program gave none, and what is wrong with them."""
        schema = _schema(token)
        inputs = check.normalise(schema, {key: value for key, value in new.items() if value is not None})
        inputs.pop("__defaults", None)
        defaults: list[str] = []
        auto = names.autoname_of(schema)
        if auto is not None and inputs.get(auto.property) is None and not names.is_prefixed(auto, inputs):
            made = _named(auto, name, old, seed, autonaming)
            if made is not None:
                inputs[auto.property] = made
                defaults.append(auto.property)
        for described, prop in schema.inputs.items():
            if prop.default == schemas.MANAGED and inputs.get(described) is None:
                inputs[described] = schemas.MANAGED
                defaults.append(described)
        failures = check.check_inputs(schema, inputs)
        inputs["__defaults"] = defaults
        return inputs, failures

    def diff(
        self, token: str, old: dict[str, Any], new: dict[str, Any], state: dict[str, Any] | None = None
    ) -> diff.Verdict:
        """What a change of inputs, or of the provider's default tags, does to a resource."""
        verdict = diff.compare(_schema(token), old, new)
        if verdict.changes or not self._default_tags_changed(old, new, state or {}):
            return verdict
        return diff.Verdict((diff.Change("tagsAll", "update", replaces=False),))

    def _default_tags_changed(self, old: dict[str, Any], new: dict[str, Any], state: dict[str, Any]) -> bool:
        before = values.reveal(state.get("tagsAll"))
        after = values.reveal(outputs.merge_tags(self.settings.default_tags, new.get("tags")))
        if not isinstance(before, dict) or values.has_unknown(after):
            return False
        # An imported resource's record may lack its tags; that is no change of the defaults.
        own = values.reveal(old.get("tags")) or {}
        return before != after and all(before.get(key) == value for key, value in own.items() if value is not None)

    def create(self, token: str, urn: str, inputs: dict[str, Any], *, preview: bool) -> outputs.State:
        """A new resource."""
        return outputs.create(_schema(token), urn, inputs, self.settings, preview=preview)

    def update(
        self,
        token: str,
        resource_id: str,
        state: dict[str, Any],
        old: dict[str, Any],
        new: dict[str, Any],
        *,
        preview: bool,
    ) -> dict[str, Any]:
        """A resource changed in place, from the inputs `old` to `new`."""
        schema = _schema(token)
        changed = frozenset(diff.top_level(change.path) for change in diff.compare(schema, old, new).changes)
        return outputs.update(schema, resource_id, state, new, self.settings, changed=changed, preview=preview)

    def read(
        self, token: str, urn: str, resource_id: str, state: dict[str, Any], inputs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """A resource as it is: the engine's own record of it, or for a foreign one what its id and inputs tell."""
        schema = _schema(token)
        if inputs and state:
            return state, inputs
        known = {name: value for name, value in state.items() if name in schema.outputs}
        read = outputs.read(schema, urn, resource_id, known, self.settings)
        own = names.name_property(schema)
        given = {
            name: value for name, value in read.items() if name in schema.inputs and (name in known or name == own)
        }
        return read, {**given, "__defaults": [], diff.FOREIGN: True}

    def invoke(self, token: str, args: dict[str, Any]) -> dict[str, Any] | None:
        """The result of a function; None while its arguments are unknown."""
        if values.has_unknown(args):
            return None
        given = {name: value for name, value in values.reveal(args).items() if value is not None}
        return invokes.answer(token, given, self.settings)


def _schema(token: str) -> Schema:
    schema = schemas.load(token)
    if schema is None:
        close = difflib.get_close_matches(token, sdk.tokens(), n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise ProviderError(f"pulumi_aws {sdk.version()} has no resource type {token}{hint}")
    return schema


def _named(
    auto: names.AutoName, name: str, old: dict[str, Any], seed: bytes, autonaming: Autonaming | None
) -> str | None:
    if auto.property in (old.get("__defaults") or ()) and old.get(auto.property):
        return str(old[auto.property])
    if autonaming is not None:
        if autonaming.mode == "DISABLE":
            return None
        if autonaming.proposed:
            return autonaming.proposed
    return names.make_name(auto, name, seed)


def _provider_properties() -> dict[str, Property]:
    node = sdk.parse_class(sdk.root() / "provider.py", "ProviderArgs")
    return schemas.properties(node, sdk.root() / "provider.py") if node is not None else {}


def _decoded(value: Any) -> Any:
    """A provider setting; objects, lists and booleans travel as JSON text."""
    if values.is_secret(value):
        value = value.get("value")
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
