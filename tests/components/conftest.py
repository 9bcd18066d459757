"""Runs a component against a recording engine: exact resources, their parents, and values unknown at preview."""

import asyncio
import importlib
import inspect
import json
import keyword
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pytest
from google.protobuf import json_format
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.stack import run_pulumi_func

from apex.errors import InputError
from apex.plan import UNKNOWN_SENTINEL, Resource, decode

TAGS = {
    "project": "atlas",
    "environment": "dev",
    "team": "ml-platform",
    "cost-center": "cc-100",
    "data-modality": "image.text",
}
"""Cost tags that every component accepts."""

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d")

_CALLS: dict[str, dict[str, Any]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": {
        "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:role/deployer",
        "id": "123456789012",
        "userId": "AROAEXAMPLE",
    },
    "aws:index/getRegion:getRegion": {
        "region": "us-east-1",
        "name": "us-east-1",
        "id": "us-east-1",
        "description": "US East (N. Virginia)",
        "endpoint": "ec2.us-east-1.amazonaws.com",
    },
    "aws:index/getPartition:getPartition": {
        "partition": "aws",
        "id": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    },
    "aws:index/getAvailabilityZones:getAvailabilityZones": {
        "names": list(ZONES),
        "zoneIds": ["use1-az1", "use1-az2", "use1-az3", "use1-az4"],
        "groupNames": ["us-east-1"],
        "id": "us-east-1",
    },
}

_OUTPUTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "aws:eks/cluster:Cluster": lambda name: {
        "endpoint": f"https://{name}.eks.example.com",
        "certificateAuthority": {"data": "Y2E="},
        "identities": [{"oidcs": [{"issuer": "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"}]}],
        "vpcConfig": {"clusterSecurityGroupId": "sg-cluster"},
    },
    "aws:ec2/launchTemplate:LaunchTemplate": lambda name: {"latestVersion": 1},
    "aws:eks/nodeGroup:NodeGroup": lambda name: {"resources": [{"autoscalingGroups": [{"name": f"eks-{name}-asg"}]}]},
    "aws:rds/cluster:Cluster": lambda name: {
        "endpoint": f"{name}.cluster-example.us-east-1.rds.amazonaws.com",
        "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}"}],
    },
}
"""Outputs with a structure; plain text ones are made up from the SDK's own declaration."""


def sdk_class(token: str) -> type:
    """The class of the SDK behind `token`, as ``aws:msk/cluster:Cluster`` is `pulumi_aws.msk.Cluster`."""
    package, module, name = token.split(":")
    path = ".".join(part for part in module.split("/")[:-1] if part not in ("index", "")) or module
    if package == "kubernetes":
        group = module.replace(".k8s.io", "").split("/")
        path = ".".join([group[0], group[-1]] if len(group) > 1 else group)
    path = f"{path}_" if keyword.iskeyword(path) else path
    module_name = f"pulumi_{package}" if path in ("index", "") else f"pulumi_{package}.{path}"
    return getattr(importlib.import_module(module_name), name)


def is_taggable(token: str) -> bool:
    """Whether the SDK's resource takes tags."""
    return token.startswith("aws:") and "tags" in inspect.signature(sdk_class(token)._internal_init).parameters


@dataclass(frozen=True)
class Registered:
    """One resource as it was sent to the engine; values unknown at preview are `apex.plan.UNKNOWN`."""

    urn: str
    type: str
    name: str
    parent: str
    inputs: Mapping[str, Any]
    raw: Mapping[str, Any] = field(repr=False)
    custom: bool = True
    protect: bool = False
    retain_on_delete: bool = False
    ignore_changes: tuple[str, ...] = ()
    provider: str = ""
    aliases: int = 0

    @property
    def parent_name(self) -> str:
        """The name of the component that holds it."""
        return self.parent.split("::")[-1]


class _Recorder(MockMonitor):
    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.registered: list[Registered] = []

    def RegisterResource(self, request):
        response = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            raw = json_format.MessageToDict(request.object)
            self.registered.append(
                Registered(
                    urn=response.urn,
                    type=request.type,
                    name=request.name,
                    parent=request.parent,
                    inputs=decode(_whole_numbers(raw)),
                    raw=raw,
                    custom=request.custom,
                    protect=request.protect,
                    retain_on_delete=request.retainOnDelete,
                    ignore_changes=tuple(request.ignoreChanges),
                    provider=request.provider,
                    aliases=len(request.aliases),
                )
            )
        return response


class _Provider(Mocks):
    """Answers as a provider would: at preview nothing computed is known, afterwards everything is."""

    def __init__(self, preview: bool) -> None:
        self._preview = preview

    def call(self, args: MockCallArgs) -> dict[str, Any]:
        if args.token not in _CALLS:
            raise AssertionError(f"{args.token} has no answer in tests/components/conftest.py; add one to _CALLS")
        return _CALLS[args.token]

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        named = _autonamed(args)
        if self._preview:
            return None, {**args.inputs, **named}
        computed = _computed(args) | named if args.custom else {}
        return f"{args.name}-id", _merge(computed, args.inputs)


_AUTONAMED = {"aws:s3/bucket:Bucket": "bucket", "aws:iam/role:Role": "name", "aws:msk/cluster:Cluster": "clusterName"}


def _autonamed(args: MockResourceArgs) -> dict[str, Any]:
    """The physical name that the provider makes up already at preview."""
    key = _AUTONAMED.get(args.typ)
    return {} if key is None or args.inputs.get(key) is not None else {key: f"{args.name}-0123abc"}


def _computed(args: MockResourceArgs) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if args.typ.startswith("aws:"):
        cls = sdk_class(args.typ)
        for attribute, member in inspect.getmembers(cls, lambda member: isinstance(member, property)):
            hint = str(inspect.signature(member.fget).return_annotation)
            if re.fullmatch(r".*Output\[(_builtins\.)?str\]", hint):
                made[_camel(attribute)] = f"{args.name}-{attribute.replace('_', '-')}"
            elif re.fullmatch(r".*Output\[(_builtins\.)?int\]", hint):
                made[_camel(attribute)] = 1
        service = args.typ.split(":")[1].split("/")[0]
        made["arn"] = f"arn:aws:{service}:us-east-1:123456789012:{args.name}"
    return made | _OUTPUTS.get(args.typ, lambda name: {})(args.name)


def _merge(computed: dict[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, and inside its objects what the provider adds to them."""
    merged = {**computed, **inputs}
    for key in computed.keys() & inputs.keys():
        if isinstance(computed[key], dict) and isinstance(inputs[key], Mapping):
            merged[key] = _merge(computed[key], inputs[key])
    return merged


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def _whole_numbers(value: Any) -> Any:
    """Protobuf has floats only; what was written as 3 is compared as 3."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return value


@dataclass(frozen=True)
class Recording:
    """What a program registered, in a stable order, and what it returned."""

    resources: tuple[Registered, ...]
    value: Any
    outputs: Mapping[str, Any]

    def one(self, type_or_name: str) -> Registered:
        """The only resource of that type, or of that name."""
        found = [r for r in self.resources if type_or_name in (r.type, r.name)]
        assert len(found) == 1, f"{len(found)} resources match {type_or_name}: {[r.name for r in self.resources]}"
        return found[0]

    def of(self, type_: str) -> list[Registered]:
        """All resources of a type, by name."""
        return [r for r in self.resources if r.type == type_]

    def count(self) -> dict[str, int]:
        """How many resources of each type there are, components left out."""
        return dict(sorted(Counter(r.type for r in self.resources if r.custom).items()))

    def tree(self) -> list[str]:
        """`parent > type name`, the contract with existing stacks."""
        return [f"{r.parent_name} > {r.type} {r.name}" for r in self.resources]

    def untagged(self, tags: Mapping[str, str]) -> list[str]:
        """Names of taggable AWS resources that do not carry all of `tags`."""
        return [
            r.name
            for r in self.resources
            if is_taggable(r.type)
            and not (isinstance(r.inputs.get("tags"), Mapping) and tags.items() <= r.inputs["tags"].items())
        ]

    def plan_resources(self) -> tuple[Resource, ...]:
        """The same resources as a plan holds them."""
        return tuple(
            Resource(r.urn, r.type, r.name, "create", r.inputs, parent=r.parent, custom=r.custom)
            for r in self.resources
        )

    def contract_document(self) -> str:
        """What `pulumi preview --json` would say of the resources."""
        steps = [
            {"op": "create", "newState": {"urn": r.urn, "type": r.type, "inputs": _whole_numbers(dict(r.raw))}}
            for r in self.resources
        ]
        return json.dumps({"steps": steps})


Provision = Callable[..., Recording]


@pytest.fixture
def cost_tags() -> dict[str, str]:
    """Valid cost tags, a fresh dict."""
    return dict(TAGS)


@pytest.fixture
def taggable() -> Callable[[str], bool]:
    """Whether an AWS type takes tags, from the SDK."""
    return is_taggable


@pytest.fixture
def unknown() -> Callable[[], pulumi.Output[Any]]:
    """Makes a value that is not known at preview; call it inside the program."""

    def make() -> pulumi.Output[Any]:
        async def value() -> str:
            return UNKNOWN_SENTINEL

        async def no() -> bool:
            return False

        return pulumi.Output(
            set(), asyncio.ensure_future(value()), asyncio.ensure_future(no()), asyncio.ensure_future(no())
        )

    return make


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], list[str]]:
    """The messages with which `refused(lambda: Network(...))` is refused, before anything is registered."""

    def registered(*_: Any, **__: Any) -> None:
        raise AssertionError("a resource was registered before its arguments were refused")

    def check(build: Callable[[], Any]) -> list[str]:
        with monkeypatch.context() as patch, pytest.raises(InputError) as error:
            patch.setattr(pulumi.Resource, "__init__", registered)
            build()
        return str(error.value).splitlines()

    return check


@pytest.fixture
def provision() -> Iterator[Provision]:
    """Runs `provision(lambda: Network("net", {...}), preview=True)` and gives the Recording.

    `outputs` holds the resolved public attributes of the component that the lambda returns; at preview an unknown one
    is `apex.plan.UNKNOWN`.
    """
    yield _provision


def _provision(build: Callable[[], Any], *, preview: bool = False) -> Recording:
    recorder = _Recorder(_Provider(preview))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    result: dict[str, Any] = {}

    async def program() -> None:
        result["value"] = build()

    async def run() -> None:
        set_mocks(_Provider(preview), project="apex", stack="dev", preview=preview, monitor=recorder)
        await run_pulumi_func(program)
        value = result["value"]
        members = vars(value) if isinstance(value, pulumi.Resource) else value if isinstance(value, dict) else {}
        result["outputs"] = {
            key: await _resolve(member)
            for key, member in members.items()
            if not key.startswith("_") and not isinstance(member, pulumi.Resource)
        }

    try:
        loop.run_until_complete(run())
    finally:
        loop.close()
        asyncio.set_event_loop(asyncio.new_event_loop())
    resources = tuple(sorted(recorder.registered, key=lambda r: (r.urn.count("$"), r.type, r.name)))
    return Recording(resources, result["value"], result["outputs"])


async def _resolve(value: Any) -> Any:
    if isinstance(value, pulumi.Output):
        known = await value.is_known()
        return decode(await value.future(with_unknowns=True)) if known else decode(UNKNOWN_SENTINEL)
    if isinstance(value, dict):
        return {key: await _resolve(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [await _resolve(item) for item in value]
    return value
