"""Critical vulnerabilities of what serves a model are fixed in time."""

import datetime
from collections.abc import Iterator

from apex.policy.controls import PROVENANCE, SUPPORTED_SOFTWARE, serving
from apex.policy.rule import Enforcement, Rule, Scope, Severity
from apex.policy.stack import Context, Subject

_NOTE = "supply-chain.apexlogic.com/critical-findings"


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: critical vulnerabilities of what serves a model are fixed in time."""
    most = float(context.settings.get("mostDays", 14))
    found = resource.props.at("metadata.annotations").text(_NOTE)
    if found == "none":
        return
    try:
        since = datetime.date.fromisoformat(found)
    except ValueError:
        yield f'metadata.annotations {_NOTE} is "{found}"; required: none, or the day of the oldest one'
        return
    days = (context.today - since).days
    if days > most:
        yield f"a critical finding is open since {since}, for {days} days; required: at most {most:g}"


rule = Rule(
    id="fix_critical_findings",
    title="Critical vulnerabilities of what serves a model are fixed in time",
    pack="ai",
    severity=Severity.HIGH,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    enforcement=Enforcement.ADVISORY,
    settings={
        "mostDays": {
            "type": "number",
            "minimum": 0,
            "default": 14,
            "description": "How many days a critical finding may stay open.",
        }
    },
    why="A model server answers strangers, and the list of its holes is public.",
    fix=f"Rebuild on patched packages; write what the scan of the SBOM then says into the annotation {_NOTE}.",
    code=f"annotations: {{{_NOTE}: none}}",
    controls=serving(PROVENANCE, SUPPORTED_SOFTWARE),
)
