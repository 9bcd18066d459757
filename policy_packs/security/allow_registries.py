"""Images come from a registry of ours."""

from apex.policy.cel import Check
from apex.policy.controls import PROVENANCE, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context


def registries(context: Context) -> set[str]:
    """The addresses that images may come from: those of the settings and those that the catalog's platform lists."""
    listed = {
        entry.text("address")
        for platform in context.of_type("apex:catalog:Platform")
        for entry in platform.props.map("spec").items("registries")
    }
    return listed | {str(address) for address in context.settings.get("registries", ())}


check = Check(
    expression=(
        "size(variables.registries) == 0 || variables.containers.all(c, "
        "variables.registries.exists(r, c.image.startsWith(r + '/')))"
    ),
    message="an image comes from a registry that the platform does not list",
    parameters={"registries": registries},
)

rule = Rule(
    id="allow_registries",
    title="Images come from a registry of ours",
    pack="security",
    severity=Severity.HIGH,
    types=check.types,
    validate=check.validate(),
    scope=Scope.STACK,
    settings={
        "registries": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Addresses beside those of the catalog's Platform, without https://.",
        }
    },
    why="What lies in a stranger's registry can be changed, or taken away, by a stranger.",
    fix="Copy the image into a registry of the catalog's Platform, or list its registry there.",
    code="registries: [{name: images, holds: images, address: 123456789012.dkr.ecr.eu-west-1.amazonaws.com}]",
    controls=serving(PROVENANCE),
    cel=check,
)
