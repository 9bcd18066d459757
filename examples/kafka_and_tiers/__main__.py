"""Kafka and storage in a VPC that exists already."""

import pulumi

from apex.tags import CostTags
from components.cost_budget import CostBudget
from examples.kafka_and_tiers.stream import make_stream

config = pulumi.Config()
tags = CostTags.of({**config.require_object("tags"), "environment": pulumi.get_stack()}).aws()
CostBudget("cameras-budget", {"tags": tags, "amount": config.require("budget"), "emails": [config.require("contact")]})
kafka, tiers = make_stream(
    f"cameras-{pulumi.get_stack()}",
    tags,
    config.require("vpcId"),
    config.require_object("subnetIds"),
    config.require_object("clientCidrs"),
)

pulumi.export("bootstrapBrokers", kafka.bootstrap_brokers_sasl_iam)
pulumi.export("bucketNames", tiers.bucket_names)
