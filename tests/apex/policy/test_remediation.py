"""Repairs: what is changed, how it is told, and that nothing is touched unless somebody turned it on."""

import datetime
import json
from pathlib import Path

import pytest

from apex.plan import SECRET, UNKNOWN, Resource
from apex.policy.catalog import Declared
from apex.policy.configuration import Configuration
from apex.policy.evaluate import Status
from apex.policy.inputs import read_inputs
from apex.policy.judge import judge
from apex.policy.packs import load_packs
from apex.policy.remediation import changes, repair, repaired
from apex.policy.rule import Enforcement, Rule
from apex.policy.stack import Context

ROOT = Path(__file__).parents[3]
QUEUE = "aws:sqs/queue:Queue"
ON = {"encrypt_queues": Enforcement.REMEDIATE}


@pytest.fixture(scope="module")
def rules() -> tuple[Rule, ...]:
    [security] = load_packs(ROOT / "policy_packs", ["security"])
    return tuple(rule for rule in security.rules if rule.id in ("encrypt_queues", "require_imdsv2"))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({}, {"a": True}, ["a set to true"]),
        ({"a": "x"}, {"a": "y"}, ['a set to "y", was "x"']),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ["a.c set to 3, was 2"]),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]}, ["a[1].b set to 3, was 2"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a set to [1, 2], was [1]"]),
        ({"a": 1}, {}, ["a set to null, was 1"]),
        ({"a": SECRET}, {"a": "x"}, ['a set to "x", was "secret"']),
        ({"b": UNKNOWN, "a": 1}, {"b": 2, "a": 2}, ["a set to 2, was 1", 'b set to 2, was "unknown until deployed"']),
    ],
)
def test_each_change_is_told_with_its_path(before: object, after: object, told: list[str]) -> None:
    assert list(changes(before, after)) == told


def queue(**inputs: object) -> Resource:
    return Resource(f"urn:pulumi:dev::shop::{QUEUE}::jobs", QUEUE, "jobs", inputs=inputs, file="plan.json", line=3)


def test_a_resource_is_mended_once_and_told_in_full(rules: tuple[Rule, ...]) -> None:
    other = Resource("urn:pulumi:dev::shop::aws:sns/topic:Topic::t", "aws:sns/topic:Topic", "t")
    [mended, untouched], [told] = repair(rules, ON, [queue(name="jobs"), other], Context())
    assert mended.inputs == {"name": "jobs", "sqsManagedSseEnabled": True}
    assert untouched is other
    assert (told.rule, told.pack, told.name, told.type) == ("encrypt_queues", "security", "jobs", QUEUE)
    assert (told.status, told.enforcement, told.blocks) == (Status.REPAIRED, Enforcement.REMEDIATE, False)
    assert told.message == "repaired: sqsManagedSseEnabled set to true"
    assert told.fix.startswith("Nothing; write it down")
    assert (told.urn, told.file, told.line) == (mended.urn, "plan.json", 3)
    assert told.controls and told.title and told.severity


def test_what_complies_or_is_not_turned_on_stays_as_it_is(rules: tuple[Rule, ...]) -> None:
    good, bad = queue(sqsManagedSseEnabled=True), queue()
    assert repair(rules, ON, [good], Context()) == ((good,), [])
    assert repair(rules, {}, [bad], Context()) == ((bad,), [])


def test_what_cannot_be_seen_is_not_touched(rules: tuple[Rule, ...]) -> None:
    [rule] = [rule for rule in rules if rule.id == "encrypt_queues"]
    [subject] = Context([queue(sqsManagedSseEnabled=UNKNOWN)]).subjects
    assert repaired(rule, subject, Context()) is None


def test_a_repaired_plan_is_allowed_and_says_what_was_done(rules: tuple[Rule, ...], tmp_path: Path) -> None:
    file = tmp_path / "plan.jsonl"
    file.write_text(json.dumps({"type": QUEUE, "name": "jobs", "props": {}}), encoding="utf-8")
    day = datetime.date(2026, 11, 21)

    def judged(levels: dict[str, Enforcement]) -> list[tuple[Status, bool]]:
        configuration = Configuration(levels=levels)
        waived = judge(rules, read_inputs([file]), Declared(), "dev", day, (), lambda where: configuration)
        return [(finding.status, finding.blocks) for finding in waived.findings]

    assert judged({}) == [(Status.FAIL, True)]
    assert judged(ON) == [(Status.REPAIRED, False)]
