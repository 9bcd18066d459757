"""Images are pinned to a version."""

from apex.policy.cel import Check
from apex.policy.controls import SUPPORTED_SOFTWARE, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "variables.containers.all(c, c.image.matches('@sha256:[0-9a-f]{64}$') || "
        "(c.image.matches(':[A-Za-z0-9_][A-Za-z0-9_.-]*$') && !c.image.endsWith(':latest')))"
    ),
    message="an image has no tag, or the tag latest",
)

rule = Rule(
    id="pin_images",
    title="Images are pinned to a version",
    pack="security",
    severity=Severity.HIGH,
    types=check.types,
    validate=check.validate(),
    why="What runs after the next restart is then whatever was pushed last.",
    fix="Write a tag that is never moved, or better a digest.",
    code='"image": "registry.example.com/web@sha256:\u2026"',
    controls=serving(SUPPORTED_SOFTWARE),
    cel=check,
)
