"""The settings of an environment: the `apex:` keys of `Pulumi.<environment>.yaml`, typed and checked together.

`dev` and `prod` run the same program; what differs between them is data, and it is all here.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from apex import tags
from apex.errors import InputError, Problem
from apex.tags import CostTags

NAMESPACE = "apex"


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=False)


def _label(value: str) -> str:
    if not tags.is_label_value(value):
        raise ValueError(f'"{value}" is not a valid tag value; use {tags.LABEL_VALUE_RULE}')
    return value


Name = Annotated[
    str, Field(pattern=r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", description="a lower-case name, at most 40 characters")
]
Days = Annotated[int, Field(ge=1, le=36_500)]
Share = Annotated[Decimal, Field(ge=0, le=1, description="a part of a whole: 0.3 is 30 %")]


class Owner(_Settings):
    """Who pays: every resource of the part that names an owner carries these as tags."""

    project: str
    team: str
    cost_center: str
    data_modalities: tuple[str, ...]

    @field_validator("project", "team", "cost_center")
    @classmethod
    def _valid(cls, value: str) -> str:
        return _label(value)

    @field_validator("data_modalities", mode="before")
    @classmethod
    def _modalities(cls, value: Any) -> Any:
        if not isinstance(value, str | list | tuple):
            raise ValueError(f"{value!r} is not a list of data modalities; write [image, text]")
        return tags.parse_modalities(value)

    def cost_tags(self, environment: str, repository: str | None, commit: str | None) -> CostTags:
        """The tags of a resource of this owner that `commit` of `repository` declared."""
        return CostTags(
            self.project, environment, self.team, self.cost_center, self.data_modalities, repository, commit
        )


class NetworkSettings(_Settings):
    """The VPC."""

    cidr: IPv4Network
    zones: int = Field(ge=2, le=3)
    nat: Literal["single", "perZone"]
    flow_log_retention_days: Days = 30


class NodeSettings(_Settings):
    """Nodes without GPUs."""

    instance_types: tuple[str, ...] = Field(min_length=1)
    min_size: int = Field(ge=1)
    max_size: int = Field(ge=1)


class KubernetesSettings(_Settings):
    """The EKS cluster. `public_access_cidrs` left empty keeps its API private."""

    version: str
    system_nodes: NodeSettings
    workload_nodes: NodeSettings
    log_retention_days: Days = 30
    public_access_cidrs: tuple[IPv4Network, ...] = ()

    @field_validator("version", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        # 1.30 without quotes is the number 1.3: the text that was meant is gone.
        if isinstance(value, float):
            raise ValueError(f'{value} is a number; write the version in quotes: "{value:.2f}"')
        return value


class KafkaSettings(_Settings):
    """The MSK cluster; sizes are per broker."""

    version: str
    instance_type: str
    brokers_per_zone: int = Field(ge=1, le=10, default=1)
    volume_size_gib: int = Field(ge=1, le=16_384)
    max_volume_size_gib: int = Field(ge=1, le=16_384)
    log_retention_days: Days = 30


class StorageSettings(_Settings):
    """The S3 tiers; the days after which objects expire, and whether archived ones can be deleted at all."""

    raw_retention_days: Days
    noncurrent_retention_days: Days = 30
    archive_retention_days: Days = 3650
    archive_lock_days: int = Field(ge=0, default=0)
    force_destroy: bool = False


class OfficeHours(_Settings):
    """When a pool may run, in UTC: cron expressions of five fields for the start and the stop."""

    start: str
    stop: str


class GpuPoolSettings(_Settings):
    """A pool of GPU nodes. Without office hours it runs all week."""

    name: Name
    owner: Owner
    instance_types: tuple[str, ...] = Field(min_length=1)
    capacity_type: Literal["SPOT", "ON_DEMAND"]
    min_size: int = Field(ge=0)
    max_size: int = Field(ge=1)
    volume_size_gib: int = Field(ge=20, default=200)
    office_hours: OfficeHours | None = None


class VectorSettings(_Settings):
    """The OpenSearch Serverless collection."""

    owner: Owner
    dimensions: int = Field(ge=1, le=16_000)
    standby_replicas: bool


class InferenceSettings(_Settings):
    """A model server that runs on the GPU pools."""

    name: Name
    owner: Owner
    namespace: Name
    image: str
    port: int = Field(ge=1, le=65_535, default=8080)
    cpu: str
    memory: str
    gpus: int = Field(ge=0, le=16)
    min_replicas: int = Field(ge=1)
    max_replicas: int = Field(ge=1)


class NamespaceSettings(_Settings):
    """What the workloads of one team's namespace may ask for together."""

    cpu: str
    memory: str
    gpus: int = Field(ge=0, default=0)


class CommitmentSettings(_Settings):
    """Savings Plans or reservations: the share of on-demand hours that they cover, and what they take off."""

    coverage: Share
    discount: Share


class GovernanceSettings(_Settings):
    """What models are held to: the organisation's ethics policy, and the privacy regime where none is declared."""

    ethics_policy: str = Field(min_length=1)
    privacy_regime: str = Field(min_length=1)


class PricingSettings(_Settings):
    """How machines are bought, and how much of each budget's amount this environment may spend."""

    commitment: CommitmentSettings | None = None
    spot_discount: Share = Decimal("0.5")
    budget_factor: Decimal = Field(gt=0, le=100, default=Decimal(1))


class Settings(_Settings):
    """All of an environment."""

    owner: Owner
    deletion_protection: bool
    network: NetworkSettings
    kubernetes: KubernetesSettings
    kafka: KafkaSettings
    storage: StorageSettings
    gpu_pools: tuple[GpuPoolSettings, ...]
    vector_database: VectorSettings
    inference: tuple[InferenceSettings, ...]
    namespace_quota: NamespaceSettings
    governance: GovernanceSettings | None = None
    pricing: PricingSettings = PricingSettings()


def read_settings(file: Path) -> Settings:
    """The settings in `file`. Raises InputError with every problem, each at its line."""
    try:
        text = file.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError.of(f"cannot be read: {error}", file=file) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise InputError.of(f"is not valid YAML: {error.problem}", file=file, line=line, column=column) from error
    config = document.get("config") if isinstance(document, dict) else None
    if not isinstance(config, dict):
        raise InputError.of("has no `config:` map; write the keys of the environment below it", file=file)
    own = {k.partition(":")[2]: v for k, v in config.items() if str(k).startswith(f"{NAMESPACE}:")}
    return _validated(own, file, _positions(root))


def settings_from(get: Callable[[str], Any], file: Path) -> Settings:
    """The settings as the engine holds them: `get` is `pulumi.Config("apex").get_object`; `file` is named in errors."""
    keys = [field.alias or name for name, field in Settings.model_fields.items()]
    return _validated({key: value for key in keys if (value := get(key)) is not None}, file, {})


def pricing_from(config: Mapping[str, str]) -> PricingSettings:
    """What the engine's own form of a stack's configuration says of pricing; of any program, so all may be missing."""
    text = config.get(f"{NAMESPACE}:pricing", "{}")
    try:
        return PricingSettings.model_validate(json.loads(text))
    except (json.JSONDecodeError, ValidationError) as error:
        raise InputError.of(f"is not a map of pricing settings: {error}", field=f"{NAMESPACE}:pricing") from error


def _validated(
    values: Mapping[str, Any], file: Path, positions: Mapping[tuple[str | int, ...], tuple[int, int]]
) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise InputError(_problem(item, file, positions) for item in error.errors()) from None


def _problem(item: Any, file: Path, positions: Mapping[tuple[str | int, ...], tuple[int, int]]) -> Problem:
    path: tuple[str | int, ...] = item["loc"]
    # Pydantic adds a step of its own below a union; the file knows only what was written.
    place = next((positions[path[:n]] for n in range(len(path), 0, -1) if path[:n] in positions), (0, 0))
    field = f"{NAMESPACE}:{path[0]}" if path else NAMESPACE
    for step in path[1:]:
        field += f"[{step}]" if isinstance(step, int) else f".{step}"
    return Problem(file.name, *place, field, _explain(item))


def _explain(item: Any) -> str:
    kind, value = item["type"], item.get("input")
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        return f"is not a setting (it holds {value!r}); remove it or correct its name"
    if kind == "value_error":
        return str(item["ctx"]["error"])
    return f"{value!r}: {item['msg'][:1].lower()}{item['msg'][1:]}"


def _positions(root: yaml.Node | None) -> dict[tuple[str | int, ...], tuple[int, int]]:
    """Line and column of every value below `config:`, by its path without the `apex:` prefix."""
    found: dict[tuple[str | int, ...], tuple[int, int]] = {}

    def visit(node: yaml.Node, path: tuple[str | int, ...]) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                step = (*path, key.value.removeprefix(f"{NAMESPACE}:") if not path else key.value)
                found[step] = (key.start_mark.line + 1, key.start_mark.column + 1)
                visit(value, step)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                found[(*path, index)] = (value.start_mark.line + 1, value.start_mark.column + 1)
                visit(value, (*path, index))

    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value == "config":
                visit(value, ())
    return found
