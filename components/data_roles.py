"""The roles that people and workloads take to use datasets, and the tag that marks personal columns."""

import json
import re
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.keys import Account
from components.nested_arguments import NestedArguments

ROLE_TAG = "apex-role"
"""The tag of a principal (a session tag from single sign-on, or of a user or role) that says which role it may take."""

HANDLINGS = ("drop", "encrypt", "hash", "mask", "tokenize")
"""What can be done about a personal column: the values of the Lake Formation tag."""

_NAME = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_LONGEST = 64


class DataRolesArgs(TypedDict):
    """What the roles are made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    roles: list[str]
    """The roles."""
    session_seconds: NotRequired[int]
    """How long a role is taken for at most. Default: 3600."""


class DataRoles(pulumi.ComponentResource):
    """One IAM role for each role of the data contracts, without a permission of its own, and the tag `pii`.

    A principal of this account takes a role when it carries its name in the tag `apex-role`; single sign-on hands that
    tag over from the directory, so who may take which role is decided there::

        roles = DataRoles("dev-data", {"tags": tags, "roles": ["data-engineer", "data-scientist"]})
    """

    role_arns: dict[str, pulumi.Output[str]]
    """The roles' ARNs, by role."""
    pii_tag_key: pulumi.Output[str]
    """The key of the Lake Formation tag that says what is done about a personal column."""

    def __init__(self, name: str, args: DataRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        read = NestedArguments(name, args)
        read.allow_only(DataRolesArgs.__annotations__)
        tags = read.cost_tags()
        seconds = read.whole("session_seconds", 3600, least=900, most=43_200)
        for role in read.names("roles", "role"):
            if not _NAME.fullmatch(role) or len(f"{name}-{role}") > _LONGEST:
                read.refuse(
                    "roles", f'"{role}" cannot name a role; use at most {_LONGEST - len(name) - 1} of a-z, 0-9 and -'
                )
        read.refuse_if_wrong()
        super().__init__("apex:index:DataRoles", name, dict(args), opts)
        child = pulumi.ResourceOptions(parent=self)
        account = Account.of(self)
        arns = {}
        for role in sorted(args["roles"]):
            made = aws.iam.Role(
                f"{name}-{role}",
                name=f"{name}-{role}",
                description=f"What data contracts let a {role} do",
                max_session_duration=seconds,
                assume_role_policy=pulumi.Output.all(account.partition, account.id, role).apply(_trust),
                tags=tags.aws(Name=f"{name}-{role}"),
                opts=child,
            )
            # The computed ARN is not known at preview; put together from what is, grants can be judged before deploy.
            arns[role] = pulumi.Output.concat("arn:", account.partition, ":iam::", account.id, ":role/", made.name)
        self.role_arns = arns
        self.pii_tag_key = aws.lakeformation.LfTag(
            f"{name}-pii", key=f"{name}-pii", values=list(HANDLINGS), opts=child
        ).key
        self.register_outputs({"roleArns": self.role_arns, "piiTagKey": self.pii_tag_key})


def _trust(known: list[str]) -> str:
    partition, account, role = known
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
        "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
        "Condition": {"StringEquals": {f"aws:PrincipalTag/{ROLE_TAG}": role}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
