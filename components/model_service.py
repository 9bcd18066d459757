"""A governed model: its server, the limits it is held to, the log of its decisions and its daily budget."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components import workload
from components.arguments import Arguments
from components.cost_budget import BudgetPeriod, CostBudget
from components.inference_service import InferenceService, InferenceServiceArgs
from components.keys import Account, create_key
from components.nested_arguments import recorded


class ModelServiceArgs(TypedDict):
    """What a governed model is made from."""

    service: InferenceServiceArgs
    """The server, with the cost tags of the whole."""
    governance: dict[str, str]
    """What monitors hold the model against, such as the most that a fairness measure may be."""
    audit_retention_days: NotRequired[int]
    """How long the log of its decisions is kept, as CloudWatch knows it. Default: there is no such log."""
    daily_limit: NotRequired[str]
    """What a day may cost, in USD. Default: no budget of its own."""
    emails: NotRequired[list[str]]
    """Who hears of the budget. Required with `daily_limit`. Default: nobody."""


class ModelService(pulumi.ComponentResource):
    """An `InferenceService` and what governs it: a ConfigMap of thresholds, an encrypted audit log, a daily budget.

    A budget of AWS counts by cost tags; it counts everything of the same team, cost center, project and modalities::

        ModelService("captioner", {"service": {...}, "governance": {"demographic_parity_difference": "0.1"},
            "audit_retention_days": 365, "daily_limit": "80", "emails": ["vision@example.com"]}, in_cluster)
    """

    url: pulumi.Output[str]
    """The address inside the cluster."""
    audit_log_group_name: pulumi.Output[str]
    """The log of its decisions, empty where none is kept."""

    def __init__(self, name: str, args: ModelServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        read = Arguments(name, args)
        read.allow_only(ModelServiceArgs.__annotations__)
        tags = Arguments(name, args["service"]).cost_tags()
        if not args.get("governance"):
            read.refuse("governance", "is empty; name at least one measure and its limit")
        if args.get("daily_limit") and not args.get("emails"):
            read.refuse("emails", "is empty, so nobody hears of the budget; add an address")
        days = read.log_retention_days("audit_retention_days", 365) if "audit_retention_days" in args else None
        read.refuse_if_wrong()
        super().__init__("apex:index:ModelService", name, recorded({"governance": args["governance"]}), opts)
        child = pulumi.ResourceOptions(parent=self)
        config = kubernetes.core.v1.ConfigMap(
            f"{name}-governance",
            metadata={
                "name": f"{name}-governance",
                "namespace": args["service"]["namespace"],
                "labels": workload.labels(name, "governance", tags),
            },
            data=dict(sorted(args["governance"].items())),
            opts=child,
        )
        self.audit_log_group_name = pulumi.Output.from_input("")
        if days is not None:
            group = f"/apex/{tags.environment}/{name}/audit"
            key = create_key(f"{name}-audit", f"Audit log of {name}", tags, Account.of(self), child, log_group=group)
            self.audit_log_group_name = aws.cloudwatch.LogGroup(
                f"{name}-audit",
                name=group,
                retention_in_days=days,
                kms_key_id=key.arn,
                tags=tags.aws(Name=f"{name}-audit"),
                opts=child,
            ).name
        service = InferenceService(name, args["service"], pulumi.ResourceOptions(parent=self, depends_on=[config]))
        self.url = service.url
        if limit := args.get("daily_limit"):
            CostBudget(
                f"{name}-daily",
                {
                    "tags": args["service"]["tags"],
                    "amount": limit,
                    "period": BudgetPeriod.DAILY,
                    "scope": {
                        "project": tags.project,
                        "team": tags.team,
                        "cost-center": tags.cost_center,
                        "environment": tags.environment,
                        "data-modality": args["service"]["tags"]["data-modality"],
                    },
                    "emails": args.get("emails", []),
                    "watch_anomalies": False,
                },
                child,
            )
        self.register_outputs({"url": self.url, "auditLogGroupName": self.audit_log_group_name})
