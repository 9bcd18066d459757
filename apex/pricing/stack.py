"""What an adapter sees of a plan: its properties with unknowns told apart, references, region and usage."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from apex.plan import SECRET, UNKNOWN, Hidden, Plan, Resource
from apex.pricing.catalogue import Catalogue
from apex.pricing.quantity import Quantity, to_decimal
from apex.pricing.usage import UsageBook

_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_SHARERS: Mapping[str, str] = {
    _ENDPOINT: "endpoint",
    "aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint": "endpoint",
    "aws:opensearch/vpcEndpoint:VpcEndpoint": "endpoint",
    "aws:ec2/natGateway:NatGateway": "nat",
    "aws:ec2/vpc:Vpc": "transfer",
    "aws:lb/loadBalancer:LoadBalancer": "elb",
    "aws:msk/cluster:Cluster": "msk",
    "aws:msk/serverlessCluster:ServerlessCluster": "msk",
    "aws:opensearch/serverlessCollection:ServerlessCollection": "opensearch-serverless",
    "aws:rds/cluster:Cluster": "rds",
    "aws:rds/instance:Instance": "rds",
}
"""Types that bill what is declared for a whole service: it is split evenly between them."""


class UnpriceableError(Exception):
    """Why a resource cannot be priced; it is listed with this reason and never counted as 0."""


class HiddenValueError(UnpriceableError):
    """The price hangs on a value that is unknown until deployed, or secret: a gate must not let it pass."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """How machines are bought. A covered share of on-demand hours pays the committed rate; the rest pays list price."""

    spot_discount: Decimal = Decimal("0.5")
    """Assumed off on-demand where the catalogue has no spot price: half, less than what AWS advertises (up to 90 %)."""
    committed_coverage: Decimal = Decimal(0)
    committed_discount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Stack:
    """A plan with what is needed to price it."""

    plan: Plan
    catalogue: Catalogue
    usage: UsageBook = field(default_factory=UsageBook)
    default_region: str | None = None
    purchase: Purchase = field(default_factory=Purchase)
    notes: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What adapters found out about the whole stack and need again."""
    _index: dict[str, Resource] = field(init=False, compare=False, repr=False)
    _users: dict[str, list[tuple[str, Resource]]] = field(init=False, compare=False, repr=False)
    _default_tags: dict[str, dict[str, str]] = field(default_factory=dict, init=False, compare=False, repr=False)
    _regions: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        index = self.plan.by_urn()
        users: dict[str, list[tuple[str, Resource]]] = defaultdict(list)
        by_id = {}
        for resource in index.values():
            identity = resource.outputs.get("id") or resource.outputs.get("name")
            if isinstance(identity, str):
                by_id[identity] = resource.urn
        for resource in index.values():
            for name, urns in resource.property_dependencies.items():
                for urn in urns:
                    users[urn].append((name, resource))
            if not resource.property_dependencies:
                # A state written before the engine kept dependencies by property still holds the ids themselves.
                for name, value in resource.inputs.items():
                    if isinstance(value, str) and value in by_id and by_id[value] != resource.urn:
                        users[by_id[value]].append((name, resource))
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_users", users)

    def users(self, resource: Resource, *types: str) -> list[Resource]:
        """The resources of `types` that refer to `resource`, in the plan's order, each once."""
        found = {user.urn: user for _, user in self._users.get(resource.urn, ()) if not types or user.type in types}
        return list(found.values())

    def referenced(self, resource: Resource, name: str, *types: str) -> Resource | None:
        """The resource of `types` whose output the property `name` of `resource` holds."""
        for urn in resource.property_dependencies.get(name, ()):
            other = self._index.get(urn)
            if other is not None and (not types or other.type in types):
                return other
        return None

    def get(self, urn: str) -> Resource | None:
        """The planned resource with this URN."""
        return self._index.get(urn)

    def planned(self) -> Iterable[Resource]:
        """Every resource that exists after the change."""
        return self._index.values()

    def region(self, resource: Resource) -> str:
        """Where `resource` runs: its own property, its ARN, its provider, the stack's config, the caller."""
        own = resource.inputs.get("region") or _arn_region(resource.outputs.get("arn"))
        if own is UNKNOWN:
            own = resource.outputs.get("region") or UNKNOWN
        region = own or self._provider_region(resource) or self.plan.config.get("aws:region") or self.default_region
        if isinstance(region, Hidden):
            raise HiddenValueError(f"region is {region.value}")
        if not region:
            raise UnpriceableError("region is not known: set aws:region in the stack's config or give --region")
        return str(region)

    def quantity(self, resource: Resource, service: str, metric: str) -> Quantity:
        """Declared or assumed monthly usage of `metric` by `resource`."""
        if not self.usage.entries:
            return self.usage.quantity(service, metric, {})
        return self.usage.quantity(service, metric, self._names(resource), self._sharers(service))

    def _sharers(self, service: str) -> int:
        if "sharers" not in self.notes:
            counts: dict[str, int] = defaultdict(int)
            for resource in self._index.values():
                shared = _SHARERS.get(resource.type)
                gateway = resource.type == _ENDPOINT and resource.inputs.get("vpcEndpointType", "Gateway") == "Gateway"
                if shared and not gateway:
                    counts[shared] += 1
            self.notes["sharers"] = counts
        return max(1, self.notes["sharers"].get(service, 1))

    def tags(self, resource: Resource) -> dict[str, str]:
        """The tags of `resource`: its provider's default ones, overlaid by its own.

        What cannot be tagged (an OpenSearch endpoint) is owned like the component around it.
        """
        own = tags_of(resource)
        if not own and resource.custom:
            own = next((found for above in self._ancestors(resource) if (found := tags_of(above))), {})
        if not resource.provider or resource.type.startswith("kubernetes:"):
            return own
        urn = resource.provider.rpartition("::")[0]
        defaults = self._default_tags.get(urn)
        if defaults is None:
            defaults = self._default_tags[urn] = _default_tags(self._index.get(urn))
        return dict(sorted({**defaults, **own}.items())) if defaults else own

    def owner_names(self, resource: Resource, tags: Mapping[str, str]) -> tuple[str, str]:
        """The outermost component that holds `resource` (below the stack), and the catalog entry it comes from."""
        component = ""
        for ancestor in self._ancestors(resource):
            if ancestor.type != "pulumi:pulumi:Stack" and not ancestor.custom:
                component = ancestor.name
        return component, tags.get("catalog-entry", tags.get("pipeline", component))

    def _names(self, resource: Resource) -> dict[str, tuple[str, ...]]:
        tags = self.tags(resource)
        above = tuple(ancestor.name for ancestor in self._ancestors(resource))
        return {
            "resource": (resource.urn, resource.name),
            "data-class": (*_marked(tags, "data-class"), resource.name.rpartition("-")[2]),
            "pipeline": (*_marked(tags, "pipeline", "catalog-entry"), *above),
            "component": above,
            "service": ("*",),
        }

    def _ancestors(self, resource: Resource) -> Iterable[Resource]:
        seen = 0
        current = resource
        while current.parent and (found := self._index.get(current.parent)) is not None and seen < 64:
            yield found
            current, seen = found, seen + 1

    def _provider_region(self, resource: Resource) -> Any:
        if not resource.provider:
            return None
        urn = resource.provider.rpartition("::")[0]
        if urn not in self._regions:
            provider = self._index.get(urn)
            self._regions[urn] = provider.inputs.get("region") if provider else None
        return self._regions[urn]


class Props:
    """Properties of one resource or one block of it, with a reason instead of a guess where a value is hidden."""

    __slots__ = ("_known", "_path", "_values")

    def __init__(self, values: Mapping[str, Any], known: Mapping[str, Any] | None = None, path: str = "") -> None:
        self._values = values
        self._known = known or {}
        self._path = path

    @classmethod
    def of(cls, resource: Resource) -> "Props":
        """The properties of `resource`: what was asked for, else what the state knows."""
        return cls(resource.inputs, resource.outputs)

    def raw(self, name: str) -> Any:
        """The value of `name`, UNKNOWN and SECRET included; None where absent."""
        value = self._values.get(name)
        if value is None or value is UNKNOWN:
            known = self._known.get(name)
            if known is not None:
                return known
        return value

    def get(self, name: str) -> Any:
        """The value of `name`, None where absent. Raises UnpriceableError where it is hidden."""
        value = self.raw(name)
        if isinstance(value, Hidden):
            raise HiddenValueError(f"{self._path}{name} is {'a secret' if value is SECRET else value.value}")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """A string. Without a default it must be there."""
        value = self.get(name)
        if value is None or value == "":
            if default is None:
                raise UnpriceableError(f"{self._path}{name} is not set")
            return default
        return str(value)

    def number(self, name: str, default: object = None) -> Decimal:
        """A number of at least 0. Without a default it must be there."""
        value = self.get(name)
        if value is None:
            if default is None:
                raise UnpriceableError(f"{self._path}{name} is not set")
            return to_decimal(default)
        try:
            number = to_decimal(value)
        except InvalidOperation:
            raise UnpriceableError(f"{self._path}{name} is not a number") from None
        if not number.is_finite() or number < 0:
            raise UnpriceableError(f"{self._path}{name} is {number}, which is no quantity")
        return number

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean."""
        value = self.get(name)
        return default if value is None else value in (True, "true", "True", "ENABLED", "Enabled", "enabled")

    def block(self, name: str) -> "Props":
        """A nested object (or the only member of a list); empty where absent."""
        value = self.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
            if isinstance(value, Hidden):
                raise HiddenValueError(f"{self._path}{name} is {value.value}")
        return Props(value if isinstance(value, Mapping) else {}, None, f"{self._path}{name}.")

    def blocks(self, name: str) -> list["Props"]:
        """The nested objects of a list; none where absent."""
        value = self.get(name)
        items = value if isinstance(value, list) else [] if value is None else [value]
        found = []
        for number, item in enumerate(items):
            if isinstance(item, Hidden):
                raise HiddenValueError(f"{self._path}{name}[{number}] is {item.value}")
            if isinstance(item, Mapping):
                found.append(Props(item, None, f"{self._path}{name}[{number}]."))
        return found

    def strings(self, name: str) -> list[str]:
        """A list of strings, none of them hidden; empty where absent."""
        value = self.get(name)
        items = value if isinstance(value, list) else [] if value is None else [value]
        if any(isinstance(item, Hidden) for item in items):
            raise HiddenValueError(f"{self._path}{name} is unknown until deployed")
        return [str(item) for item in items]

    def length(self, name: str) -> int | None:
        """How many members a list has, whether or not they are known; None where the list is absent or hidden."""
        value = self.raw(name)
        return len(value) if isinstance(value, list) else None

    def has(self, name: str) -> bool:
        """Whether `name` is set, hidden or not."""
        return self.raw(name) is not None

    def __bool__(self) -> bool:
        return bool(self._values)


def tags_of(resource: Resource) -> dict[str, str]:
    """The tags (AWS) or labels (Kubernetes) of `resource` whose values are known, sorted by key."""
    for source in (resource.inputs, resource.outputs):
        for name in ("tags", "tagsAll"):
            value = source.get(name)
            if isinstance(value, Mapping) and value:
                return _plain(value)
            if isinstance(value, list) and value:  # autoscaling groups carry a list of key/value pairs
                return _plain({item.get("key"): item.get("value") for item in value if isinstance(item, Mapping)})
    metadata = resource.inputs.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    if isinstance(labels, Mapping):
        return _plain(labels)
    all_tags = resource.outputs.get("tagsAll")
    return _plain(all_tags) if isinstance(all_tags, Mapping) else {}


def _marked(tags: Mapping[str, str], *keys: str) -> tuple[str, ...]:
    return tuple(tags[key] for key in keys if key in tags)


def _plain(tags: Mapping[Any, Any]) -> dict[str, str]:
    return {str(key): value for key, value in sorted(tags.items(), key=lambda kv: str(kv[0])) if isinstance(value, str)}


def _default_tags(provider: Resource | None) -> dict[str, str]:
    value = provider.inputs.get("defaultTags") if provider else None
    if isinstance(value, str):  # a provider's structured settings are held as JSON text
        try:
            value = json.loads(value)
        except json.JSONDecodeError:
            return {}
    tags = value.get("tags") if isinstance(value, Mapping) else None
    return _plain(tags) if isinstance(tags, Mapping) else {}


def _arn_region(arn: Any) -> str | None:
    parts = arn.split(":") if isinstance(arn, str) else []
    return parts[3] or None if len(parts) > 5 else None
