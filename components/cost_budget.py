"""A budget of AWS spend and a watch for unusual spend, both by cost tag."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import COST_CENTER, DATA_MODALITY, ENVIRONMENT, PROJECT, TEAM, CostTags
from components.nested_arguments import NestedArguments, recorded

_SCOPES = (COST_CENTER, DATA_MODALITY, ENVIRONMENT, PROJECT, TEAM)
_EMAIL = r"[^@\s,]+@[^@\s,]+\.[^@\s,]+"
_MOST_NOTIFICATIONS = 5
"""https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html"""
_MOST_EMAILS = 10


class BudgetPeriod(StrEnum):
    """After what time a budget starts anew."""

    DAILY = "DAILY"
    """Every day; actual spend only, as AWS forecasts no single day."""
    MONTHLY = "MONTHLY"
    """Every calendar month."""
    QUARTERLY = "QUARTERLY"
    """Every calendar quarter."""


class SpendKind(StrEnum):
    """Which spend a threshold is held against."""

    ACTUAL = "ACTUAL"
    """What has been spent."""
    FORECASTED = "FORECASTED"
    """What will have been spent at the end of the period."""


class BudgetThreshold(TypedDict):
    """When somebody is told."""

    percent: float
    """The part of the amount, in percent, above which people are told."""
    kind: NotRequired[SpendKind]
    """Of which spend. Default: actual."""
    emails: NotRequired[list[str]]
    """Who is told, at most 10. Default: the budget's `emails`."""
    topic_arn: NotRequired[pulumi.Input[str]]
    """An SNS topic that is told besides. Default: the budget's `topic_arn`."""


class CostBudgetArgs(TypedDict):
    """What a `CostBudget` takes."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    amount: str
    """How much may be spent in a period: a decimal number as text, such as "1250.00"."""
    currency: NotRequired[str]
    """The currency of the amount: that of the account's bill. Default: USD."""
    period: NotRequired[BudgetPeriod]
    """When spend is counted anew. Default: every month."""
    scope: NotRequired[dict[str, str]]
    """Cost tags and values whose spend counts: any of cost-center, data-modality, environment, project, team; several
    must all fit. Default: the cost center and the environment of `tags`."""
    emails: NotRequired[list[str]]
    """Who is told, at most 10 addresses. Default: nobody, and then there must be a topic."""
    topic_arn: NotRequired[pulumi.Input[str]]
    """An SNS topic that is told. Default: none."""
    thresholds: NotRequired[list[BudgetThreshold]]
    """When people are told, at most 5. Default: at 80 % and 100 % of actual spend, and unless daily when the forecast
    reaches 100 %."""
    anomaly_impact: NotRequired[str]
    """The unusual spend, in the currency, from which people are told. Default: a tenth of the amount, at least 1."""
    watch_anomalies: NotRequired[bool]
    """Whether unusual spend of the scope's cost center is watched for, which is free of charge. Default: yes, where the
    scope names a cost center. One watch for each is enough: say no in the other budgets of a cost center."""


@dataclass(frozen=True, slots=True)
class _Threshold:
    percent: float
    kind: SpendKind
    emails: tuple[str, ...]
    topic_arn: pulumi.Input[str] | None


@dataclass(frozen=True, slots=True)
class _Plan:
    tags: CostTags
    amount: Decimal
    currency: str
    period: BudgetPeriod
    scope: tuple[tuple[str, str], ...]
    emails: tuple[str, ...]
    topic_arn: pulumi.Input[str] | None
    thresholds: tuple[_Threshold, ...]
    anomaly_impact: Decimal
    watch: str | None


class CostBudget(pulumi.ComponentResource):
    """A budget over the spend that carries certain cost tags, and a watch for anomalies in it.

    AWS counts a tag only from the day it was activated as a cost allocation tag in the payer account. The budget counts
    unblended cost without credits and refunds, so that a credit does not hide what is used.

        budget = CostBudget("vision", {"tags": cost_tags.aws(), "amount": "1250", "emails": ["finops@example.com"]})
    """

    budget_name: pulumi.Output[str]
    """The budget's name in AWS."""
    budget_arn: pulumi.Output[str]
    """The budget."""
    anomaly_monitor_arn: pulumi.Output[str]
    """The anomaly monitor, empty where none was asked for."""

    def __init__(self, name: str, args: CostBudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _read(name, args)
        super().__init__("apex:index:CostBudget", name, recorded(args), opts)
        child = pulumi.ResourceOptions(parent=self)
        budget = aws.budgets.Budget(
            f"{name}-budget",
            budget_type="COST",
            time_unit=plan.period.value,
            limit_amount=f"{plan.amount:f}",
            limit_unit=plan.currency,
            cost_filters=[{"name": "TagKeyValue", "values": [f"user:{key}${value}" for key, value in plan.scope]}],
            cost_types={"include_credit": False, "include_refund": False},
            notifications=[_notification(threshold) for threshold in plan.thresholds],
            tags=plan.tags.aws(Name=f"{name}-budget"),
            opts=child,
        )
        self.budget_name = budget.name
        self.budget_arn = budget.arn
        self.anomaly_monitor_arn = _watch_anomalies(name, plan, child)
        self.register_outputs(
            {
                "budgetName": self.budget_name,
                "budgetArn": self.budget_arn,
                "anomalyMonitorArn": self.anomaly_monitor_arn,
            }
        )


def _notification(threshold: _Threshold) -> dict[str, Any]:
    return {
        "comparison_operator": "GREATER_THAN",
        "notification_type": threshold.kind.value,
        "threshold": threshold.percent,
        "threshold_type": "PERCENTAGE",
        "subscriber_email_addresses": list(threshold.emails),
        "subscriber_sns_topic_arns": [threshold.topic_arn] if threshold.topic_arn is not None else [],
    }


def _watch_anomalies(name: str, plan: _Plan, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    if plan.watch is None:
        return pulumi.Output.from_input("")
    monitor = aws.costexplorer.AnomalyMonitor(
        f"{name}-anomalies",
        monitor_type="CUSTOM",
        monitor_specification=_by_cost_center(plan.watch),
        tags=plan.tags.aws(Name=f"{name}-anomalies"),
        opts=opts,
    )
    # AWS sends mail as a daily summary only, and tells topics at once only.
    ways = (
        ("mail", "DAILY", [{"type": "EMAIL", "address": email} for email in plan.emails]),
        ("topic", "IMMEDIATE", [{"type": "SNS", "address": plan.topic_arn}] if plan.topic_arn is not None else []),
    )
    for suffix, frequency, subscribers in ways:
        if subscribers:
            aws.costexplorer.AnomalySubscription(
                f"{name}-anomalies-{suffix}",
                frequency=frequency,
                monitor_arn_lists=[monitor.arn],
                subscribers=subscribers,
                threshold_expression={
                    "dimension": {
                        "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                        "match_options": ["GREATER_THAN_OR_EQUAL"],
                        "values": [f"{plan.anomaly_impact:f}"],
                    }
                },
                tags=plan.tags.aws(Name=f"{name}-anomalies-{suffix}"),
                opts=opts,
            )
    return monitor.arn


def _by_cost_center(center: str) -> str:
    """The expression in the form that AWS gives back, absent parts included: any other would replace the monitor."""
    absent = dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or"))
    tags = {"Key": COST_CENTER, "MatchOptions": None, "Values": [center]}
    return json.dumps({**absent, "Tags": tags}, sort_keys=True)


def _read(name: str, args: CostBudgetArgs) -> _Plan:
    check = NestedArguments(name, args)
    check.allow_only(CostBudgetArgs.__annotations__)
    tags = check.cost_tags()
    amount = _money(check, "amount", args.get("amount"))
    period = check.choice("period", BudgetPeriod, BudgetPeriod.MONTHLY)
    emails = _emails(check, ())
    topic_arn = args.get("topic_arn")
    scope = _scope(check, args, tags)
    thresholds = _thresholds(check, args, period, emails)
    center = scope.get(COST_CENTER)
    watch = check.flag("watch_anomalies", center is not None)
    if watch and center is None:
        check.refuse("watch_anomalies", f"True needs a {COST_CENTER} in the scope; add it or write False")
    if watch and not emails and topic_arn is None:
        check.refuse("emails", "is empty and there is no topic_arn, so nobody hears of anomalies; add one of them")
    impact = _money(check, "anomaly_impact", args["anomaly_impact"]) if check.has("anomaly_impact") else None
    currency = check.text("currency", r"[A-Z]{3}", 'a currency code such as "USD"', "USD")
    check.refuse_if_wrong()
    return _Plan(
        tags=tags,
        amount=amount,
        currency=currency,
        period=period,
        scope=tuple(sorted(scope.items())),
        emails=emails,
        topic_arn=topic_arn,
        thresholds=thresholds,
        anomaly_impact=impact or max(Decimal(1), (amount / 10).quantize(Decimal("0.01"))),
        watch=center if watch else None,
    )


def _money(check: NestedArguments, argument: str, value: object) -> Decimal:
    try:
        money = Decimal(str(value))
    except InvalidOperation:
        money = Decimal("NaN")
    if not money.is_finite() or money <= 0:
        check.refuse(argument, f'{value!r} is not an amount above 0; write a decimal number such as "1250.00"')
        return Decimal(1)
    return money


def _emails(check: NestedArguments, default: tuple[str, ...]) -> tuple[str, ...]:
    emails = check.texts("emails", default)
    for email in emails:
        if not re.fullmatch(_EMAIL, email):
            check.refuse("emails", f'"{email}" is not an e-mail address; write one such as finops@example.com')
    if len(emails) > _MOST_EMAILS:
        check.refuse("emails", f"{len(emails)} addresses are more than the {_MOST_EMAILS} AWS takes; use a topic_arn")
    return emails


def _scope(check: NestedArguments, args: CostBudgetArgs, tags: CostTags) -> dict[str, str]:
    own = tags.aws()
    scope = args.get("scope")
    if scope is None:
        return {key: own[key] for key in (COST_CENTER, ENVIRONMENT)}
    if not scope:
        check.refuse("scope", f"is empty, which is the whole account; name one of {', '.join(_SCOPES)}")
    for key, value in scope.items():
        if key not in _SCOPES:
            check.refuse("scope", f'"{key}" is not a cost tag that a budget counts by; use {", ".join(_SCOPES)}')
        elif not isinstance(value, str) or not value:
            check.refuse(f"scope.{key}", f"{value!r} is not a tag value; write the value to count")
    return dict(scope)


def _thresholds(
    check: NestedArguments, args: CostBudgetArgs, period: BudgetPeriod, emails: tuple[str, ...]
) -> tuple[_Threshold, ...]:
    given = args.get("thresholds")
    topic_arn = args.get("topic_arn")
    if given is None:
        kinds = [(80.0, SpendKind.ACTUAL), (100.0, SpendKind.ACTUAL)]
        if period is not BudgetPeriod.DAILY:
            kinds.append((100.0, SpendKind.FORECASTED))
        if not emails and topic_arn is None:
            check.refuse("emails", "is empty and there is no topic_arn, so nobody hears of it; add one of them")
        return tuple(_Threshold(percent, kind, emails, topic_arn) for percent, kind in kinds)
    if not 1 <= len(given) <= _MOST_NOTIFICATIONS:
        check.refuse("thresholds", f"{len(given)} are given; AWS takes 1 to {_MOST_NOTIFICATIONS}")
    read = []
    for own, item in zip(given, check.items("thresholds"), strict=True):
        item.allow_only(BudgetThreshold.__annotations__)
        kind = item.choice("kind", SpendKind, SpendKind.ACTUAL)
        if kind is SpendKind.FORECASTED and period is BudgetPeriod.DAILY:
            item.refuse("kind", "FORECASTED cannot be had for a DAILY budget; use ACTUAL or another period")
        told, topic = _emails(item, emails), own.get("topic_arn", topic_arn)
        if not told and topic is None:
            item.refuse("emails", "is empty and there is no topic_arn, so nobody hears of it; add one of them")
        read.append(_Threshold(item.number("percent", -1, least=0.1, most=1000), kind, told, topic))
    seen: set[tuple[float, SpendKind]] = set()
    for index, threshold in enumerate(read):
        if (threshold.percent, threshold.kind) in seen:
            check.refuse(
                f"thresholds[{index}]", f"{threshold.percent:g} % {threshold.kind.value} is there twice; remove one"
            )
        seen.add((threshold.percent, threshold.kind))
    return tuple(read)
