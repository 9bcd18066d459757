"""Streams have a registered schema."""

from collections.abc import Iterator

from apex.policy.controls import QUALITY, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: streams have a registered schema."""
    source = resource.props.at("spec.source")
    if source.text("type") not in ("kafka", "kinesis"):
        return
    path = source.map("schema").text("path")
    registered = {
        entry.text("path")
        for platform in context.of_type("apex:catalog:Platform")
        for entry in platform.props.map("spec").items("schemas")
    }
    if not path:
        yield f"spec.source is a {source.text('type')} stream without a schema"
    elif registered and path not in registered:
        yield f'schema "{path}" is not registered by the platform'


rule = Rule(
    id="require_schemas",
    title="Streams have a registered schema",
    pack="data",
    severity=Severity.MEDIUM,
    types=("apex:catalog:DataPipeline",),
    validate=validate,
    scope=Scope.STACK,
    why="Without a schema, one producer's change breaks every reader, at night.",
    fix="Name a schema that the platform registers.",
    code='schema: {type: avro, path: "s3://apex-schemas/speech/call.avsc"}',
    controls=serving(QUALITY),
)
