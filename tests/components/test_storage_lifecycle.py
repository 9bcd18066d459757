"""Whether a transition pays: sums that a person can check, and the properties that hold for all of them."""

# ruff: noqa: E501 - a message is easier to check whole

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex.errors import InputError
from components.nested_arguments import NestedArguments
from components.storage_lifecycle import _CLASSES, STANDARD, judge_move, read_lifecycle

CLASS = {target.name: target for target in _CLASSES}


def read(**args):
    check = NestedArguments("frames", {"name": "frames", **args})
    lifecycle = read_lifecycle(check)
    check.refuse_if_wrong()
    return lifecycle


def test_a_thousand_objects_of_a_mebibyte_pay_in_standard_ia():
    move = judge_move(Decimal(1024), 365, STANDARD, CLASS["STANDARD_IA"])
    gib = Decimal(1000) / 1024
    assert move.staying == pytest.approx(gib * Decimal("0.023") * 12)
    assert move.storing == pytest.approx(gib * Decimal("0.0125") * 12)
    assert move.moving == Decimal("0.01")
    assert move.loss < 0


def test_small_objects_are_billed_as_128_kib_in_standard_ia():
    move = judge_move(Decimal(20), 365, STANDARD, CLASS["STANDARD_IA"])
    assert move.storing == pytest.approx(1000 * 128 / Decimal(1024 * 1024) * Decimal("0.0125") * 12)
    assert move.loss > 0


def test_glacier_adds_forty_kib_to_every_object():
    move = judge_move(Decimal(20), 3650, STANDARD, CLASS["DEEP_ARCHIVE"])
    months = Decimal(3650) / (Decimal(365) / 12)
    kib = Decimal(52) * Decimal("0.00099") + 8 * Decimal("0.023")
    assert move.storing == pytest.approx(1000 * kib / Decimal(1024 * 1024) * months)


def test_leaving_early_is_billed_to_the_end_of_the_least_time():
    short = judge_move(Decimal(1024), 1, STANDARD, CLASS["DEEP_ARCHIVE"])
    assert short.storing == judge_move(Decimal(1024), 180, STANDARD, CLASS["DEEP_ARCHIVE"]).storing


@given(
    size=st.decimals("0.1", 10_000_000, places=1),
    days=st.integers(0, 4000),
    target=st.sampled_from(_CLASSES),
    source=st.sampled_from((STANDARD, *_CLASSES)),
)
def test_sums_are_never_negative_and_a_longer_stay_costs_more(size, days, target, source):
    move, longer = judge_move(size, days, source, target), judge_move(size, days + 400, source, target)
    assert move.staying >= 0
    assert move.storing >= 0
    assert longer.storing > move.storing
    assert move.loss == move.storing + move.moving - move.staying


@given(size=st.integers(1, 127), days=st.integers(30, 3650), expiry=st.none() | st.integers(31, 3650))
def test_standard_ia_is_refused_for_all_objects_that_are_far_too_small(size, days, expiry):
    args = {"average_object_size_kib": size / 2, "infrequent_access_after_days": days}
    with pytest.raises(InputError):
        read(**args, **({} if expiry is None else {"expire_after_days": expiry}))


def test_the_sum_is_shown():
    with pytest.raises(InputError) as error:
        read(average_object_size_kib=20, infrequent_access_after_days=30)
    assert str(error.value) == (
        "frames.infrequent_access_after_days: 30 loses 0.0491 USD per 1,000 objects of 20 KiB: 0.0158 to leave them in "
        "STANDARD for 1095 days, against 0.0100 to move and 0.0549 to store them in STANDARD_IA; leave this transition "
        "out, or pack the objects into larger ones"
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"infrequent_access_after_days": 10}, "frames.infrequent_access_after_days: 10 is too early; S3 moves no object to STANDARD_IA before 30"),
        ({"infrequent_access_after_days": 30, "glacier_instant_after_days": 45}, "frames.glacier_instant_after_days: 45 leaves objects under 30 days in STANDARD_IA; use 60"),
        ({"glacier_instant_after_days": 90, "deep_archive_after_days": 90}, "frames.deep_archive_after_days: 90 is not after glacier_instant_after_days (90); colder storage comes later"),
        ({"glacier_instant_after_days": 90, "expire_after_days": 60}, "frames.expire_after_days: 60 is not after glacier_instant_after_days (90); objects cannot go before they move"),
        ({"prefix": "/frames"}, "frames.prefix: '/frames' cannot be used; write a key prefix such as \"frames/\""),
    ],
)  # fmt: skip
def test_steps_that_s3_refuses_are_refused_first(args, message):
    with pytest.raises(InputError) as error:
        read(**args)
    assert message in str(error.value).splitlines()


def test_a_stay_too_short_to_pay_is_refused():
    with pytest.raises(InputError, match=r"deep_archive_after_days: 1 loses 0\.0\d+ USD per 1,000 objects of 1024 KiB"):
        read(deep_archive_after_days=1, expire_after_days=10)


def test_the_rule_says_what_was_asked():
    lifecycle = read(prefix="raw/", glacier_instant_after_days=60, deep_archive_after_days=365, expire_after_days=3650)
    assert lifecycle.rule() == {
        "id": "frames",
        "status": "Enabled",
        "filter": {"prefix": "raw/"},
        "transitions": [
            {"days": 60, "storage_class": "GLACIER_IR"},
            {"days": 365, "storage_class": "DEEP_ARCHIVE"},
        ],
        "expiration": {"days": 3650},
    }
