"""A model server on GPUs, in a VPC and a cluster that exist already."""

import pulumi
import pulumi_kubernetes as kubernetes

from apex.tags import CostTags
from components.cost_budget import CostBudget
from examples.gpu_inference.serving import Ground, make_serving

config = pulumi.Config()
tags = CostTags.of({**config.require_object("tags"), "environment": pulumi.get_stack()}).aws()
ground = Ground(
    cluster_name=config.require("clusterName"),
    node_role_arn=config.require("nodeRoleArn"),
    subnet_ids=config.require_object("subnetIds"),
    kubernetes=kubernetes.Provider("cluster", context=config.require("context")),
)
CostBudget("vision-budget", {"tags": tags, "amount": config.require("budget"), "emails": [config.require("contact")]})
service = make_serving("vision", tags, ground, config.require("image"))

pulumi.export("url", service.url)
