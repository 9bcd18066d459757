"""The controllers that our custom resources need in a cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from apex.tags import MANAGER, CostTags
from components.addon_charts import CHARTS, PROMETHEUS_PORT, Chart, ClusterAddon, chart_values
from components.addon_permissions import autoscaler_policy, karpenter_policy, keda_policy
from components.eks_roles import pod_identity_role
from components.interruption_queue import create_interruption_queue
from components.keys import Account
from components.nested_arguments import NestedArguments, recorded

_VERSION = r"v?\d+\.\d+\.\d+"
_INSTALL_SECONDS = 900
_ONLY_WITH = {
    "node_role_arn": ClusterAddon.KARPENTER,
    "prometheus_retention_hours": ClusterAddon.PROMETHEUS,
    "prometheus_volume_size_gib": ClusterAddon.PROMETHEUS,
    "scaled_queue_arns": ClusterAddon.KEDA,
    "scaled_topic_arns": ClusterAddon.KEDA,
}


class ClusterAddonsArgs(TypedDict):
    """What `ClusterAddons` take."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    cluster_name: pulumi.Input[str]
    """The EKS cluster, with its pod identity agent."""
    addons: list[str]
    """Which of them: argoRollouts, clusterAutoscaler, dcgmExporter, karpenter, keda, prometheus."""
    versions: NotRequired[dict[str, str]]
    """Versions of charts that differ from the ones tested, by add-on. Default: the tested ones."""
    node_role_arn: NotRequired[pulumi.Input[str]]
    """The role that Karpenter's nodes get. Required with karpenter. Default: none."""
    scaled_queue_arns: NotRequired[list[pulumi.Input[str]]]
    """SQS queues whose length KEDA may measure. Default: none."""
    scaled_topic_arns: NotRequired[list[pulumi.Input[str]]]
    """Kafka topics whose consumers' lag KEDA may measure. Default: none."""
    prometheus_retention_hours: NotRequired[int]
    """How long Prometheus keeps measures. Default: 48."""
    prometheus_volume_size_gib: NotRequired[int]
    """The volume that outlives Prometheus's pod. Default: none, measures are lost with the pod."""


@dataclass(frozen=True, slots=True)
class _Plan:
    tags: CostTags
    addons: tuple[ClusterAddon, ...]
    versions: Mapping[ClusterAddon, str]
    retention_hours: int
    volume_gib: int | None


class ClusterAddons(pulumi.ComponentResource):
    """Controllers from pinned charts, on the system nodes, each with a role that can do what it must and no more.

    Let what uses them depend on this component: an object of theirs is taken by no cluster before they are there::

        ClusterAddons("main", {"tags": tags, "cluster_name": cluster.cluster_name,
            "addons": ["argoRollouts", "clusterAutoscaler", "prometheus"]},
            pulumi.ResourceOptions(providers=[cluster.kubernetes_provider]))
    """

    prometheus_address: pulumi.Output[str]
    """Where measures are read, empty without prometheus."""
    role_arns: dict[str, pulumi.Output[str]]
    """The roles of the add-ons that call AWS, by add-on."""
    interruption_queue_name: pulumi.Output[str]
    """The queue that warns Karpenter, empty without karpenter."""

    def __init__(self, name: str, args: ClusterAddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _read(name, args)
        super().__init__("apex:index:ClusterAddons", name, recorded(args), opts)
        self._name = name
        self._plan = plan
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self._account = Account.of(self)
        self._cluster = pulumi.Output.from_input(args["cluster_name"])
        self.role_arns = {}
        self.interruption_queue_name = pulumi.Output.from_input("")
        self.prometheus_address = pulumi.Output.from_input("")
        releases = {addon: self._install(addon, CHARTS[addon]) for addon in plan.addons}
        if ClusterAddon.PROMETHEUS in releases:
            self._make_prometheus_address(releases[ClusterAddon.PROMETHEUS])
        self.register_outputs(
            {
                "prometheusAddress": self.prometheus_address,
                "roleArns": self.role_arns,
                "interruptionQueueName": self.interruption_queue_name,
            }
        )

    def _install(self, addon: ClusterAddon, chart: Chart) -> kubernetes.helm.v3.Release:
        options: dict[str, Any] = {
            "cluster_name": self._args["cluster_name"],
            "region": self._account.region,
            "retention_hours": self._plan.retention_hours,
            "scraped": ClusterAddon.PROMETHEUS in self._plan.addons,
            "volume_size_gib": self._plan.volume_gib,
        }
        before: list[pulumi.Resource] = []
        if chart.makes_namespace:
            before.append(self._make_namespace(chart.namespace))
        if addon is ClusterAddon.KARPENTER:
            queue = create_interruption_queue(self._name, self._plan.tags, self._child)
            options["queue_name"] = self.interruption_queue_name = queue.name
            before.append(self._grant(addon, chart, self._karpenter_policy(queue.arn)))
        if addon is ClusterAddon.CLUSTER_AUTOSCALER:
            before.append(self._grant(addon, chart, self._cluster.apply(autoscaler_policy)))
        measured = self._measured()
        if addon is ClusterAddon.KEDA and measured:
            policy = pulumi.Output.all(**measured).apply(lambda known: keda_policy(known["queues"], known["topics"]))
            before.append(self._grant(addon, chart, policy))
        return kubernetes.helm.v3.Release(
            f"{self._name}-{_kebab(addon)}",
            name=_kebab(addon),
            namespace=chart.namespace,
            chart=chart.chart,
            version=self._plan.versions.get(addon, chart.version),
            repository_opts={"repo": chart.repository} if chart.repository else None,
            # A release that fails is taken back whole, not left half installed.
            atomic=True,
            max_history=5,
            timeout=_INSTALL_SECONDS,
            values=chart_values(addon, self._plan.tags, options),
            opts=pulumi.ResourceOptions(parent=self, depends_on=before),
        )

    def _measured(self) -> dict[str, list[pulumi.Input[str]]]:
        found = {
            "queues": list(self._args.get("scaled_queue_arns") or ()),
            "topics": list(self._args.get("scaled_topic_arns") or ()),
        }
        return found if any(found.values()) else {}

    def _make_namespace(self, namespace: str) -> kubernetes.core.v1.Namespace:
        modes = {f"pod-security.kubernetes.io/{mode}": "baseline" for mode in ("audit", "enforce", "warn")}
        return kubernetes.core.v1.Namespace(
            f"{self._name}-{namespace}-namespace",
            metadata={
                "name": namespace,
                "labels": {**self._plan.tags.kubernetes(), "app.kubernetes.io/managed-by": MANAGER, **modes},
            },
            opts=self._child,
        )

    def _grant(self, addon: ClusterAddon, chart: Chart, policy: pulumi.Output[str]) -> pulumi.Resource:
        name, tags = f"{self._name}-{_kebab(addon)}", self._plan.tags
        role = pod_identity_role(f"{name}-role", {}, tags, self._child)
        self.role_arns[addon.value] = role.arn
        granted = aws.iam.RolePolicy(f"{name}-policy", role=role.name, policy=policy, opts=self._child)
        return aws.eks.PodIdentityAssociation(
            f"{name}-identity",
            cluster_name=self._args["cluster_name"],
            namespace=chart.namespace,
            service_account=chart.account,
            role_arn=role.arn,
            tags=tags.aws(Name=f"{name}-identity"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[granted]),
        )

    def _karpenter_policy(self, queue_arn: pulumi.Output[str]) -> pulumi.Output[str]:
        account = self._account
        known = (account.partition, account.region, account.id, self._cluster, self._args["node_role_arn"], queue_arn)
        return pulumi.Output.all(*known).apply(lambda each: karpenter_policy(*each))

    def _make_prometheus_address(self, release: kubernetes.helm.v3.Release) -> None:
        """A Service with a name that does not depend on the chart's own way of naming."""
        namespace = CHARTS[ClusterAddon.PROMETHEUS].namespace
        service = kubernetes.core.v1.Service(
            f"{self._name}-prometheus-service",
            metadata={"name": "prometheus", "namespace": namespace, "labels": self._plan.tags.kubernetes()},
            spec={
                "type": "ClusterIP",
                "selector": {"app.kubernetes.io/name": "prometheus"},
                "ports": [{"name": "http", "port": PROMETHEUS_PORT, "targetPort": PROMETHEUS_PORT, "protocol": "TCP"}],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[release]),
        )
        self.prometheus_address = service.metadata.apply(
            lambda known: f"http://{known['name']}.{known['namespace']}.svc:{PROMETHEUS_PORT}"
        )


def _kebab(addon: ClusterAddon) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in addon.value)


def _read(name: str, args: ClusterAddonsArgs) -> _Plan:
    check = NestedArguments(name, args)
    check.allow_only(ClusterAddonsArgs.__annotations__)
    addons = check.members("addons", ClusterAddon, ())
    if not addons:
        check.refuse("addons", f"is empty; name one of {', '.join(addon.value for addon in ClusterAddon)}")
    if not check.has("cluster_name"):
        check.refuse("cluster_name", "is missing; name the EKS cluster")
    for argument, addon in _ONLY_WITH.items():
        if check.has(argument) and addon not in addons:
            check.refuse(argument, f"is of no use without {addon.value}; add {addon.value} to addons or leave it out")
    if ClusterAddon.KARPENTER in addons and not check.has("node_role_arn"):
        check.refuse("node_role_arn", "is missing with karpenter; give the role of the cluster's nodes")
    if ClusterAddon.DCGM_EXPORTER in addons and ClusterAddon.PROMETHEUS not in addons:
        check.refuse("addons", "dcgmExporter without prometheus is read by nobody; add prometheus")
    plan = _Plan(
        tags=check.cost_tags(),
        addons=addons,
        versions=_read_versions(check, addons),
        retention_hours=check.whole("prometheus_retention_hours", 48, least=2, most=24 * 365),
        volume_gib=check.optional_whole("prometheus_volume_size_gib", least=1, most=16_384),
    )
    check.refuse_if_wrong()
    return plan


def _read_versions(check: NestedArguments, addons: tuple[ClusterAddon, ...]) -> dict[ClusterAddon, str]:
    given = check.item("versions")
    if given is None:
        return {}
    given.allow_only([addon.value for addon in addons])
    return {
        addon: given.text(addon.value, _VERSION, "an exact version such as 2.40.4")
        for addon in addons
        if given.has(addon.value)
    }
