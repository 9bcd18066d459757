"""A promise about a dataset as what holds it: who may read, write and delete it, and which columns are personal."""

import json
import re
from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.data_permissions import DataOperation, Place, Table, policy_document, table_permissions
from components.data_roles import HANDLINGS
from components.keys import Account
from components.nested_arguments import NestedArguments, recorded

_DATASET = r"[a-z][a-z0-9_-]{0,62}(\.[a-z][a-z0-9_-]{0,62})?"
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_NO_PII = "none"


class PersonalColumn(TypedDict):
    """A column with personal data."""

    column: str
    """The column."""
    handling: str
    """What is done about it: drop, encrypt, hash, mask or tokenize."""


class DatasetTable(TypedDict):
    """The dataset's table in the Glue catalog."""

    database: pulumi.Input[str]
    """The database."""
    name: pulumi.Input[str]
    """The table."""
    pii_tag_key: pulumi.Input[str]
    """The key of the Lake Formation tag that marks personal columns: `DataRoles.pii_tag_key`."""


class DataContractArgs(TypedDict):
    """What a data contract is made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    dataset: str
    """The dataset, as database.table or its name; it lies in the bucket under that, with slashes."""
    bucket_arn: pulumi.Input[str]
    """The bucket it lies in, encrypted with bucket keys of KMS."""
    role_arns: dict[str, pulumi.Input[str]]
    """The IAM roles that `access` names: `DataRoles.role_arns`."""
    access: dict[str, list[str]]
    """The roles that may read, write, delete or admin(ister) it, by operation."""
    allowed_regions: list[str]
    """Where it may be used."""
    pii: NotRequired[list[PersonalColumn]]
    """Its columns with personal data. Default: it has none."""
    table: NotRequired[DatasetTable]
    """Its table. Default: it has none, and is used as objects only."""


class DataContract(pulumi.ComponentResource):
    """A managed policy for each operation on exactly the dataset's prefix, attached to the roles that may do it.

    A dataset with a table is registered with Lake Formation, which lets the roles use the table as IAM lets them use
    the objects. Where it has personal columns as well, these are tagged, and readers get the table without them and
    cannot read the objects; only a role with `admin` sees all. A column whose handling is `drop` is not in the table::

        DataContract("transcripts", {"tags": tags, "dataset": "speech.transcripts",
            "bucket_arn": tiers.bucket_arns["curated"],
            "role_arns": roles.role_arns, "access": {"read": ["data-scientist"]}, "allowed_regions": ["us-east-1"],
            "pii": [{"column": "caller_number", "handling": "hash"}]})
    """

    policy_arns: dict[str, pulumi.Output[str]]
    """The managed policies, by operation."""
    prefix: str
    """Where the dataset lies in its bucket."""

    def __init__(self, name: str, args: DataContractArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        access, tags = _read(name, args)
        super().__init__("apex:index:DataContract", name, recorded(args), opts)
        self._name, self._tags, self._args = name, tags, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.prefix = args["dataset"].replace(".", "/") + "/"
        self._personal = {
            item["column"]: item["handling"] for item in args.get("pii", []) if item["handling"] != HANDLINGS[0]
        }
        self._account = Account.of(self)
        self.policy_arns = {operation.value: self._allow(operation, roles) for operation, roles in access.items()}
        if table := args.get("table"):
            self._grant(access, table, self._register())
        self.register_outputs({"policyArns": self.policy_arns, "prefix": self.prefix})

    def _document(self, operations: tuple[DataOperation, ...], table: DatasetTable | None = None) -> pulumi.Output[str]:
        def render(known: list[str]) -> str:
            bucket, keys, *of_table = known
            place = Place(bucket, self.prefix, keys, tuple(sorted(self._args["allowed_regions"])))
            return policy_document(operations, place, Table(*of_table) if of_table else None)

        account = self._account
        keys = pulumi.Output.concat("arn:", account.partition, ":kms:*:", account.id, ":key/*")
        catalog = pulumi.Output.concat("arn:", account.partition, ":glue:", account.region, ":", account.id)
        of_table = [table["database"], table["name"], catalog] if table else []
        return pulumi.Output.all(self._args["bucket_arn"], keys, *of_table).apply(render)

    def _allow(self, operation: DataOperation, roles: tuple[str, ...]) -> pulumi.Output[str]:
        name = f"{self._name}-{operation.value}"
        # Whoever may read the objects sees every column, so with personal ones only the table is read.
        hides = bool(self._personal) and operation is not DataOperation.ADMIN
        policy = aws.iam.Policy(
            name,
            description=f"To {operation.value} the dataset {self._args['dataset']}",
            policy=self._document((operation,), self._args.get("table") if hides else None),
            tags=self._tags.aws(
                Name=name, dataset=self._args["dataset"], pii=".".join(sorted(set(self._personal.values()))) or _NO_PII
            ),
            opts=self._child,
        )
        for role in roles:
            arn = pulumi.Output.from_input(self._args["role_arns"][role])
            aws.iam.RolePolicyAttachment(
                f"{name}-{role}",
                role=arn.apply(lambda arn: arn.rpartition("/")[2]),
                policy_arn=policy.arn,
                opts=self._child,
            )
        return policy.arn

    def _register(self) -> aws.lakeformation.Resource:
        """Lake Formation hands out the objects of the table by a role that may use this prefix and nothing else."""
        name = f"{self._name}-location"
        role = aws.iam.Role(
            name,
            description=f"Lake Formation's, for the dataset {self._args['dataset']}",
            assume_role_policy=self._account.id.apply(_trust_lake_formation),
            tags=self._tags.aws(Name=name),
            opts=self._child,
        )
        policy = aws.iam.RolePolicy(
            name,
            role=role.name,
            policy=self._document((DataOperation.ADMIN,)),
            opts=self._child,
        )
        return aws.lakeformation.Resource(
            name,
            arn=pulumi.Output.concat(self._args["bucket_arn"], "/", self.prefix.rstrip("/")),
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )

    def _grant(
        self,
        access: Mapping[DataOperation, tuple[str, ...]],
        table: DatasetTable,
        location: aws.lakeformation.Resource,
    ) -> None:
        after = pulumi.ResourceOptions(parent=self, depends_on=[location])
        for role in sorted({role for roles in access.values() for role in roles}):
            operations = {operation for operation, roles in access.items() if role in roles}
            principal = self._args["role_arns"][role]
            if permissions := table_permissions(operations):
                may_grant = permissions if DataOperation.ADMIN in operations else []
                aws.lakeformation.Permissions(
                    f"{self._name}-{role}-table",
                    principal=principal,
                    permissions=permissions,
                    permissions_with_grant_options=may_grant,
                    table={"database_name": table["database"], "name": table["name"]},
                    opts=after,
                )
            if DataOperation.READ in operations and DataOperation.ADMIN not in operations:
                columns = {"excluded_column_names": sorted(self._personal)} if self._personal else {}
                aws.lakeformation.Permissions(
                    f"{self._name}-{role}-columns",
                    principal=principal,
                    permissions=["SELECT"],
                    table_with_columns={
                        "database_name": table["database"],
                        "name": table["name"],
                        "wildcard": True,
                        **columns,
                    },
                    opts=after,
                )
        for column, handling in sorted(self._personal.items()):
            aws.lakeformation.ResourceLfTags(
                f"{self._name}-pii-{column}",
                lf_tags=[{"key": table["pii_tag_key"], "value": handling}],
                table_with_columns={
                    "database_name": table["database"],
                    "name": table["name"],
                    "column_names": [column],
                },
                opts=self._child,
            )


def _read(name: str, args: DataContractArgs) -> tuple[dict[DataOperation, tuple[str, ...]], CostTags]:
    read = NestedArguments(name, args)
    read.allow_only(DataContractArgs.__annotations__)
    tags = read.cost_tags()
    read.text("dataset", _DATASET, "database.table in lower case, such as speech.transcripts")
    for region in read.texts("allowed_regions"):
        if not _REGION.fullmatch(region):
            read.refuse("allowed_regions", f'"{region}" is not a region; write such as eu-west-1')
    if not args.get("allowed_regions"):
        read.refuse("allowed_regions", "is empty; name at least one region")
    for item in read.items("pii"):
        item.allow_only(PersonalColumn.__annotations__)
        item.text("column", r"\S(.*\S)?", "the name of a column")
        item.text("handling", "|".join(HANDLINGS), f"one of {', '.join(HANDLINGS)}")
    access = _read_access(read, args)
    read.refuse_if_wrong()
    return access, tags


def _read_access(read: NestedArguments, args: DataContractArgs) -> dict[DataOperation, tuple[str, ...]]:
    known = {each.value: each for each in DataOperation}
    access: dict[DataOperation, tuple[str, ...]] = {}
    for operation, roles in sorted((args.get("access") or {}).items()):
        if operation not in known:
            read.refuse("access", f'"{operation}" is not an operation; use {", ".join(known)}')
            continue
        for role in roles:
            if role not in args["role_arns"]:
                names = ", ".join(sorted(args["role_arns"]))
                read.refuse(f"access.{operation}", f'"{role}" is not in role_arns; use {names}')
        access[known[operation]] = tuple(sorted(set(roles)))
    if not any(access.values()):
        read.refuse("access", "names no role, so nobody could use the dataset; name one")
    return access


def _trust_lake_formation(account: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lakeformation.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:SetContext"],
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
