"""Cost tags reach what a resource creates by itself: instances, volumes, tasks, pods."""

from collections.abc import Callable, Iterator

from apex.policy.cost_tags import SETTINGS, WORKLOADS, label_problems, pairs, problems
from apex.policy.kubernetes import pod_template
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """Cost tags that what `resource` creates would not get."""
    yield from _CHECKS.get(resource.type, _pod_template)(resource, context)


def _launch_template(resource: Subject, context: Context) -> Iterator[str]:
    specifications = {block.text("resourceType"): block for block in resource.props.items("tagSpecifications")}
    for made in ("instance", "volume"):
        if made not in specifications:
            yield f'tagSpecifications has no entry for resourceType "{made}", so each {made} would be untagged'
        else:
            tags = specifications[made].map("tags")
            yield from problems(tags.plain(), tags.path, context)


def _autoscaling_group(resource: Subject, context: Context) -> Iterator[str]:
    reaching = [block for block in resource.props.items("tags") if block.flag("propagateAtLaunch")]
    yield from problems(pairs(reaching), "tags with propagateAtLaunch", context)


def _node_group(resource: Subject, context: Context) -> Iterator[str]:
    """A node group's own tags stay on the group: only its launch template's specifications reach what it starts."""
    template = resource.props.map("launchTemplate")
    if not template:
        yield "launchTemplate is not set, so instances and volumes of this node group would be untagged"
        return
    if any(source in context.by_urn for source in resource.dependencies("launchTemplate")):
        return
    known = {
        text
        for candidate in context.of_type(LAUNCH_TEMPLATE)
        for text in (candidate.resource.outputs.get("id"), candidate.props.raw("name"), candidate.name)
        if isinstance(text, str)
    }
    used = template.raw("id") or template.raw("name")
    if isinstance(used, str) and used not in known:
        yield f'launchTemplate is "{used}", which is not in this stack, so its tagSpecifications cannot be seen'


def _instance(resource: Subject, context: Context) -> Iterator[str]:
    volumes = resource.props.map("volumeTags")
    if not volumes:
        volumes = resource.props.map("rootBlockDevice").map("tags")
    yield from problems(volumes.plain(), "volumeTags", context)


def _ecs_service(resource: Subject, context: Context) -> Iterator[str]:
    source = resource.props.text("propagateTags")
    if source not in ("SERVICE", "TASK_DEFINITION"):
        yield f'propagateTags is "{source or "NONE"}"; required: "SERVICE" or "TASK_DEFINITION"'


def _batch(resource: Subject, context: Context) -> Iterator[str]:
    compute = resource.props.map("computeResources")
    if compute and compute.text("type") in ("EC2", "SPOT"):
        yield from problems(compute.map("tags").plain(), "computeResources.tags", context)


def _node_class(resource: Subject, context: Context) -> Iterator[str]:
    yield from problems(resource.props.at("spec.tags").plain(), "spec.tags", context)


def _storage_class(resource: Subject, context: Context) -> Iterator[str]:
    """The EBS driver takes tags as parameters `tagSpecification_1: key=value`."""
    if resource.props.text("provisioner") not in ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com"):
        return
    parameters = resource.props.map("parameters")
    tags = {}
    for name in parameters.names():
        if name.startswith("tagSpecification_"):
            key, _, value = parameters.text(name).partition("=")
            tags[key] = value
    yield from problems(tags, "parameters.tagSpecification_*", context)


def _pod_template(resource: Subject, context: Context) -> Iterator[str]:
    template = pod_template(resource)
    if template is not None:
        yield from label_problems(template.at("metadata.labels"), context)


_CHECKS: dict[str, Callable[[Subject, Context], Iterator[str]]] = {
    LAUNCH_TEMPLATE: _launch_template,
    "aws:autoscaling/group:Group": _autoscaling_group,
    "aws:batch/computeEnvironment:ComputeEnvironment": _batch,
    "aws:ec2/instance:Instance": _instance,
    "aws:ecs/service:Service": _ecs_service,
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": _node_class,
    "kubernetes:storage.k8s.io/v1:StorageClass": _storage_class,
}

rule = Rule(
    id="propagate_cost_tags",
    title="Cost tags reach what a resource creates by itself",
    pack="finops",
    severity=Severity.HIGH,
    types=(*_CHECKS, *WORKLOADS),
    scope=Scope.STACK,
    validate=validate,
    why="Instances, volumes, tasks and pods that a group, a driver or a controller creates are most of the bill, and "
    "inherit no tags unless told to.",
    fix="Repeat the cost tags where the service takes them for what it creates.",
    code='tag_specifications=[{"resource_type": kind, "tags": cost_tags.aws()} for kind in ("instance", "volume")]',
    controls={"nist-800-53": ("CM-8", "PM-5"), "iso-27001": ("A.5.9",)},
    settings=SETTINGS,
    waivable=False,
)
