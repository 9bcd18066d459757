"""What the controllers of a cluster may do on AWS."""

import json
from collections.abc import Sequence
from typing import Any


def document(statements: Sequence[dict[str, Any]]) -> str:
    """A policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)


def _allow(actions: Sequence[str], resources: Any, **conditions: Any) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": sorted(actions), "Resource": resources}
    return {**statement, "Condition": conditions} if conditions else statement


def autoscaler_policy(cluster: str) -> str:
    """The cluster autoscaler sees all groups and changes only those of its cluster."""
    return document(
        [
            _allow(
                (
                    "autoscaling:DescribeAutoScalingGroups",
                    "autoscaling:DescribeAutoScalingInstances",
                    "autoscaling:DescribeLaunchConfigurations",
                    "autoscaling:DescribeScalingActivities",
                    "ec2:DescribeImages",
                    "ec2:DescribeInstanceTypes",
                    "ec2:DescribeLaunchTemplateVersions",
                    "ec2:GetInstanceTypesFromInstanceRequirements",
                    "eks:DescribeNodegroup",
                ),
                "*",
            ),
            _allow(
                ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"),
                "*",
                StringEquals={f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}": "owned"},
            ),
        ]
    )


def keda_policy(queues: Sequence[str], topics: Sequence[str]) -> str:
    """KEDA measures the queues and the consumers of the topics that it scales on; it reads no message."""
    statements = []
    if queues:
        statements.append(_allow(("sqs:GetQueueAttributes",), list(queues)))
    if topics:
        clusters = sorted({_of_cluster(topic, "cluster") for topic in topics})
        groups = sorted({f"{_of_cluster(topic, 'group')}/*" for topic in topics})
        statements += [
            _allow(("kafka-cluster:Connect", "kafka-cluster:DescribeCluster"), clusters),
            _allow(("kafka-cluster:DescribeTopic",), list(topics)),
            _allow(("kafka-cluster:DescribeGroup",), groups),
        ]
    return document(statements)


def _of_cluster(topic: str, kind: str) -> str:
    head, _, rest = topic.partition(":topic/")
    return f"{head}:{kind}/{'/'.join(rest.split('/')[:2])}"


def karpenter_policy(partition: str, region: str, account: str, cluster: str, node_role: str, queue: str) -> str:
    """Karpenter starts, tags and ends instances that carry its cluster's tag, for the nodes' role alone."""
    owned = f"kubernetes.io/cluster/{cluster}"

    def ec2(*kinds: str, owner: str = "*") -> list[str]:
        return [f"arn:{partition}:ec2:{region}:{owner}:{kind}/*" for kind in kinds]

    made = ("fleet", "instance", "launch-template", "network-interface", "volume")
    asked = {f"aws:RequestTag/{owned}": "owned"}
    has = {f"aws:ResourceTag/{owned}": "owned"}
    where = {"topology.kubernetes.io/region": region}
    profiles = f"arn:{partition}:iam::{account}:instance-profile/*"
    profile_asked = {**asked, **{f"aws:RequestTag/{key}": value for key, value in where.items()}}
    profile_has = {**has, **{f"aws:ResourceTag/{key}": value for key, value in where.items()}}
    return document(
        [
            _allow(
                ("ec2:CreateFleet", "ec2:RunInstances"),
                [
                    *ec2("image", "snapshot", owner=""),
                    *ec2(
                        "capacity-reservation",
                        "launch-template",
                        "placement-group",
                        "security-group",
                        "spot-instances-request",
                        "subnet",
                    ),
                ],
            ),
            _allow(
                ("ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"),
                ec2(*made),
                StringEquals=asked,
                StringLike={"aws:RequestTag/karpenter.sh/nodepool": "*"},
            ),
            _allow(
                ("ec2:CreateTags",),
                ec2(*made, "spot-instances-request"),
                StringEquals={
                    **asked,
                    "ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"],
                },
            ),
            _allow(
                ("ec2:CreateTags",),
                ec2("instance"),
                StringEquals=has,
                **{"ForAllValues:StringEquals": {"aws:TagKeys": ["Name", "karpenter.sh/nodeclaim"]}},
            ),
            _allow(
                ("ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"),
                ec2("instance", "launch-template"),
                StringEquals=has,
                StringLike={"aws:ResourceTag/karpenter.sh/nodepool": "*"},
            ),
            _allow(
                (
                    "ec2:DescribeAvailabilityZones",
                    "ec2:DescribeCapacityReservations",
                    "ec2:DescribeImages",
                    "ec2:DescribeInstanceStatus",
                    "ec2:DescribeInstanceTypeOfferings",
                    "ec2:DescribeInstanceTypes",
                    "ec2:DescribeInstances",
                    "ec2:DescribeLaunchTemplates",
                    "ec2:DescribePlacementGroups",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSpotPriceHistory",
                    "ec2:DescribeSubnets",
                ),
                "*",
                StringEquals={"aws:RequestedRegion": region},
            ),
            _allow(("ssm:GetParameter",), f"arn:{partition}:ssm:{region}::parameter/aws/service/*"),
            _allow(("pricing:GetProducts",), "*"),
            _allow(("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"), queue),
            _allow(("iam:PassRole",), node_role, StringEquals={"iam:PassedToService": "ec2.amazonaws.com"}),
            _allow(("iam:CreateInstanceProfile", "iam:TagInstanceProfile"), profiles, StringEquals=profile_asked),
            _allow(
                ("iam:AddRoleToInstanceProfile", "iam:DeleteInstanceProfile", "iam:RemoveRoleFromInstanceProfile"),
                profiles,
                StringEquals=profile_has,
            ),
            _allow(("iam:GetInstanceProfile", "iam:ListInstanceProfiles"), "*"),
            _allow(("eks:DescribeCluster",), f"arn:{partition}:eks:{region}:{account}:cluster/{cluster}"),
        ]
    )
