"""Images are named by their content."""

from apex.policy.cel import Check
from apex.policy.controls import PROVENANCE, serving
from apex.policy.rule import Enforcement, Rule, Severity

check = Check(
    expression="variables.containers.all(c, c.image.matches('@sha256:[0-9a-f]{64}$'))",
    message="an image is named by a tag only, which can be moved to other content",
)

rule = Rule(
    id="digest_images",
    title="Images are named by their content",
    pack="security",
    severity=Severity.MEDIUM,
    types=check.types,
    validate=check.validate(),
    enforcement=Enforcement.ADVISORY,
    why="Two pods of one deployment may run different programs when a tag was moved between their starts.",
    fix="Add the digest that the registry shows for the tag.",
    code='"image": "registry.example.com/web:1.2@sha256:\u2026"',
    controls=serving(PROVENANCE),
    cel=check,
)
