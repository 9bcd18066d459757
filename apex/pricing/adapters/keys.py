"""KMS keys, Secrets Manager secrets, SSM parameters."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line
from apex.pricing.quantity import ONE
from apex.pricing.resources import FREE, Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.stack import Props, Stack

TEN_THOUSANDTH = Decimal("0.0001")


def key(resource: Resource, stack: Stack) -> Priced:
    """A customer managed key: a month, and its requests after the account's free 20,000
    (https://aws.amazon.com/kms/pricing/; the free requests are an account's and are not taken off here)."""
    region = stack.region(resource)
    spec = Props.of(resource).text("customerMasterKeySpec", "SYMMETRIC_DEFAULT")
    item = "requests" if spec == "SYMMETRIC_DEFAULT" or spec.startswith("HMAC") else "asymmetric requests"
    calls = stack.quantity(resource, "kms", "requests").times(TEN_THOUSANDTH)
    return Lines((Line("key", "AWSKMS", "key", region, ONE), Line("requests", "AWSKMS", item, region, calls)))


def secret(resource: Resource, stack: Stack) -> Priced:
    """A secret: a month, and its API calls; each replica is a secret of its own."""
    region = stack.region(resource)
    copies = Decimal(1 + (Props.of(resource).length("replicas") or 0))
    calls = stack.quantity(resource, "secretsmanager", "requests").times(TEN_THOUSANDTH)
    return Lines(
        (
            Line("secret", "AWSSecretsManager", "secret", region, ONE.times(copies)),
            Line("API requests", "AWSSecretsManager", "API requests", region, calls),
        )
    )


def parameter(resource: Resource, stack: Stack) -> Priced:
    """A standard parameter is free; an advanced one is 0.05 USD a month, and has no fact in the catalogue."""
    if Props.of(resource).text("tier", "Standard") == "Standard":
        return FREE
    region = stack.region(resource)
    return Lines((Line("advanced parameter", "AWSSystemsManager", "advanced parameter", region, ONE),))


ADAPTERS = {
    "aws:kms/key:Key": key,
    "aws:kms/replicaKey:ReplicaKey": key,
    "aws:kms/externalKey:ExternalKey": key,
    "aws:secretsmanager/secret:Secret": secret,
    "aws:ssm/parameter:Parameter": parameter,
}
