"""Database passwords are not written in the program."""

from collections.abc import Iterator

from apex.policy.controls import AUTHENTICATION, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: database passwords are not written in the program."""
    for name in ("masterPassword", "password"):
        value = resource.props.raw(name)
        # A secret or a value that another resource returns is written nowhere.
        if isinstance(value, str) and value:
            yield f"{name} is plain text in the program's inputs"


rule = Rule(
    id="manage_database_passwords",
    title="Database passwords are not written in the program",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:rds/cluster:Cluster",
        "aws:rds/instance:Instance",
        "aws:docdb/cluster:Cluster",
        "aws:redshift/cluster:Cluster",
    ),
    validate=validate,
    why="A password in a program or a plain setting is in Git, in the state and in every log of both.",
    fix="Let AWS manage the password, or pass a secret.",
    code="manage_master_user_password=True",
    controls=serving(AUTHENTICATION),
)
