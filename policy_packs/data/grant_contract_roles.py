"""Only the roles of a contract read and write its data."""

from collections.abc import Iterator

from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.data_regions import CONTRACT
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject

_OPERATIONS = {
    "SELECT": "read",
    "DESCRIBE": "read",
    "INSERT": "write",
    "DELETE": "delete",
    "ALTER": "admin",
    "DROP": "admin",
    "ALL": "admin",
    "SUPER": "admin",
}
"""What Lake Formation's permissions are in the words of contracts."""


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: only the roles of a contract read and write its data."""
    props = resource.props
    table = props.map("table") or props.map("tableWithColumns")
    dataset = ".".join(
        filter(None, (table.text("databaseName") or props.map("database").text("name"), table.text("name")))
    )
    contracts = [each.props.map("spec") for each in context.of_type(CONTRACT)]
    contract = next((spec for spec in contracts if spec.text("dataset") == dataset), None)
    if contract is None:
        if dataset:
            yield f"grants access to {dataset}, which no data contract describes"
        return
    role = props.text("principal").rsplit("/", 1)[-1]
    for permission in props.texts("permissions"):
        operation = _OPERATIONS.get(permission, "admin")
        if role not in contract.map("access").texts(operation):
            yield f'grants {permission} on {dataset} to "{role}", which the contract does not let {operation}'


rule = Rule(
    id="grant_contract_roles",
    title="Only the roles of a contract read and write its data",
    pack="data",
    severity=Severity.HIGH,
    types=("aws:lakeformation/permissions:Permissions",),
    validate=validate,
    scope=Scope.STACK,
    why="A contract that says who may see personal data is worth what the permissions keep of it.",
    fix="Grant it to a role that the contract lists under access, or have the contract changed.",
    code="access: {read: [data-scientist], write: [data-engineer]}",
    controls=serving(LEAST_PRIVILEGE),
)
