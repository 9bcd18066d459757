"""`Platform`: what there is for declarations to refer to."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from apex.specs.base import Model, Spec
from apex.specs.values import Name, S3Uri, Text, Topic, Whole

GROUP = "apexlogic.io"

TIERS = ("archive", "curated", "features", "raw")
"""The storage tiers every platform has."""


def _inside(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError(f'"{path}" leaves the catalog; write a path below the folder of this file')
    if not re.fullmatch(_FILE_PATTERN, path):
        raise ValueError(f'"{path}" is not a path of a file; use letters, digits, and - _ . /')
    return path


_FILE_PATTERN = r"^[A-Za-z0-9_./-]{1,200}$"
LocalFile = Annotated[
    str,
    AfterValidator(_inside),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": _FILE_PATTERN,
            "maxLength": 200,
            "x-kubernetes-validations": [
                {
                    "rule": "!self.startsWith('/') && !self.split('/').exists(part, part == '..')",
                    "message": "leaves the catalog; write a path below the folder of this file",
                }
            ],
        }
    ),
]


class Registry(Model):
    """A place that models or images are taken from."""

    name: Name
    """What declarations call it."""
    holds: Literal["models", "images"]
    """What it holds."""
    address: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:/_-]*$")]
    """Where it is: host and path, without https://."""


class KafkaTopic(Model):
    """A topic of the platform's Kafka cluster."""

    name: Topic
    """The topic."""
    partitions: Annotated[Whole, Field(ge=1, le=1000)] = 6
    """How many parts it has, so how many readers can share it."""
    retention_hours: Annotated[Whole, Field(ge=1, le=8760)] = 72
    """How long records stay."""
    data_class: Literal["internal", "personal", "public"] = "internal"
    """How much care the records need."""


class SchemaFile(Model):
    """A schema, its address, and the file in Git that holds it."""

    name: Name
    """What the schema registry calls it."""
    type: Literal["avro", "json", "protobuf"]
    """The schema language."""
    path: S3Uri
    """The address that pipelines and contracts name."""
    file: LocalFile
    """The file with its text, relative to the folder of this document."""
    compatibility: Literal["NONE", "BACKWARD", "BACKWARD_ALL", "FORWARD", "FORWARD_ALL", "FULL", "FULL_ALL"] = (
        "BACKWARD"
    )
    """Which changes the schema registry takes."""


class RoleSpec(Model):
    """A role that people or workloads take."""

    name: Name
    """What contracts call it."""
    description: Text | None = None
    """Who takes it."""


class PlatformSpec(Model):
    """Registries, topics, schemas and roles."""

    registries: tuple[Registry, ...] = ()
    """Where models and images come from."""
    topics: tuple[KafkaTopic, ...] = ()
    """The Kafka topics."""
    schemas: tuple[SchemaFile, ...] = ()
    """The schemas of the records."""
    roles: tuple[RoleSpec, ...] = ()
    """The roles that data contracts grant to."""


class Platform(Spec):
    """What there is for declarations to refer to: registries, topics, schemas, roles."""

    kind_name: ClassVar[str] = "Platform"
    group: ClassVar[str] = GROUP
    plural: ClassVar[str] = "platforms"
    summary: ClassVar[str] = "the registries, topics, schemas and roles there are"

    spec: PlatformSpec
