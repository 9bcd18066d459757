"""EKS: an encrypted, private, logged control plane, its add-ons, and the nodes that run them."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from ipaddress import ip_network
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.arguments import Arguments
from components.cluster_access import ClusterAccess, check_access, give_access
from components.eks_addons import ADDON_ROLES, BEFORE_NODES, addon_configuration, gp3_parameters
from components.eks_roles import pod_identity_role, service_role
from components.eks_versions import VERSIONS, addon_versions, problem_with_version
from components.keys import Account, create_key
from components.kubeconfig import kubeconfig
from components.node_template import is_arm, launch_template, tag_autoscaling_group

SYSTEM_TAINT = {"key": "CriticalAddonsOnly", "value": "true", "effect": "NO_SCHEDULE"}
_LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
_CLUSTER_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")


class KubernetesClusterArgs(TypedDict):
    """What an EKS cluster is made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    version: str
    """The Kubernetes version, such as "1.34". One that EKS no longer supports is refused; one in extended support,
    which costs six times as much per hour, is refused unless `extended_support` is set."""
    subnet_ids: pulumi.Input[list[pulumi.Input[str]]]
    """Private subnets in at least two zones, for the control plane's interfaces and the system nodes."""
    system_instance_types: list[str]
    """Instance types of the nodes that run the cluster's own controllers; all x86 or all Graviton."""
    system_min_size: int
    """The least number of system nodes; two or more keep the controllers up while a node is replaced."""
    system_max_size: int
    """The greatest number of system nodes, used also while nodes are replaced."""
    system_volume_size_gib: NotRequired[int]
    """The root volume of a system node. Default: 50."""
    cluster_name: NotRequired[str]
    """The name on AWS. Default: the component's name. It is set, not generated, because the log group must bear it
    before the cluster exists."""
    public_access_cidrs: NotRequired[list[str]]
    """Networks from which the API is reached over the internet. Default: none, the endpoint is private."""
    log_retention_days: NotRequired[int]
    """How long control-plane logs are kept. Default: 30 days."""
    access: NotRequired[list[ClusterAccess]]
    """Access entries. Default: nobody but the principal that creates the cluster."""
    creator_is_admin: NotRequired[bool]
    """Whether the principal that creates the cluster administers it. Default: it does, as the same deployment goes on
    to create objects in it. Cannot change later."""
    extended_support: NotRequired[bool]
    """Whether the cluster may stay on a version past its standard support. Default: no, AWS upgrades it then."""
    addon_versions: NotRequired[dict[str, str]]
    """Versions of managed add-ons that differ from the ones tested with `version`. Default: those."""


class KubernetesCluster(pulumi.ComponentResource):
    """An EKS cluster that is private, encrypted and logged, with its add-ons and tainted system nodes.

    Secrets and logs are encrypted with the cluster's own key; access is by access entries and pod identity only; the
    default StorageClass makes encrypted gp3 volumes that carry the cost tags. `kubernetes_provider` deploys into it::

        cluster = KubernetesCluster(
            "main",
            {
                "tags": tags,
                "version": "1.34",
                "subnet_ids": network.private_subnet_ids,
                "system_instance_types": ["m6i.large"],
                "system_min_size": 3,
                "system_max_size": 6,
            },
        )
        inside = pulumi.ResourceOptions(provider=cluster.kubernetes_provider)
    """

    cluster_name: pulumi.Output[str]
    """The cluster's name."""
    arn: pulumi.Output[str]
    """The cluster's ARN."""
    endpoint: pulumi.Output[str]
    """The address of the API server."""
    certificate_authority: pulumi.Output[str]
    """The API server's certificate authority, base64."""
    kubeconfig: pulumi.Output[str]
    """A kubeconfig as JSON; it holds no credential but asks `aws eks get-token` for one."""
    node_role_arn: pulumi.Output[str]
    """The role of every node."""
    node_role_name: pulumi.Output[str]
    """The name of the nodes' role, as Karpenter's node classes want it."""
    cluster_security_group_id: pulumi.Output[str]
    """The security group that EKS puts on the control plane and the nodes."""
    oidc_issuer: pulumi.Output[str]
    """The issuer of the cluster's service account tokens."""
    oidc_provider_arn: pulumi.Output[str]
    """The IAM identity provider of that issuer."""
    key_arn: pulumi.Output[str]
    """The KMS key of secrets and logs."""

    def __init__(self, name: str, args: KubernetesClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _check(name, args, datetime.now(UTC).date())
        super().__init__("apex:index:KubernetesCluster", name, dict(args), opts)
        self._name = name
        self._plan = plan
        self._tags = plan.cost_tags
        self._child = pulumi.ResourceOptions(parent=self)

        account = Account.of(self)
        role, policies = service_role(
            f"{name}-role", "eks.amazonaws.com", {"cluster": "AmazonEKSClusterPolicy"}, self._tags, self._child
        )
        key = create_key(
            f"{name}-key",
            f"Secrets and control-plane logs of the EKS cluster {plan.cluster_name}",
            plan.cost_tags,
            account,
            self._child,
            log_group=plan.log_group,
            control_plane_role=role.name,
        )
        cluster = self._make_cluster(args, key, role, policies)
        give_access(name, plan.access, cluster.name, account.partition, self._tags, self._child)
        oidc_issuer = cluster.identities.apply(lambda identities: str(identities[0]["oidcs"][0]["issuer"]))
        oidc_provider = aws.iam.OpenIdConnectProvider(
            f"{name}-oidc",
            url=oidc_issuer,
            client_id_lists=["sts.amazonaws.com"],
            tags=self._tags.aws(Name=f"{name}-oidc"),
            opts=self._child,
        )
        node_role, node_policies = service_role(
            f"{name}-node-role",
            "ec2.amazonaws.com",
            {"worker": "AmazonEKSWorkerNodeMinimalPolicy", "images": "AmazonEC2ContainerRegistryPullOnly"},
            self._tags,
            self._child,
        )
        versions = addon_versions(plan.eks) | args.get("addon_versions", {})
        first = [self._make_addon(cluster, addon, versions[addon]) for addon in BEFORE_NODES]
        nodes = self._make_system_nodes(args, cluster, node_role, [*node_policies, *first])
        for addon in sorted(set(versions) - set(BEFORE_NODES)):
            self._make_addon(cluster, addon, versions[addon], after=[nodes])

        self.cluster_name = cluster.name
        self.arn = cluster.arn
        self.endpoint = cluster.endpoint
        self.certificate_authority = cluster.certificate_authority.apply(lambda authority: str(authority["data"]))
        self.kubeconfig = pulumi.Output.all(
            cluster.name, cluster.arn, cluster.endpoint, self.certificate_authority
        ).apply(lambda values: kubeconfig(*values))
        self.node_role_arn = node_role.arn
        self.node_role_name = node_role.name
        # The ARN keeps this unknown at preview, when the object holds only our inputs.
        self.cluster_security_group_id = pulumi.Output.all(cluster.arn, cluster.vpc_config).apply(
            lambda known: str(known[1]["cluster_security_group_id"])
        )
        self.oidc_issuer = oidc_issuer
        self.oidc_provider_arn = oidc_provider.arn
        self.key_arn = key.arn
        # Not an annotated output: a provider cannot cross to another program, the kubeconfig can.
        self.kubernetes_provider = kubernetes.Provider(
            f"{name}-kubernetes",
            kubeconfig=self.kubeconfig,
            enable_server_side_apply=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[nodes]),
        )
        self._make_storage_class()
        self.register_outputs({output: getattr(self, output) for output in type(self).__annotations__})

    def _make_cluster(
        self,
        args: KubernetesClusterArgs,
        key: aws.kms.Key,
        role: aws.iam.Role,
        policies: Sequence[aws.iam.RolePolicyAttachment],
    ) -> aws.eks.Cluster:
        name, plan = self._name, self._plan
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=plan.log_group,
            retention_in_days=plan.log_retention_days,
            kms_key_id=key.arn,
            tags=self._tags.aws(Name=plan.log_group),
            opts=self._child,
        )
        public = args.get("public_access_cidrs", [])
        vpc_config: dict[str, Any] = {
            "subnet_ids": args["subnet_ids"],
            "endpoint_private_access": True,
            "endpoint_public_access": bool(public),
        }
        if public:
            vpc_config["public_access_cidrs"] = public
        return aws.eks.Cluster(
            f"{name}-cluster",
            name=plan.cluster_name,
            role_arn=role.arn,
            version=plan.eks.version,
            vpc_config=vpc_config,
            access_config={
                "authentication_mode": "API",
                "bootstrap_cluster_creator_admin_permissions": args.get("creator_is_admin", True),
            },
            encryption_config={"provider": {"key_arn": key.arn}, "resources": ["secrets"]},
            enabled_cluster_log_types=_LOG_TYPES,
            upgrade_policy={"support_type": "EXTENDED" if args.get("extended_support") else "STANDARD"},
            bootstrap_self_managed_addons=False,
            tags=self._tags.aws(Name=plan.cluster_name),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*policies, logs]),
        )

    def _make_addon(
        self, cluster: aws.eks.Cluster, addon: str, version: str, after: list[pulumi.Resource] | None = None
    ) -> aws.eks.Addon:
        resource_name = f"{self._name}-{addon}"
        more: dict[str, Any] = {}
        configuration = addon_configuration(addon, self._tags)
        if configuration:
            more["configuration_values"] = json.dumps(configuration, sort_keys=True)
        if addon in ADDON_ROLES:
            account, short, policy = ADDON_ROLES[addon]
            role = pod_identity_role(f"{resource_name}-role", {short: policy}, self._tags, self._child)
            more["pod_identity_associations"] = [{"role_arn": role.arn, "service_account": account}]
        return aws.eks.Addon(
            resource_name,
            cluster_name=cluster.name,
            addon_name=addon,
            addon_version=version,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=self._tags.aws(Name=resource_name),
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
            **more,
        )

    def _make_system_nodes(
        self,
        args: KubernetesClusterArgs,
        cluster: aws.eks.Cluster,
        node_role: aws.iam.Role,
        after: list[pulumi.Resource],
    ) -> aws.eks.NodeGroup:
        name, plan = f"{self._name}-system", self._plan
        template = launch_template(
            f"{name}-template", name, self._tags, volume_size_gib=plan.system_volume_size_gib, opts=self._child
        )
        nodes = aws.eks.NodeGroup(
            name,
            cluster_name=cluster.name,
            node_role_arn=node_role.arn,
            subnet_ids=args["subnet_ids"],
            instance_types=plan.system_instance_types,
            ami_type="AL2023_ARM_64_STANDARD" if is_arm(plan.system_instance_types[0]) else "AL2023_x86_64_STANDARD",
            capacity_type="ON_DEMAND",
            version=plan.eks.version,
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            scaling_config={
                "min_size": plan.system_min_size,
                "max_size": plan.system_max_size,
                "desired_size": plan.system_min_size,
            },
            update_config={"max_unavailable": 1},
            node_repair_config={"enabled": True},
            labels={**self._tags.kubernetes(), "apex.io/node-pool": "system"},
            taints=[SYSTEM_TAINT],
            tags=self._tags.aws(Name=name),
            opts=pulumi.ResourceOptions(parent=self, depends_on=after, ignore_changes=["scalingConfig.desiredSize"]),
        )
        tag_autoscaling_group(name, nodes, self._tags, self._child)
        return nodes

    def _make_storage_class(self) -> None:
        kubernetes.storage.v1.StorageClass(
            f"{self._name}-gp3",
            metadata={
                "name": "gp3",
                "labels": self._tags.kubernetes(),
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            provisioner="ebs.csi.aws.com",
            parameters=gp3_parameters(self._tags),
            reclaim_policy="Delete",
            volume_binding_mode="WaitForFirstConsumer",
            allow_volume_expansion=True,
            opts=pulumi.ResourceOptions(parent=self, provider=self.kubernetes_provider),
        )


class _Plan:
    """What remains of the Args once they are checked."""

    def __init__(self, name: str, read: Arguments, args: Mapping[str, Any]) -> None:
        self.cost_tags = read.cost_tags()
        self.cluster_name = str(args.get("cluster_name") or name)
        self.log_group = f"/aws/eks/{self.cluster_name}/cluster"
        self.log_retention_days = read.log_retention_days("log_retention_days", 30)
        self.system_instance_types = read.names("system_instance_types", "instance type")
        self.system_min_size = read.whole("system_min_size", 2, least=1)
        self.system_max_size = read.whole("system_max_size", 4, least=1)
        self.system_volume_size_gib = read.whole("system_volume_size_gib", 50, least=20, most=16_384)
        self.access: Sequence[Mapping[str, Any]] = args.get("access") or ()
        self.eks = VERSIONS.get(str(args.get("version")), next(iter(VERSIONS.values())))


def _check(name: str, args: KubernetesClusterArgs, today: date) -> _Plan:
    """Refuse what EKS would refuse later, or what costs or exposes more than it says. `today` decides on support."""
    read = Arguments(name, args)
    read.allow_only(KubernetesClusterArgs.__annotations__)
    plan = _Plan(name, read, args)
    if not _CLUSTER_NAME.fullmatch(plan.cluster_name):
        read.refuse(
            "cluster_name",
            f'"{plan.cluster_name}" is not an EKS name; use at most 100 letters, digits, - and _',
        )
    if plan.system_min_size > plan.system_max_size:
        read.refuse(
            "system_max_size",
            f"{plan.system_max_size} is below system_min_size {plan.system_min_size}; raise it or lower the other",
        )
    if len({is_arm(kind) for kind in plan.system_instance_types}) > 1:
        read.refuse(
            "system_instance_types",
            f"{plan.system_instance_types} mixes x86 and Graviton, which take different images; name only one kind",
        )
    problem = problem_with_version(str(args.get("version")), bool(args.get("extended_support")), today)
    if problem:
        read.refuse("version", problem)
    check_access(read, plan.access)
    _check_public_access(read, args.get("public_access_cidrs", []))
    unknown = sorted(set(args.get("addon_versions", {})) - set(addon_versions(plan.eks)))
    if unknown:
        read.refuse(
            "addon_versions", f"{unknown} are not add-ons of this cluster; use {', '.join(addon_versions(plan.eks))}"
        )
    read.refuse_if_wrong()
    return plan


def _check_public_access(read: Arguments, cidrs: list[str]) -> None:
    for cidr in cidrs:
        try:
            network = ip_network(cidr)
        except ValueError as error:
            read.refuse("public_access_cidrs", f'"{cidr}" is not a network: {error}; write it as 203.0.113.0/24')
            continue
        if network.prefixlen == 0:
            read.refuse(
                "public_access_cidrs",
                f'"{cidr}" is the whole internet; name your own networks, or none',
            )
