"""Data contracts of the catalog as arguments: who may use which prefix, and how long what is there is kept."""

from collections.abc import Iterator, Mapping

import pulumi

from apex.specs import Catalog, Declaration
from apex.specs.contracts import pipeline_of
from apex.specs.governance import DataContract
from components.data_contract import DataContractArgs
from components.data_pipeline import DataPipeline
from components.data_roles import DataRoles, DataRolesArgs
from components.storage_tiers import Retention, StorageTiers, StorageTiersArgs
from stack.declared import cost_tags, place
from stack.environment import Environment

_MOST_POLICIES = 10
"""The managed policies that an IAM role can have, unless AWS was asked for more."""


def roles(env: Environment, declared: Catalog) -> DataRolesArgs:
    """Those of the roles that contracts can grant to."""
    names = {role.name for found in declared.platform for role in found.model.spec.roles}
    return {"tags": env.tags(env.settings.owner), "roles": sorted(names)}


def retained(tiers: StorageTiersArgs, declared: Catalog) -> StorageTiersArgs:
    """`tiers` with a rule for each contract, which deletes what the tier itself would keep longer than promised."""
    kept: dict[str, list[Retention]] = {}
    for found in sorted(declared.contracts, key=lambda contract: contract.name):
        spec = found.model.spec
        tier = next(each for each in tiers["tiers"] if each["name"] == spec.tier)
        for data_class in tier.get("data_classes", []):
            after = data_class.get("expire_after_days")
            if after is not None and after < spec.retention_days:
                raise pulumi.RunError(
                    f"{place(found)}: spec.retentionDays: {spec.retention_days} cannot be kept, as the tier "
                    f"{spec.tier} deletes everything after {after} days; name another tier, or promise {after}"
                )
        kept.setdefault(spec.tier, []).append(
            {"name": found.name, "prefix": spec.prefix, "expire_after_days": spec.retention_days}
        )
    return {
        **tiers,
        "tiers": [
            {**tier, "retentions": [*tier.get("retentions", []), *kept[tier["name"]]]} if tier["name"] in kept else tier
            for tier in tiers["tiers"]
        ],
    }


def contracts(
    env: Environment,
    declared: Catalog,
    storage: StorageTiers,
    granted: DataRoles,
    pipelines: Mapping[str, DataPipeline],
) -> Iterator[tuple[str, DataContractArgs]]:
    """Name and arguments of every contract; `pipelines` are those that exist, by name: some make the datasets."""
    _check_policies(declared)
    for found in declared.contracts:
        spec = found.model.spec
        args: DataContractArgs = {
            "tags": cost_tags(env, declared, found),
            "dataset": spec.dataset,
            "bucket_arn": storage.bucket_arns[spec.tier],
            "role_arns": dict(granted.role_arns),
            "access": {operation: list(names) for operation, names in spec.access.items()},
            "allowed_regions": list(spec.allowed_regions),
            "pii": [{"column": item.column, "handling": item.handling} for item in spec.pii],
        }
        if maker := pipeline_of(declared, found.model):
            made = pipelines[maker.name]
            args["table"] = {
                "database": made.database_name,
                "name": made.table_name,
                "pii_tag_key": granted.pii_tag_key,
            }
        yield found.name, args


def _check_policies(declared: Catalog) -> None:
    """AWS would refuse the attachment that is one too many in the middle of a deployment."""
    having: dict[str, list[Declaration[DataContract]]] = {}
    for found in declared.contracts:
        for names in found.model.spec.access.values():
            for role in set(names):
                having.setdefault(role, []).append(found)
    for role, places in sorted(having.items()):
        if len(places) > _MOST_POLICIES:
            raise pulumi.RunError(
                f"{place(places[_MOST_POLICIES])}: spec.access: {role} is named by {len(places)} operations of data "
                f"contracts, and an IAM role has at most {_MOST_POLICIES} policies; divide the role"
            )
