"""Roles trust nobody in particular."""

from collections.abc import Iterator

from apex.policy.controls import AUTHENTICATION, LEAST_PRIVILEGE, serving
from apex.policy.documents import statements
from apex.policy.rule import Rule, Severity, Unknown
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: roles trust nobody in particular."""
    for statement in statements(resource.props, "assumeRolePolicy"):
        if statement.is_public:
            yield f"{statement.title} lets everybody assume the role"
        elif statement.allows and any(p.startswith("Federated:") for p in statement.principals):
            keys = [key for entries in statement.conditions.values() for key, value in entries.items() if value != "*"]
            if not any(key.lower().endswith((":sub", ":aud", ":amr")) for key in keys):
                yield f"{statement.title} trusts every identity of a provider: no condition on its subject"
            elif "token.actions.githubusercontent.com" in str(keys) and not any(key.endswith(":sub") for key in keys):
                yield f"{statement.title} trusts every GitHub repository: no condition on :sub"


rule = Rule(
    id="restrict_role_trust",
    title="Roles trust nobody in particular",
    pack="security",
    severity=Severity.CRITICAL,
    types=("aws:iam/role:Role",),
    validate=validate,
    unknown=Unknown.DEFER,
    why="A role that everybody may assume is a public door with our permissions behind it.",
    fix="Name the principals; for federated ones add a condition on the subject.",
    code=(
        '{"Effect": "Allow", "Principal": {"Federated": oidc}, "Action": "sts:AssumeRoleWithWebIdentity", '
        '"Condition": {"StringEquals": {f"{issuer}:sub": "system:serviceaccount:ns:name"}}}'
    ),
    controls=serving(LEAST_PRIVILEGE, AUTHENTICATION),
)
