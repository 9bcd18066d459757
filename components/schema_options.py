"""The languages of schemas and the ways in which one version may follow another, as the Glue registry knows them."""

from enum import StrEnum


class SchemaFormat(StrEnum):
    """In what language a schema is written."""

    AVRO = "AVRO"
    """Apache Avro, as JSON."""
    JSON = "JSON"
    """JSON Schema."""
    PROTOBUF = "PROTOBUF"
    """Protocol Buffers, proto2 or proto3."""


class SchemaCompatibility(StrEnum):
    """Which new versions of a schema the registry takes."""

    NONE = "NONE"
    """Any."""
    DISABLED = "DISABLED"
    """None: the first version stays."""
    BACKWARD = "BACKWARD"
    """Those with which readers understand records of the last version."""
    BACKWARD_ALL = "BACKWARD_ALL"
    """Those with which readers understand records of all versions."""
    FORWARD = "FORWARD"
    """Those whose records readers of the last version understand."""
    FORWARD_ALL = "FORWARD_ALL"
    """Those whose records readers of all versions understand."""
    FULL = "FULL"
    """Both ways with the last version."""
    FULL_ALL = "FULL_ALL"
    """Both ways with all versions."""
