"""Services are not put on the internet."""

from apex.policy.cel import Check, Match
from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "!has(object.spec.type) || object.spec.type != 'LoadBalancer' || (has(object.metadata.annotations) && "
        "(('service.beta.kubernetes.io/aws-load-balancer-scheme' in object.metadata.annotations && "
        "object.metadata.annotations['service.beta.kubernetes.io/aws-load-balancer-scheme'] == "
        "'internal') || ('service.beta.kubernetes.io/aws-load-balancer-internal' in "
        "object.metadata.annotations && object.metadata.annotations['service.beta.kubernetes.io/aws-load-"
        "balancer-internal'] == 'true')))"
    ),
    message="type is LoadBalancer without an internal scheme",
    matches=(Match("", "v1", ("Service",)),),
)

rule = Rule(
    id="forbid_public_services",
    title="Services are not put on the internet",
    pack="security",
    severity=Severity.HIGH,
    types=check.types,
    validate=check.validate(),
    why="Each such service is a public address in front of a pod.",
    fix="Use ClusterIP behind the ingress, or the internal scheme.",
    code='"annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}',
    controls=serving(NO_PUBLIC_ACCESS),
    cel=check,
)
