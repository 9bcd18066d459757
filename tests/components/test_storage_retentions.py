"""What is promised to be deleted is deleted, and what a tier deletes earlier is not promised longer."""

import pytest

from components.storage_tiers import StorageTiers


def tiers(tags, *retentions, **data_class):
    classes = {"data_classes": [{"name": "all", "prefix": "", **data_class}]} if data_class else {}
    return lambda: StorageTiers(
        "lake", {"tags": tags, "tiers": [{"name": "curated", **classes, "retentions": list(retentions)}]}
    )


def kept(name, prefix, days):
    return {"name": name, "prefix": prefix, "expire_after_days": days}


def test_each_retention_is_a_rule_of_the_one_configuration_of_the_bucket(provision, cost_tags):
    made = provision(
        tiers(cost_tags, kept("transcripts", "speech/transcripts/", 365.0), kept("tickets", "tickets/", 30))
    )
    lifecycle = next(
        r for r in made.of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration") if "curated" in r.name
    )
    rules = {rule["id"]: rule for rule in lifecycle.inputs["rules"]}
    assert list(rules) == ["all", "transcripts", "tickets", "housekeeping"]
    assert rules["transcripts"] == {
        "id": "transcripts",
        "status": "Enabled",
        "filter": {"prefix": "speech/transcripts/"},
        "expiration": {"days": 365},
    }


def test_a_tier_that_keeps_longer_is_no_contradiction(provision, cost_tags):
    provision(tiers(cost_tags, kept("transcripts", "speech/transcripts/", 90), expire_after_days=90))


@pytest.mark.parametrize(
    ("retentions", "message"),
    [
        (
            [kept("a", "a/", 91)],
            'lake.tiers[0].retentions[0].expire_after_days: 91 cannot be kept: "all" deletes "" after 90 days; '
            "keep these objects in another tier, or shorten this",
        ),
        (
            [kept("a", "a/", 30), kept("b", "a/b/", 20)],
            'lake.tiers[0].retentions[1].prefix: "a/b/" overlaps "a/" of "a"; keep each prefix once',
        ),
        (
            [kept("a", "a/", 30), kept("a", "b/", 20)],
            'lake.tiers[0].retentions[1].name: "a" is there twice; give each rule a name of its own',
        ),
        (
            [{"name": "a", "prefix": "a/"}],
            "lake.tiers[0].retentions[0].expire_after_days: is missing; write for how many days the objects are kept",
        ),
        (
            [kept("a", "a", 30)],
            "lake.tiers[0].retentions[0].prefix: 'a' cannot be used; "
            'write a key prefix such as "speech/transcripts/"',
        ),
        (
            [{**kept("a", "a/", 30), "days": 3}],
            "lake.tiers[0].retentions[0].days: is not an argument; use one of expire_after_days, name, prefix",
        ),
    ],
)
def test_contradictions_are_refused(refused, cost_tags, retentions, message):
    assert refused(tiers(cost_tags, *retentions, expire_after_days=90)) == [message]


def test_a_lock_outlasts_no_promise(refused, cost_tags):
    archive = {
        "name": "archive",
        "data_classes": [{"name": "all", "prefix": ""}],
        "retentions": [kept("records", "records/", 30)],
        "object_lock": {"retention_days": 365},
    }
    assert refused(lambda: StorageTiers("lake", {"tags": cost_tags, "tiers": [archive]})) == [
        'lake.tiers[0].data_classes: "records" expires after 30 days, under the lock of 365; '
        "let it expire later or shorten the lock"
    ]
