"""Reading Kubernetes objects, whether the SDK, a custom resource or a manifest made them."""

from collections.abc import Iterator

from apex.plan import Hidden
from apex.policy.props import HiddenValueError, Props
from apex.policy.stack import Context, Subject

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


SYSTEM_NAMESPACES = ("kube-node-lease", "kube-public", "kube-system")
"""Namespaces of the cluster itself, whose workloads have to reach the node."""


def namespace_of(subject: Subject, context: Context) -> str:
    """The namespace of an object. Before the deployment its name may be known only as that of a namespace beside it.

    Raises HiddenValueError where it cannot be told.
    """
    metadata = subject.props.map("metadata")
    value = metadata.raw("namespace")
    if not isinstance(value, Hidden):
        return str(value or "default")
    spaces = [urn for urn in subject.dependencies("metadata") if urn.split("::")[2].endswith(":Namespace")]
    if len(spaces) != 1 or spaces[0] not in context.by_urn:
        raise HiddenValueError(metadata.where("namespace"), value)
    return name_of(context.by_urn[spaces[0]])


def name_of(subject: Subject) -> str:
    """The name of an object in the cluster, as far as it is known; else its name in the stack."""
    value = subject.props.map("metadata").raw("name")
    return value if isinstance(value, str) else subject.name


def selects(selector: Props, labels: Props) -> bool:
    """Whether a label selector selects what has `labels`. Expressions other than `In` are taken to select it."""
    wanted = selector.map("matchLabels")
    if any(wanted.text(key) != labels.text(key) for key in wanted.names()):
        return False
    return all(
        each.text("operator") != "In" or labels.text(each.text("key")) in each.texts("values")
        for each in selector.items("matchExpressions")
    )
