"""DataContract: who may do what with exactly one prefix, and who sees which columns of its table."""

import json

import pytest

from components.data_contract import DataContract
from components.data_permissions import DataOperation, Place, Table, policy_document, table_permissions

POLICY, ATTACHMENT = "aws:iam/policy:Policy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
GRANT = "aws:lakeformation/permissions:Permissions"
OBJECTS = "arn:aws:s3:::lake-curated/speech/transcripts/*"
HERE = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}


def role(name):
    return f"arn:aws:iam::123456789012:role/dev-data-{name}"


@pytest.fixture
def args(cost_tags):
    return {
        "tags": cost_tags,
        "dataset": "speech.transcripts",
        "bucket_arn": "arn:aws:s3:::lake-curated",
        "role_arns": {name: role(name) for name in ("auditor", "engineer", "officer", "scientist")},
        "access": {"read": ["scientist", "engineer"], "write": ["engineer"], "delete": ["officer"]},
        "allowed_regions": ["us-east-1", "eu-west-1"],
    }


@pytest.fixture
def table():
    return {"database": "speech", "name": "transcripts", "pii_tag_key": "dev-data-pii"}


PII = [
    {"column": "caller_name", "handling": "drop"},
    {"column": "caller_number", "handling": "hash"},
    {"column": "text", "handling": "mask"},
]


def statements(made, name):
    return {each["Sid"]: each for each in json.loads(made.one(name).inputs["policy"])["Statement"]}


def test_children_and_parents_are_the_contract_with_existing_stacks(provision, args):
    made = provision(lambda: DataContract("transcripts", args))
    assert made.tree() == [
        "apex-dev > apex:index:DataContract transcripts",
        *(f"transcripts > {POLICY} transcripts-{operation}" for operation in ("delete", "read", "write")),
        f"transcripts > {ATTACHMENT} transcripts-delete-officer",
        f"transcripts > {ATTACHMENT} transcripts-read-engineer",
        f"transcripts > {ATTACHMENT} transcripts-read-scientist",
        f"transcripts > {ATTACHMENT} transcripts-write-engineer",
    ]
    assert made.untagged(args["tags"]) == []
    assert made.one("transcripts-read").inputs["tags"]["dataset"] == "speech.transcripts"
    assert made.one("transcripts-read").inputs["tags"]["pii"] == "none"
    assert made.outputs["prefix"] == "speech/transcripts/"


def test_policies_allow_exactly_the_prefix_from_the_allowed_regions(provision, args):
    made = provision(lambda: DataContract("transcripts", args))
    read = statements(made, "transcripts-read")
    assert read["Objects"] == {
        "Sid": "Objects",
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": [OBJECTS],
        "Condition": HERE,
    }
    assert read["List"] == {
        "Sid": "List",
        "Effect": "Allow",
        "Action": ["s3:ListBucket"],
        "Resource": ["arn:aws:s3:::lake-curated"],
        "Condition": {**HERE, "StringLike": {"s3:prefix": ["speech/transcripts/", "speech/transcripts/*"]}},
    }
    assert read["Key"] == {
        "Sid": "Key",
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": ["arn:aws:kms:*:123456789012:key/*"],
        "Condition": {
            "StringEquals": {
                "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::lake-curated",
                "kms:ViaService": ["s3.eu-west-1.amazonaws.com", "s3.us-east-1.amazonaws.com"],
            }
        },
    }
    write, delete = statements(made, "transcripts-write"), statements(made, "transcripts-delete")
    assert write["Objects"]["Action"] == ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
    assert set(write) == {"Objects", "Key"}
    assert delete["Objects"]["Action"] == ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    assert set(delete) == {"Objects", "List"}


def test_policies_reach_the_roles_by_name(provision, args):
    made = provision(lambda: DataContract("transcripts", args))
    attached = made.one("transcripts-write-engineer").inputs
    assert attached["role"] == "dev-data-engineer"
    assert attached["policyArn"] == "arn:aws:iam:us-east-1:123456789012:transcripts-write"


def test_everything_can_be_judged_before_the_deployment(provision, args, table):
    made = provision(lambda: DataContract("transcripts", {**args, "table": table, "pii": PII}), preview=True)
    assert statements(made, "transcripts-read")
    assert json.loads(made.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    assert {grant.inputs["principal"] for grant in made.of(GRANT)} == set(
        map(role, ("engineer", "officer", "scientist"))
    )


def test_without_personal_columns_the_table_is_one_more_way_in(provision, args, table):
    made = provision(lambda: DataContract("transcripts", {**args, "table": table}))
    assert statements(made, "transcripts-read")["Objects"]["Action"] == ["s3:GetObject"]
    columns = made.one("transcripts-scientist-columns").inputs
    assert columns == {
        "permissions": ["SELECT"],
        "principal": role("scientist"),
        "tableWithColumns": {"databaseName": "speech", "name": "transcripts", "wildcard": True},
    }
    assert not made.of("aws:lakeformation/resourceLfTags:ResourceLfTags")


def test_readers_do_not_see_personal_columns(provision, args, table):
    made = provision(lambda: DataContract("transcripts", {**args, "table": table, "pii": PII}))
    read = statements(made, "transcripts-read")
    assert set(read) == {"Catalog", "LakeFormation"}
    assert read["Catalog"]["Resource"] == [
        "arn:aws:glue:us-east-1:123456789012:catalog",
        "arn:aws:glue:us-east-1:123456789012:database/speech",
        "arn:aws:glue:us-east-1:123456789012:table/speech/transcripts",
    ]
    columns = made.one("transcripts-scientist-columns").inputs["tableWithColumns"]
    assert columns["excludedColumnNames"] == ["caller_number", "text"]
    tags = {
        each.inputs["tableWithColumns"]["columnNames"][0]: each.inputs["lfTags"]
        for each in made.of("aws:lakeformation/resourceLfTags:ResourceLfTags")
    }
    assert tags == {
        "caller_number": [{"key": "dev-data-pii", "value": "hash"}],
        "text": [{"key": "dev-data-pii", "value": "mask"}],
    }
    assert made.one("transcripts-read").inputs["tags"]["pii"] == "hash.mask"


def test_roles_get_one_grant_on_the_table_for_all_they_may_do(provision, args, table):
    args["access"] = {"read": ["engineer"], "write": ["engineer"], "delete": ["engineer"], "admin": ["auditor"]}
    made = provision(lambda: DataContract("transcripts", {**args, "table": table, "pii": PII}))
    assert {grant.name: grant.inputs["permissions"] for grant in made.of(GRANT)} == {
        "transcripts-auditor-table": ["ALTER", "DELETE", "DESCRIBE", "INSERT", "SELECT"],
        "transcripts-engineer-columns": ["SELECT"],
        "transcripts-engineer-table": ["DELETE", "DESCRIBE", "INSERT"],
    }
    auditor = made.one("transcripts-auditor-table").inputs
    assert auditor["permissionsWithGrantOptions"] == auditor["permissions"]
    assert made.one("transcripts-engineer-table").inputs["permissionsWithGrantOptions"] == []
    assert "s3:GetObject" in statements(made, "transcripts-admin")["Objects"]["Action"]


def test_lake_formation_hands_out_this_prefix_and_nothing_else(provision, args, table):
    made = provision(lambda: DataContract("transcripts", {**args, "table": table}))
    location = made.one("aws:lakeformation/resource:Resource").inputs
    assert location["arn"] == "arn:aws:s3:::lake-curated/speech/transcripts"
    assert location["roleArn"] == "arn:aws:iam:us-east-1:123456789012:transcripts-location"
    trust = json.loads(made.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"]
    assert [each["Principal"] for each in trust] == [{"Service": "lakeformation.amazonaws.com"}]
    assert trust[0]["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    policy = json.loads(made.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    assert {resource for each in policy for resource in each["Resource"]} == {
        OBJECTS,
        "arn:aws:s3:::lake-curated",
        "arn:aws:kms:*:123456789012:key/*",
    }
    assert made.untagged(args["tags"]) == []


@pytest.mark.parametrize("operation", list(DataOperation))
@pytest.mark.parametrize("table", [None, Table("speech", "transcripts", "arn:aws:glue:us-east-1:123456789012")])
def test_no_operation_writes_to_everything(operation, table):
    place = Place("arn:aws:s3:::b", "a/", "arn:aws:kms:*:1:key/*", ("us-east-1",))
    for statement in json.loads(policy_document((operation,), place, table))["Statement"]:
        assert statement["Condition"]
        assert not [action for action in statement["Action"] if "*" in action]
        assert statement["Resource"] != ["*"] or statement["Action"] == ["lakeformation:GetDataAccess"]


def test_reading_alone_changes_no_table():
    assert table_permissions({DataOperation.READ}) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"dataset": "Speech"},
            "transcripts.dataset: 'Speech' cannot be used; write database.table in lower case, such as "
            "speech.transcripts",
        ),
        ({"allowed_regions": []}, "transcripts.allowed_regions: is empty; name at least one region"),
        (
            {"allowed_regions": ["Europe"]},
            'transcripts.allowed_regions: "Europe" is not a region; write such as eu-west-1',
        ),
        (
            {"access": {"own": ["officer"], "read": ["officer"]}},
            'transcripts.access: "own" is not an operation; use read, write, delete, admin',
        ),
        (
            {"access": {"read": ["cleaner"]}},
            'transcripts.access.read: "cleaner" is not in role_arns; use auditor, engineer, officer, scientist',
        ),
        ({"access": {}}, "transcripts.access: names no role, so nobody could use the dataset; name one"),
        (
            {"pii": [{"column": "text", "handling": "hide"}]},
            "transcripts.pii[0].handling: 'hide' cannot be used; write one of drop, encrypt, hash, mask, tokenize",
        ),
        (
            {"retention": 3},
            "transcripts.retention: is not an argument; use one of access, allowed_regions, bucket_arn, dataset, pii, "
            "role_arns, table, tags",
        ),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_at_once(refused, args, change, message):
    assert refused(lambda: DataContract("transcripts", {**args, **change})) == [message]
