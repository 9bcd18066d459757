"""The EKS endpoint is private or limited to known networks."""

from collections.abc import Iterator

from apex.policy.aws import is_open_cidr
from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: the EKS endpoint is private or limited to known networks."""
    network = resource.props.map("vpcConfig")
    if network.flag("endpointPublicAccess") is False:
        return
    cidrs = network.texts("publicAccessCidrs")
    wide = [cidr for cidr in cidrs if is_open_cidr(cidr)]
    if not cidrs:
        yield "endpointPublicAccess is on (its default) and publicAccessCidrs is not set: open to everybody"
    elif wide:
        yield f"publicAccessCidrs holds {', '.join(wide)}, which is everybody"


rule = Rule(
    id="restrict_cluster_endpoint",
    title="The EKS endpoint is private or limited to known networks",
    pack="security",
    severity=Severity.HIGH,
    types=("aws:eks/cluster:Cluster",),
    validate=validate,
    why=("The Kubernetes API on the internet is one stolen credential or one vulnerability away from the cluster."),
    fix="Turn the public endpoint off, or list the networks that may reach it.",
    code='vpc_config={"endpoint_private_access": True, "endpoint_public_access": False}',
    controls=serving(NO_PUBLIC_ACCESS),
)
