"""The daily judgement of a pipeline's data."""

import pulumi
import pulumi_aws as aws

from components import pipeline_machine as machines
from components import pipeline_states as states
from components.pipeline_options import PipelinePlan
from components.pipeline_site import Site, allow
from components.pipeline_table import Table, create_ruleset


def evaluate_daily(
    site: Site, plan: PipelinePlan, table: Table, bucket: pulumi.Input[str], prefix: str
) -> aws.sfn.StateMachine:
    """A state machine that has Glue judge the table by its rules once a day, and publishes each measure."""
    ruleset = create_ruleset(site, table, plan.quality)
    judge, _ = site.role(
        "judge",
        "glue.amazonaws.com",
        [
            table.read(site),
            site.objects("Read", ("s3:GetObject",), site.bucket_arn(bucket, f"/{prefix}*")),
            allow("List", ("s3:ListBucket",), site.bucket_arn(bucket), StringLike={"s3:prefix": [f"{prefix}*"]}),
            site.bucket_key(bucket),
            allow("Logs", ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
                  site.account.arn("logs", "log-group:/aws-glue/data-quality/*")),
        ],
    )  # fmt: skip
    role = site.bare_role("quality", "states.amazonaws.com")
    name = f"{site.name}-quality"
    rules = pulumi.Output.concat(site.account.arn("glue", "dataQualityRuleset/"), ruleset.name)
    account = {"StringEquals": {"aws:PrincipalAccount": site.account.id}}
    metric = {"StringEquals": {**account["StringEquals"], "cloudwatch:namespace": states.METRIC_NAMESPACE}}
    allowed = site.grant(
        "quality",
        role,
        [
            allow("Judge", ("glue:GetDataQualityResult", "glue:GetDataQualityRulesetEvaluationRun",
                            "glue:StartDataQualityRulesetEvaluationRun"), rules),
            table.read(site),
            allow("Pass", ("iam:PassRole",), site.role_arn(judge),
                  StringEquals={"iam:PassedToService": "glue.amazonaws.com"}),
            allow("Publish", ("cloudwatch:PutMetricData",), "*", **metric),
            site.keyed("Key", "states", "aws:states:stateMachineArn", machines.machine_arn(site, name)),
            *machines.logging_statements(site),
        ],
    )  # fmt: skip
    where = {"DatabaseName": table.database, "TableName": table.name}
    metrics = [each for each, _ in plan.quality]
    fragment = states.evaluate(ruleset.name, where, site.role_arn(judge), site.name, metrics)
    definition = states.workflow([fragment], f"The data quality of the pipeline {site.pipeline}")
    machine = machines.create_machine(site, "quality", role, allowed, definition, [], "31")
    machines.start_by_clock(site, "daily", machine, "1 day", {})
    return machine
