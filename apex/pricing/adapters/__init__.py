"""From Pulumi properties to priced resources: one thin function a resource type."""

from collections.abc import Callable, Mapping

from apex.plan import Resource
from apex.pricing.adapters import (
    ai,
    aurora,
    autoscaling,
    caches,
    compute,
    ec2,
    eks,
    governance,
    kafka,
    keys,
    loadbalancing,
    messaging,
    monitoring,
    network,
    rds,
    s3,
    search,
    storage,
    streams,
)
from apex.pricing.resources import Priced
from apex.pricing.stack import Stack

Adapter = Callable[[Resource, Stack], Priced]

_MODULES = (
    ai, aurora, autoscaling, caches, compute, ec2, eks, governance, kafka, keys, loadbalancing, messaging, monitoring,
    network, rds, s3, search, storage, streams,
)  # fmt: skip

ADAPTERS: Mapping[str, Adapter] = {token: adapter for module in _MODULES for token, adapter in module.ADAPTERS.items()}
"""The adapter of each type token. Types that are always free are in `apex.pricing.free`."""
