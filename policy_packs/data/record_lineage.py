"""It can be seen where data came from."""

from collections.abc import Iterator

from apex.policy.controls import LINEAGE, serving
from apex.policy.rule import Enforcement, Rule, Scope, Severity
from apex.policy.stack import Context, Subject

_NOTE = "governance.apexlogic.com/lineage"


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: it can be seen where data came from."""
    if not resource.props.at("metadata.annotations").text(_NOTE).startswith("https://"):
        yield f"metadata.annotations has no {_NOTE} with an https URL"


rule = Rule(
    id="record_lineage",
    title="It can be seen where data came from",
    pack="data",
    severity=Severity.LOW,
    types=("apex:catalog:DataPipeline", "apex:catalog:MultimodalAIComponent"),
    validate=validate,
    scope=Scope.STACK,
    enforcement=Enforcement.ADVISORY,
    why="Without lineage nobody can say which models have to be trained again when a source turns out to be wrong.",
    fix=f"Report runs to the lineage service and name the job's page in the annotation {_NOTE}.",
    code=f"annotations: {{{_NOTE}: https://lineage.example.com/speech/call-transcripts}}",
    controls=serving(LINEAGE),
)
