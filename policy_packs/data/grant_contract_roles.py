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
    dataset = _dataset(resource, context)
    contracts = [each.props.map("spec") for each in context.of_type(CONTRACT)]
    contract = next((spec for spec in contracts if spec.text("dataset") == dataset), None)
    if contract is None:
        if dataset:
            yield f"grants access to {dataset}, which no data contract describes"
        return
    role, access = props.text("principal").rsplit("/", 1)[-1], contract.map("access")
    for permission in props.texts("permissions"):
        operation = _OPERATIONS.get(permission, "admin")
        # Whoever may do anything with a table may know what it looks like.
        enough = ("read", "write", "delete") if permission == "DESCRIBE" else (operation,)
        if not any(_is(role, name) for each in (*enough, "admin") for name in access.texts(each)):
            yield f'grants {permission} on {dataset} to "{role}", which the contract does not let {operation}'


def _dataset(resource: Subject, context: Context) -> str:
    """The dataset that a grant is about: what the component it belongs to says, or the name of the table."""
    for component in context.ancestors(resource):
        if component.type == "apex:index:DataContract":
            return component.props.text("dataset")
    props = resource.props
    table = props.map("table") or props.map("tableWithColumns")
    return ".".join(
        filter(None, (table.text("databaseName") or props.map("database").text("name"), table.text("name")))
    )


def _is(role: str, name: str) -> bool:
    """Whether an IAM role is the contract's role `name`; ours are called <environment>-data-<name>."""
    return role == name or role.endswith(f"-data-{name}")


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
