"""What is read from the SDK's source agrees with the SDK itself."""

import importlib
import re

import pytest

from sandbox.aws import schema, sdk

BUCKET = "aws:s3/bucket:Bucket"


def test_every_registered_type_has_a_schema() -> None:
    tokens = sdk.tokens()
    assert len(tokens) > 1_000
    without_outputs = [token for token in tokens if not (found := schema.load(token)) or not found.outputs]
    assert without_outputs == ["aws:ram/sharingWithOrganization:SharingWithOrganization"]


def test_every_constructor_argument_is_an_input() -> None:
    """The constructor's own argument list is a second witness to what the Args class declares."""
    wrong = []
    for token, (_, name) in sdk.tokens().items():
        path, loaded = sdk.source_of(token), schema.load(token)
        assert path is not None
        assert loaded is not None
        signature = re.search(
            rf"(?ms)^class {name}\(.*?def _internal_init\(__self__,(.*?)__props__=None\)", sdk.text(path)
        )
        assert signature is not None, token
        arguments = re.findall(r"^ +(\w+): ", signature[1], re.MULTILINE)
        if len(arguments) - len({"resource_name", "opts"}) != len(loaded.inputs):
            wrong.append(token)
    assert wrong == []


def test_inputs_outputs_and_computed_are_told_apart() -> None:
    bucket = schema.load(BUCKET)
    assert bucket is not None
    assert {"bucket", "tags", "forceDestroy", "objectLockEnabled"} <= set(bucket.inputs)
    assert {"arn", "bucketDomainName", "tagsAll", "hostedZoneId"} <= set(bucket.computed)
    assert "tags" not in bucket.computed


def test_required_and_nested_properties() -> None:
    cluster = schema.load("aws:msk/cluster:Cluster")
    assert cluster is not None
    required = sorted(p.name for p in cluster.inputs.values() if not p.optional)
    assert required == ["brokerNodeGroupInfo", "kafkaVersion", "numberOfBrokerNodes"]
    info = cluster.inputs["brokerNodeGroupInfo"].type
    assert info.kind == "object"
    assert info.file is not None
    members = schema.nested(info.ref, info.file)
    assert members is not None
    assert members["instanceType"].type.kind == "str"
    assert members["clientSubnets"].type == schema.Type("list", schema.Type("str"))
    assert not members["securityGroups"].optional


def test_documentation_tells_defaults_replacement_and_order() -> None:
    group = schema.load("aws:ec2/securityGroup:SecurityGroup")
    gateway = schema.load("aws:ec2/natGateway:NatGateway")
    endpoint = schema.load("aws:ec2/vpcEndpoint:VpcEndpoint")
    assert group is not None
    assert gateway is not None
    assert endpoint is not None
    assert group.inputs["description"].default == "Managed by Pulumi"
    assert gateway.inputs["connectivityType"].default == "public"
    assert group.inputs["namePrefix"].forces_new is False


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "token",
    [
        BUCKET,
        "aws:eks/cluster:Cluster",
        "aws:lambda/function:Function",
        "aws:opensearch/serverlessCollection:ServerlessCollection",
    ],
)
def test_schema_agrees_with_the_imported_class(token: str) -> None:
    folder, name = sdk.tokens()[token]
    module = importlib.import_module(f"pulumi_aws.{folder}")
    args = getattr(module, f"{name}Args")
    declared = {
        attribute.fget._pulumi_name  # what the SDK's own translation reads
        for attribute in vars(args).values()
        if isinstance(attribute, property) and attribute.fget is not None
    }
    loaded = schema.load(token)
    assert loaded is not None
    assert set(loaded.inputs) == declared


def test_unknown_type_has_no_schema() -> None:
    assert schema.load("aws:s3/bukket:Bucket") is None
