"""Image tags cannot be moved."""

from collections.abc import Iterator

from apex.policy.controls import SUPPORTED_SOFTWARE, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: image tags cannot be moved."""
    setting = resource.props.text("imageTagMutability") or "MUTABLE"
    if not setting.startswith("IMMUTABLE"):
        yield f'imageTagMutability is "{setting}"; required: "IMMUTABLE"'


rule = Rule(
    id="freeze_image_tags",
    title="Image tags cannot be moved",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:ecr/repository:Repository",),
    validate=validate,
    why="A tag that can be overwritten runs other code tomorrow than what was reviewed today.",
    fix="Set image_tag_mutability to IMMUTABLE.",
    code='image_tag_mutability="IMMUTABLE"',
    controls=serving(SUPPORTED_SOFTWARE),
)
