"""Copies of data stay in the regions of the contracts."""

from collections.abc import Iterator

from apex.policy.controls import RESIDENCY, serving
from apex.policy.data_regions import allowed_regions
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject

_STORES = (
    "aws:dynamodb/globalTable:GlobalTable",
    "aws:dynamodb/table:Table",
    "aws:dynamodb/tableReplica:TableReplica",
    "aws:kinesis/stream:Stream",
    "aws:msk/cluster:Cluster",
    "aws:msk/replicator:Replicator",
    "aws:opensearch/serverlessCollection:ServerlessCollection",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
)


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: copies of data stay in the regions of the contracts."""
    allowed = allowed_regions(context)
    if not allowed:
        return
    places = [resource.props.text("region")]
    places += [replica.text("regionName") for replica in resource.props.items("replicas")]
    for place in sorted({place for place in places if place} - allowed):
        yield f"keeps data in {place}; required: {', '.join(sorted(allowed))}"


rule = Rule(
    id="hold_replicas",
    title="Copies of data stay in the regions of the contracts",
    pack="data",
    severity=Severity.HIGH,
    types=_STORES,
    validate=validate,
    scope=Scope.STACK,
    settings={
        "regions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Allowed regions, in place of those that all data contracts allow.",
        }
    },
    why="A replica is under the law of the place where it lies, whatever the contract says of the original.",
    fix="Replicate to a region that every data contract allows, or have the contracts changed.",
    code='region="us-east-1"',
    controls=serving(RESIDENCY),
)
