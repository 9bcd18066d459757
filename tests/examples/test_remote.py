"""A program that has only the package's schema makes two components, one on the other, through the real engine."""

from pathlib import Path

import pytest

pytestmark = [pytest.mark.engine]

PROGRAM = Path(__file__).parent / "remote"
PACKAGE = {"apex": Path(__file__).parents[2] / "components"}


def test_two_components_are_made_remotely(plan):
    planned = plan(PROGRAM, plugins=PACKAGE)
    assert planned.status == 0, planned.said
    assert set(planned.of("apex:index:Network")) == {"net"}
    assert set(planned.of("apex:index:KafkaCluster")) == {"events"}
    made = planned.of("aws:msk/cluster:Cluster")["events-cluster"]
    assert "::apex:index:KafkaCluster$aws:msk/cluster:Cluster::events-cluster" in made["urn"]
    assert made["inputs"]["numberOfBrokerNodes"] == 2
    assert len(made["inputs"]["brokerNodeGroupInfo"]["clientSubnets"]) == 2
    assert made["inputs"]["tags"]["cost-center"] == "cc-1001"
    topic = planned.of("aws:msk/topic:Topic")["events-topic-frames"]["inputs"]
    assert (topic["partitionCount"], topic["replicationFactor"]) == (6, 2)
    assert len(planned.of("aws:ec2/subnet:Subnet")) == 4


def test_a_wrong_argument_is_told_by_its_name_in_the_schema(plan):
    planned = plan(PROGRAM, plugins=PACKAGE, settings={"remote:brokersPerZone": "99"})
    assert planned.status != 0
    assert "property brokersPerZone with value '{99}' has a problem: events.brokers_per_zone: 99" in planned.said
    assert not planned.of("apex:index:KafkaCluster")
