"""Namespaces with workloads deny traffic that nobody allowed."""

from collections.abc import Iterator

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.cost_tags import WORKLOADS
from apex.policy.kubernetes import SYSTEM_NAMESPACES, namespace_of
from apex.policy.rule import Rule, Scope, Severity, Violation
from apex.policy.stack import Context, Subject

_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def validate_stack(context: Context) -> Iterator[Violation]:
    """What breaks: namespaces with workloads deny traffic that nobody allowed."""
    first: dict[str, Subject] = {}
    for workload in sorted(context.of_type(*WORKLOADS), key=lambda workload: workload.urn):
        first.setdefault(namespace_of(workload, context), workload)
    denied: dict[str, set[str]] = {}
    for policy in context.of_type(_POLICY):
        denied.setdefault(namespace_of(policy, context), set()).update(_denied_by(policy))
    for name, workload in sorted(first.items()):
        open_ways = sorted({"Egress", "Ingress"} - denied.get(name, set()))
        if open_ways and name not in SYSTEM_NAMESPACES:
            yield Violation(f'namespace "{name}" lets all {" and ".join(open_ways).lower()} through', subject=workload)


def _denied_by(policy: Subject) -> Iterator[str]:
    """The directions that `policy` closes for every pod of its namespace."""
    spec = policy.props.map("spec")
    if spec.map("podSelector"):
        return
    types = spec.texts("policyTypes") or ["Ingress", *(["Egress"] if "egress" in spec else [])]
    for direction in types:
        if not spec.items(direction.lower()):
            yield direction


rule = Rule(
    id="deny_network_by_default",
    title="Namespaces with workloads deny traffic that nobody allowed",
    pack="security",
    severity=Severity.HIGH,
    types=(_POLICY, *WORKLOADS),
    validate_stack=validate_stack,
    scope=Scope.STACK,
    why="In a namespace without walls every pod reaches every other, and the internet, from the first break-in on.",
    fix="Add a NetworkPolicy with an empty podSelector, both policyTypes and no rules; allow what is needed beside it.",
    code='spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}',
    controls=serving(NO_PUBLIC_ACCESS),
)
