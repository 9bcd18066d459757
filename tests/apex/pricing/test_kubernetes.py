"""Shares of node pools, and what they are held against."""

from decimal import Decimal

import pytest

from apex.plan import UNKNOWN
from apex.pricing.quantity import cents
from apex.pricing.units import read_amount

NODES = "aws:eks/nodeGroup:NodeGroup"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
GPU_TAINT = {"key": "nvidia.com/gpu", "value": "true", "effect": "NO_SCHEDULE"}


def pod(requests, **spec):
    return {"template": {"spec": {"containers": [{"name": "c", "resources": {"requests": requests}}], **spec}}}


@pytest.fixture
def pools(resource):
    scaling = {"minSize": 1, "desiredSize": 2, "maxSize": 4}
    return (
        resource(NODES, "system", instanceTypes=["m7i.xlarge"], scalingConfig=scaling),
        resource(
            NODES, "gpu", instanceTypes=["g5.xlarge"], scalingConfig=scaling, taints=[GPU_TAINT], labels={"gpu": "true"}
        ),
    )


def amounts(bill):
    return {r.name: r.monthly.expected for r in bill.resources}


def test_a_workload_pays_its_scarcest_request_and_the_pool_keeps_the_rest(resource, bill, pools):
    # A node of m7i.xlarge has 4 CPUs and 16 GiB: 1 CPU and 8 GiB take half of it, by memory.
    work = resource(DEPLOYMENT, "work", spec={"replicas": 3, **pod({"cpu": "1", "memory": "8Gi"})})
    alone, shared = amounts(bill(*pools)), amounts(bill(*pools, work))
    assert cents(shared["work"]) == cents(alone["system"] * 3 / 4)
    assert cents(shared["system"]) == cents(alone["system"] / 4)
    assert cents(sum(alone.values())) == cents(sum(shared.values()))


def test_gpus_come_first_and_need_a_pool_that_is_tolerated(resource, bill, pools):
    asks = {"cpu": "100m", "nvidia.com/gpu": 1}
    blocked = resource(DEPLOYMENT, "blocked", spec={"replicas": 1, **pod(asks)})
    able = resource(DEPLOYMENT, "able", spec={"replicas": 1, **pod(asks, tolerations=[{"operator": "Exists"}])})
    found = bill(*pools, blocked, able)
    reasons = {r.name: r.unpriced for r in found.resources}
    assert reasons["blocked"] == "no node pool of this stack can take it: its labels, taints or size do not fit"
    assert reasons["able"] is None
    alone = amounts(bill(*pools))["gpu"]
    assert cents(amounts(found)["able"]) == cents(alone / 2)


def test_node_selector_decides(resource, bill, pools):
    spec = {"replicas": 1, **pod({"cpu": "1"}, nodeSelector={"gpu": "true"}, tolerations=[{"key": "nvidia.com/gpu",
            "operator": "Exists"}])}  # fmt: skip
    found = bill(*pools, resource(DEPLOYMENT, "picky", spec=spec))
    assert (
        next(r for r in found.resources if r.name == "picky").components[0].name == "share of pool gpu by its requests"
    )


@pytest.mark.parametrize(
    ("token", "spec"),
    [
        ("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", {"minReplicas": 1, "maxReplicas": 5}),
        ("kubernetes:keda.sh/v1alpha1:ScaledObject", {"minReplicaCount": 1, "maxReplicaCount": 5}),
    ],
)
def test_autoscaling_bounds_give_low_and_peak(resource, bill, pools, token, spec):
    work = resource(DEPLOYMENT, "work", metadata={"name": "work", "namespace": "a"}, spec=pod({"cpu": "500m"}))
    scaler = resource(token, "s", metadata={"namespace": "a"}, spec={**spec, "scaleTargetRef": {"name": "work"}})
    other = resource(token, "x", metadata={"namespace": "b"}, spec={**spec, "scaleTargetRef": {"name": "work"}})
    part = next(r for r in bill(*pools, work, scaler, other).resources if r.name == "work").components[0]
    # Half a CPU of four is an eighth of a node: 1, 3 and 5 of them for 730 hours.
    assert part.quantity.cases == (Decimal("91.25"), Decimal("273.75"), Decimal("456.25"))


def test_more_demand_than_nodes_shares_what_there_is(resource, bill, pools):
    work = resource(DEPLOYMENT, "work", spec={"replicas": 100, **pod({"cpu": "4"})})
    alone, shared = amounts(bill(*pools)), amounts(bill(*pools, work))
    # Two nodes are expected of an idle pool, four are all it may have: 100 replicas fill them.
    assert cents(shared["work"]) == cents(alone["system"] * 2)
    assert cents(shared["system"]) == 0


def test_a_daemon_set_runs_on_every_node_it_can_land_on(resource, bill, pools):
    agent = resource(
        "kubernetes:apps/v1:DaemonSet", "agent", spec=pod({"cpu": "400m"}, tolerations=[{"operator": "Exists"}])
    )
    alone, shared = amounts(bill(*pools)), amounts(bill(*pools, agent))
    assert cents(shared["agent"]) == cents((alone["system"] + alone["gpu"]) / 10)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (pod({}), "its containers request neither CPU, memory nor GPU: its share of a node is not known"),
        ({"replicas": UNKNOWN, **pod({"cpu": "1"})}, "spec.replicas is unknown until deployed"),
        (pod({"cpu": "lots"}), 'resources cpu: "lots" is not a Kubernetes quantity; write 500m, 2, 8Gi'),
    ],
)
def test_what_cannot_be_sized_is_unpriced(resource, bill, pools, spec, reason):
    found = bill(*pools, resource(DEPLOYMENT, "work", spec=spec))
    assert next(r for r in found.resources if r.name == "work").unpriced == reason


def test_declared_cost_is_held_against_ours(resource, bill, pools):
    def declared(value):
        annotations = {"finops.apexlogic.com/expected-cost-per-hour": value}
        spec = {"replicas": 1, **pod({"cpu": "4"})}
        return bill(*pools, resource(DEPLOYMENT, "work", metadata={"annotations": annotations}, spec=spec)).findings

    # One m7i.xlarge is 0.2016 USD an hour and its 20 GB disk 0.0022.
    assert declared("0.20") == ()
    assert declared("0.18") == ()
    assert "says 0.10 USD, the estimate is 0.2038 USD" in declared("0.10")[0].message
    assert 'is "cheap", no number' in declared("cheap")[0].message


@pytest.mark.parametrize(("text", "amount"), [("500m", "0.5"), ("2", "2"), ("8Gi", str(8 * 2**30)), ("1k", "1000")])
def test_quantities_are_read_as_kubernetes_writes_them(text, amount):
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "x", "-1", "1Zi", "NaN"])
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(ValueError):
        read_amount(text)


def test_an_autoscaled_pool_runs_the_nodes_that_its_replicas_need(resource, bill):
    scaling = {"minSize": 0, "desiredSize": 0, "maxSize": 4}
    nodes = resource(NODES, "gpu", instanceTypes=["g5.xlarge"], scalingConfig=scaling)
    work = resource(DEPLOYMENT, "work", spec={"replicas": 3, **pod({"nvidia.com/gpu": 1})})
    alone, shared = bill(nodes).monthly, bill(nodes, work).monthly
    # Half of the range is two nodes; three replicas of a GPU each need three, in every case.
    assert (alone.low, shared.low) == (0, alone.expected / 2 * 3)
    assert shared.expected == alone.expected / 2 * 3
    assert shared.peak == alone.peak


def test_it_never_runs_more_than_its_most_nor_while_it_is_shut(resource, bill):
    scaling = {"minSize": 0, "desiredSize": 0, "maxSize": 2}
    nodes = resource(NODES, "gpu", instanceTypes=["g5.xlarge"], scalingConfig=scaling)
    work = resource(DEPLOYMENT, "work", spec={"replicas": 9, **pod({"nvidia.com/gpu": 1})})
    assert bill(nodes, work).monthly.expected == bill(nodes, work).monthly.peak == bill(nodes).monthly.peak
    refers, kind = {"autoscalingGroupName": nodes}, "aws:autoscaling/schedule:Schedule"
    stop = resource(kind, "stop", refers=refers, recurrence="0 12 * * *", minSize=0, maxSize=0)
    start = resource(kind, "start", refers=refers, recurrence="0 0 * * *", minSize=0, maxSize=2)
    assert cents(bill(nodes, work, stop, start).monthly.expected) == cents(bill(nodes).monthly.peak / 2)
