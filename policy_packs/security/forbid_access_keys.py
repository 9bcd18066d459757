"""Nobody gets a long-lived access key."""

from collections.abc import Iterator

from apex.policy.controls import AUTHENTICATION, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: nobody gets a long-lived access key."""
    yield f"{resource.type.rsplit(':', 1)[1]} makes a credential that does not expire"


rule = Rule(
    id="forbid_access_keys",
    title="Nobody gets a long-lived access key",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:iam/accessKey:AccessKey",
        "aws:iam/userLoginProfile:UserLoginProfile",
    ),
    validate=validate,
    why="Keys that never end are found in laptops, images and repositories years later.",
    fix="Use a role: pod identity in clusters, OIDC in CI, single sign-on for people.",
    code=(
        'eks.PodIdentityAssociation("app", cluster_name=cluster.name, namespace="app", service_account="app",'
        " role_arn=role.arn)"
    ),
    controls=serving(AUTHENTICATION, cis_aws="1.13"),
)
