"""StorageTiers: what guards a bucket, how its objects age, and what is refused."""

# ruff: noqa: E501 - a message is easier to check whole

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apex.errors import InputError
from apex.plan import UNKNOWN
from components.object_lock import LockMode
from components.storage_tiers import StorageTiers

EVERY_BUCKET = (
    "BucketLifecycleConfiguration", "BucketOwnershipControls", "BucketPolicy", "BucketPublicAccessBlock",
    "BucketServerSideEncryptionConfiguration", "BucketVersioning",
)  # fmt: skip


def make(tags, **args):
    return lambda: StorageTiers("lake", {"tags": tags, **args})


def of(made, kind, name):
    return next(r for r in made.resources if r.type.endswith(f":{kind}") and r.name == name).inputs


def statements(made, name, kind="BucketPolicy"):
    return {s["Sid"]: s for s in json.loads(of(made, kind, name)["policy"])["Statement"]}


def test_names_and_parents_are_a_contract_with_existing_stacks(provision, cost_tags):
    made = provision(make(cost_tags))
    expected = ["Alias lake-data-alias", "Key lake-data"]
    for tier in ("archive", "curated", "features", "logs", "raw"):
        expected += [f"{kind} lake-{tier}" for kind in ("Bucket", *EVERY_BUCKET)]
        expected += [f"BucketLogging lake-{tier}"] if tier != "logs" else []
    assert {r.parent_name for r in made.resources if r.custom} == {"lake"}
    assert sorted(f"{r.type.split(':')[-1]} {r.name}" for r in made.resources if r.custom) == sorted(expected)
    assert made.untagged(cost_tags) == []


def test_objects_age_tier_by_tier(provision, cost_tags):
    made = provision(make(cost_tags))
    rules = {
        tier: next(r for r in of(made, "BucketLifecycleConfiguration", f"lake-{tier}")["rules"] if r["id"] == "all")
        for tier in ("raw", "curated", "features", "archive")
    }
    assert {tier: [(t["days"], t["storageClass"]) for t in r.get("transitions", [])] for tier, r in rules.items()} == {
        "raw": [(30, "STANDARD_IA"), (90, "GLACIER_IR")],
        "curated": [(0, "INTELLIGENT_TIERING")],
        "features": [],
        "archive": [(1, "DEEP_ARCHIVE")],
    }
    assert rules["archive"]["expiration"] == {"days": 3650}
    assert "expiration" not in rules["raw"]


def test_what_nobody_sees_is_cleared_away(provision, cost_tags):
    made = provision(
        make(cost_tags, tiers=[{"name": "raw", "noncurrent_expire_after_days": 7, "noncurrent_versions_kept": 2}])
    )
    lifecycle = of(made, "BucketLifecycleConfiguration", "lake-raw")
    assert lifecycle["transitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    assert lifecycle["rules"][-1] == {
        "id": "housekeeping",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "noncurrentVersionExpiration": {"noncurrentDays": 7, "newerNoncurrentVersions": 2},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        "expiration": {"expiredObjectDeleteMarker": True},
    }


def test_every_bucket_is_private_encrypted_and_versioned(provision, cost_tags):
    made = provision(make(cost_tags))
    for tier in ("raw", "logs"):
        block = of(made, "BucketPublicAccessBlock", f"lake-{tier}")
        assert block == {
            "bucket": f"lake-{tier}-0123abc", "blockPublicAcls": True, "blockPublicPolicy": True,
            "ignorePublicAcls": True, "restrictPublicBuckets": True,
        }  # fmt: skip
        assert of(made, "BucketVersioning", f"lake-{tier}")["versioningConfiguration"] == {"status": "Enabled"}
        assert of(made, "BucketOwnershipControls", f"lake-{tier}")["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    assert of(made, "BucketServerSideEncryptionConfiguration", "lake-raw")["rules"] == [
        {
            "applyServerSideEncryptionByDefault": {
                "sseAlgorithm": "aws:kms",
                "kmsMasterKeyId": "arn:aws:kms:us-east-1:123456789012:lake-data",
            },
            "bucketKeyEnabled": True,
        }
    ]
    # S3 delivers access logs to buckets with its own encryption only.
    assert of(made, "BucketServerSideEncryptionConfiguration", "lake-logs")["rules"] == [
        {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    ]


def test_policies_are_judged_at_preview_and_refuse_plain_http(provision, cost_tags):
    made = provision(make(cost_tags), preview=True)
    raw = statements(made, "lake-raw")
    assert sorted(raw) == ["NoOtherEncryption", "RecentTlsOnly", "TlsOnly"]
    assert raw["TlsOnly"] == {
        "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::lake-raw-0123abc", "arn:aws:s3:::lake-raw-0123abc/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    logs = statements(made, "lake-logs")
    assert logs["Deliveries"]["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert made.outputs["bucket_names"]["raw"] == "lake-raw-0123abc"
    assert made.outputs["bucket_arns"]["archive"] == "arn:aws:s3:::lake-archive-0123abc"
    assert made.outputs["kms_key_arn"] is UNKNOWN


def test_requests_are_logged_and_the_log_expires(provision, cost_tags):
    made = provision(make(cost_tags, access_log_retention_days=30))
    logging = of(made, "BucketLogging", "lake-curated")
    assert (logging["targetBucket"], logging["targetPrefix"]) == ("lake-logs-0123abc", "access/curated/")
    assert of(made, "BucketLifecycleConfiguration", "lake-logs")["rules"][0]["expiration"] == {"days": 30}


def test_data_is_reached_through_the_endpoints_only_where_asked(provision, cost_tags, unknown):
    role = "arn:aws:iam::123456789012:role/deployer"
    tiers = [{"name": "raw"}]
    made = provision(make(cost_tags, tiers=tiers, vpc_endpoint_ids=["vpce-1"], exempt_role_arns=[role]))
    deny = statements(made, "lake-raw")["FromTheNetworkOnly"]
    assert deny["Condition"] == {
        "StringNotEquals": {"aws:SourceVpce": ["vpce-1"]},
        "Bool": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"},
        "ArnNotEquals": {"aws:PrincipalArn": [role]},
    }
    assert not [action for action in deny["Action"] if action in ("s3:*", "s3:PutBucketPolicy")]
    later = provision(lambda: make(cost_tags, tiers=tiers, vpc_endpoint_ids=[unknown()])(), preview=True)
    assert of(later, "BucketPolicy", "lake-raw")["policy"] is UNKNOWN


def test_data_classes_age_by_themselves(provision, cost_tags):
    classes = [
        {
            "name": "frames",
            "average_object_size_kib": 400,
            "glacier_instant_after_days": 60.0,
            "expire_after_days": 730,
        },
        {"name": "audio", "prefix": "sound/", "intelligent_tiering_after_days": 0},
    ]
    made = provision(make(cost_tags, tiers=[{"name": "media", "data_classes": classes}]))
    rules = of(made, "BucketLifecycleConfiguration", "lake-media")["rules"]
    assert [(r["id"], r["filter"]["prefix"]) for r in rules] == [
        ("frames", "frames/"),
        ("audio", "sound/"),
        ("housekeeping", ""),
    ]
    assert rules[0]["transitions"] == [{"days": 60, "storageClass": "GLACIER_IR"}]
    assert made.outputs["bucket_names"] == {"media": "lake-media-0123abc"}


ROLE, OTHER = "arn:aws:iam::123456789012:role/vision", "arn:aws:iam::123456789012:role/labels"


def test_legal_holds_are_for_the_named_roles_alone(provision, cost_tags):
    made = provision(make(cost_tags, tiers=[{"name": "archive", "object_lock": {"legal_hold_role_arns": [ROLE]}}]))
    assert of(made, "Bucket", "lake-archive")["objectLockEnabled"] is True
    assert made.of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration") == []
    assert statements(made, "lake-archive")["LegalHolds"] == {
        "Sid": "LegalHolds",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObjectLegalHold",
        "Resource": "arn:aws:s3:::lake-archive-0123abc/*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": [ROLE]}},
    }
    both = {"retention_days": 30, "legal_hold_role_arns": [ROLE]}
    kept = provision(make(cost_tags, tiers=[{"name": "archive", "object_lock": both}]))
    retention = of(kept, "BucketObjectLockConfiguration", "lake-archive")["rule"]["defaultRetention"]
    assert retention == {"mode": "GOVERNANCE", "days": 30}
    assert "LegalHolds" in statements(kept, "lake-archive")
    plain = provision(make(cost_tags, tiers=[{"name": "archive", "object_lock": {"retention_days": 30}}]))
    assert "LegalHolds" not in statements(plain, "lake-archive")


def test_an_access_point_lets_named_roles_into_one_prefix(provision, cost_tags):
    point = {"name": "frames", "prefix": "frames/", "reader_role_arns": [ROLE], "writer_role_arns": [OTHER]}
    tiers = [{"name": "raw", "access_points": [{**point, "vpc_id": "vpc-1"}]}]
    made = provision(make(cost_tags, tiers=tiers), preview=True)
    (door,) = made.of("aws:s3/accessPoint:AccessPoint")
    arn, bucket = "arn:aws:s3:us-east-1:123456789012:accesspoint/lake-raw-frames", "arn:aws:s3:::lake-raw-0123abc"
    assert (door.name, door.parent_name, door.inputs["name"]) == ("lake-raw-frames", "lake", "lake-raw-frames")
    assert door.inputs["vpcConfiguration"] == {"vpcId": "vpc-1"}
    assert set(door.inputs["publicAccessBlockConfiguration"].values()) == {True}
    assert statements(made, "lake-raw-frames", "AccessPoint") == {
        "List": {
            "Sid": "List",
            "Effect": "Allow",
            "Principal": {"AWS": [ROLE]},
            "Action": "s3:ListBucket",
            "Resource": arn,
            "Condition": {"StringLike": {"s3:prefix": "frames/*"}},
        },
        "Read": {
            "Sid": "Read",
            "Effect": "Allow",
            "Principal": {"AWS": [ROLE]},
            "Action": "s3:GetObject",
            "Resource": f"{arn}/object/frames/*",
        },
        "Write": {
            "Sid": "Write",
            "Effect": "Allow",
            "Principal": {"AWS": [OTHER]},
            "Action": ["s3:AbortMultipartUpload", "s3:PutObject"],
            "Resource": f"{arn}/object/frames/*",
        },
    }
    assert statements(made, "lake-raw")["ThroughLakeRawFrames"] == {
        "Sid": "ThroughLakeRawFrames",
        "Effect": "Allow",
        "Principal": {"AWS": [OTHER, ROLE]},
        "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"],
        "Resource": [bucket, f"{bucket}/frames/*"],
        "Condition": {"StringEquals": {"s3:DataAccessPointArn": arn}},
    }
    assert made.untagged(cost_tags) == []
    assert list(provision(make(cost_tags, tiers=tiers)).outputs["access_point_arns"]) == ["raw/frames"]


def test_roles_that_are_not_known_yet_are_let_in_all_the_same(provision, cost_tags, unknown):
    made = provision(
        lambda: make(
            cost_tags,
            tiers=[{"name": "raw", "access_points": [{"name": "a", "prefix": "a/", "reader_role_arns": [unknown()]}]}],
        )(),
        preview=True,
    )
    assert of(made, "AccessPoint", "lake-raw-a")["policy"] == UNKNOWN


def test_locked_objects_are_kept_for_their_time(provision, cost_tags):
    lock = {"retention_days": 365, "mode": LockMode.COMPLIANCE}
    made = provision(make(cost_tags, tiers=[{"name": "archive", "object_lock": lock}]))
    assert of(made, "Bucket", "lake-archive")["objectLockEnabled"] is True
    assert of(made, "BucketObjectLockConfiguration", "lake-archive")["rule"] == {
        "defaultRetention": {"mode": "COMPLIANCE", "days": 365}
    }


def test_inventory_and_events_are_there_when_asked(provision, cost_tags):
    made = provision(make(cost_tags, tiers=[{"name": "raw", "inventory": True, "events": True}]))
    inventory = of(made, "Inventory", "lake-raw-inventory")
    assert inventory["schedule"] == {"frequency": "Weekly"}
    assert inventory["destination"]["bucket"]["bucketArn"] == "arn:aws:s3:::lake-logs-0123abc"
    assert of(made, "BucketNotification", "lake-raw")["eventbridge"] is True


def test_copies_lie_in_an_allowed_region_encrypted_with_its_own_key(provision, cost_tags):
    tiers = [{"name": "raw", "replicate_to_region": "us-west-2"}]
    made = provision(make(cost_tags, tiers=tiers, allowed_regions=["us-west-2"], vpc_endpoint_ids=["vpce-1"]))
    for kind in ("Bucket", *EVERY_BUCKET):
        assert of(made, kind, "lake-raw-replica")["region"] == "us-west-2"
    assert of(made, "Key", "lake-raw-replica-data")["region"] == "us-west-2"
    rule = of(made, "BucketReplicationConfig", "lake-raw-replication")["rules"][0]
    assert rule["destination"] == {
        "bucket": "arn:aws:s3:::lake-raw-replica-0123abc",
        "encryptionConfiguration": {"replicaKmsKeyId": "arn:aws:kms:us-east-1:123456789012:lake-raw-replica-data"},
    }
    assert rule["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}
    # The copier is no member of the network: the policy that keeps others out must let it read.
    exempt = statements(made, "lake-raw")["FromTheNetworkOnly"]["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
    assert exempt == ["arn:aws:iam::123456789012:role/lake-raw-replication"]
    assert of(made, "Role", "lake-raw-replication")["name"] == "lake-raw-replication"
    assert made.untagged(cost_tags) == []


def test_protection_covers_data_and_key(provision, cost_tags):
    made = provision(make(cost_tags, tiers=[{"name": "raw"}], deletion_protection=True))
    assert {r.name for r in made.resources if r.protect} == {"lake-data", "lake-data-alias", "lake-logs", "lake-raw"}
    assert of(made, "Bucket", "lake-raw")["forceDestroy"] is False


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"tiers": []}, "lake.tiers: is empty; name at least one, or leave it out for raw, curated, features and archive"),
        ({"tiers": [{"name": "raw"}, {"name": "raw"}]}, 'lake.tiers: "raw" is there twice; give each tier a name of its own'),
        ({"tiers": [{"name": "Raw"}]}, "lake.tiers[0].name: 'Raw' cannot be used; write at most 20 lower-case letters, digits and \"-\", not \"logs\""),
        ({"tiers": [{"name": "logs"}]}, "lake.tiers[0].name: 'logs' cannot be used; write at most 20 lower-case letters, digits and \"-\", not \"logs\""),
        ({"tiers": [{"name": "raw", "retention": 3}]}, "lake.tiers[0].retention: is not an argument; use one of access_points, data_classes, events, inventory, name, noncurrent_expire_after_days, noncurrent_versions_kept, object_lock, replicate_to_region, retentions"),
        ({"tiers": [{"name": "raw", "replicate_to_region": "eu-west-1"}]}, "lake.tiers[0].replicate_to_region: eu-west-1 is not one of allowed_regions (none); data may not lie there"),
        ({"force_destroy": True, "deletion_protection": True}, "lake.force_destroy: True contradicts deletion_protection; write False for one of them"),
        ({"force_destroy": True, "tiers": [{"name": "raw", "object_lock": {"retention_days": 1}}]}, "lake.tiers[0].object_lock.mode: GOVERNANCE contradicts force_destroy; locked objects outlive the bucket's destruction"),
        ({"tiers": [{"name": "raw", "object_lock": {"mode": "COMPLIANCE", "legal_hold_role_arns": [ROLE]}}]}, "lake.tiers[0].object_lock.mode: COMPLIANCE is of a retention, and there is none; add retention_days or leave it out"),
        ({"tiers": [{"name": "raw", "access_points": [{"name": "web", "prefix": "a/"}]}]}, "lake.tiers[0].access_points[0].reader_role_arns: and writer_role_arns are both empty; name at least one role"),
        ({"tiers": [{"name": "raw", "access_points": [{"name": "web", "prefix": "", "reader_role_arns": [ROLE]}]}]}, "lake.tiers[0].access_points[0].prefix: '' cannot be used; write a key prefix such as \"frames/\""),
        ({"tiers": [{"name": "raw", "access_points": [{"name": "web", "prefix": "a/", "reader_role_arns": ["*"]}]}]}, 'lake.tiers[0].access_points[0].reader_role_arns: "*" is not the ARN of a role; name exact roles'),
        ({"tiers": [{"name": "raw", "access_points": [{"name": "w" * 43, "prefix": "a/", "writer_role_arns": [ROLE]}]}]}, f'lake.tiers[0].access_points[0].name: "lake-raw-{"w" * 43}" has 52 letters, an access point at most 50; shorten it'),
        ({"tiers": [{"name": "raw", "object_lock": {}}]}, "lake.tiers[0].object_lock.retention_days: is missing; write for how many days objects are kept"),
        ({"tiers": [{"name": "raw", "object_lock": {"retention_days": 60}, "data_classes": [{"name": "a", "expire_after_days": 30}]}]}, 'lake.tiers[0].data_classes: "a" expires after 30 days, under the lock of 60; let it expire later or shorten the lock'),
        ({"tiers": [{"name": "raw", "data_classes": [{"name": "a"}, {"name": "b", "prefix": "a/b/"}]}]}, 'lake.tiers[0].data_classes: "b" ("a/b/") and "a" ("a/") overlap; S3 would apply both, so choose prefixes that do not'),
    ],
)  # fmt: skip
def test_refusals_name_the_argument_the_value_and_the_fix(refused, cost_tags, args, message):
    assert message in refused(make(cost_tags, **args))


def test_a_name_that_no_bucket_can_have_is_refused(refused, cost_tags):
    assert refused(lambda: StorageTiers("Lake", {"tags": cost_tags})) == [
        'Lake.name: "Lake" cannot begin a bucket\'s name; use at most 30 lower-case letters, digits and "-"'
    ]


DAYS = st.none() | st.integers(0, 400)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 5000), infrequent=DAYS, instant=DAYS, deep=DAYS, expiry=DAYS, lock=DAYS,
    events=st.booleans(), inventory=st.booleans(),
)  # fmt: skip
def test_every_accepted_tier_is_tagged_encrypted_and_ordered(
    provision, cost_tags, size, infrequent, instant, deep, expiry, lock, events, inventory
):
    steps = {
        "infrequent_access_after_days": infrequent,
        "glacier_instant_after_days": instant,
        "deep_archive_after_days": deep,
        "expire_after_days": expiry,
    }
    klass = {"name": "a", "average_object_size_kib": size} | {k: v for k, v in steps.items() if v is not None}
    tier = {"name": "raw", "data_classes": [klass], "events": events, "inventory": inventory}
    tier |= {} if lock is None else {"object_lock": {"retention_days": lock}}
    try:
        made = provision(make(cost_tags, tiers=[tier]), preview=True)
    except InputError:
        return
    assert made.untagged(cost_tags) == []
    rule = of(made, "BucketLifecycleConfiguration", "lake-raw")["rules"][0]
    days = [t["days"] for t in rule.get("transitions", [])] + ([expiry] if expiry is not None else [])
    assert days == sorted(set(days))
    assert lock is None or expiry is None or expiry >= lock
