"""Images of private registries are pulled with credentials."""

from apex.policy.cel import Check
from apex.policy.controls import AUTHENTICATION, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context


def private_registries(context: Context) -> set[str]:
    """The addresses that give images only to those who log in."""
    return {str(address) for address in context.settings.get("privateRegistries", ())}


check = Check(
    expression=(
        "!variables.containers.exists(c, variables.privateRegistries.exists(r, c.image.startsWith(r + '/'))) || "
        "(has(variables.pod.imagePullSecrets) && size(variables.pod.imagePullSecrets) > 0)"
    ),
    message="an image of a private registry is pulled without imagePullSecrets",
    parameters={"privateRegistries": private_registries},
)

rule = Rule(
    id="require_pull_secrets",
    title="Images of private registries are pulled with credentials",
    pack="security",
    severity=Severity.LOW,
    types=check.types,
    validate=check.validate(),
    settings={
        "privateRegistries": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Registries that need credentials of the workload; ECR takes the node's role instead.",
        }
    },
    why="The pod starts only where the image happens to be cached, and fails on the next node.",
    fix="Name a Secret of type kubernetes.io/dockerconfigjson in imagePullSecrets.",
    code='"imagePullSecrets": [{"name": "registry"}]',
    controls=serving(AUTHENTICATION),
    cel=check,
)
