"""Every taggable AWS resource and every Kubernetes workload says who pays for it."""

from collections.abc import Iterator

from apex.policy.cost_tags import SETTINGS, WORKLOADS, label_problems, problems, taggable_types, tags_of
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """Cost tags that are missing, empty, misspelt or not known."""
    if resource.type.startswith("kubernetes:"):
        yield from label_problems(resource.props.at("metadata.labels"), context)
    else:
        yield from problems(tags_of(resource, context), "tags", context)


rule = Rule(
    id="require_cost_tags",
    title="Everything that costs money carries the cost tags",
    pack="finops",
    severity=Severity.HIGH,
    types=(*sorted(taggable_types()), *WORKLOADS),
    validate=validate,
    why="Cost that carries no project, team, cost center, environment and data modality is billed to nobody and "
    "counts against no budget.",
    fix="Set project, environment, team, cost-center and data-modality to values that the catalog's ownership knows.",
    code='tags=cost_tags.aws(Name="raw")  # Kubernetes: metadata={"labels": cost_tags.kubernetes()}',
    controls={"nist-800-53": ("CM-8", "PM-5"), "iso-27001": ("A.5.9",), "soc2": ("CC6.1",)},
    settings=SETTINGS,
    waivable=False,
)
