"""Images are built on a base that is patched."""

from apex.policy.cel import CONTROLLERS, Check
from apex.policy.controls import PROVENANCE, SUPPORTED_SOFTWARE, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context


def base_images(context: Context) -> set[str]:
    """How the names of allowed base images begin."""
    return {str(prefix) for prefix in context.settings.get("baseImages", ())}


_NOTE = "supply-chain.apexlogic.com/base-image"

check = Check(
    expression=(
        f"size(variables.baseImages) == 0 || (has(object.metadata.annotations) && '{_NOTE}' in "
        "object.metadata.annotations && variables.baseImages.exists(b, "
        f"object.metadata.annotations['{_NOTE}'].startsWith(b)))"
    ),
    message=f"the annotation {_NOTE} names no allowed base image",
    matches=CONTROLLERS,
    parameters={"baseImages": base_images},
)

rule = Rule(
    id="allow_base_images",
    title="Images are built on a base that is patched",
    pack="security",
    severity=Severity.MEDIUM,
    types=check.types,
    validate=check.validate(),
    settings={
        "baseImages": {
            "type": "array",
            "items": {"type": "string"},
            "description": "How the names of allowed base images begin. Without it, any will do.",
        }
    },
    why="Most of what is in an image, and most of its vulnerabilities, come from its base.",
    fix=f"Build on an allowed base image and name it in the annotation {_NOTE}.",
    code=f'"annotations": {{"{_NOTE}": "gcr.io/distroless/python3-debian12"}}',
    controls=serving(PROVENANCE, SUPPORTED_SOFTWARE),
    cel=check,
)
