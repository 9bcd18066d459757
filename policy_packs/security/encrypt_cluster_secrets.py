"""EKS encrypts Kubernetes secrets with a customer key."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: EKS encrypts Kubernetes secrets with a customer key."""
    settings = resource.props.map("encryptionConfig")
    if "secrets" not in settings.texts("resources"):
        yield "encryptionConfig does not cover secrets"
    elif not settings.map("provider").is_set("keyArn"):
        yield "encryptionConfig.provider.keyArn is not set"


rule = Rule(
    id="encrypt_cluster_secrets",
    title="EKS encrypts Kubernetes secrets with a customer key",
    pack="security",
    severity=Severity.HIGH,
    types=("aws:eks/cluster:Cluster",),
    validate=validate,
    why="Secrets lie in etcd and its backups; envelope encryption keeps them closed without the key.",
    fix="Set encryption_config for secrets with a key of yours.",
    code='encryption_config={"provider": {"key_arn": key.arn}, "resources": ["secrets"]}',
    controls=serving(ENCRYPTION_AT_REST),
)
