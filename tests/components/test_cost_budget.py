"""CostBudget: what is counted, who is told when, and what is refused."""

# ruff: noqa: E501 - a message is easier to check whole

import json

import pytest

from apex.plan import UNKNOWN
from components.cost_budget import BudgetPeriod, CostBudget, SpendKind

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"


def make(tags, **args):
    return lambda: CostBudget("vision", {"tags": tags, "amount": "1250", "emails": ["finops@example.com"], **args})


def test_names_and_parents_are_a_contract_with_existing_stacks(provision, cost_tags):
    made = provision(make(cost_tags, topic_arn=TOPIC))
    assert made.tree()[1:] == [
        "vision > aws:budgets/budget:Budget vision-budget",
        "vision > aws:costexplorer/anomalyMonitor:AnomalyMonitor vision-anomalies",
        "vision > aws:costexplorer/anomalySubscription:AnomalySubscription vision-anomalies-mail",
        "vision > aws:costexplorer/anomalySubscription:AnomalySubscription vision-anomalies-topic",
    ]
    assert made.untagged(cost_tags) == []


def test_a_month_of_the_cost_centers_spend_is_counted_by_default(provision, cost_tags):
    budget = provision(make(cost_tags)).one("aws:budgets/budget:Budget").inputs
    assert (budget["limitAmount"], budget["limitUnit"], budget["timeUnit"]) == ("1250", "USD", "MONTHLY")
    assert budget["costFilters"] == [
        {"name": "TagKeyValue", "values": ["user:cost-center$cc-100", "user:environment$dev"]}
    ]
    assert budget["costTypes"] == {"includeCredit": False, "includeRefund": False}
    told = [(n["notificationType"], n["threshold"], n["subscriberEmailAddresses"]) for n in budget["notifications"]]
    assert told == [
        ("ACTUAL", 80, ["finops@example.com"]),
        ("ACTUAL", 100, ["finops@example.com"]),
        ("FORECASTED", 100, ["finops@example.com"]),
    ]


def test_a_day_has_no_forecast(provision, cost_tags):
    budget = provision(make(cost_tags, period=BudgetPeriod.DAILY)).one("aws:budgets/budget:Budget").inputs
    assert {n["notificationType"] for n in budget["notifications"]} == {"ACTUAL"}


def test_scope_and_thresholds_are_taken_as_written(provision, cost_tags):
    args = {
        "scope": {"team": "vision", "data-modality": "audio.text"},
        "thresholds": [{"percent": 50, "kind": SpendKind.FORECASTED, "emails": ["a@example.com"], "topic_arn": TOPIC}],
        "period": "QUARTERLY",
        "currency": "EUR",
    }
    made = provision(make(cost_tags, **args))
    budget = made.one("aws:budgets/budget:Budget").inputs
    assert budget["costFilters"][0]["values"] == ["user:data-modality$audio.text", "user:team$vision"]
    assert (budget["timeUnit"], budget["limitUnit"]) == ("QUARTERLY", "EUR")
    assert budget["notifications"] == [
        {
            "comparisonOperator": "GREATER_THAN",
            "notificationType": "FORECASTED",
            "threshold": 50,
            "thresholdType": "PERCENTAGE",
            "subscriberEmailAddresses": ["a@example.com"],
            "subscriberSnsTopicArns": [TOPIC],
        }
    ]
    assert made.of("aws:costexplorer/anomalyMonitor:AnomalyMonitor") == []
    assert made.outputs["anomaly_monitor_arn"] == ""


def test_unusual_spend_of_the_cost_center_is_watched(provision, cost_tags):
    made = provision(make(cost_tags, topic_arn=TOPIC, anomaly_impact="40"))
    monitor = made.one("aws:costexplorer/anomalyMonitor:AnomalyMonitor").inputs
    assert json.loads(monitor["monitorSpecification"]) == {
        "And": None,
        "CostCategories": None,
        "Dimensions": None,
        "Not": None,
        "Or": None,
        "Tags": {"Key": "cost-center", "MatchOptions": None, "Values": ["cc-100"]},
    }
    mail, topic = made.of("aws:costexplorer/anomalySubscription:AnomalySubscription")
    assert (mail.inputs["frequency"], mail.inputs["subscribers"]) == (
        "DAILY",
        [{"type": "EMAIL", "address": "finops@example.com"}],
    )
    assert (topic.inputs["frequency"], topic.inputs["subscribers"]) == (
        "IMMEDIATE",
        [{"type": "SNS", "address": TOPIC}],
    )
    assert mail.inputs["thresholdExpression"]["dimension"]["values"] == ["40"]


@pytest.mark.parametrize(("amount", "impact"), [("1250", "125.00"), ("5", "1"), ("333.33", "33.33")])
def test_an_anomaly_counts_from_a_tenth_of_the_amount(provision, cost_tags, amount, impact):
    made = provision(make(cost_tags, amount=amount))
    mail = made.one("aws:costexplorer/anomalySubscription:AnomalySubscription")
    assert mail.inputs["thresholdExpression"]["dimension"]["values"] == [impact]


def test_a_topic_that_is_not_known_yet_passes_through(provision, cost_tags, unknown):
    made = provision(lambda: make(cost_tags, topic_arn=unknown())(), preview=True)
    budget = made.one("aws:budgets/budget:Budget").inputs
    assert budget["notifications"][0]["subscriberSnsTopicArns"] == [UNKNOWN]
    assert budget["limitAmount"] == "1250"
    assert made.outputs["budget_arn"] is UNKNOWN


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"amount": "much"}, "vision.amount: 'much' is not an amount above 0; write a decimal number such as \"1250.00\""),
        ({"amount": "-3"}, "vision.amount: '-3' is not an amount above 0; write a decimal number such as \"1250.00\""),
        ({"amount": "NaN"}, "vision.amount: 'NaN' is not an amount above 0; write a decimal number such as \"1250.00\""),
        ({"currency": "dollars"}, "vision.currency: 'dollars' cannot be used; write a currency code such as \"USD\""),
        ({"period": "WEEKLY"}, "vision.period: 'WEEKLY' is not one of them; use DAILY, MONTHLY, QUARTERLY"),
        ({"emails": ["finops"]}, 'vision.emails: "finops" is not an e-mail address; write one such as finops@example.com'),
        ({"emails": []}, "vision.emails: is empty and there is no topic_arn, so nobody hears of it; add one of them"),
        ({"emails": [f"p{n}@example.com" for n in range(11)]}, "vision.emails: 11 addresses are more than the 10 AWS takes; use a topic_arn"),
        ({"scope": {"region": "us-east-1"}}, 'vision.scope: "region" is not a cost tag that a budget counts by; use cost-center, data-modality, environment, project, team'),
        ({"scope": {}}, "vision.scope: is empty, which is the whole account; name one of cost-center, data-modality, environment, project, team"),
        ({"thresholds": [{"percent": 50}] * 6}, "vision.thresholds: 6 are given; AWS takes 1 to 5"),
        ({"thresholds": [{"percent": 50}, {"percent": 50}]}, "vision.thresholds[1]: 50 % ACTUAL is there twice; remove one"),
        ({"thresholds": [{"percent": 0}]}, "vision.thresholds[0].percent: 0 is out of range; use a number from 0.1 to 1000"),
        ({"period": "DAILY", "thresholds": [{"percent": 50, "kind": "FORECASTED"}]}, "vision.thresholds[0].kind: FORECASTED cannot be had for a DAILY budget; use ACTUAL or another period"),
        ({"scope": {"team": "x"}, "watch_anomalies": True}, "vision.watch_anomalies: True needs a cost-center in the scope; add it or write False"),
    ],
)  # fmt: skip
def test_refusals_name_the_argument_the_value_and_the_fix(refused, cost_tags, args, message):
    assert message in refused(make(cost_tags, **args))
