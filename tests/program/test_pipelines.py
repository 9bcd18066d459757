"""A pipeline that a team starts with `apex new` is planned with all that it becomes, and its graph tells the truth."""

import os
import subprocess
import sys

import pytest

from apex.cli.graph import planned
from apex.plan import read_plan
from apex.specs import load_catalog
from apex.specs.becomes import becomes

pytestmark = [pytest.mark.engine, pytest.mark.cluster]

KINDS = {
    "Firehose delivery into the raw tier": "FirehoseDeliveryStream",
    "Firehose delivery of results": "FirehoseDeliveryStream",
    "Step Functions state machine": "StateMachine",
    "KEDA ScaledJob": "ScaledJob",
    "SQS queue": "Queue",
    "Glue database": "CatalogDatabase",
    "Glue table": "CatalogTable",
    "Glue data quality ruleset": "DataQualityRuleset",
    "Glue job that reads what is new": "Job",
    "Lambda function that decodes Avro": "Function",
    "Kinesis stream": "Stream",
    "EMR Serverless application": "Application",
    "Managed Flink application": "Application",
    "EventBridge schedule": "Schedule",
    "EventBridge rule on new objects": "EventRule",
    "SNS topic": "Topic",
    "CloudWatch alarm": "MetricAlarm",
    "AWS Budget": "Budget",
    "access policy of a vector index": "ServerlessAccessPolicy",
}
"""What the graph calls a resource, and the resource."""
NOT_FORESEEN = {"Queue": 1, "Schedule": 1}
"""What stands beside each that is shown: a queue of what failed, a clock of the daily judgement or of a job."""


@pytest.fixture(scope="module")
def checkout(copy_checkout):
    made = copy_checkout()
    root = made.root
    words = [sys.executable, "-m", "apex.cli", "new", "DataPipeline", "page-sentiment", "--namespace", "language"]
    env = {**os.environ, "PYTHONPATH": str(root)}
    subprocess.run(words, cwd=root, env=env, check=True, capture_output=True)
    done = made.run("preview")
    assert done.status == 0, done.output
    return made


def counts(node):
    found = {}
    for part in node.parts:
        kind = KINDS.get(part.what, part.what)
        found[kind] = found.get(kind, 0) + 1
        for below, number in counts(part).items():
            found[below] = found.get(below, 0) + number
    return found


def test_a_new_pipeline_is_planned_with_its_resources(checkout):
    mine = [step["newState"] for step in checkout.plan() if "::dev-page-sentiment" in step["urn"]]
    types = {state["type"] for state in mine}
    assert types >= {
        "apex:index:DataPipeline",
        "aws:budgets/budget:Budget",
        "aws:cloudwatch/eventRule:EventRule",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:glue/catalogTable:CatalogTable",
        "aws:glue/dataQualityRuleset:DataQualityRuleset",
        "aws:iam/role:Role",
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        "aws:sfn/stateMachine:StateMachine",
        "aws:sns/topic:Topic",
    }
    tagged = [state["inputs"]["tags"] for state in mine if "tags" in state["inputs"] and state["type"][:4] == "aws:"]
    assert {tags["data-modality"] for tags in tagged} == {"text"}
    assert {tags["team"] for tags in tagged} == {"language"}


def test_the_graph_shows_of_each_pipeline_what_the_plan_makes(checkout):
    nodes = [node for node in becomes(load_catalog(checkout.root / "catalog", "dev")) if node.what == "DataPipeline"]
    made = planned(tuple(nodes), "dev", read_plan(checkout.root / ".apex" / "dev" / "preview.json"))
    assert len(nodes) >= 8
    for foreseen, real in zip(nodes, made, strict=True):
        shown, found = counts(foreseen), counts(real)
        for kind in set(KINDS.values()):
            least = shown.get(kind, 0)
            most = least * 2 if kind == "Queue" else least + NOT_FORESEEN.get(kind, 0)
            assert least <= found.get(kind, 0) <= most, f"{foreseen.name}: {kind}: {shown} is shown, {found} is made"
