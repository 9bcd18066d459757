"""Functions cannot be called by everybody."""

from collections.abc import Iterator

from apex.policy.controls import AUTHENTICATION, NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: functions cannot be called by everybody."""
    if resource.type == "aws:lambda/functionUrl:FunctionUrl":
        kind = resource.props.text("authorizationType")
        if kind != "AWS_IAM":
            yield f'authorizationType is "{kind}"; required: "AWS_IAM"'
    elif resource.props.text("principal") == "*" and not resource.props.is_set("principalOrgId"):
        yield 'principal is "*", which is everybody'


rule = Rule(
    id="forbid_public_functions",
    title="Functions cannot be called by everybody",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:lambda/permission:Permission",
        "aws:lambda/functionUrl:FunctionUrl",
    ),
    validate=validate,
    why="A public function runs on our account's permissions and our bill for anybody.",
    fix="Name the principal, and set the URL's authorization type to AWS_IAM.",
    code='lambda_.FunctionUrl("api", function_name=function.name, authorization_type="AWS_IAM")',
    controls=serving(NO_PUBLIC_ACCESS, AUTHENTICATION),
)
