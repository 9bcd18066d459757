"""Who may reach a data service: ingress from private prefixes and named security groups, never from everywhere."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Any

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.nested_arguments import NestedArguments


def read_client_cidrs(check: NestedArguments) -> tuple[str, ...]:
    """The private prefixes in `client_cidrs`; a public one is refused."""
    cidrs = check.texts("client_cidrs")
    for cidr in cidrs:
        try:
            network = IPv4Network(cidr)
        except ValueError as error:
            check.refuse("client_cidrs", f'"{cidr}" is not an IPv4 prefix ({error}); write one such as 10.20.0.0/16')
            continue
        if not network.is_private or network.prefixlen < 8:
            check.refuse("client_cidrs", f"{cidr} is a public prefix; name a private one, such as the VPC's")
    return cidrs


def admit_clients(
    name: str,
    group_id: pulumi.Output[str],
    ports: Sequence[tuple[str, int, int]],
    cidrs: Sequence[str],
    groups: Sequence[pulumi.Input[str]],
    tags: CostTags,
    opts: pulumi.ResourceOptions,
) -> None:
    """One rule for each of `ports` (a name, the first and the last) and each source."""
    sources: list[tuple[str, dict[str, Any]]] = [
        *((f"cidr-{index}", {"cidr_ipv4": cidr}) for index, cidr in enumerate(cidrs)),
        *((f"group-{index}", {"referenced_security_group_id": group}) for index, group in enumerate(groups)),
    ]
    for what, first, last in ports:
        for source, reference in sources:
            rule = f"{name}-{what}-{source}"
            aws.vpc.SecurityGroupIngressRule(
                rule,
                security_group_id=group_id,
                description=f"Clients ({what})",
                ip_protocol="tcp",
                from_port=first,
                to_port=last,
                tags=tags.aws(Name=rule),
                opts=opts,
                **reference,
            )
