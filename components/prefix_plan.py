"""Which IPv4 prefixes the subnets of a VPC get, and whether they fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError

from components.nested_arguments import NestedArguments

AWS_RESERVED = 5
"""Addresses of every subnet that AWS keeps (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html)."""

_SMALLEST, _LARGEST = 28, 16


@dataclass(frozen=True, slots=True)
class PrefixPlan:
    """The prefixes of a VPC, one private and one public a zone."""

    vpc: IPv4Network
    private: tuple[IPv4Network, ...]
    public: tuple[IPv4Network, ...]


def plan_prefixes(check: NestedArguments, zone_count: int, cidr: str) -> PrefixPlan | None:
    """The plan that the arguments ask for; what does not fit is refused through `check`, and then there is no plan.

    Unless listed, each private subnet is a quarter of the VPC and each public one a sixteenth, cut from the last
    quarter: pods take their addresses from the private subnets, only NAT gateways and load balancers from the public.
    """
    vpc = _network(check, "cidr", cidr)
    if vpc is None:
        return None
    if not _LARGEST <= vpc.prefixlen <= _SMALLEST - 4:
        check.refuse("cidr", f"{vpc} is a /{vpc.prefixlen}; a VPC with a subnet in every zone takes a /16 to /24")
        return None
    private = _listed(check, "private_cidrs", zone_count) or tuple(vpc.subnets(prefixlen_diff=2))[:zone_count]
    quarters = tuple(vpc.subnets(prefixlen_diff=2))
    public = _listed(check, "public_cidrs", zone_count) or tuple(quarters[3].subnets(prefixlen_diff=2))[:zone_count]
    _check_inside(check, vpc, private, public)
    _check_size(check, private)
    _check_outside(check, vpc)
    return PrefixPlan(vpc, private, public)


def _network(check: NestedArguments, argument: str, text: object) -> IPv4Network | None:
    try:
        return IPv4Network(str(text))
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        check.refuse(argument, f'"{text}" is not an IPv4 prefix ({error}); write one such as 10.20.0.0/16')
        return None


def _listed(check: NestedArguments, argument: str, zone_count: int) -> tuple[IPv4Network, ...]:
    texts = check.texts(argument)
    if texts and len(texts) != zone_count:
        check.refuse(argument, f"holds {len(texts)} prefixes for {zone_count} zones; write one for each zone")
    return tuple(network for text in texts if (network := _network(check, argument, text)))


def _check_inside(
    check: NestedArguments, vpc: IPv4Network, private: Sequence[IPv4Network], public: Sequence[IPv4Network]
) -> None:
    seen: list[IPv4Network] = []
    for argument, networks in (("private_cidrs", private), ("public_cidrs", public)):
        for network in networks:
            if not network.subnet_of(vpc):
                check.refuse(argument, f"{network} is not inside the VPC's {vpc}; choose a prefix that is")
            if network.prefixlen > _SMALLEST:
                check.refuse(argument, f"{network} is smaller than AWS allows; use at least a /{_SMALLEST}")
            if other := next((earlier for earlier in seen if earlier.overlaps(network)), None):
                check.refuse(argument, f"{network} overlaps {other}; choose prefixes that do not")
            seen.append(network)


def _check_size(check: NestedArguments, private: Sequence[IPv4Network]) -> None:
    needed = check.whole("private_addresses_per_zone", 27, least=1)
    for network in private:
        usable = network.num_addresses - AWS_RESERVED
        if usable < needed:
            argument = "private_cidrs" if check.has("private_cidrs") else "cidr"
            check.refuse(
                argument,
                f"{network} leaves {usable} addresses in a zone where {needed} are needed; use a larger prefix",
            )


def _check_outside(check: NestedArguments, vpc: IPv4Network) -> None:
    for text in check.texts("reserved_cidrs"):
        other = _network(check, "reserved_cidrs", text)
        if other and other.overlaps(vpc):
            check.refuse("cidr", f"{vpc} overlaps {other} of reserved_cidrs; choose a prefix that is free")
