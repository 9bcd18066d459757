"""Reading Kubernetes objects, whether the SDK, a custom resource or a manifest made them."""

from collections.abc import Iterator

from apex.policy.props import Props
from apex.policy.stack import Subject

TEMPLATE_PATHS = {
    "DaemonSet": "spec.template",
    "Deployment": "spec.template",
    "ReplicaSet": "spec.template",
    "ReplicationController": "spec.template",
    "Rollout": "spec.template",
    "StatefulSet": "spec.template",
    "Job": "spec.template",
    "CronJob": "spec.jobTemplate.spec.template",
}
"""Where the pod template is in each kind that has one."""


def kind_of(subject: Subject) -> str:
    """The kind, from the object or from the type token."""
    return subject.props.text("kind") or subject.type.rsplit(":", 1)[-1]


def pod_template(subject: Subject) -> Props | None:
    """The pod template (metadata and spec), None for an object that has none of its own."""
    path = TEMPLATE_PATHS.get(kind_of(subject))
    return subject.props.at(path) if path else None


def pod_spec(subject: Subject) -> Props | None:
    """The pod specification of a pod or of what makes pods, None for other objects."""
    if kind_of(subject) == "Pod":
        return subject.props.map("spec")
    template = pod_template(subject)
    return template.map("spec") if template is not None else None


def containers(spec: Props) -> Iterator[Props]:
    """All containers of a pod, those that run first included."""
    for field in ("initContainers", "containers"):
        yield from spec.items(field)
