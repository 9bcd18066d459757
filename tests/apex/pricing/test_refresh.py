"""Refreshing prices, against recorded answers of AWS."""

import json
from decimal import Decimal

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from apex.pricing.catalogue import Price, build_catalogue, load_catalogue_from
from apex.pricing.price_list import QUERIES, Query, by_usage, name_balancer, name_broker, name_instance
from apex.pricing.refresh import Refresher, merge, write_catalogue

INSTANCES = Query("AmazonEC2", {"tenancy": "Shared"}, name_instance)


def entry(attributes, *dimensions, day="2026-11-01T00:00:00Z"):
    """An entry as the Price List API writes it (one JSON document in a string)."""
    tiers = {
        f"D{number}": {"unit": "Hrs", "beginRange": str(start), "endRange": "Inf", "pricePerUnit": {"USD": amount}}
        for number, (start, amount) in enumerate(dimensions)
    }
    return json.dumps(
        {
            "product": {"productFamily": "x", "attributes": attributes, "sku": "S"},
            "terms": {"OnDemand": {"S.T": {"priceDimensions": tiers, "termAttributes": {}}}},
            "publicationDate": day,
        }
    )


def client(name):
    return boto3.client(name, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


class Clients:
    def __init__(self):
        self.pricing, self.ec2 = client("pricing"), client("ec2")
        self.stubs = {name: Stubber(made) for name, made in (("pricing", self.pricing), ("ec2", self.ec2))}
        for stub in self.stubs.values():
            stub.activate()

    def page(self, *entries, token=None, asked=None):
        answer = {"FormatVersion": "aws_v1", "PriceList": list(entries)}
        expected = {"ServiceCode": ANY, "FormatVersion": ANY, "Filters": ANY, "MaxResults": ANY}
        self.stubs["pricing"].add_response(
            "get_products",
            {**answer, **({"NextToken": token} if token else {})},
            {**expected, **({"NextToken": asked} if asked else {})},
        )

    def error(self, code):
        self.stubs["pricing"].add_client_error("get_products", code)

    def spot(self, *prices):
        history = [{"InstanceType": kind, "AvailabilityZone": zone, "SpotPrice": price} for kind, zone, price in prices]
        self.stubs["ec2"].add_response("describe_spot_price_history", {"SpotPriceHistory": history})


@pytest.fixture
def aws():
    return Clients()


@pytest.fixture
def refresh(aws, tmp_path):
    waits = []

    def run(queries=(INSTANCES,)):
        refresher = Refresher(aws.pricing, lambda region: aws.ec2, tmp_path / "parts", waits.append)
        return refresher.run(["us-east-1"], "2026-11-02", queries)

    run.waits = waits
    return run


def test_pages_are_followed_and_spot_is_the_mean_of_the_zones(aws, refresh):
    aws.page(entry({"instanceType": "m7i.large"}, (0, "0.1008")), token="next")
    aws.page(entry({"instanceType": "g5.xlarge"}, (0, "1.006")), asked="next")
    aws.spot(("m7i.large", "us-east-1a", "0.03"), ("m7i.large", "us-east-1b", "0.05"))
    found = {price.item: price for price in refresh()}
    assert found["m7i.large"].amount == Decimal("0.1008")
    assert found["m7i.large"].as_of == "2026-11-01"
    assert found["g5.xlarge"].amount == Decimal("1.006")
    assert (found["spot m7i.large"].amount, found["spot m7i.large"].as_of) == (Decimal("0.04"), "2026-11-02")


def test_a_throttled_call_is_tried_again_after_a_longer_and_longer_wait(aws, refresh):
    aws.error("ThrottlingException")
    aws.error("ThrottlingException")
    aws.page(entry({"instanceType": "m7i.large"}, (0, "0.1008")))
    aws.spot()
    assert len(refresh()) == 1
    assert refresh.waits == [1.0, 2.0]


def test_a_refusal_is_not_tried_again(aws, refresh):
    aws.error("AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        refresh()
    assert refresh.waits == []


def test_a_run_that_was_cut_short_goes_on_where_it_stopped(aws, refresh):
    aws.page(entry({"instanceType": "m7i.large"}, (0, "0.1008")), token="next")
    aws.error("AccessDeniedException")
    with pytest.raises(ClientError):
        refresh()
    # The first page is not asked for again: the next request carries its token.
    aws.page(entry({"instanceType": "g5.xlarge"}, (0, "1.006")), asked="next")
    aws.spot()
    assert {price.item for price in refresh()} == {"m7i.large", "g5.xlarge"}
    aws.stubs["pricing"].assert_no_pending_responses()


def test_a_token_that_has_expired_starts_the_question_over(aws, refresh):
    aws.page(entry({"instanceType": "m7i.large"}, (0, "9")), token="old")
    aws.error("ExpiredNextTokenException")
    aws.page(entry({"instanceType": "m7i.large"}, (0, "0.1008")))
    aws.spot()
    assert [price.amount for price in refresh()] == [Decimal("0.1008")]


def test_tiers_and_units_are_ours(aws, refresh):
    aws.page(
        entry({"usagetype": "USE1-Requests-Tier1"}, (0, "0.000005")),
        entry({"usagetype": "TimedStorage-ByteHrs"}, (0, "0.023"), (51200, "0.022")),
        entry({"usagetype": "Something-Else"}, (0, "1")),
    )
    aws.spot()
    found = [(p.item, p.start, p.amount, p.unit) for p in refresh([Query("AmazonS3", {}, by_usage("AmazonS3"))])]
    assert found == [
        ("Standard PUT requests", 0, Decimal("0.005"), "1k requests"),
        ("Standard storage", 0, Decimal("0.023"), "GB-month"),
        ("Standard storage", 51200, Decimal("0.022"), "GB-month"),
    ]


@pytest.mark.parametrize(
    ("name", "attributes", "item"),
    [
        (name_broker, {"usagetype": "USE1-Kafka.m7g.large"}, "kafka.m7g.large"),
        (name_broker, {"usagetype": "EUC1-Kafka.Storage.GP2"}, "storage"),
        (name_balancer, {"usagetype": "LoadBalancerUsage", "operation": "LoadBalancing:Application"}, "application"),
        (name_balancer, {"usagetype": "USW2-LCUUsage", "operation": "LoadBalancing:Network"}, "network capacity"),
        (name_balancer, {"usagetype": "LoadBalancerUsage", "operation": "LoadBalancing"}, "classic"),
    ],
)
def test_products_are_named_as_in_the_catalogue(name, attributes, item):
    assert name(attributes).item == item


def test_every_question_has_its_own_file():
    assert len({query.label for query in QUERIES}) == len(QUERIES)


def test_fresh_prices_replace_all_tiers_of_an_item_and_the_rest_stays(tmp_path):
    def price(item, start, amount, day):
        return Price("S", item, "r", Decimal(start), "GB", Decimal(amount), f"of {day}", day, 3)

    old = build_catalogue(
        [price("x", 0, "3", "2025-01-01"), price("x", 9, "2", "2025-01-01"), price("y", 0, "7", "2025-01-01")]
    )
    fresh = [price("x", 0, "5", "2026-01-01"), price("z", 0, "0", "2026-01-01")]
    write_catalogue(tmp_path, merge(old, fresh), "type,vcpus,memory_gib,gpus,gpu\n")
    written = load_catalogue_from(tmp_path)
    assert [(p.item, p.amount, p.source) for p in written.search("")] == [
        ("x", 5, "of 2026-01-01"),
        ("y", 7, "of 2025-01-01"),
    ]
    assert str(written.date) == "2026-01-01"
