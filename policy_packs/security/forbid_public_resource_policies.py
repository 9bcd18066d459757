"""No resource policy allows everybody."""

from collections.abc import Iterator

from apex.policy.controls import LEAST_PRIVILEGE, NO_PUBLIC_ACCESS, serving
from apex.policy.documents import statements
from apex.policy.rule import Rule, Severity, Unknown
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: no resource policy allows everybody."""
    for name in ("policy", "accessPolicies", "resourcePolicy"):
        for statement in statements(resource.props, name):
            if statement.is_public:
                yield f"{statement.title} of {name} allows {', '.join(statement.actions)} to everybody"


rule = Rule(
    id="forbid_public_resource_policies",
    title="No resource policy allows everybody",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topic:Topic",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:sqs/queue:Queue",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "aws:kms/key:Key",
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        "aws:opensearch/domainPolicy:DomainPolicy",
        "aws:glue/resourcePolicy:ResourcePolicy",
        "aws:kinesis/resourcePolicy:ResourcePolicy",
        "aws:msk/clusterPolicy:ClusterPolicy",
    ),
    validate=validate,
    unknown=Unknown.DEFER,
    why="A principal of * without a narrowing condition is every AWS account in the world.",
    fix=(
        "Name the principals, or add a condition on aws:PrincipalOrgID, aws:SourceAccount, aws:SourceArn or "
        "aws:SourceVpce."
    ),
    code='"Principal": {"AWS": f"arn:aws:iam::{account}:role/reader"}',
    controls=serving(NO_PUBLIC_ACCESS, LEAST_PRIVILEGE),
)
