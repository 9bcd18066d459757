"""What holds of every bill: order, addition, monotony, regions, unknowns, freedom."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apex.plan import SECRET, UNKNOWN, Plan, Resource
from apex.pricing.estimate import Pricing, estimate
from apex.pricing.quantity import Quantity
from apex.pricing.usage import DEFAULTS, UsageBook, UsageEntry

COUNTS = st.integers(0, 50)


def make(token: str, name: str, **inputs) -> Resource:
    return Resource(f"urn:pulumi:dev::shop::{token}::{name}", token, name, "create", inputs=inputs)


def price(*resources: Resource, usage: UsageBook | None = None):
    return estimate(Plan("shop", "dev", resources, {"aws:region": "us-east-1"}), Pricing(usage=usage or UsageBook()))


SOME = (
    make("aws:ec2/instance:Instance", "i", instanceType="m7i.large"),
    make("aws:s3/bucket:Bucket", "b"),
    make("aws:kms/key:Key", "k"),
    make("aws:eks/nodeGroup:NodeGroup", "n", instanceTypes=["m7i.xlarge"], scalingConfig={"minSize": 1, "maxSize": 5}),
    make("kubernetes:apps/v1:Deployment", "d", spec={"replicas": 3, "template": {"spec": {"containers": [
        {"name": "c", "resources": {"requests": {"cpu": "1", "memory": "2Gi"}}}]}}}),
    make("aws:iam/role:Role", "r"),
    make("aws:unheard/of:Thing", "t"),
)  # fmt: skip


@given(st.permutations(SOME))
@settings(deadline=None, max_examples=40)
def test_order_does_not_matter(resources):
    assert price(*resources) == price(*SOME)


@given(st.lists(st.sampled_from(["m7i.large", "g5.xlarge", "c7g.large"]), max_size=6), st.integers(0, 6))
@settings(deadline=None, max_examples=40)
def test_cost_is_additive(kinds, cut):
    resources = [make("aws:ec2/instance:Instance", f"i{n}", instanceType=kind) for n, kind in enumerate(kinds)]
    whole, parts = price(*resources), (price(*resources[:cut]), price(*resources[cut:]))
    assert whole.monthly == parts[0].monthly.plus(parts[1].monthly)


@pytest.mark.parametrize(
    ("service", "token", "inputs"),
    [
        ("s3", "aws:s3/bucket:Bucket", {}),
        ("msk", "aws:msk/serverlessCluster:ServerlessCluster", {}),
        ("logs", "aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30}),
        ("lambda", "aws:lambda/function:Function", {}),
        ("dynamodb", "aws:dynamodb/table:Table", {"billingMode": "PAY_PER_REQUEST"}),
        ("transfer", "aws:ec2/vpc:Vpc", {}),
        ("firehose", "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", {}),
        ("transcribe", "aws:transcribe/vocabulary:Vocabulary", {}),
    ],
)
@given(amount=st.decimals(0, 10**9, places=2), more=st.decimals(0, 10**9, places=2))
@settings(deadline=None, max_examples=25)
def test_cost_never_falls_as_a_quantity_grows(service, token, inputs, amount, more):
    resource = make(token, "it", **inputs)
    for metric in DEFAULTS[service]:
        if metric == "average_object_kb":  # larger objects are fewer objects: less to monitor
            continue
        small, large = (
            price(resource, usage=UsageBook((UsageEntry("resource", "it", service, {metric: Quantity.of(n)}),)))
            for n in (amount, amount + more)
        )
        for before, after in zip(small.monthly.cases, large.monthly.cases, strict=True):
            assert before <= after


@given(COUNTS, COUNTS, COUNTS)
@settings(deadline=None, max_examples=60)
def test_low_is_at_most_expected_and_expected_at_most_peak(first, second, third):
    low, desired, high = sorted((first, second, third))
    scaling = {"minSize": low, "desiredSize": desired, "maxSize": high}
    kinds = ["m7i.xlarge", "m7i.large", "m7i.2xlarge"]
    cost = price(make("aws:eks/nodeGroup:NodeGroup", "n", instanceTypes=kinds, scalingConfig=scaling)).monthly
    assert cost.low <= cost.expected <= cost.peak


def test_unknown_type_is_unpriced_and_not_zero():
    bill = price(make("aws:unheard/of:Thing", "t"), make("aws:iam/role:Role", "r"))
    assert not bill.complete
    assert [r.unpriced for r in bill.unpriced] == ["no adapter for aws:unheard/of:Thing: nobody has said what it costs"]


@pytest.mark.parametrize(
    ("token", "inputs", "reason"),
    [
        ("aws:ec2/instance:Instance", {"instanceType": UNKNOWN}, "instanceType is unknown until deployed"),
        ("aws:ec2/instance:Instance", {"instanceType": SECRET}, "instanceType is a secret"),
        ("aws:kms/key:Key", {"region": UNKNOWN}, "region is unknown until deployed"),
        ("aws:msk/cluster:Cluster", {"brokerNodeGroupInfo": {"instanceType": "kafka.m7g.large"},
                                     "numberOfBrokerNodes": UNKNOWN}, "numberOfBrokerNodes is unknown until deployed"),
        ("aws:eks/nodeGroup:NodeGroup", {"instanceTypes": ["m7i.large"], "scalingConfig": UNKNOWN},
         "scalingConfig is unknown until deployed"),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcEndpointType": "Interface", "subnetIds": UNKNOWN},
         "subnetIds is unknown until deployed: the number of zones decides the price"),
    ],
)  # fmt: skip
def test_hidden_value_makes_it_unpriced_and_says_which(token, inputs, reason):
    found = price(make(token, "it", **inputs)).resources[0]
    assert found.unpriced == reason
    assert found.hidden
    assert not found.components


def test_known_number_of_unknown_subnets_is_enough():
    bill = price(
        make("aws:ec2/vpcEndpoint:VpcEndpoint", "e", vpcEndpointType="Interface", subnetIds=[UNKNOWN, UNKNOWN])
    )
    assert bill.complete


def test_missing_price_names_the_item_and_the_region():
    bill = price(make("aws:ec2/instance:Instance", "i", instanceType="m99.large"))
    assert bill.resources[0].unpriced == "no price for AmazonEC2 m99.large in us-east-1"


def test_negative_and_infinite_quantities_are_refused():
    bill = price(
        make("aws:ec2/capacityReservation:CapacityReservation", "c", instanceType="m7i.large", instanceCount=-1)
    )
    assert bill.resources[0].unpriced == "instanceCount is -1, which is no quantity"


class TestRegion:
    def machine(self, **more) -> Resource:
        return make(
            "aws:ec2/instance:Instance", "i", instanceType="m7i.large", rootBlockDevice={"volumeType": "gp3"}, **more
        )

    def region(self, *resources: Resource, config=None, flag=None) -> str:
        bill = estimate(Plan("shop", "dev", resources, config or {}), Pricing(region=flag))
        found = next(r for r in bill.resources if r.name == "i")
        return found.components[0].region if found.components else found.unpriced

    def test_its_own_property_comes_first(self):
        assert self.region(self.machine(region="eu-west-1"), config={"aws:region": "us-east-1"}) == "eu-west-1"

    def test_then_the_provider_then_config_then_the_flag(self):
        urn = "urn:pulumi:dev::shop::pulumi:providers:aws::eu"
        provider = Resource(urn, "pulumi:providers:aws", "eu", inputs={"region": "eu-west-1"})
        bound = replace(self.machine(), provider=f"{urn}::id")
        assert self.region(bound, provider, config={"aws:region": "us-east-1"}) == "eu-west-1"
        assert self.region(self.machine(), config={"aws:region": "us-east-1"}, flag="eu-west-1") == "us-east-1"
        assert self.region(self.machine(), flag="eu-west-1") == "eu-west-1"

    def test_a_state_tells_it_by_the_arn(self):
        known = replace(self.machine(), outputs={"arn": "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"})
        assert self.region(known) == "eu-west-1"

    def test_without_any_it_is_unpriced(self):
        assert (
            self.region(self.machine()) == "region is not known: set aws:region in the stack's config or give --region"
        )


def test_default_tags_of_the_provider_are_its_tags_too():
    urn = "urn:pulumi:dev::shop::pulumi:providers:aws::p"
    provider = Resource(
        urn, "pulumi:providers:aws", "p", inputs={"defaultTags": '{"tags": {"team": "vision", "a": "1"}}'}
    )
    bucket = replace(make("aws:s3/bucket:Bucket", "b", tags={"a": "2"}), provider=f"{urn}::id")
    found = next(r for r in price(provider, bucket).resources if r.name == "b")
    assert found.tags == {"a": "2", "team": "vision"}


def test_declared_usage_replaces_the_default_and_the_most_particular_counts():
    usage = UsageBook(
        (
            UsageEntry("service", "*", "s3", {"storage_gb": Quantity.of(1)}),
            UsageEntry("data-class", "raw", "s3", {"storage_gb": Quantity.of(10, 20, 30)}),
        )
    )
    bill = price(make("aws:s3/bucket:Bucket", "tiers-raw"), make("aws:s3/bucket:Bucket", "other"), usage=usage)
    storage = {r.name: r.components[0] for r in bill.resources}
    assert storage["tiers-raw"].quantity.cases == (10, 20, 30)
    assert storage["tiers-raw"].assumption == "declared for data-class raw"
    assert storage["other"].quantity.cases == (1, 1, 1)


def test_every_default_is_in_order_and_says_that_it_is_one():
    for metrics in DEFAULTS.values():
        for quantity in metrics.values():
            assert Decimal(0) <= quantity.low <= quantity.expected <= quantity.peak
            assert quantity.assumption.startswith("default usage")


def test_what_cannot_be_tagged_is_owned_like_the_component_around_it():
    urn = "urn:pulumi:dev::shop::apex:index:VectorDatabase::vectors"
    component = Resource(urn, "apex:index:VectorDatabase", "vectors", inputs={"tags": {"team": "search"}}, custom=False)
    kind = "aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint"
    endpoint = replace(make(kind, "e", subnetIds=["a"]), parent=urn)
    found = next(r for r in price(component, endpoint).resources if r.name == "e")
    assert (found.tags, found.component) == ({"team": "search"}, "vectors")
