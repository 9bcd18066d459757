"""Versions of Kafka: their end of support, and which may follow which."""

from datetime import date

import pytest

from components.kafka_versions import DEFAULT_VERSION, VERSIONS, problem_with_upgrade, problem_with_version


@pytest.mark.parametrize(("today", "taken"), [(date(2025, 10, 23), True), (date(2025, 10, 24), False)])
def test_a_version_is_taken_until_the_last_day_of_its_support(today, taken):
    assert (problem_with_version("3.5.1", express=False, today=today) is None) == taken


def test_the_default_runs_on_all_brokers_and_has_no_end_yet():
    for express in (False, True):
        assert problem_with_version(DEFAULT_VERSION, express=express, today=date(2026, 11, 21)) is None
    assert VERSIONS[DEFAULT_VERSION].supported_until is None


@pytest.mark.parametrize(
    ("running", "wanted", "can"),
    [
        ("3.6.0", "3.9.x", True),
        ("3.9.x.kraft", "4.1.x.kraft", True),
        ("3.9.x", "3.9.x", True),
        ("3.9.x", "3.8.x", False),
        ("3.9.x", "3.9.x.kraft", False),
        ("4.0.x.kraft", "3.9.x", False),
    ],
)
def test_an_upgrade_goes_forward_and_keeps_its_metadata_where_they_are(running, wanted, can):
    assert (problem_with_upgrade(running, wanted) is None) == can
