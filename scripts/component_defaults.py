"""What each component becomes when it is told no more than it must: the instances that the reference pages show."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.stack import run_pulumi_func

from apex.plan import Plan, Resource, decode
from components.package import COMPONENTS

NAME = "example"
REGION = "us-east-1"
TAGS = {
    "project": "atlas",
    "environment": "dev",
    "team": "vision",
    "cost-center": "cc-1001",
    "data-modality": "image",
}
_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/captioner@sha256:" + "a" * 64
_ROLE = "arn:aws:iam::123456789012:role/nodes"
_SUBNETS = ["subnet-a", "subnet-b"]
_SERVER = {"namespace": "vision", "image": _IMAGE, "cpu": "2", "memory": "8Gi", "min_replicas": 1, "max_replicas": 2}
_POOL = {"cluster_name": "main", "node_role_arn": _ROLE, "subnet_ids": _SUBNETS}
_POLICY = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "pin-images.example.com"},
    "spec": {"validations": [{"expression": "true"}]},
}
_CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "captions"}, "data": {"language": "en"}}

DEFAULTS: dict[str, dict[str, Any]] = {
    "AdmissionPolicies": {"manifests": [_POLICY]},
    "ClusterAddons": {"cluster_name": "main", "addons": ["prometheus"]},
    "CostBudget": {"amount": "1000", "emails": ["vision@example.com"]},
    "CpuNodePool": {**_POOL, "instance_types": ["m6i.xlarge"], "min_size": 1, "max_size": 3},
    "DataContract": {
        "dataset": "vision.frames",
        "bucket_arn": "arn:aws:s3:::lake-curated",
        "role_arns": {"engineer": "arn:aws:iam::123456789012:role/engineer"},
        "access": {"read": ["engineer"]},
        "allowed_regions": [REGION],
    },
    "DataPipeline": {
        "source": {"kind": "s3", "bucket": "lake-raw", "prefix": "frames/"},
        "steps": [{"name": "labels", "processor": "aws-rekognition"}],
        "destination": {"kind": "s3", "bucket": "lake-curated", "prefix": "labels/{date}/"},
        "storage": {"bucket": "lake-raw", "kms_key_arn": f"arn:aws:kms:{REGION}:123456789012:key/example"},
    },
    "DataRoles": {"roles": ["engineer"]},
    "GpuNodePool": {**_POOL, "instance_types": ["g5.xlarge"], "max_size": 2},
    "InferenceService": _SERVER,
    "KafkaCluster": {"vpc_id": "vpc-a", "subnet_ids": _SUBNETS},
    "KubernetesCluster": {
        "version": "1.35",
        "subnet_ids": _SUBNETS,
        "system_instance_types": ["m6i.large"],
        "system_min_size": 2,
        "system_max_size": 4,
    },
    "ModelService": {"service": {**_SERVER, "tags": TAGS}, "governance": {"demographic_parity_difference": "0.1"}},
    "Network": {"cidr": "10.20.0.0/16"},
    "StorageTiers": {},
    "TeamNamespace": {"cpu": "16", "memory": "64Gi"},
    "VectorDatabase": {"dimensions": 768, "vpc_id": "vpc-a", "subnet_ids": _SUBNETS},
    "WorkloadManifest": {"namespace": "vision", "manifests": [_CONFIG_MAP]},
}
"""The arguments of each component, its cost tags left out: what is required, and nothing else."""

BESIDE = {"InferenceService": "CpuNodePool", "ModelService": "CpuNodePool"}
"""Components that cost what they take of another one, which is planned with them."""

_CALLS: Mapping[str, dict[str, Any]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": [f"{REGION}a", f"{REGION}b"]},
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "123456789012"},
    "aws:index/getPartition:getPartition": {"partition": "aws"},
    "aws:index/getRegion:getRegion": {"region": REGION, "name": REGION},
}


class _Answers(Mocks):
    """Says what a provider would at preview: the account and the region, and nothing of what is not there yet."""

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return {"id": "one", **_CALLS[args.token]}, []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return None, dict(args.inputs)


class _Recorder(MockMonitor):
    """Keeps what is registered."""

    def __init__(self) -> None:
        super().__init__(_Answers())
        self.made: list[Resource] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            self.made.append(
                Resource(
                    urn=response.urn,
                    type=request.type,
                    name=request.name,
                    op="create",
                    inputs=decode(json_format.MessageToDict(request.object)),
                    parent=request.parent or None,
                    custom=request.custom,
                    dependencies=tuple(request.dependencies),
                    property_dependencies={k: tuple(v.urns) for k, v in request.propertyDependencies.items()},
                )
            )
        return response


def plan_default(component: str) -> Plan:
    """The plan of one instance of `component`, in an account that holds nothing but what is `BESIDE` it."""
    # A thread of its own, as the program has an event loop of its own, and so no loop of the caller's is replaced.
    with ThreadPoolExecutor(max_workers=1) as alone:
        return alone.submit(_plan, component).result()


def _plan(component: str) -> Plan:
    recorder = _Recorder()

    async def program() -> None:
        for name, made in (("nodes", BESIDE.get(component)), (NAME, component)):
            if made:
                kind = next(each for each in COMPONENTS if each.__name__ == made)
                tags = {} if made == "ModelService" else {"tags": TAGS}
                kind(name, {**DEFAULTS[made], **tags})  # type: ignore[arg-type]

    async def run() -> None:
        set_mocks(_Answers(), project="apex", stack="dev", preview=True, monitor=recorder)
        await run_pulumi_func(program)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(run())
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    made = tuple(sorted(recorder.made, key=lambda each: each.urn))
    return Plan("apex", "dev", made, config={"aws:region": REGION})
