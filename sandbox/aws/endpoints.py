"""Strings that a service answers with: ARNs, ids, host names, states, times, by the name of the property."""

import base64
import re
from typing import Any

from sandbox.aws import account, arns
from sandbox.aws.arns import Identity

_BORN = "2025-01-01T00:00:00Z"


def text(name: str, identity: Identity, resource_id: str, salt: str) -> str:
    """A well-formed string for the property `name` of a resource."""
    special = _special(identity, resource_id, salt.lstrip("."))
    if special is not None:
        return special
    lower = name.lower()
    if lower == "arn":
        return arns.make_arn(identity, resource_id)
    for pattern, make in _RULES:
        if re.search(pattern, name):
            return make(name, identity, resource_id, salt)
    return identity.digits(salt, 12) if lower.endswith("key") else _plain(name, identity)


def _plain(name: str, identity: Identity) -> str:
    return identity.name or identity.digits(name, 12)


def _certificate(identity: Identity) -> str:
    body = base64.b64encode(bytes.fromhex(identity.digits("certificate", 64)) * 12).decode()
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return base64.b64encode(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n".encode()).decode()


def _brokers(identity: Identity, port: int) -> str:
    count = identity.inputs.get("numberOfBrokerNodes")
    hosts = int(count) if isinstance(count, int | float) else 3
    host = f"{identity.name}.{identity.digits('brokers', 6)}.c2.kafka.{identity.region}.amazonaws.com"
    return ",".join(f"b-{number}.{host}:{port}" for number in range(1, min(hosts, 3) + 1))


_BROKER_PORTS = {
    "bootstrapBrokers": 9092, "bootstrapBrokersTls": 9094, "bootstrapBrokersSaslScram": 9096,
    "bootstrapBrokersSaslIam": 9098, "bootstrapBrokersPublicTls": 9194, "bootstrapBrokersPublicSaslScram": 9196,
    "bootstrapBrokersPublicSaslIam": 9198, "zookeeperConnectString": 2181, "zookeeperConnectStringTls": 2182,
}  # fmt: skip


def _special(identity: Identity, resource_id: str, path: str) -> str | None:
    """What the well-known services answer with; None leaves it to the general rules."""
    token, region = identity.schema.token, identity.region
    suffix = account.dns_suffix(region)
    service = token.split(":")[1].partition("/")[0]
    if token.endswith(":PodIdentityAssociation") and path in ("associationId", "associationArn"):
        return resource_id if path == "associationId" else arns.make_arn(identity, resource_id)
    if service == "eks" and token.endswith(":Cluster"):
        return _eks(identity, path, suffix)
    if service == "msk" and (path in _BROKER_PORTS or path.startswith("bootstrapBrokers")):
        return _brokers(identity, _BROKER_PORTS.get(path, 9098))
    if service == "s3":
        return {
            "bucketDomainName": f"{identity.name}.s3.{suffix}",
            "bucketRegionalDomainName": f"{identity.name}.s3.{region}.{suffix}",
            "bucketRegion": region,
        }.get(path)
    if token.endswith(":ServerlessCollection"):
        host = f"https://{resource_id}.{region}.aoss.{suffix}"
        return {"collectionEndpoint": host, "dashboardEndpoint": f"{host}/_dashboards"}.get(path)
    if service in ("rds", "docdb", "neptune"):
        return _database(identity, path, suffix)
    if service == "kms" and path in ("keyId", "targetKeyArn"):
        return resource_id if path == "keyId" else str(identity.inputs.get("targetKeyId", ""))
    if service == "ecr" and path == "repositoryUrl":
        return f"{account.ACCOUNT_ID}.dkr.ecr.{region}.{suffix}/{identity.name}"
    if service == "sqs" and path == "url":
        return f"https://sqs.{region}.{suffix}/{account.ACCOUNT_ID}/{identity.name}"
    return None


def _eks(identity: Identity, path: str, suffix: str) -> str | None:
    unique = identity.digits("eks", 32).upper()
    return {
        "endpoint": f"https://{unique}.gr7.{identity.region}.eks.{suffix}",
        "identities.identitie.oidcs.oidc.issuer": f"https://oidc.eks.{identity.region}.{suffix}/id/{unique}",
        "certificateAuthorities.certificateAuthoritie.data": _certificate(identity),
        "certificateAuthority.data": _certificate(identity),
        "status": "ACTIVE",
        "platformVersion": "eks.1",
    }.get(path)


def _database(identity: Identity, path: str, suffix: str) -> str | None:
    tail = f"{identity.digits('db', 12)}.{identity.region}.rds.{suffix}"
    cluster = identity.schema.token.endswith(":Cluster")
    host = f"{identity.name}.{'cluster-' if cluster else ''}{tail}"
    port = 5432 if "postgres" in str(identity.inputs.get("engine", "")) else 3306
    return {
        "address": host,
        "endpoint": host if cluster or "/cluster" in identity.schema.token else f"{host}:{port}",
        "readerEndpoint": f"{identity.name}.cluster-ro-{tail}",
    }.get(path)


def _arn(name: str, identity: Identity, _id: str, salt: str) -> str:
    noun = re.sub(r"Arns?$", "", name)
    service = identity.schema.token.split(":")[1].partition("/")[0]
    if noun.lower().endswith(("kmskey", "key")):
        return f"arn:aws:kms:{identity.region}:{account.ACCOUNT_ID}:key/{identity.uuid(salt)}"
    if noun.lower().endswith("role"):
        return f"arn:aws:iam::{account.ACCOUNT_ID}:role/{identity.name or 'role'}-{identity.digits(salt, 7)}"
    return f"arn:aws:{service}:{identity.region}:{account.ACCOUNT_ID}:{noun}/{identity.digits(salt, 12)}"


def _some_id(name: str, identity: Identity, resource_id: str, salt: str) -> str:
    noun = re.sub(r"Ids?$", "", name)
    kind = identity.schema.token.rpartition(":")[2]
    if noun.lower() in (kind.lower(), ""):
        return resource_id
    if noun.lower() in ("owner", "account", "awsaccount", "registry"):
        return account.ACCOUNT_ID
    if noun.lower().endswith("zone"):
        return (
            account.zones(identity.region)[0][1] if "vailability" in noun else "Z" + identity.digits(salt, 13).upper()
        )
    if noun.lower().endswith("key"):
        return f"arn:aws:kms:{identity.region}:{account.ACCOUNT_ID}:key/{identity.uuid(salt)}"
    prefix = arns.prefixed(noun)
    if prefix is not None:
        return f"{prefix}-{identity.digits(salt, 17)}"
    return identity.digits(salt, 21).upper() if noun.lower().endswith("unique") else identity.uuid(salt)


def _constant(value: str) -> Any:
    return lambda name, identity, resource_id, salt: value


def _host(name: str, identity: Identity, _id: str, salt: str) -> str:
    service = identity.schema.token.split(":")[1].partition("/")[0]
    label = re.sub(r"[^a-z0-9-]", "-", (identity.name or "x").lower())
    return f"{label}-{identity.digits(salt, 8)}.{service}.{identity.region}.{account.dns_suffix(identity.region)}"


def _url(name: str, identity: Identity, resource_id: str, salt: str) -> str:
    return f"https://{_host(name, identity, resource_id, salt)}"


def _address(name: str, identity: Identity, _id: str, salt: str) -> str:
    number = int(identity.digits(salt, 4), 16)
    # Public addresses come from the range that is kept for documentation.
    return f"203.0.113.{number % 254 + 1}" if "ublic" in name else f"10.0.{number // 254 % 254}.{number % 254 + 1}"


_RULES: tuple[tuple[str, Any], ...] = (
    (r"Arns?$", _arn),
    (r"(?:^id|Ids?)$", _some_id),
    (r"^(?:account|ownerAccount|owner)$", _constant(account.ACCOUNT_ID)),
    (r"[rR]egion$", lambda name, identity, resource_id, salt: identity.region),
    (r"^availabilityZone(?:Name)?$", lambda name, identity, resource_id, salt: account.zones(identity.region)[0][0]),
    (r"(?:[uU]rl|[uU]ri|[iI]ssuer)$", _url),
    (r"(?:[eE]ndpoint|[dD]nsName|[dD]ns|[hH]ostname|[dD]omainName|[dD]omain|[fF]qdn)$", _host),
    (r"(?:[iI]p|[iI]pAddress|[iI]pv4Address)$", _address),
    (r"(?:[dD]ate|[tT]ime|[aA]t|[mM]odified|[tT]imestamp)$", _constant(_BORN)),
    (r"[sS]tatus$", _constant("ACTIVE")),
    (r"[sS]tate$", _constant("available")),
    (r"[vV]ersion$", _constant("1")),
    (r"[cC]idrBlock$", _constant("10.0.0.0/16")),
    (r"[eE]tag$", lambda name, identity, resource_id, salt: identity.digits(salt, 32)),
    (r"[sS]ha256$", lambda name, identity, resource_id, salt: identity.digits(salt, 64)),
)
