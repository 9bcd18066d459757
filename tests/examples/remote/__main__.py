"""A program that knows the components by their schema only: they are made in a process of their own."""

import pulumi

TAGS = {
    "project": "atlas",
    "environment": "dev",
    "team": "vision",
    "cost-center": "cc-1001",
    "data-modality": "image",
}


class Remote(pulumi.ComponentResource):
    """What a generated SDK's class does: it names the type, its inputs and the outputs that are asked for."""

    def __init__(self, kind, name, inputs, outputs=()):
        super().__init__(f"apex:index:{kind}", name, {**dict.fromkeys(outputs), **inputs}, remote=True)


network = Remote(
    "Network",
    "net",
    {"tags": TAGS, "cidr": "10.20.0.0/16", "zoneCount": 2, "nat": "none"},
    ("vpcId", "privateSubnetIds"),
)
config = pulumi.Config()
subnets = (
    network.privateSubnetIds if config.get("subnets") == "as one" else [network.privateSubnetIds[n] for n in (0, 1)]
)
kafka = Remote(
    "KafkaCluster",
    "events",
    {
        "tags": TAGS,
        "vpcId": network.vpcId,
        "subnetIds": subnets,
        "brokersPerZone": config.get_int("brokersPerZone") or 1,
        "topics": [{"name": "frames", "partitions": 6, "replicationFactor": 2, "cleanup": "compact"}],
    },
    ("arn",),
)
pulumi.export("arn", kafka.arn)
