"""What may be done with a dataset, in the words of IAM and of Lake Formation."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class DataOperation(StrEnum):
    """What a role may do with a dataset."""

    READ = "read"
    """Look at its records."""
    WRITE = "write"
    """Add records and replace them."""
    DELETE = "delete"
    """Delete records, old versions included."""
    ADMIN = "admin"
    """All of these, personal columns included, and granting them to others."""


_OBJECTS: Mapping[DataOperation, tuple[str, ...]] = {
    DataOperation.READ: ("s3:GetObject",),
    DataOperation.WRITE: ("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"),
    # What somebody has the right to have deleted is gone only when its old versions are.
    DataOperation.DELETE: ("s3:DeleteObject", "s3:DeleteObjectVersion"),
}
_LISTS: Mapping[DataOperation, tuple[str, ...]] = {
    DataOperation.READ: ("s3:ListBucket",),
    DataOperation.WRITE: (),
    DataOperation.DELETE: ("s3:ListBucket", "s3:ListBucketVersions"),
}
_KEYS: Mapping[DataOperation, tuple[str, ...]] = {
    DataOperation.READ: ("kms:Decrypt",),
    # An upload in parts is put together from parts that are decrypted first.
    DataOperation.WRITE: ("kms:Decrypt", "kms:GenerateDataKey"),
    DataOperation.DELETE: (),
}
_TABLE: Mapping[DataOperation, tuple[str, ...]] = {
    DataOperation.READ: (),
    DataOperation.WRITE: ("DESCRIBE", "INSERT"),
    DataOperation.DELETE: ("DELETE", "DESCRIBE"),
    DataOperation.ADMIN: ("ALTER", "DELETE", "DESCRIBE", "INSERT", "SELECT"),
}
_CATALOG = ("glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable", "glue:GetTables")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dataset lies: its bucket, its prefix there, the keys it may have, the regions it may be used from."""

    bucket_arn: str
    prefix: str
    keys_arn: str
    """All keys of the account: which of them it is, is not known before the deployment."""
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a dataset in the Glue catalog of an account."""

    database: str
    name: str
    catalog: str
    """The ARN of everything in the catalog up to the kind of resource: `arn:aws:glue:us-east-1:123456789012`."""


def parts(operation: DataOperation) -> tuple[DataOperation, ...]:
    """The operations that `operation` is made of."""
    return tuple(_OBJECTS) if operation is DataOperation.ADMIN else (operation,)


def policy_document(operations: Collection[DataOperation], place: Place, table: Table | None = None) -> str:
    """The policy that allows `operations` on exactly the objects at `place`.

    With `table`, records are read through Lake Formation, which leaves out the columns that a role was not granted;
    the objects themselves, which hold all columns, can then not be read.
    """
    wanted = sorted({part for operation in operations for part in parts(operation)})
    direct = [part for part in wanted if table is None or part is not DataOperation.READ]
    here = {"StringEquals": {"aws:RequestedRegion": list(place.regions)}}
    listed = {**here, "StringLike": {"s3:prefix": [place.prefix, f"{place.prefix}*"]}}
    # S3 names the bucket to the key, so that of all keys this allows what this bucket is encrypted with, by S3 alone.
    keyed = {
        "StringEquals": {
            "kms:EncryptionContext:aws:s3:arn": place.bucket_arn,
            "kms:ViaService": [f"s3.{region}.amazonaws.com" for region in place.regions],
        }
    }
    statements = [
        _statement("Objects", _actions(_OBJECTS, direct), [f"{place.bucket_arn}/{place.prefix}*"], here),
        _statement("List", _actions(_LISTS, direct), [place.bucket_arn], listed),
        _statement("Key", _actions(_KEYS, direct), [place.keys_arn], keyed),
    ]
    if table is not None and DataOperation.READ in wanted:
        arns = [
            f"{table.catalog}:catalog",
            f"{table.catalog}:database/{table.database}",
            f"{table.catalog}:table/{table.database}/{table.name}",
        ]
        statements += [
            _statement("Catalog", list(_CATALOG), arns, here),
            # Lake Formation decides what is handed out; IAM knows no resource of this action.
            _statement("LakeFormation", ["lakeformation:GetDataAccess"], ["*"], here),
        ]
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [each for each in statements if each["Action"]]}, sort_keys=True
    )


def table_permissions(operations: Collection[DataOperation]) -> list[str]:
    """What Lake Formation is to allow on the table as a whole; reading is allowed column by column instead."""
    return sorted({permission for operation in operations for permission in _TABLE[operation]})


def _actions(known: Mapping[DataOperation, tuple[str, ...]], operations: Sequence[DataOperation]) -> list[str]:
    return sorted({action for operation in operations for action in known[operation]})


def _statement(sid: str, actions: list[str], resources: list[str], condition: Mapping[str, Any]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources, "Condition": condition}
