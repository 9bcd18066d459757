"""Images name their registry."""

from apex.policy.cel import Check
from apex.policy.controls import PROVENANCE, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=("variables.containers.all(c, c.image.matches('^([a-z0-9-]+[.])+[a-z0-9-]+(:[0-9]+)?/'))"),
    message="an image names no registry and so comes from the public hub",
)

rule = Rule(
    id="name_image_registries",
    title="Images name their registry",
    pack="security",
    severity=Severity.MEDIUM,
    types=check.types,
    validate=check.validate(),
    why="Anybody can publish there, under a name that looks like ours.",
    fix="Write the registry's name; mirror public images into it.",
    code='"image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.2"',
    controls=serving(PROVENANCE),
    cel=check,
)
