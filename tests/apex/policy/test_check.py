"""`apex check` and what it stands on: inputs, waivers, baseline, renderers, the decision log."""

import datetime
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from apex.errors import InputError
from apex.plan import UNKNOWN, UNKNOWN_SENTINEL, Resource
from apex.policy.catalog import Declared
from apex.policy.evaluate import Status, evaluate
from apex.policy.frameworks import coverage, framework, natural
from apex.policy.inputs import read_inputs
from apex.policy.judge import Choice, judge
from apex.policy.packs import load_packs
from apex.policy.rule import Enforcement, Rule, Severity
from apex.policy.stack import Context
from apex.policy.waivers import Waiver
from apex.report.audit import START, Decision, append, verify
from apex.report.findings import Judgement, to_json, to_markdown, to_table
from apex.report.junit import to_junit
from apex.report.sarif import to_sarif

ROOT = Path(__file__).parents[3]
TODAY = datetime.date(2026, 11, 21)
OPEN = {"type": "aws:ec2/securityGroup:SecurityGroup", "name": "ssh", "props": {
    "ingress": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]}}  # fmt: skip
CLOSED = {"type": "aws:ec2/securityGroup:SecurityGroup", "name": "closed", "props": {}}


@pytest.fixture(scope="module")
def rules() -> tuple[Rule, ...]:
    return Choice().of(rule for pack in load_packs(ROOT / "policy_packs", ["security"]) for rule in pack.rules)


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    file = tmp_path / "resources.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in (OPEN, CLOSED)), encoding="utf-8")
    return file


def waiver(**changes: object) -> Waiver:
    base = Waiver(
        name="old-bastion",
        policy="restrict_ingress",
        resource="*::ssh",
        reason="moves to Session Manager",
        approved_by="ciso@example.com",
        expires=datetime.date(2026, 12, 24),
        issue="https://example.com/1",
    )
    return replace(base, **changes)


def judged(rules: tuple[Rule, ...], file: Path, *waivers: Waiver, baseline: Path | None = None) -> Judgement:
    before = read_inputs([baseline]) if baseline else []
    waived = judge(rules, read_inputs([file]), Declared(waivers=waivers), "dev", TODAY, before)
    return Judgement(rules, 2, waived)


def test_an_open_port_is_refused_with_its_line(rules, lines):
    [finding] = judged(rules, lines).findings
    assert (finding.rule, finding.name, finding.line, finding.blocks) == ("restrict_ingress", "ssh", 1, True)
    assert finding.message == "lets in tcp 22 from 0.0.0.0/0"


def test_the_engines_unknown_sentinel_is_understood(rules, tmp_path):
    file = tmp_path / "x.jsonl"
    props = {"ingress": UNKNOWN_SENTINEL}
    file.write_text(json.dumps({"type": OPEN["type"], "name": "a", "props": props}), encoding="utf-8")
    [finding] = judged(rules, file).findings
    assert finding.status is Status.UNKNOWN
    assert finding.blocks
    assert finding.message.startswith("ingress is unknown until deployed")


def test_a_waiver_covers_and_is_listed(rules, lines):
    judgement = judged(rules, lines, waiver())
    assert judgement.status == 0
    assert [finding.status for finding in judgement.findings] == [Status.WAIVED]
    assert [each.name for each in judgement.waived.used] == ["old-bastion"]
    assert "ciso@example.com" in to_table(judgement)


def test_a_waiver_holds_on_its_last_day_and_blocks_after_it(rules, lines):
    assert judged(rules, lines, waiver(expires=TODAY)).status == 0
    judgement = judged(rules, lines, waiver(expires=TODAY - datetime.timedelta(days=1)))
    assert judgement.status == 1
    assert "waiver old-bastion expired on 2026-11-20, 1 day ago" in judgement.findings[0].message


def test_a_waiver_that_ends_too_far_ahead_does_not_hold(rules, lines):
    assert judged(rules, lines, waiver(expires=TODAY + datetime.timedelta(days=90))).status == 0
    judgement = judged(rules, lines, waiver(expires=TODAY + datetime.timedelta(days=91)))
    assert "more than 90 days ahead" in judgement.findings[0].message


def test_a_waiver_for_another_rule_or_resource_is_unused(rules, lines):
    for other in (waiver(policy="encrypt_queues"), waiver(resource="*::closed")):
        judgement = judged(rules, lines, other)
        assert judgement.status == 1
        assert judgement.waived.unused == (other,)
        assert "waiver unused: old-bastion" in to_table(judgement)


def test_a_waiver_that_ends_soon_is_warned_about(rules, lines):
    soon = waiver(expires=TODAY + datetime.timedelta(days=14))
    assert judged(rules, lines, soon).waived.ending == (soon,)
    assert judged(rules, lines, waiver(expires=TODAY + datetime.timedelta(days=15))).waived.ending == ()


def test_cost_tags_cannot_be_waived(tmp_path):
    finops = Choice().of(rule for pack in load_packs(ROOT / "policy_packs", ["finops"]) for rule in pack.rules)
    tags = tuple(rule for rule in finops if rule.id == "require_cost_tags")
    file = tmp_path / "x.jsonl"
    file.write_text(json.dumps({"type": "aws:s3/bucket:Bucket", "name": "raw"}), encoding="utf-8")
    judgement = judged(tags, file, waiver(policy="require_cost_tags", resource="*"))
    assert judgement.status == 1
    assert "require_cost_tags cannot be waived" in judgement.findings[0].message


def test_only_what_is_new_against_the_baseline_blocks(rules, lines, tmp_path):
    judgement = judged(rules, lines, baseline=lines)
    assert judgement.status == 0
    assert [finding.status for finding in judgement.findings] == [Status.EXISTING]
    assert "1 existed before" in judgement.summary()
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(CLOSED), encoding="utf-8")
    assert judged(rules, lines, baseline=other).status == 1


def test_a_rule_that_crashes_refuses_and_is_named_even_if_advisory(rules):
    def broken(resource, context):
        raise KeyError("oops")

    rule = replace(rules[0], id="broken", types=("a:b:C",), validate=broken, enforcement=Enforcement.ADVISORY)
    [finding] = evaluate([rule], Context([Resource("urn:pulumi:s::p::a:b:C::x", "a:b:C", "x")]))
    assert (finding.status, finding.blocks) == (Status.CRASHED, True)
    assert "the rule itself failed with KeyError" in finding.message
    assert "broken" in finding.fix


def test_what_is_wrong_is_told_before_what_is_unknown(rules):
    [rule] = [each for each in rules if each.id == "encrypt_caches"]
    inputs = {"atRestEncryptionEnabled": False, "transitEncryptionEnabled": UNKNOWN}
    subject = Resource("urn:pulumi:s::p::t::x", rule.types[0], "x", inputs=inputs)
    statuses = {finding.status for finding in evaluate([rule], Context([subject]))}
    assert statuses == {Status.FAIL, Status.UNKNOWN}


def test_reports_are_the_same_every_time_and_for_any_order(rules, lines, tmp_path):
    swapped = tmp_path / "swapped.jsonl"
    swapped.write_text("\n".join(reversed(lines.read_text(encoding="utf-8").splitlines())), encoding="utf-8")
    first, again = judged(rules, lines), judged(rules, lines)
    for render in (to_json, to_table, to_markdown, to_junit, to_sarif):
        assert render(first) == render(again)
    names = [[f.name for f in judged(rules, file).findings] for file in (lines, swapped)]
    assert names[0] == names[1]


def test_json_names_everything_a_program_needs(rules, lines):
    document = json.loads(to_json(judged(rules, lines)))
    [finding] = document["findings"]
    assert finding["rule"] == "restrict_ingress"
    assert finding["severity"] == "critical"
    assert finding["status"] == "fail"
    assert finding["controls"]["cis-aws"] == ["5.2", "5.3"]
    assert finding["resource"].endswith("::ssh")
    assert finding["fix"].startswith("Name the networks")


def test_sarif_points_at_the_line_and_marks_waivers(rules, lines):
    run = json.loads(to_sarif(judged(rules, lines, waiver())))["runs"][0]
    [result] = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == lines.as_uri()
    assert place["region"]["startLine"] == 1
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "security/restrict_ingress"
    assert result["suppressions"][0]["kind"] == "external"


def test_junit_counts(rules, lines):
    suite = ET.fromstring(to_junit(judged(rules, lines))).find("testsuite")
    assert suite is not None
    assert suite.get("failures") == "1"
    assert suite.get("tests") == str(len(rules))


def test_markdown_escapes_what_would_break_a_table(rules, lines):
    judgement = judged(rules, lines)
    finding = replace(judgement.findings[0], message="a | b\n<script>")
    text = to_markdown(replace(judgement, waived=replace(judgement.waived, findings=(finding,))))
    assert "a \\| b &lt;script>" in text


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", "hello", "has no apiVersion and kind"),
        ("a.yaml", "a: [", "is not valid YAML"),
        ("a.yaml", "apiVersion: v1\nkind: Pod\n", "metadata.name: has no name"),
        ("a.json", '{"a": 1}', "neither a Pulumi plan nor a state"),
        ("a.json", '{"steps": [', "is not complete JSON"),
        ("a.json", '{"terraform_version": "1"}', "is a Terraform plan"),
        ("a.jsonl", '{"name": "x"}', "a.jsonl:1: is not a resource"),
        ("a.jsonl", '{"type": "t", "props": []}', "props: is list; write a map"),
        ("a.yaml", "", "is empty"),
    ],
)
def test_bad_input_is_told_once_and_clearly(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_inputs([tmp_path / name])
    assert message in str(error.value)
    assert len(error.value.problems) == 1


def test_manifests_know_their_lines_and_lists_are_opened(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(
        "# one\napiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: n}\n---\n"
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}\n",
        encoding="utf-8",
    )
    [read] = read_inputs([tmp_path])
    assert [(r.type, r.name, r.line) for r in read.resources] == [
        ("kubernetes:core/v1:Service", "n/a", 2),
        ("kubernetes:apps/v1:Deployment", "b", 6),
    ]


def test_severity_and_framework_choose_rules(rules):
    assert all(rule.severity is Severity.CRITICAL for rule in Choice(severity=Severity.CRITICAL).of(rules))
    chosen = Choice(framework="cis-aws").of(rules)
    assert chosen
    assert all("cis-aws" in rule.controls for rule in chosen)


def test_coverage_shows_what_no_rule_serves(rules):
    serving = coverage(framework("cis-aws"), rules)
    assert serving["5.6"] == ("security/require_imdsv2",)
    assert serving["1.5"] == ()
    assert list(serving) == sorted(serving, key=natural)
    with pytest.raises(InputError, match="is not a framework; use one of cis-aws"):
        framework("cis")


def test_the_command_exits_by_its_verdict(lines, tmp_path):
    def status(*arguments: str) -> int:
        command = [sys.executable, "-m", "apex.cli", "check", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode

    closed = tmp_path / "closed.jsonl"
    closed.write_text(json.dumps(CLOSED), encoding="utf-8")
    assert status(str(lines), "--pack", "security") == 1
    assert status(str(closed), "--pack", "security") == 0
    assert status(str(closed), "--pack", "nope") == 2


def decision(rules: tuple[Rule, ...], lines: Path, actor: str) -> Decision:
    return Decision(
        "2026-11-21T00:00:00+00:00", actor, "abc", "dev", "sha256:1", judged(rules, lines), {"monthly": "1"}
    )


def test_the_log_shows_any_edit_removal_or_move(rules, lines, tmp_path):
    log = tmp_path / "log" / "decisions.jsonl"
    heads = [append(log, decision(rules, lines, actor)) for actor in ("ann", "bob", "cleo")]
    assert verify(log) == heads[-1]
    kept = log.read_text(encoding="utf-8").splitlines()
    for broken, message in (
        ([kept[0].replace("ann", "eve"), *kept[1:]], "entry 1 was changed"),
        ([kept[0], kept[2]], "entry 2 does not follow"),
        ([kept[1], kept[0], kept[2]], "entry 1 does not follow"),
        (kept[1:], "entry 1 does not follow"),
        (["x", *kept], "is not an entry"),
    ):
        log.write_text("\n".join(broken) + "\n", encoding="utf-8")
        with pytest.raises(InputError, match=message):
            verify(log)
        with pytest.raises(InputError):
            append(log, decision(rules, lines, "dora"))
    log.write_text(kept[0] + "\n", encoding="utf-8")
    assert verify(log) == heads[0]
    with pytest.raises(InputError, match="cut off its end"):
        verify(log, heads[-1])
    log.write_text("", encoding="utf-8")
    assert verify(log) == START


def test_yaml_may_be_written_as_json_documents(tmp_path):
    file = tmp_path / "objects.yaml"
    objects = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}} for name in ("a", "b")]
    file.write_text("\n---\n".join(json.dumps(each) for each in objects), encoding="utf-8")
    [found] = read_inputs([file])
    assert [resource.name for resource in found.resources] == ["a", "b"]
