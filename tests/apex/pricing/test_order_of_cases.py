"""Low is never above expected, nor expected above peak: of no line, no resource and no group of any bill."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from apex.plan import Plan, Resource
from apex.pricing.allocation import SPLITS, groups
from apex.pricing.estimate import estimate
from apex.pricing.kubernetes import SHARED

DUST = Decimal("1e-12")
"""What dividing decimals of 28 digits may leave."""

NODES = "aws:eks/nodeGroup:NodeGroup"
SCHEDULE = "aws:autoscaling/schedule:Schedule"
SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
TEAMS = st.sampled_from(["vision", "speech", ""])


def resource(token, name, refers=None, **inputs):
    sources = {key: (other.urn,) for key, other in (refers or {}).items()}
    urn = f"urn:pulumi:dev::shop::{token}::{name}"
    return Resource(urn, token, name, "create", inputs=inputs, property_dependencies=sources)


def owned(team):
    return {"team": team, "cost-center": f"cc-{team}"} if team else {}


@st.composite
def pool(draw, number):
    least = draw(st.integers(0, 4))
    most = draw(st.integers(max(least, 1), 9))
    scaling = {"minSize": least, "maxSize": most, "desiredSize": draw(st.integers(least, most))}
    nodes = resource(
        NODES,
        f"pool-{number}",
        instanceTypes=[draw(st.sampled_from(["g5.xlarge", "m7i.xlarge", "m7i.2xlarge"]))],
        capacityType=draw(st.sampled_from(["SPOT", "ON_DEMAND"])),
        scalingConfig=scaling,
        tags=owned(draw(TEAMS)),
    )
    if not draw(st.booleans()):
        return [nodes]
    refers = {"autoscalingGroupName": nodes}
    stop = resource(SCHEDULE, f"stop-{number}", refers=refers, recurrence="0 18 * * *", minSize=0, maxSize=0)
    start = resource(SCHEDULE, f"start-{number}", refers=refers, recurrence="0 7 * * 1-5", minSize=least, maxSize=most)
    return [nodes, stop, start]


@st.composite
def workload(draw, number):
    name = f"work-{number}"
    requests = draw(
        st.sampled_from(
            [{"cpu": "500m"}, {"cpu": "3", "memory": "2Gi"}, {"memory": "7Gi"}, {"cpu": "1", "nvidia.com/gpu": "1"}]
        )
    )
    metadata = {"name": name, "namespace": "a", "labels": owned(draw(TEAMS))}
    pod = {"containers": [{"name": "c", "resources": {"requests": requests}}]}
    kind = draw(st.sampled_from(["Deployment", "scaled", "DaemonSet", "Job"]))
    if kind == "DaemonSet":
        return [resource("kubernetes:apps/v1:DaemonSet", name, metadata=metadata, spec={"template": {"spec": pod}})]
    if kind == "Job":
        spec = {"parallelism": draw(st.integers(1, 3)), "template": {"spec": pod}}
        return [resource("kubernetes:batch/v1:Job", name, metadata=metadata, spec=spec)]
    spec = {"replicas": draw(st.integers(0, 6)), "template": {"spec": pod}}
    made = [resource("kubernetes:apps/v1:Deployment", name, metadata=metadata, spec=spec)]
    if kind == "scaled":
        least = draw(st.integers(0, 3))
        bounds = {"minReplicas": least, "maxReplicas": draw(st.integers(max(least, 1), 12))}
        made.append(
            resource(
                SCALER, f"{name}-hpa", metadata={"namespace": "a"}, spec={**bounds, "scaleTargetRef": {"name": name}}
            )
        )
    return made


@st.composite
def stack(draw):
    pools = [made for number in range(draw(st.integers(1, 3))) for made in draw(pool(number))]
    return pools, [made for number in range(draw(st.integers(0, 6))) for made in draw(workload(number))]


def bill_of(resources):
    return estimate(Plan("shop", "dev", tuple(resources), {"aws:region": "us-east-1"}))


@settings(max_examples=150, deadline=None)
@given(stack())
def test_cases_are_in_order_whoever_shares_a_pool(given_stack):
    pools, workloads = given_stack
    bill = bill_of([*pools, *workloads])
    for priced in bill.resources:
        in_order(priced.monthly, priced.name, DUST)
        assert priced.monthly.low >= -DUST, priced.name
        for line in priced.components:
            # A pool's relief is as large as what it is relieved of, so its cases fall as those rise.
            sign = -1 if line.assumption == SHARED else 1
            in_order(line.monthly.times(sign), line.name, DUST)
            in_order(line.quantity.times(sign), line.name, DUST)
            difference = line.monthly.expected - line.quantity.expected * line.unit_price
            assert abs(difference) < DUST
    for split in SPLITS:
        for key, amounts in groups(bill, split).items():
            for name, amount in amounts.items():
                in_order(amount, f"{key} {name}", Decimal(0))


@settings(max_examples=50, deadline=None)
@given(stack())
def test_workloads_only_divide_what_the_pools_cost(given_stack):
    pools, workloads = given_stack
    shared, alone = bill_of([*pools, *workloads]).monthly, bill_of(pools).monthly
    assert shared.peak - alone.peak < DUST
    assert shared.expected - alone.expected > -DUST
    assert shared.low - alone.low > -DUST


def in_order(amount, what, dust):
    low, expected, peak = amount.cases
    assert low <= expected + dust, what
    assert expected <= peak + dust, what


def test_a_pool_at_its_most_takes_nothing_from_who_paid_before():
    scaling = {"minSize": 3, "desiredSize": 3, "maxSize": 9}
    pool = resource(NODES, "gpu", instanceTypes=["g5.xlarge"], scalingConfig=scaling)

    def scaled(name, least, most):
        pod = {"containers": [{"name": "c", "resources": {"requests": {"nvidia.com/gpu": "1"}}}]}
        spec = {"template": {"spec": pod}}
        metadata = {"name": name, "namespace": "a"}
        bounds = {"minReplicas": least, "maxReplicas": most, "scaleTargetRef": {"name": name}}
        return [
            resource("kubernetes:apps/v1:Deployment", name, metadata=metadata, spec=spec),
            resource(SCALER, f"{name}-hpa", metadata={"namespace": "a"}, spec=bounds),
        ]

    bill = bill_of([pool, *scaled("few", 3, 6), *scaled("many", 3, 9)])
    found = {priced.name: [round(case, 2) for case in priced.monthly.cases] for priced in bill.resources}
    # A node is 749.98 a month: 1.006 USD an hour and 20 GB of disk. Half way, 4.5 and 6 replicas ask for 10.5 of 9.
    node = Decimal("735.98")
    assert found["few"][1] == round(node * 9 * Decimal("4.5") / Decimal("10.5"), 2)
    assert found["few"][2] == found["few"][1]
    assert found["many"][2] == found["many"][1]


def test_replicas_of_zero_cost_nothing():
    pool = resource(NODES, "pool", instanceTypes=["m7i.xlarge"], scalingConfig={"minSize": 2, "maxSize": 2})
    pod = {"containers": [{"name": "c", "resources": {"requests": {"cpu": "1"}}}]}
    off = resource("kubernetes:apps/v1:Deployment", "off", spec={"replicas": 0, "template": {"spec": pod}})
    assert not next(priced for priced in bill_of([pool, off]).resources if priced.name == "off").monthly
