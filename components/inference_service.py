"""A model server on Kubernetes: restricted, bounded, reachable only by whom it names, and paid for by its team."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components import workload
from components.arguments import Arguments
from components.inference_permissions import ServicePermissions, grant
from components.inference_plan import InferencePlan
from components.inference_pod import network_policies, pod_template
from components.inference_release import Release, analysis_template_spec, rollout_strategy, template_name
from components.inference_runtime import ModelVolume, VllmOptions
from components.inference_scaling import Scaling

ARGO_ROLLOUTS = "argoproj.io/v1alpha1"
KEDA = "keda.sh/v1alpha1"


class AllowedNetwork(TypedDict):
    """Addresses that a service may call."""

    cidr: str
    """The network, such as "10.20.0.0/16"."""
    ports: list[int]
    """The TCP ports."""


class InferenceServiceArgs(TypedDict):
    """What an inference service is made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    namespace: pulumi.Input[str]
    """An existing namespace."""
    image: str
    """The server's image, with a digest (`…@sha256:…`) or at least a tag that is not `latest`."""
    require_digest: NotRequired[bool]
    """Whether a tag alone is refused. Default: it is, as a tag can be moved to other content."""
    port: NotRequired[int]
    """The HTTP port the server listens on. Default: 8080."""
    cpu: str
    """CPU per replica, requested and limited, such as "2" or "500m"."""
    memory: str
    """Memory per replica, requested and limited, such as "8Gi"."""
    gpus: NotRequired[int]
    """GPUs per replica. Default: 0, the service runs on CPU nodes."""
    min_replicas: int
    """The least number of replicas."""
    max_replicas: int
    """The greatest number of replicas: the bound of what the service can cost."""
    scaling: NotRequired[Scaling]
    """What makes the service grow and shrink. Default: mean CPU use above 70 percent of the request."""
    release: NotRequired[Release]
    """How a new version comes into use. Default: rolling, one replica more at a time."""
    min_available: NotRequired[int]
    """Replicas that stay up while nodes are drained. Default: all but one."""
    env: NotRequired[dict[str, str]]
    """Environment variables; not for secrets. Default: none."""
    secret_env: NotRequired[dict[str, str]]
    """Environment variables from Secrets of the namespace, each written as `secret/key`, such as a vLLM server's
    VLLM_API_KEY. Default: none."""
    command: NotRequired[list[str]]
    """Arguments of the container's entry point. Default: those of the image."""
    model: NotRequired[ModelVolume]
    """Where the model comes from, mounted at /models. Default: it is in the image."""
    vllm: NotRequired[VllmOptions]
    """Options of vLLM, when `image` is one of it. Default: the image is told nothing."""
    permissions: NotRequired[ServicePermissions]
    """What the pods may do on AWS. Default: nothing, they have no role."""
    node_selector: NotRequired[dict[str, str]]
    """Node labels beside `gpu-enabled`, such as those of one pool. Default: none."""
    service_monitor: NotRequired[bool]
    """Whether Prometheus scrapes the pods; needs the Prometheus operator. Default: it does not."""
    metrics_path: NotRequired[str]
    """The path that is scraped. Default: /metrics."""
    monitoring_namespace: NotRequired[str]
    """The namespace Prometheus runs in. Default: monitoring."""
    health_path: NotRequired[str]
    """The path that answers 200 when the server can work. Default: /healthz, with vLLM /health."""
    startup_seconds: NotRequired[int]
    """How long a start may take, model loading included, before it counts as failed. Default: 600."""
    termination_seconds: NotRequired[int]
    """How long requests in flight may finish after a replica is told to stop. Default: 60."""
    client_namespaces: NotRequired[list[str]]
    """Namespaces whose pods may call the service. Default: only its own."""
    allowed_networks: NotRequired[list[AllowedNetwork]]
    """Networks the service may call. Default: none; DNS is always allowed."""
    scratch_size: NotRequired[str]
    """Size of the writable /tmp. Default: 1Gi."""
    run_as_user: NotRequired[int]
    """The user id of the server. Default: 65532, the `nonroot` user of distroless images."""
    pull_secrets: NotRequired[list[str]]
    """Names of image pull secrets in the namespace. Default: none; nodes pull from ECR by their role."""
    priority_class: NotRequired[str]
    """The pods' priority class. Default: the cluster's default one."""
    expected_cost_usd_per_hour: NotRequired[str]
    """What a replica is expected to cost, as a decimal number; read by the cost gate. Default: not said."""


class InferenceService(pulumi.ComponentResource):
    """A model server behind a cluster-internal service, scaled between two bounds.

    Its pods meet the `restricted` Pod Security Standard, hold no service account token, accept calls only from the
    namespaces named and make none but to the networks named; each object carries the cost tags as labels::

        InferenceService(
            "captioner",
            {
                "tags": tags,
                "namespace": "vision",
                "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/captioner@sha256:…",
                "cpu": "2",
                "memory": "8Gi",
                "gpus": 1,
                "min_replicas": 2,
                "max_replicas": 6,
            },
            pulumi.ResourceOptions(provider=cluster.kubernetes_provider),
        )
    """

    url: pulumi.Output[str]
    """The address inside the cluster."""
    service_name: pulumi.Output[str]
    """The name of the Kubernetes Service."""
    service_account_name: pulumi.Output[str]
    """The pods' service account."""

    def __init__(self, name: str, args: InferenceServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        read = Arguments(name, args)
        read.allow_only(InferenceServiceArgs.__annotations__)
        plan = InferencePlan(name, read, args)
        super().__init__("apex:index:InferenceService", name, dict(args), opts)
        self._plan = plan
        self._namespace = args["namespace"]
        self._child = pulumi.ResourceOptions(parent=self)
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account", metadata=self._metadata(), automount_service_account_token=False, opts=self._child
        )
        # A pod that starts before its policies or its role exist is open, or powerless, for that moment.
        before: list[pulumi.Resource] = [account]
        before += [
            kubernetes.networking.v1.NetworkPolicy(
                f"{name}-{suffix}", metadata=self._metadata(suffix), spec=spec, opts=self._child
            )
            for suffix, spec in network_policies(plan, args).items()
        ]
        if plan.uses_aws:
            before.append(self._grant())
        services = [self._make_service(suffix) for suffix in plan.service_suffixes]
        pods = self._make_pods(args, [*before, *(services if plan.release.is_rollout else [])])
        kubernetes.policy.v1.PodDisruptionBudget(
            f"{name}-pdb",
            metadata=self._metadata(),
            spec={
                "selector": {"matchLabels": workload.selector(name)},
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                **({"maxUnavailable": 1} if plan.min_available is None else {"minAvailable": plan.min_available}),
            },
            opts=self._child,
        )
        self._make_scaler(pulumi.ResourceOptions(parent=self, depends_on=[pods]))
        if plan.is_scraped:
            self._make_service_monitor(args)
        self.url = pulumi.Output.concat("http://", name, ".", self._namespace, ".svc.cluster.local")
        self.service_name = services[0].metadata.apply(lambda metadata: str(metadata["name"]))
        self.service_account_name = account.metadata.apply(lambda metadata: str(metadata["name"]))
        self.register_outputs({output: getattr(self, output) for output in type(self).__annotations__})

    def _grant(self) -> pulumi.Resource:
        plan = self._plan
        objects: list[pulumi.Input[str]] = []
        if plan.runtime.model_object:
            partition = aws.get_partition_output(opts=pulumi.InvokeOptions(parent=self)).partition
            objects.append(pulumi.Output.concat("arn:", partition, ":s3:::", "/".join(plan.runtime.model_object)))
        return grant(plan.name, self._namespace, plan.permissions, objects, plan.cost_tags, self._child)

    def _make_service(self, suffix: str) -> kubernetes.core.v1.Service:
        name = self._plan.name
        return kubernetes.core.v1.Service(
            f"{name}-{suffix}-service" if suffix else f"{name}-service",
            metadata=self._metadata(suffix),
            spec={
                "type": "ClusterIP",
                "selector": workload.selector(name),
                "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
            },
            # A blue-green Rollout adds the version to the selectors; that is not a change of ours to undo.
            opts=pulumi.ResourceOptions(
                parent=self, ignore_changes=["spec.selector"] if self._plan.is_blue_green else None
            ),
        )

    def _make_pods(self, args: InferenceServiceArgs, after: list[pulumi.Resource]) -> pulumi.Resource:
        plan, name = self._plan, self._plan.name
        metadata = self._metadata(annotations=plan.finops)
        opts = pulumi.ResourceOptions(parent=self, depends_on=after)
        spec = {
            "selector": {"matchLabels": workload.selector(name)},
            "revisionHistoryLimit": 5,
            "template": pod_template(plan, args),
        }
        if not plan.release.is_rollout:
            surge = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
            return kubernetes.apps.v1.Deployment(
                f"{name}-deployment",
                metadata=metadata,
                spec={**spec, "strategy": surge, "progressDeadlineSeconds": plan.startup_seconds + 300},
                opts=opts,
            )
        templates = [
            kubernetes.apiextensions.CustomResource(
                f"{template_name(name, metric)}-analysis",
                api_version=ARGO_ROLLOUTS,
                kind="AnalysisTemplate",
                metadata={**self._metadata(), "name": template_name(name, metric)},
                spec=analysis_template_spec(name, metric, plan.release.prometheus, rolls_back=plan.release.rolls_back),
                opts=self._child,
            )
            for metric in plan.release.metrics
        ]
        return kubernetes.apiextensions.CustomResource(
            f"{name}-rollout",
            api_version=ARGO_ROLLOUTS,
            kind="Rollout",
            metadata=metadata,
            spec={
                **spec,
                "strategy": rollout_strategy(name, plan.release),
                "progressDeadlineSeconds": plan.startup_seconds + 300,
                "progressDeadlineAbort": True,
            },
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=templates)),
        )

    def _make_scaler(self, opts: pulumi.ResourceOptions) -> None:
        plan, name = self._plan, self._plan.name
        least, most = plan.min_replicas, plan.max_replicas
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
        if plan.release.is_rollout:
            target = {"apiVersion": ARGO_ROLLOUTS, "kind": "Rollout", "name": name}
        if not plan.scaling.is_keda:
            kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
                f"{name}-hpa",
                metadata=self._metadata(),
                spec=plan.scaling.autoscaler_spec(target, least, most),
                opts=opts,
            )
            return
        if plan.scaling.authenticates:
            kubernetes.apiextensions.CustomResource(
                f"{name}-scaler-authentication",
                api_version=KEDA,
                kind="TriggerAuthentication",
                metadata=self._metadata("scaler"),
                spec={"podIdentity": {"provider": "aws"}},
                opts=self._child,
            )
        kubernetes.apiextensions.CustomResource(
            f"{name}-scaler",
            api_version=KEDA,
            kind="ScaledObject",
            metadata=self._metadata(),
            spec=plan.scaling.scaled_object_spec(name, self._namespace, target, least, most),
            opts=opts,
        )

    def _make_service_monitor(self, args: InferenceServiceArgs) -> None:
        name = self._plan.name
        kubernetes.apiextensions.CustomResource(
            f"{name}-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="ServiceMonitor",
            metadata=self._metadata(),
            spec={
                "selector": {"matchLabels": workload.selector(name)},
                "endpoints": [{"port": "http", "path": args.get("metrics_path", "/metrics"), "interval": "30s"}],
            },
            opts=self._child,
        )

    def _metadata(self, suffix: str = "", annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
        plan = self._plan
        metadata: dict[str, Any] = {
            "name": f"{plan.name}-{suffix}" if suffix else plan.name,
            "namespace": self._namespace,
            "labels": plan.labels,
        }
        return {**metadata, "annotations": dict(annotations)} if annotations else metadata
