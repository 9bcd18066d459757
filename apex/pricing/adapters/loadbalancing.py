"""Load balancers: application, network, gateway and classic; and what Kubernetes asks AWS to create."""

from collections.abc import Mapping

from apex.plan import Resource
from apex.pricing.lines import Line, hourly
from apex.pricing.quantity import ONE
from apex.pricing.resources import FREE, Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.stack import Props, Stack

SERVICE = "ElasticLoadBalancing"


def load_balancer(resource: Resource, stack: Stack) -> Priced:
    """Hours and capacity units (https://aws.amazon.com/elasticloadbalancing/pricing/)."""
    return _of(resource, stack, Props.of(resource).text("loadBalancerType", "application"))


def classic(resource: Resource, stack: Stack) -> Priced:
    """Hours and data."""
    region = stack.region(resource)
    data = stack.quantity(resource, "elb", "data_gb")
    return Lines(
        (
            hourly("classic load balancer", SERVICE, "classic", region, ONE),
            Line("data processed", SERVICE, "classic data", region, data),
        )
    )


def service(resource: Resource, stack: Stack) -> Priced:
    """A Kubernetes Service of type LoadBalancer makes AWS create one; any other Service is free."""
    if Props.of(resource).block("spec").text("type", "ClusterIP") != "LoadBalancer":
        return FREE
    kind = _annotations(resource).get("service.beta.kubernetes.io/aws-load-balancer-type", "")
    if kind in ("nlb", "external", "nlb-ip"):
        return _of(resource, stack, "network")
    return classic(resource, stack)


def ingress(resource: Resource, stack: Stack) -> Priced:
    """An Ingress of class alb makes AWS create an application load balancer; another class runs in the cluster."""
    props = Props.of(resource)
    name = props.block("spec").text("ingressClassName", _annotations(resource).get("kubernetes.io/ingress.class", ""))
    return _of(resource, stack, "application") if name == "alb" else FREE


def _of(resource: Resource, stack: Stack, kind: str) -> Priced:
    region = stack.region(resource)
    units = stack.quantity(resource, "elb", "capacity_units")
    return Lines(
        (
            hourly(f"{kind} load balancer", SERVICE, kind, region, ONE),
            hourly("capacity units", SERVICE, f"{kind} capacity", region, units),
        )
    )


def _annotations(resource: Resource) -> Mapping[str, str]:
    metadata = resource.inputs.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return {str(k): v for k, v in found.items() if isinstance(v, str)} if isinstance(found, Mapping) else {}


ADAPTERS = {
    "aws:lb/loadBalancer:LoadBalancer": load_balancer,
    "aws:elb/loadBalancer:LoadBalancer": classic,
    "kubernetes:core/v1:Service": service,
    "kubernetes:networking.k8s.io/v1:Ingress": ingress,
}
