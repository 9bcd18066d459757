"""A database for embeddings, whichever service holds them."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.client_rules import admit_clients, read_client_cidrs
from components.nested_arguments import NestedArguments, recorded
from components.vector_aurora import create_database
from components.vector_migration import VectorMigration, read_migration
from components.vector_opensearch import create_collection
from components.vector_options import MadeStore, VectorEngine, VectorMetric, VectorPlan
from components.vector_qdrant import QdrantOptions, create_qdrant, read_qdrant

_PORTS = {VectorEngine.OPENSEARCH_SERVERLESS: 443, VectorEngine.AURORA_POSTGRESQL: 5432}
_MOST_DIMENSIONS = {
    VectorEngine.OPENSEARCH_SERVERLESS: 16_000,
    VectorEngine.AURORA_POSTGRESQL: 2_000,
    VectorEngine.QDRANT: 65_535,
}
_ONLY_FOR = {
    VectorEngine.OPENSEARCH_SERVERLESS: ("reader_role_arns", "writer_role_arns"),
    VectorEngine.AURORA_POSTGRESQL: (
        "backup_retention_days",
        "log_retention_days",
        "max_capacity",
        "migration",
        "min_capacity",
    ),
    VectorEngine.QDRANT: ("qdrant",),
}
_NOT_FOR_QDRANT = ("client_security_group_ids", "subnet_ids", "vpc_id")


class VectorDatabaseArgs(TypedDict):
    """What a `VectorDatabase` takes."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    dimensions: int
    """How many numbers a vector has: up to 16000, or 2000 in Aurora, or 65535 in Qdrant."""
    vpc_id: NotRequired[pulumi.Input[str]]
    """The VPC that it is reached from. Default: none; required for all but Qdrant."""
    subnet_ids: NotRequired[list[pulumi.Input[str]]]
    """Private subnets, at least two, each of another zone. Default: none; required for all but Qdrant."""
    engine: NotRequired[VectorEngine]
    """Which service holds the vectors. Default: OpenSearch Serverless."""
    metric: NotRequired[VectorMetric]
    """How the distance of two vectors is measured. Default: by their angle."""
    hnsw_links: NotRequired[int]
    """How many neighbours the index links each vector to: more finds better and takes more memory. Default: 16."""
    hnsw_candidates: NotRequired[int]
    """How many candidates are weighed when a vector is added: more finds better and is slower. Default: 128."""
    store_name: NotRequired[str]
    """The name of the collection, the database cluster or Qdrant's objects: 3 to 32 lower-case letters, digits and
    "-", a letter first. Default: the component's name."""
    client_cidrs: NotRequired[list[str]]
    """IPv4 prefixes from which clients connect; the whole internet is refused. Default: none."""
    client_security_group_ids: NotRequired[list[pulumi.Input[str]]]
    """Security groups whose members may connect. Not for Qdrant. Default: none."""
    reader_role_arns: NotRequired[list[pulumi.Input[str]]]
    """Roles that may search. OpenSearch only. Default: none."""
    writer_role_arns: NotRequired[list[pulumi.Input[str]]]
    """Roles that may search, write and make indexes. OpenSearch only. Default: none."""
    standby_replicas: NotRequired[bool]
    """Whether other zones stand by, which doubles the least cost, and makes three of one Qdrant. Default: yes."""
    min_capacity: NotRequired[float]
    """The least capacity in Aurora units of 2 GiB; 0 pauses the database after an hour without connections, and the
    next connection waits some 15 seconds. Aurora only. Default: 0.5."""
    max_capacity: NotRequired[float]
    """The most capacity in Aurora units: the limit of the cost. Aurora only. Default: 4."""
    backup_retention_days: NotRequired[int]
    """How far back the database can be restored to any second, 1 to 35. Aurora only; OpenSearch Serverless backs up by
    itself. Default: 7."""
    log_retention_days: NotRequired[int]
    """How long CloudWatch keeps the database's log. Aurora only. Default: 30."""
    deletion_protection: NotRequired[bool]
    """Whether the engine and the service refuse to destroy it; Aurora also takes a last snapshot, Qdrant's volumes
    outlive it. Default: no."""
    migration: NotRequired[VectorMigration]
    """Where a job runs that makes the extension, the table and the index. Aurora only. Default: no job, what fills the
    database runs `index_definition`."""
    qdrant: NotRequired[QdrantOptions]
    """What Qdrant needs to know of the cluster it runs on. Default: none; required for Qdrant."""


class VectorDatabase(pulumi.ComponentResource):
    """A private, authenticated, encrypted and backed-up home for embeddings.

    Clients use the same outputs whichever service holds the vectors: `endpoint`, `auth`, `dimensions`. Nobody reaches
    it until `client_cidrs` or `client_security_group_ids` name somebody. The index itself is made by what fills it,
    with `index_definition`: the body for OpenSearch and Qdrant, statements that can be run again and again for
    PostgreSQL, where a migration job can do it. Qdrant's objects and that job need a Kubernetes provider.

        vectors = VectorDatabase("captions", {"tags": cost_tags.aws(), "vpc_id": network.vpc_id,
            "subnet_ids": network.private_subnet_ids, "dimensions": 768, "client_cidrs": ["10.20.0.0/16"]})
    """

    endpoint: pulumi.Output[str]
    """Where clients connect: a URL for OpenSearch and Qdrant, a host for PostgreSQL."""
    arn: pulumi.Output[str]
    """The collection or database cluster; empty for Qdrant."""
    auth: pulumi.Output[str]
    """How clients prove who they are: aws-sigv4, aws-iam-database or api-key."""
    dimensions: pulumi.Output[int]
    """How many numbers a vector has."""
    index_definition: pulumi.Output[str]
    """What makes the index: the body of an OpenSearch index or a Qdrant collection, or SQL."""
    security_group_id: pulumi.Output[str]
    """The security group that clients connect through; empty for Qdrant, whose NetworkPolicy knows its clients."""
    kms_key_arn: pulumi.Output[str]
    """The key it is encrypted with; empty for Qdrant, whose volumes have the account's key for EBS."""
    secret_arn: pulumi.Output[str]
    """The secret with the owner's password, which RDS rotates; empty for the others."""
    connect_policy_arn: pulumi.Output[str]
    """The IAM policy that lets a role connect to PostgreSQL; empty for the others."""

    def __init__(self, name: str, args: VectorDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _read(name, args)
        super().__init__("apex:index:VectorDatabase", name, recorded(args), opts)
        if plan.engine is VectorEngine.QDRANT:
            self.security_group_id = pulumi.Output.from_input("")
            made = create_qdrant(name, plan, self)
        else:
            made = self._on_aws(name, plan)
        self.endpoint = made.endpoint
        self.arn = made.arn
        self.auth = pulumi.Output.from_input(made.auth)
        self.dimensions = pulumi.Output.from_input(plan.dimensions)
        self.index_definition = pulumi.Output.from_input(made.index_definition)
        self.kms_key_arn = made.kms_key_arn
        self.secret_arn = made.secret_arn
        self.connect_policy_arn = made.connect_policy_arn
        self.register_outputs(
            {
                "endpoint": self.endpoint,
                "arn": self.arn,
                "auth": self.auth,
                "dimensions": self.dimensions,
                "indexDefinition": self.index_definition,
                "securityGroupId": self.security_group_id,
                "kmsKeyArn": self.kms_key_arn,
                "secretArn": self.secret_arn,
                "connectPolicyArn": self.connect_policy_arn,
            }
        )

    def _on_aws(self, name: str, plan: VectorPlan) -> MadeStore:
        child = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-clients",
            description="Clients to the vector database",
            vpc_id=plan.vpc_id,
            tags=plan.tags.aws(Name=f"{name}-clients"),
            opts=child,
        )
        port = _PORTS[plan.engine]
        ports = [("vectors", port, port)]
        admit_clients(name, group.id, ports, plan.client_cidrs, plan.client_groups, plan.tags, child)
        self.security_group_id = group.id
        create = create_collection if plan.engine is VectorEngine.OPENSEARCH_SERVERLESS else create_database
        return create(name, plan, group.id, self)


def _read(name: str, args: VectorDatabaseArgs) -> VectorPlan:
    check = NestedArguments(name, args)
    check.allow_only(VectorDatabaseArgs.__annotations__)
    tags = check.cost_tags()
    engine = check.choice("engine", VectorEngine, VectorEngine.OPENSEARCH_SERVERLESS)
    _check_place(check, args, engine)
    store_name = check.text(
        "store_name", r"[a-z](?!.*--)[a-z0-9-]{1,30}[a-z0-9]", '3 to 32 lower-case letters, digits and "-"', name
    )
    standby = check.flag("standby_replicas", True)
    low = check.number("min_capacity", 0.5, least=0, most=256)
    high = check.number("max_capacity", 4, least=1, most=256)
    if high < low:
        check.refuse("max_capacity", f"{high:g} is below min_capacity ({low:g}); use {low:g} or more")
    for argument, units in (("min_capacity", low), ("max_capacity", high)):
        if units * 2 % 1:
            check.refuse(argument, f"{units:g} is not a multiple of 0.5; use {round(units * 2) / 2:g}")
    plan = VectorPlan(
        tags=tags,
        engine=engine,
        store_name=store_name,
        dimensions=check.whole("dimensions", 1, least=1, most=_MOST_DIMENSIONS[engine]),
        metric=check.choice("metric", VectorMetric, VectorMetric.COSINE),
        links=check.whole("hnsw_links", 16, least=2, most=100),
        ef_construction=check.whole("hnsw_candidates", 128, least=4, most=1000),
        vpc_id=args.get("vpc_id", ""),
        subnet_ids=tuple(args.get("subnet_ids") or ()),
        client_cidrs=read_client_cidrs(check),
        client_groups=tuple(args.get("client_security_group_ids") or ()),
        reader_role_arns=tuple(args.get("reader_role_arns") or ()),
        writer_role_arns=tuple(args.get("writer_role_arns") or ()),
        standby_replicas=standby,
        min_capacity=low,
        max_capacity=high,
        backup_days=check.whole("backup_retention_days", 7, least=1, most=35),
        log_days=check.log_retention_days("log_retention_days", 30),
        protect=check.flag("deletion_protection", False),
        qdrant=read_qdrant(check, standby=standby) if engine is VectorEngine.QDRANT else None,
        migration=read_migration(check),
    )
    if plan.ef_construction < 2 * plan.links:
        check.refuse(
            "hnsw_candidates", f"{plan.ef_construction} is below twice hnsw_links; use {2 * plan.links} or more"
        )
    check.refuse_if_wrong()
    return plan


def _check_place(check: NestedArguments, args: VectorDatabaseArgs, engine: VectorEngine) -> None:
    """Refuse what the chosen engine does not know, and the lack of what it needs to stand on."""
    if not check.has("dimensions"):
        check.refuse("dimensions", "is missing; write it")
    for other, arguments in _ONLY_FOR.items():
        for argument in arguments if other is not engine else ():
            if check.has(argument):
                check.refuse(argument, f"cannot be chosen for {engine.value}; leave it out or choose {other.value}")
    if engine is VectorEngine.QDRANT:
        for argument in _NOT_FOR_QDRANT:
            if check.has(argument):
                check.refuse(argument, "is of no use to qdrant, which stands in the Kubernetes cluster; leave it out")
        return
    if not check.has("vpc_id"):
        check.refuse("vpc_id", "is missing; write it")
    subnets = len(args.get("subnet_ids") or ())
    if subnets < 2:
        check.refuse("subnet_ids", f"{subnets} subnets; name at least two, each of another zone")
