"""The state of a resource: its inputs, the defaults, and what the service would fill in."""

from dataclasses import dataclass
from typing import Any

from sandbox.aws import account, arns, endpoints, names, values
from sandbox.aws import schema as schemas
from sandbox.aws.account import Settings
from sandbox.aws.arns import Identity
from sandbox.aws.schema import Property, Schema, Type

# Members of input objects that the service sets and programs read; their SDK type does not tell them apart.
_COMPUTED_MEMBERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("aws:eks/cluster:Cluster", "vpcConfig"): ("clusterSecurityGroupId", "vpcId"),
    ("aws:eks/cluster:Cluster", "kubernetesNetworkConfig"): ("serviceIpv4Cidr", "serviceIpv6Cidr"),
    ("aws:opensearch/domain:Domain", "vpcOptions"): ("availabilityZones", "vpcId"),
}
# Numbers that the service raises with every change but these; what refers to them changes with them.
_COUNTERS: dict[str, tuple[str, frozenset[str]]] = {
    "aws:ec2/launchTemplate:LaunchTemplate": ("latestVersion", frozenset({"tags", "defaultVersion"})),
    "aws:msk/configuration:Configuration": ("latestRevision", frozenset()),
    "aws:ssm/parameter:Parameter": ("version", frozenset({"tags"})),
}
_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class State:
    """A resource's id and properties; the id is empty while it is unknown."""

    id: str
    properties: dict[str, Any]


def create(schema: Schema, urn: str, inputs: dict[str, Any], settings: Settings, *, preview: bool) -> State:
    """The state of a new resource. In a preview all that the service decides is unknown."""
    identity = _identity(schema, urn, inputs, settings)
    if preview:
        return State("", _properties(schema, inputs, settings, None, ""))
    resource_id = arns.make_id(identity)
    return State(resource_id, _properties(schema, inputs, settings, identity, resource_id))


def update(
    schema: Schema,
    resource_id: str,
    old: dict[str, Any],
    inputs: dict[str, Any],
    settings: Settings,
    *,
    changed: frozenset[str],
    preview: bool,
) -> dict[str, Any]:
    """The state after a change in place: what the service decided at creation stays, but for its counters."""
    fresh = _properties(schema, inputs, settings, None, resource_id)
    for name, value in fresh.items():
        if values.is_unknown(value) and name not in inputs:
            fresh[name] = old.get(name, value)
        elif isinstance(value, dict) and isinstance(old.get(name), dict):
            fresh[name] = _keep_members(value, old[name], inputs.get(name))
    counter, apart = _COUNTERS.get(schema.token, ("", frozenset()))
    if counter and changed - apart:
        fresh[counter] = values.UNKNOWN if preview else int(old.get(counter) or 0) + 1
    return fresh


def _keep_members(new: dict[str, Any], old: dict[str, Any], given: Any) -> dict[str, Any]:
    given = given if isinstance(given, dict) else {}
    return {k: old.get(k, v) if values.is_unknown(v) and k not in given else v for k, v in new.items()}


def read(schema: Schema, urn: str, resource_id: str, given: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The state of a resource that this engine did not create: what is given, and the rest well-formed."""
    identity = Identity(schema, urn, given, _region(given, settings), _short_name(resource_id))
    state = _properties(schema, given, settings, identity, resource_id)
    own = names.name_property(schema)
    if own is not None and not given.get(own):
        state[own] = identity.name
    return state


def _short_name(resource_id: str) -> str:
    return resource_id.rpartition("/")[2] or resource_id


def _region(inputs: dict[str, Any], settings: Settings) -> str:
    region = inputs.get("region")
    return region if isinstance(region, str) and not values.is_unknown(region) else settings.region


def _identity(schema: Schema, urn: str, inputs: dict[str, Any], settings: Settings) -> Identity:
    plain = values.reveal(inputs)
    own = names.name_property(schema)
    name = plain.get(own) if own else None
    if not isinstance(name, str):
        name = urn.rpartition("::")[2] if own else ""
    return Identity(schema, urn, plain, _region(plain, settings), name)


def _properties(
    schema: Schema, inputs: dict[str, Any], settings: Settings, identity: Identity | None, resource_id: str
) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for name, prop in schema.outputs.items():
        if inputs.get(name) is not None:
            state[name] = _complete(schema, prop, inputs[name], identity, resource_id)
        elif name == "tagsAll":
            state[name] = merge_tags(settings.default_tags, inputs.get("tags"))
        elif name == "region" and name in schema.inputs and prop.type.kind == "str":
            state[name] = settings.region
        else:
            value = _absent(schema, prop, identity, resource_id)
            if value is not None:
                state[name] = value
    # An input that is no output is still part of what the program asked for.
    for name, value in inputs.items():
        if name not in state and value is not None and not name.startswith("__"):
            state[name] = value
    return state


def merge_tags(defaults: dict[str, Any], tags: Any) -> Any:
    """The provider's default tags under a resource's own."""
    if values.is_unknown(tags):
        return tags
    if values.is_secret(tags):
        return values.as_secret(merge_tags(defaults, tags.get("value")))
    return {**defaults, **{k: v for k, v in (tags or {}).items() if v is not None}}


def _absent(schema: Schema, prop: Property, identity: Identity | None, resource_id: str) -> Any:
    """What an output holds that the program did not set: a documented default, the service's choice, or nothing."""
    source = schema.inputs.get(prop.name)
    if source is not None:
        if prop.optional:
            return None
        default = _default(source)
        if default is not None:
            return default
    if identity is None:
        return values.UNKNOWN
    return _invent(prop.name, prop.type, identity, resource_id, settable=source is not None)


def _default(prop: Property) -> Any:
    """A documented default as a value of the property's type; None when the documentation names none."""
    written = prop.default
    if written is None:
        return None
    kind = prop.type.kind
    if kind == "bool":
        return {"true": True, "false": False}.get(written.lower())
    if kind == "int":
        return int(written) if written.isdigit() else None
    if (
        kind == "str"
        and written.replace("-", "").replace("_", "").isalnum()
        and written.lower() not in ("null", "none")
    ):
        return written
    return None


def _complete(schema: Schema, prop: Property, given: Any, identity: Identity | None, resource_id: str) -> Any:
    """A given object with the members that the service adds to it."""
    members = _COMPUTED_MEMBERS.get((schema.token, prop.name))
    if members is None or not isinstance(given, dict) or values.is_signed(given) or prop.type.file is None:
        return given
    properties = schemas.nested(prop.type.ref, prop.type.file) or {}
    added = {
        name: values.UNKNOWN
        if identity is None
        else _invent(name, properties[name].type, identity, resource_id, settable=False)
        for name in members
        if name in properties and given.get(name) is None
    }
    return {**given, **added}


def _invent(
    name: str, kind: Type, identity: Identity, resource_id: str, *, settable: bool, depth: int = 0, salt: str = ""
) -> Any:
    """A well-formed value for a property that the service sets."""
    salt = f"{salt}.{name}"
    if kind.kind == "bool":
        return False
    if kind.kind in ("int", "float"):
        return 1 if name.lower().endswith(("version", "revision")) else 0
    if kind.kind == "map":
        return {}
    if kind.kind == "str":
        return endpoints.text(name, identity, resource_id, salt)
    if kind.kind == "object" and kind.file is not None and depth < _MAX_DEPTH:
        members = schemas.nested(kind.ref, kind.file) or {}
        return {
            member: _invent(member, p.type, identity, resource_id, settable=settable, depth=depth + 1, salt=salt)
            for member, p in members.items()
        }
    if kind.kind == "list" and kind.of is not None:
        if name == "availabilityZones":
            return [zone for zone, _ in account.zones(identity.region)]
        if settable or depth >= _MAX_DEPTH:
            return []
        single = name.removesuffix("s")
        return [_invent(single, kind.of, identity, resource_id, settable=False, depth=depth + 1, salt=salt)]
    return None
