"""Models carry a checksum, where they come from, a signature and a bill of materials."""

import re
from collections.abc import Iterator

from apex.policy.controls import PROVENANCE, serving
from apex.policy.rule import Enforcement, Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: models carry a checksum, where they come from, a signature and a bill of materials."""
    notes = resource.props.at("metadata.annotations")
    checksum = notes.text("supply-chain.apexlogic.com/weights-sha256")
    if not re.fullmatch(r"[0-9a-f]{64}", checksum):
        yield "metadata.annotations has no supply-chain.apexlogic.com/weights-sha256 of 64 hexadecimal digits"
    missing = [
        name for name in ("provenance", "sbom", "signature") if not notes.is_set(f"supply-chain.apexlogic.com/{name}")
    ]
    if missing:
        yield f"metadata.annotations has no supply-chain.apexlogic.com/{' and no .../'.join(missing)}"


rule = Rule(
    id="record_model_provenance",
    title="Models carry a checksum, where they come from, a signature and a bill of materials",
    pack="ai",
    severity=Severity.MEDIUM,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    enforcement=Enforcement.ADVISORY,
    why="Weights that were changed on the way cannot be told from those that were approved.",
    fix="Write the checksum, the training run, cosign's verification record and the SBOM as annotations.",
    code=(
        "annotations: {supply-chain.apexlogic.com/weights-sha256: "
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}"
    ),
    controls=serving(PROVENANCE),
)
