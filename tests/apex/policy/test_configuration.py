"""What packs are told beside their rules, and packs that take what is deployed as it is."""

import datetime
import json
from pathlib import Path

import pytest

from apex.errors import InputError
from apex.policy.catalog import Declared
from apex.policy.configuration import Configuration, read_configuration
from apex.policy.evaluate import Status
from apex.policy.inputs import read_inputs
from apex.policy.judge import judge
from apex.policy.packs import Pack, load_packs
from apex.policy.rule import Enforcement

ROOT = Path(__file__).parents[3]
TODAY = datetime.date(2026, 11, 21)


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    [security] = load_packs(ROOT / "policy_packs", ["security"])
    return Pack("security", tmp_path, tuple(r for r in security.rules if r.id in ("retain_logs", "restrict_ingress")))


def configure(pack: Pack, text: str) -> Configuration:
    (pack.folder / "config.dev.json").write_text(text, encoding="utf-8")
    return read_configuration([pack], "dev")


def test_levels_and_settings_are_read(pack: Pack) -> None:
    found = configure(pack, '{"retain_logs": {"enforcementLevel": "advisory", "days": 30}, "baseline": "advisory"}')
    assert found.levels == {"retain_logs": Enforcement.ADVISORY}
    assert found.settings == {"retain_logs": {"days": 30}}
    assert found.baselines == {"security": True}


def test_one_rule_may_differ_from_all(pack: Pack) -> None:
    found = configure(pack, '{"all": "advisory", "retain_logs": "disabled"}')
    assert found.levels == {"retain_logs": Enforcement.DISABLED, "restrict_ingress": Enforcement.ADVISORY}


def test_another_environment_has_none(pack: Pack) -> None:
    configure(pack, '{"all": "advisory"}')
    assert read_configuration([pack], "prod") == read_configuration([pack], "") == Configuration()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "config.dev.json:1:2: is not JSON"),
        ("[]", "is not a map from rules to levels or settings"),
        ('{"retain_logz": "advisory"}', "retain_logz: is no rule of the pack security"),
        ('{"retain_logs": "off"}', '"off" is not a level; use one of mandatory, advisory, disabled, remediate'),
        ('{"baseline": "on"}', 'baseline: "on" is not a level'),
        ('{"retain_logs": 3}', "retain_logs: is neither a level nor a map of settings"),
    ],
)
def test_what_is_wrong_is_said(pack: Pack, text: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        configure(pack, text)
    assert says in str(error.value)


def group(name: str, port: int) -> str:
    rule = {"protocol": "tcp", "fromPort": port, "toPort": port, "cidrBlocks": ["0.0.0.0/0"]}
    return (
        json.dumps({"type": "aws:ec2/securityGroup:SecurityGroup", "name": name, "props": {"ingress": [rule]}}) + "\n"
    )


@pytest.mark.parametrize(("entry", "blocked"), [(None, {"new"}), (True, {"new"}), (False, {"old", "new"})])
def test_a_pack_says_whether_what_is_deployed_may_stay(
    pack: Pack, tmp_path: Path, entry: bool | None, blocked: set[str]
) -> None:
    state, plan = tmp_path / "state.jsonl", tmp_path / "plan.jsonl"
    state.write_text(group("old", 22), encoding="utf-8")
    plan.write_text(group("old", 22) + group("new", 22), encoding="utf-8")
    baselines = {} if entry is None else {"security": entry}
    waived = judge(
        pack.rules,
        read_inputs([plan]),
        Declared(),
        "dev",
        TODAY,
        read_inputs([state]),
        lambda where: Configuration(baselines=baselines),
    )
    assert {finding.name for finding in waived.findings if finding.blocks} == blocked
    assert {finding.name for finding in waived.findings if finding.status is Status.EXISTING} == {
        "old",
        "new",
    } - blocked
    assert all(finding.enforcement is Enforcement.MANDATORY for finding in waived.findings)


def test_what_is_deployed_may_not_become_worse(pack: Pack, tmp_path: Path) -> None:
    state, plan = tmp_path / "state.jsonl", tmp_path / "plan.jsonl"
    state.write_text(group("old", 22), encoding="utf-8")
    plan.write_text(group("old", 3389), encoding="utf-8")
    waived = judge(pack.rules, read_inputs([plan]), Declared(), "dev", TODAY, read_inputs([state]))
    assert [finding.blocks for finding in waived.findings] == [True]
