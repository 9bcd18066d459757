"""Object storage in tiers, whose data moves to colder storage and goes with age."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.keys import Account, create_key
from components.nested_arguments import NestedArguments, recorded
from components.object_lock import LockPlan, ObjectLock, read_lock
from components.storage_access import AccessPlan, AccessPoint, open_access_points, read_access_points
from components.storage_bucket import BucketPlan, MadeBucket, create_bucket
from components.storage_lifecycle import Lifecycle, read_lifecycle, read_retentions
from components.storage_replica import replicate


class DataClass(TypedDict):
    """Objects of one kind under a prefix, and what happens to them with age. Days count from an object's creation."""

    name: str
    """What it is called: the name of its lifecycle rule."""
    prefix: NotRequired[str]
    """Where its objects lie in the bucket, such as "frames/"; "" is the whole bucket. Default: its name and a slash."""
    average_object_size_kib: NotRequired[float]
    """How large its objects are, in KiB: decides which transitions pay. Default: 1024."""
    infrequent_access_after_days: NotRequired[int]
    """When objects move to Standard-IA, from 30. Default: they do not."""
    intelligent_tiering_after_days: NotRequired[int]
    """When objects move to Intelligent-Tiering. Default: they do not."""
    glacier_instant_after_days: NotRequired[int]
    """When objects move to Glacier Instant Retrieval. Default: they do not."""
    glacier_flexible_after_days: NotRequired[int]
    """When objects move to Glacier Flexible Retrieval (minutes to hours to read). Default: they do not."""
    deep_archive_after_days: NotRequired[int]
    """When objects move to Glacier Deep Archive (hours to read). Default: they do not."""
    expire_after_days: NotRequired[int]
    """When objects are deleted. Default: never."""


class Retention(TypedDict):
    """How long at most the objects under one prefix are kept, whatever else becomes of them."""

    name: str
    """What it is called: the name of its lifecycle rule."""
    prefix: str
    """Where the objects lie in the bucket, such as "speech/transcripts/"."""
    expire_after_days: int
    """When they are deleted; not later than by the data class around them."""


class StorageTier(TypedDict):
    """One bucket."""

    name: str
    """What it is called: raw, curated, features, archive or a name of your own; the bucket's name begins with the
    component's and this."""
    data_classes: NotRequired[list[DataClass]]
    """The kinds of objects in it. Default: for the whole bucket, raw moves to Standard-IA after 30 and to Glacier
    Instant after 90 days; curated moves to Intelligent-Tiering at once; features stay; archive moves to Deep Archive
    after a day and expires after ten years; a tier with a name of your own stays."""
    retentions: NotRequired[list[Retention]]
    """Prefixes whose objects are deleted earlier than their data class says. Default: none."""
    noncurrent_expire_after_days: NotRequired[int]
    """How long an overwritten or deleted version can be had back. Default: 30."""
    noncurrent_versions_kept: NotRequired[int]
    """How many newer old versions must exist before one is deleted. Default: none, age alone decides."""
    object_lock: NotRequired[ObjectLock]
    """Makes objects unchangeable for a time; can be chosen only when the bucket is made. Default: no lock."""
    inventory: NotRequired[bool]
    """Whether a weekly list of all objects is written to the log bucket. Default: no."""
    events: NotRequired[bool]
    """Whether EventBridge is told of every object written or deleted. Default: no."""
    access_points: NotRequired[list[AccessPoint]]
    """Doors to one prefix each, for the roles they name. Default: none."""
    replicate_to_region: NotRequired[str]
    """A region to which new objects are copied, one of `allowed_regions`. Default: none."""


class StorageTiersArgs(TypedDict):
    """What `StorageTiers` take."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    tiers: NotRequired[list[StorageTier]]
    """The buckets. Default: raw, curated, features and archive."""
    access_log_retention_days: NotRequired[int]
    """How long the log of every request is kept. Default: 90."""
    vpc_endpoint_ids: NotRequired[list[pulumi.Input[str]]]
    """S3 endpoints through which alone objects can be read and written. Default: from anywhere, by IAM."""
    exempt_role_arns: NotRequired[list[pulumi.Input[str]]]
    """Roles that `vpc_endpoint_ids` does not bind, such as a deployment's. Default: none but replication's own."""
    allowed_regions: NotRequired[list[str]]
    """Regions in which the data may lie besides the provider's own. Default: none."""
    force_destroy: NotRequired[bool]
    """Whether a bucket may be destroyed with what is in it. Default: no."""
    deletion_protection: NotRequired[bool]
    """Whether the engine refuses to destroy the buckets and their key. Default: no."""


@dataclass(frozen=True, slots=True)
class _Tier:
    name: str
    lifecycles: tuple[Lifecycle, ...]
    noncurrent_days: int
    noncurrent_versions: int | None
    lock: LockPlan | None
    access_points: tuple[AccessPlan, ...]
    inventory: bool
    events: bool
    replica_region: str


@dataclass(frozen=True, slots=True)
class _Plan:
    tags: CostTags
    tiers: tuple[_Tier, ...]
    log_days: int
    force_destroy: bool
    protect: bool
    vpc_endpoint_ids: tuple[pulumi.Input[str], ...]
    exempt_role_arns: tuple[pulumi.Input[str], ...]


_DEFAULT_CLASSES: dict[str, DataClass] = {
    "raw": {"name": "all", "infrequent_access_after_days": 30, "glacier_instant_after_days": 90},
    "curated": {"name": "all", "intelligent_tiering_after_days": 0},
    "features": {"name": "all"},
    "archive": {"name": "all", "deep_archive_after_days": 1, "expire_after_days": 3650},
}


class StorageTiers(pulumi.ComponentResource):
    """Buckets for data on its way from raw to archived, with their key and their access logs.

    All are versioned, encrypted with one rotating KMS key through bucket keys (which saves most KMS requests), closed
    to the public, and take TLS 1.2 and up only. A transition that costs more than it saves is refused with the sum.

        tiers = StorageTiers("lake", {"tags": cost_tags.aws(), "tiers": [
            {"name": "raw", "data_classes": [
                {"name": "frames", "average_object_size_kib": 400, "glacier_instant_after_days": 60}]}]})
    """

    bucket_names: dict[str, pulumi.Output[str]]
    """The buckets' names, by tier."""
    bucket_arns: dict[str, pulumi.Output[str]]
    """The buckets' ARNs, by tier."""
    access_point_arns: dict[str, pulumi.Output[str]]
    """The access points' ARNs, by tier and name with a slash between."""
    kms_key_arn: pulumi.Output[str]
    """The key that all tiers are encrypted with."""
    log_bucket_name: pulumi.Output[str]
    """The bucket of the access logs and inventories."""

    def __init__(self, name: str, args: StorageTiersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _read(name, args)
        super().__init__("apex:index:StorageTiers", name, recorded(args), opts)
        account = Account.of(self)
        child = pulumi.ResourceOptions(parent=self)
        key = create_key(
            f"{name}-data",
            "Data in the storage tiers",
            plan.tags,
            account,
            pulumi.ResourceOptions(parent=self, protect=plan.protect or None),
        )
        logs = create_bucket(_log_bucket(name, plan, account), account.partition, self)
        made = {tier.name: self._tier(name, plan, tier, account, key, logs) for tier in plan.tiers}
        for tier in plan.tiers:
            if tier.inventory:
                _inventory(f"{name}-{tier.name}", made[tier.name], logs, account, child)
        self.access_point_arns = {
            f"{tier.name}/{point}": arn
            for tier in plan.tiers
            for point, arn in open_access_points(
                f"{name}-{tier.name}", made[tier.name].name, tier.access_points, plan.tags, account, child
            ).items()
        }
        self.bucket_names = {tier: bucket.name for tier, bucket in made.items()}
        self.bucket_arns = {tier: bucket.arn for tier, bucket in made.items()}
        self.kms_key_arn = key.arn
        self.log_bucket_name = logs.name
        self.register_outputs(
            {
                "bucketNames": self.bucket_names,
                "bucketArns": self.bucket_arns,
                "accessPointArns": self.access_point_arns,
                "kmsKeyArn": self.kms_key_arn,
                "logBucketName": self.log_bucket_name,
            }
        )

    def _tier(
        self, name: str, plan: _Plan, tier: _Tier, account: Account, key: aws.kms.Key, logs: MadeBucket
    ) -> MadeBucket:
        child = pulumi.ResourceOptions(parent=self)
        replica_role = f"{name}-{tier.name}-replication"
        exempt = list(plan.exempt_role_arns)
        if tier.replica_region:
            exempt.append(
                pulumi.Output.concat("arn:", account.partition, ":iam::", account.id, f":role/{replica_role}")
            )
        bucket_plan = BucketPlan(
            name=f"{name}-{tier.name}",
            tags=plan.tags,
            lifecycles=tier.lifecycles,
            noncurrent_days=tier.noncurrent_days,
            noncurrent_versions=tier.noncurrent_versions,
            key_arn=key.arn,
            lock=tier.lock,
            access_points=tuple(
                (point.arn(f"{name}-{tier.name}", account), point.prefix, tuple(point.roles()))
                for point in tier.access_points
            ),
            force_destroy=plan.force_destroy,
            protect=plan.protect,
            vpc_endpoint_ids=plan.vpc_endpoint_ids,
            exempt_role_arns=exempt,
        )
        made = create_bucket(bucket_plan, account.partition, self)
        aws.s3.BucketLogging(
            f"{name}-{tier.name}",
            bucket=made.name,
            target_bucket=logs.name,
            target_prefix=f"access/{tier.name}/",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs.policy]),
        )
        if tier.events:
            aws.s3.BucketNotification(f"{name}-{tier.name}", bucket=made.name, eventbridge=True, opts=child)
        if tier.replica_region:
            replicate(bucket_plan, made, tier.replica_region, account, self)
        return made


def _log_bucket(name: str, plan: _Plan, account: Account) -> BucketPlan:
    expire = Lifecycle("logs", "", Decimal(1), expire_after_days=plan.log_days)
    return BucketPlan(
        name=f"{name}-logs",
        tags=plan.tags,
        lifecycles=(expire,),
        noncurrent_days=1,
        force_destroy=plan.force_destroy,
        protect=plan.protect,
        log_account_id=account.id,
    )


def _inventory(name: str, bucket: MadeBucket, logs: MadeBucket, account: Account, opts: pulumi.ResourceOptions) -> None:
    aws.s3.Inventory(
        f"{name}-inventory",
        name="weekly",
        bucket=bucket.name,
        included_object_versions="All",
        schedule={"frequency": "Weekly"},
        destination={
            "bucket": {
                "bucket_arn": logs.arn,
                "account_id": account.id,
                "format": "Parquet",
                "prefix": f"inventory/{name}",
                "encryption": {"sse_s3": {}},
            }
        },
        optional_fields=[
            "EncryptionStatus",
            "IntelligentTieringAccessTier",
            "LastModifiedDate",
            "Size",
            "StorageClass",
        ],
        opts=pulumi.ResourceOptions(parent=opts.parent, depends_on=[logs.policy]),
    )


def _read(name: str, args: StorageTiersArgs) -> _Plan:
    check = NestedArguments(name, args)
    check.allow_only(StorageTiersArgs.__annotations__)
    tags = check.cost_tags()
    force_destroy = check.flag("force_destroy", False)
    protect = check.flag("deletion_protection", False)
    if force_destroy and protect:
        check.refuse("force_destroy", "True contradicts deletion_protection; write False for one of them")
    if not _is_bucket_prefix(name):
        check.refuse(
            "name", f'"{name}" cannot begin a bucket\'s name; use at most 30 lower-case letters, digits and "-"'
        )
    allowed = check.texts("allowed_regions")
    given = (
        check.items("tiers")
        if check.has("tiers")
        else [NestedArguments(name, {"name": tier}) for tier in _DEFAULT_CLASSES]
    )
    if not given:
        check.refuse("tiers", "is empty; name at least one, or leave it out for raw, curated, features and archive")
    tiers = tuple(_read_tier(item, name, allowed, force_destroy) for item in given)
    names = [tier.name for tier in tiers]
    for repeated in sorted({tier for tier in names if names.count(tier) > 1}):
        check.refuse("tiers", f'"{repeated}" is there twice; give each tier a name of its own')
    log_days = check.whole("access_log_retention_days", 90, least=1, most=3650)
    check.refuse_if_wrong()
    return _Plan(
        tags=tags,
        tiers=tiers,
        log_days=log_days,
        force_destroy=force_destroy,
        protect=protect,
        vpc_endpoint_ids=tuple(args.get("vpc_endpoint_ids") or ()),
        exempt_role_arns=tuple(args.get("exempt_role_arns") or ()),
    )


def _is_bucket_prefix(name: str) -> bool:
    return len(name) <= 30 and name.replace("-", "a").isalnum() and name == name.lower() and name[0] != "-"


def _read_tier(check: NestedArguments, component: str, allowed: tuple[str, ...], force_destroy: bool) -> _Tier:
    check.allow_only(StorageTier.__annotations__)
    name = check.text(
        "name", r"(?!logs$)[a-z0-9][a-z0-9-]{0,19}", 'at most 20 lower-case letters, digits and "-", not "logs"'
    )
    classes = check.items("data_classes")
    if not check.has("data_classes"):
        classes = [NestedArguments(name, {**_DEFAULT_CLASSES.get(name, {"name": "all"}), "prefix": ""})]
    for item in classes:
        item.allow_only(DataClass.__annotations__)
    lifecycles = tuple(read_lifecycle(item) for item in classes)
    _check_prefixes(check, lifecycles)
    retentions = check.items("retentions")
    for item in retentions:
        item.allow_only(Retention.__annotations__)
    lifecycles = (*lifecycles, *read_retentions(retentions, lifecycles))
    noncurrent_days = check.whole("noncurrent_expire_after_days", 30, least=1, most=36_500)
    lock = read_lock(check, lifecycles, force_destroy=force_destroy)
    region = check.text("replicate_to_region", r"[a-z]{2}(-[a-z]+)+-\d|", "a region such as eu-west-1", "")
    if region and region not in allowed:
        check.refuse(
            "replicate_to_region",
            f"{region} is not one of allowed_regions ({', '.join(allowed) or 'none'}); data may not lie there",
        )
    return _Tier(
        name=name,
        lifecycles=lifecycles,
        noncurrent_days=noncurrent_days,
        noncurrent_versions=check.optional_whole("noncurrent_versions_kept", least=1, most=100),
        lock=lock,
        access_points=read_access_points(check, component, name),
        inventory=check.flag("inventory", False),
        events=check.flag("events", False),
        replica_region=region,
    )


def _check_prefixes(check: NestedArguments, lifecycles: tuple[Lifecycle, ...]) -> None:
    for index, lifecycle in enumerate(lifecycles):
        for other in lifecycles[:index]:
            if lifecycle.name == other.name:
                check.refuse("data_classes", f'"{lifecycle.name}" is there twice; give each a name of its own')
            if lifecycle.prefix.startswith(other.prefix) or other.prefix.startswith(lifecycle.prefix):
                check.refuse(
                    "data_classes",
                    f'"{lifecycle.name}" ("{lifecycle.prefix}") and "{other.name}" ("{other.prefix}") overlap; '
                    "S3 would apply both, so choose prefixes that do not",
                )
