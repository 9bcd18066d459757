"""Services may only act for our own resources."""

from collections.abc import Iterator

from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.documents import statements
from apex.policy.rule import Rule, Severity, Unknown
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: services may only act for our own resources."""
    if resource.type == "aws:lambda/permission:Permission":
        principal = resource.props.text("principal")
        tied = any(resource.props.is_set(name) for name in ("sourceArn", "sourceAccount", "principalOrgId"))
        if principal.endswith(".amazonaws.com") and not tied:
            yield f"{principal} may invoke the function for anybody: neither sourceArn nor sourceAccount is set"
        return
    for statement in statements(resource.props, "policy"):
        services = [p.removeprefix("Service:") for p in statement.principals if p.startswith("Service:")]
        if statement.allows and services and not statement.narrows(*_SOURCES):
            yield f"{statement.title} lets {', '.join(services)} act for anybody: no condition on its source"


_SOURCES = (
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "kms:ViaService",
    "kms:CallerAccount",
    "kms:EncryptionContext:aws:logs:arn",
)

rule = Rule(
    id="require_source_conditions",
    title="Services may only act for our own resources",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:kms/key:Key",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "aws:lambda/permission:Permission",
    ),
    validate=validate,
    unknown=Unknown.DEFER,
    why=(
        "A service that may act here for anybody can be asked by another customer to act on our data: the "
        "confused deputy."
    ),
    fix=("Add a condition on aws:SourceArn or aws:SourceAccount to each statement whose principal is a service."),
    code='"Condition": {"StringEquals": {"aws:SourceAccount": account}}',
    controls=serving(LEAST_PRIVILEGE),
)
