"""SARIF against its own schema, from the findings of `apex check` and from those of a preview."""

import datetime
import json
from pathlib import Path

import jsonschema
import pytest

from apex.policy.evaluate import Finding, Status
from apex.policy.packs import load_packs
from apex.policy.rule import Enforcement, Severity
from apex.policy.waivers import Waived
from apex.report.findings import Judgement
from apex.report.judged import judgement_of
from apex.report.junit import to_junit
from apex.report.sarif import to_sarif

ROOT = Path(__file__).parents[3]
TODAY = datetime.date(2026, 9, 20)
BUCKET = "urn:pulumi:dev::apex::aws:s3/bucket:Bucket::{}"


@pytest.fixture(scope="module")
def validate():
    file = Path(__file__).parent / "schemas" / "sarif-2.1.0.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    checker = jsonschema.validators.validator_for(schema)(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )

    def checked(text):
        document = json.loads(text)
        assert [error.message for error in checker.iter_errors(document)] == []
        return document["runs"][0]

    return checked


@pytest.fixture(scope="module")
def rules():
    return tuple(rule for pack in load_packs(ROOT / "policy_packs") for rule in pack.rules)


def finding(rules, number=0, **changes):
    rule = sorted(rules, key=lambda each: (each.pack, each.id))[number]
    kept = {
        "rule": rule.id, "title": rule.title, "pack": rule.pack, "severity": Severity.HIGH,
        "enforcement": Enforcement.MANDATORY, "urn": BUCKET.format("raw"), "type": "aws:s3/bucket:Bucket",
        "name": "raw", "message": "is wrong", "fix": "Mend it.",
    }  # fmt: skip
    return Finding(**(kept | changes))


def log_of(validate, rules, *findings, errors=()):
    return validate(to_sarif(Judgement(rules, 1, Waived(findings), errors)))


def test_the_schema_is_one_that_finds_mistakes(validate, rules):
    with pytest.raises(AssertionError, match="is a required property"):
        validate(json.dumps({"version": "2.1.0"}))
    text = to_sarif(Judgement(rules, 1, Waived((finding(rules),)))).replace('"level": "error"', '"level": "fatal"')
    with pytest.raises(AssertionError, match="fatal"):
        validate(text)


def test_every_rule_of_every_pack_can_be_told(validate, rules):
    run = log_of(validate, rules)
    assert len(run["tool"]["driver"]["rules"]) == len(rules) > 100
    assert run["results"] == []


def test_all_statuses_and_places_are_valid(validate, rules):
    file = ROOT / "catalog" / "base" / "budgets.yaml"
    run = log_of(
        validate, rules,
        finding(rules, 0, file="catalog/base/a b.yaml", line=7),
        finding(rules, 1, status=Status.WAIVED, waiver="waiver x until …"),
        finding(rules, 2, status=Status.EXISTING),
        finding(rules, 3, status=Status.UNKNOWN, file="/elsewhere/x.yaml", line=0),
        finding(rules, 4, status=Status.CRASHED, urn="", name="", type=""),
        finding(rules, 5, pack="theirs", rule="own"),
        finding(rules, 6, file=str(file), line=2),
    )  # fmt: skip
    places = [each["locations"][0].get("physicalLocation") for each in run["results"]]
    assert places[0]["artifactLocation"] == {"uri": "catalog/base/a%20b.yaml", "uriBaseId": "%SRCROOT%"}
    assert places[0]["region"] == {"startLine": 7}
    assert places[1] is None
    assert places[3] == {"artifactLocation": {"uri": "file:///elsewhere/x.yaml"}, "region": {"startLine": 1}}
    assert run["results"][1]["suppressions"][0]["justification"] == "waiver x until …"
    assert run["results"][2]["baselineState"] == "unchanged"
    assert "ruleIndex" not in run["results"][5]
    for result in run["results"][:5]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_file_of_the_checkout_is_named_from_there(validate, rules, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    run = log_of(validate, rules, finding(rules, file=str(tmp_path / "catalog" / "a.yaml"), line=2))
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "catalog/a.yaml", "uriBaseId": "%SRCROOT%"}


def test_a_preview_points_at_the_declaration(validate, rules, make):
    waiver = make["waiver"](days=10)
    events = [
        make["event"]("block_public", "raw", "can be read\n  Fix: Block it."),
        make["event"]("keep_logs", "logs", f"keeps none\n  Waived: {waiver}", "advisory"),
        make["event"]("own", "", "catalog/base/a.yaml:12: speech/a: has no contact\n  Fix: Name one.", pack="ai"),
    ]
    places = {BUCKET.format("raw"): ("catalog/base/storage.yaml", 4)}
    judgement = judgement_of(events, ["boom"], rules, [waiver, make["waiver"]("unused")], 5, places, TODAY)
    run = validate(to_sarif(judgement))
    by_rule = {each["ruleId"]: each for each in run["results"]}
    public, kept, own = (by_rule[name] for name in ("security/block_public", "security/keep_logs", "ai/own"))
    assert public["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "catalog/base/storage.yaml"
    assert public["locations"][0]["physicalLocation"]["region"]["startLine"] == 4
    assert (public["level"], public["message"]["text"]) == ("error", "can be read\nFix: Block it.")
    assert own["locations"][0]["physicalLocation"]["region"]["startLine"] == 12
    assert kept["suppressions"][0]["justification"] == str(waiver)
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "boom"
    assert judgement.status == 1
    assert ([w.name for w in judgement.waived.used], [w.name for w in judgement.waived.unused]) == (
        ["old-bastion"], ["unused"],
    )  # fmt: skip
    assert judgement.waived.ending == (waiver,)
    assert '<testsuite name="engine" tests="1"' in to_junit(judgement)


def test_errors_alone_do_not_pass(rules):
    judgement = judgement_of([], ["boom"], rules, [], 0, {}, TODAY)
    assert judgement.status == 1
    assert judgement.summary().startswith("Refused: 0 refused, 0 advised, 0 waived, 1 error")
