"""The functions (data sources) that programs call, answered for the sandbox's account."""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

from sandbox.aws import account, policy_document, sdk
from sandbox.aws.account import Settings


class InvokeError(Exception):
    """A function that cannot be answered, and what to do instead."""

    def __init__(self, reason: str, property: str = "") -> None:
        super().__init__(reason)
        self.property = property


Answer = Callable[[dict[str, Any], Settings], dict[str, Any]]


def answer(token: str, args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The result of a function. Arguments come back in it, as the real provider's do."""
    function = _FUNCTIONS.get(token)
    if function is None:
        if sdk.function_source(token) is None:
            raise InvokeError(f"pulumi_aws {sdk.version()} has no function {token}; check its name")
        known = ", ".join(sorted(name.rpartition(":")[2] for name in _FUNCTIONS))
        raise InvokeError(
            f"the sandbox cannot answer {token}: it has no account to ask. Pass the value through the stack's "
            f"configuration, or add an answer to sandbox/aws/invokes.py. It answers: {known}"
        )
    region = args.get("region") or settings.region
    return {**args, "region": region, **function(args, Settings(region, settings.default_tags))}


def _digits(*words: str, length: int = 17) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:length]


def _caller_identity(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    arn = f"arn:{account.partition(settings.region)}:iam::{account.ACCOUNT_ID}:user/sandbox"
    return {"id": account.ACCOUNT_ID, "accountId": account.ACCOUNT_ID, "arn": arn, "userId": "AIDASANDBOXEXAMPLE000"}


_PLACES = {
    "af-south-1": "Africa (Cape Town)", "ap-northeast-1": "Asia Pacific (Tokyo)", "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-southeast-1": "Asia Pacific (Singapore)", "ap-southeast-2": "Asia Pacific (Sydney)",
    "ca-central-1": "Canada (Central)", "eu-central-1": "Europe (Frankfurt)", "eu-north-1": "Europe (Stockholm)",
    "eu-west-1": "Europe (Ireland)", "eu-west-2": "Europe (London)", "eu-west-3": "Europe (Paris)",
    "sa-east-1": "South America (Sao Paulo)", "us-east-1": "US East (N. Virginia)", "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)", "us-west-2": "US West (Oregon)",
}  # fmt: skip


def _region(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    region = args.get("name") or settings.region
    return {
        "id": region,
        "name": region,
        "region": region,
        "description": _PLACES.get(region, region),
        "endpoint": f"ec2.{region}.{account.dns_suffix(region)}",
    }


def _regions(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    own = account.partition(settings.region)
    return {"id": own, "names": [name for name in account.REGIONS if account.partition(name) == own]}


def _partition(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    suffix = account.dns_suffix(settings.region)
    partition = account.partition(settings.region)
    return {
        "id": partition,
        "partition": partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


_ZONE_FACTS = {"zone-type": "availability-zone", "state": "available", "opt-in-status": "opt-in-not-required"}


def _availability_zones(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    found = account.zones(settings.region)
    if args.get("state") not in (None, "available"):
        found = []
    for condition in args.get("filters") or []:
        name, wanted = condition["name"], condition["values"]
        if name in _ZONE_FACTS:
            found = found if _ZONE_FACTS[name] in wanted else []
        elif name in ("zone-name", "zone-id"):
            found = [zone for zone in found if zone[name == "zone-id"] in wanted]
        elif name in ("region-name", "group-name"):
            found = found if settings.region in wanted else []
        else:
            raise InvokeError(f"filter `{name}` is not known of availability zones", "filters")
    found = [
        zone
        for zone in found
        if zone[0] not in (args.get("excludeNames") or []) and zone[1] not in (args.get("excludeZoneIds") or [])
    ]
    return {
        "id": settings.region,
        "names": [name for name, _ in found],
        "zoneIds": [number for _, number in found],
        "groupNames": [settings.region] if found else [],
    }


def _availability_zone(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    wanted = args.get("name") or args.get("zoneId")
    for name, number in account.zones(settings.region):
        if wanted in (name, number):
            return {
                "id": name, "name": name, "zoneId": number, "nameSuffix": name[-1], "state": "available",
                "groupName": settings.region, "networkBorderGroup": settings.region, "zoneType": "availability-zone",
                "optInStatus": "opt-in-not-required", "parentZoneId": "", "parentZoneName": "",
            }  # fmt: skip
    raise InvokeError(f"{settings.region} has no availability zone `{wanted}`", "name")


def _policy_document(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    try:
        rendered = policy_document.render(args)
    except policy_document.PolicyDocumentError as error:
        raise InvokeError(str(error), "statements") from error
    return {
        **rendered,
        "id": str(int(_digits(rendered["json"], length=8), 16)),
        "version": args.get("version") or "2012-10-17",
    }


def _ssm_parameter(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    name = args["name"]
    if not name.startswith("/aws/service/"):
        raise InvokeError(
            f"SSM parameter `{name}` is not one that AWS publishes under /aws/service/; "
            "the sandbox knows no others. Pass the value through the stack's configuration",
            "name",
        )
    value = _published(name, settings.region)
    return {
        "id": name, "name": name, "type": "String", "value": value, "insecureValue": value, "version": 1,
        "arn": f"arn:{account.partition(settings.region)}:ssm:{settings.region}::parameter{name}",
        "withDecryption": args.get("withDecryption", True),
    }  # fmt: skip


def _published(name: str, region: str) -> str:
    """The value of a public parameter: an image, a release or a description of one."""
    image = f"ami-{_digits(name.replace('release_version', 'image_id'), region)}"
    if name.endswith("release_version"):
        release = re.search(r"/(1\.\d+)/", name)
        return f"{release[1] if release else '1.33'}.0-20250101"
    if name.endswith("image_version"):
        return f"1.30.0-{_digits(name, length=8)}"
    if name.endswith("image_name"):
        return f"amazon-eks-node-{_digits(name, length=8)}"
    if name.endswith("/recommended"):
        return f'{{"image_id":"{image}","image_name":"node-{_digits(name, length=8)}"}}'
    return image


def _ami(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    filters = {f["name"]: f["values"] for f in args.get("filters") or []}
    pattern = (filters.get("name") or ["image"])[0]
    owners = args.get("owners") or []
    ami = f"ami-{_digits(pattern, args.get('nameRegex') or '', settings.region, *owners)}"
    architecture = (filters.get("architecture") or ["arm64" if "arm64" in pattern else "x86_64"])[0]
    owner = owners[0] if owners and owners[0].isdigit() else "137112412989"
    name = pattern.replace("*", "2025.01.01")
    return {
        "id": ami, "imageId": ami, "name": name, "architecture": architecture, "ownerId": owner, "public": True,
        "arn": f"arn:{account.partition(settings.region)}:ec2:{settings.region}::image/{ami}",
        "state": "available", "virtualizationType": "hvm", "rootDeviceType": "ebs", "rootDeviceName": "/dev/xvda",
        "creationDate": "2025-01-01T00:00:00.000Z", "deprecationTime": "2027-01-01T00:00:00.000Z", "hypervisor": "xen",
        "imageType": "machine", "imageLocation": f"amazon/{name}", "imageOwnerAlias": "amazon", "enaSupport": True,
        "description": name, "platformDetails": "Linux/UNIX", "usageOperation": "RunInstances", "tags": {},
        "blockDeviceMappings": [], "productCodes": [], "bootMode": "uefi-preferred", "imdsSupport": "v2.0",
        "kernelId": "", "platform": "", "ramdiskId": "", "rootSnapshotId": f"snap-{_digits(ami)}",
        "sriovNetSupport": "simple", "stateReason": {}, "tpmSupport": "", "lastLaunchedTime": "",
    }  # fmt: skip


def _prefix_list(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    filters = {f["name"]: f["values"] for f in args.get("filters") or []}
    name = args.get("name") or (filters.get("prefix-list-name") or [f"com.amazonaws.{settings.region}.s3"])[0]
    number = args.get("prefixListId") or args.get("id") or f"pl-{_digits(name, settings.region, length=8)}"
    return {"id": number, "prefixListId": number, "name": name, "cidrBlocks": ["198.51.100.0/24"]}


def _managed_prefix_list(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    found = _prefix_list(args, settings)
    return {
        "id": found["id"], "name": found["name"], "addressFamily": "IPv4", "maxEntries": 1, "version": 1,
        "entries": [{"cidr": "198.51.100.0/24", "description": ""}], "ownerId": "AWS", "tags": {},
        "arn": f"arn:{account.partition(settings.region)}:ec2:{settings.region}:aws:prefix-list/{found['id']}",
    }  # fmt: skip


def _cluster_auth(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    signed = f"https://sts.{settings.region}.{account.dns_suffix(settings.region)}/?Action=GetCallerIdentity&X-K8s={args['name']}"
    token = base64.urlsafe_b64encode(signed.encode()).decode().rstrip("=")
    return {"id": args["name"], "name": args["name"], "token": f"k8s-aws-v1.{token}"}


def _kms_alias(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    base = f"arn:{account.partition(settings.region)}:kms:{settings.region}:{account.ACCOUNT_ID}"
    digits = _digits(args["name"], settings.region, length=32)
    key = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
    arn = f"{base}:{args['name']}"
    return {"id": arn, "arn": arn, "targetKeyId": key, "targetKeyArn": f"{base}:key/{key}"}


def _service_principal(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    service = args["serviceName"]
    name = f"{service}.amazonaws.com"
    return {"id": f"{service}.{settings.region}.amazonaws.com", "name": name, "suffix": "amazonaws.com"}


def _default_tags(args: dict[str, Any], settings: Settings) -> dict[str, Any]:
    return {"id": account.partition(settings.region), "tags": settings.default_tags}


_FUNCTIONS: dict[str, Answer] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getRegions:getRegions": _regions,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getAvailabilityZone:getAvailabilityZone": _availability_zone,
    "aws:index/getServicePrincipal:getServicePrincipal": _service_principal,
    "aws:index/getDefaultTags:getDefaultTags": _default_tags,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:ssm/getParameter:getParameter": _ssm_parameter,
    "aws:ec2/getAmi:getAmi": _ami,
    "aws:ec2/getPrefixList:getPrefixList": _prefix_list,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _managed_prefix_list,
    "aws:eks/getClusterAuth:getClusterAuth": _cluster_auth,
    "aws:kms/getAlias:getAlias": _kms_alias,
}
