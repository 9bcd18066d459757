"""The account that the sandbox plays: the documentation's account number, its regions and their zones."""

from dataclasses import dataclass, field
from typing import Any

ACCOUNT_ID = "123456789012"
"""The account number that AWS keeps for documentation; nobody owns it."""

REGIONS: dict[str, str] = {
    "af-south-1": "abc",
    "ap-east-1": "abc",
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
    "ap-northeast-3": "abc",
    "ap-south-1": "abc",
    "ap-south-2": "abc",
    "ap-southeast-1": "abc",
    "ap-southeast-2": "abc",
    "ap-southeast-3": "abc",
    "ap-southeast-4": "abc",
    "ca-central-1": "abd",
    "ca-west-1": "abc",
    "cn-north-1": "abd",
    "cn-northwest-1": "abc",
    "eu-central-1": "abc",
    "eu-central-2": "abc",
    "eu-north-1": "abc",
    "eu-south-1": "abc",
    "eu-south-2": "abc",
    "eu-west-1": "abc",
    "eu-west-2": "abc",
    "eu-west-3": "abc",
    "il-central-1": "abc",
    "me-central-1": "abc",
    "me-south-1": "abc",
    "sa-east-1": "abc",
    "us-east-1": "abcdef",
    "us-east-2": "abc",
    "us-gov-east-1": "abc",
    "us-gov-west-1": "abc",
    "us-west-1": "ac",
    "us-west-2": "abcd",
}
"""Each region and the letters of the zones that an account sees there."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the provider was configured with."""

    region: str = "us-east-1"
    default_tags: dict[str, Any] = field(default_factory=dict)


def partition(region: str) -> str:
    """`aws`, `aws-cn` or `aws-us-gov`."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def dns_suffix(region: str) -> str:
    """The domain of a region's service endpoints."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def zones(region: str) -> list[tuple[str, str]]:
    """The availability zones of a region with their ids, such as (`eu-west-1a`, `euw1-az1`)."""
    area, *middle, number = region.split("-")
    short = area + "".join(_short(word) for word in middle) + number
    letters = REGIONS.get(region, "abc")
    return [(f"{region}{letter}", f"{short}-az{ord(letter) - ord('a') + 1}") for letter in letters]


def _short(word: str) -> str:
    for first in ("north", "south"):
        if word.startswith(first) and word != first:
            return first[0] + word[len(first)]
    return word[0]
