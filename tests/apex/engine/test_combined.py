"""Packs that run as one judge as they do each by itself."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from apex.engine import crossguard
from apex.engine.combined import NAME, combine_packs, serve_packs
from apex.policy.packs import load_packs

PACKS = Path(__file__).parents[3] / "policy_packs"
OURS = "from apex.engine.crossguard import policy_pack\n"
RULE = """
from apex.policy.rule import Rule, Severity
RULES = (Rule(id="{id}", title="T", pack="{pack}", severity=Severity.LOW, why="W.", fix="F.", code="c",
              types=("aws:*",), validate=lambda resource, context: ()),)
"""


@pytest.fixture
def pack(tmp_path):
    """Makes a pack of one rule, with a configuration if one is given."""

    def make(name, program=OURS, config=None):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "PulumiPolicy.yaml").write_text("runtime: python\n")
        (folder / "__main__.py").write_text(program + RULE.format(id=f"{name}_rule", pack=name))
        file = folder / "config.dev.json"
        if config is not None:
            file.write_text(config)
        return folder, file if config is not None else None

    return make


@pytest.fixture
def served(monkeypatch):
    """What is served in place of an endless wait: the pack's name and the ids of its rules."""
    found = []
    monkeypatch.setattr(crossguard, "policy_pack", lambda name, rules: found.append((name, [r.id for r in rules])))
    return found


def test_packs_of_this_library_become_one_with_the_configuration_of_each(pack, tmp_path, served, monkeypatch):
    packs = [pack("a", config='{"a_rule": "advisory"}'), pack("b"), pack("c", config='{"c_rule": {"limit": 3}}')]
    [(folder, config)] = combine_packs(packs, tmp_path / "packs")
    assert json.loads(config.read_text()) == {"a_rule": "advisory", "c_rule": {"limit": 3}}
    project = json.loads((folder / "PulumiPolicy.yaml").read_text())
    assert (project["name"], project["runtime"]["options"]["virtualenv"]) == (NAME, sys.prefix)
    monkeypatch.setattr(sys, "path", list(sys.path))
    runpy.run_path(str(folder / "__main__.py"), run_name="__main__")
    assert served == [(NAME, ["a_rule", "b_rule", "c_rule"])]


@pytest.mark.parametrize("config", ['{"all": "advisory"}', '{"baseline": "advisory"}', "{", "[]"])
def test_a_pack_that_is_configured_as_a_whole_runs_alone(pack, tmp_path, config):
    alone = pack("b", config=config)
    combined = combine_packs([pack("a"), alone], tmp_path / "packs")
    assert combined[1:] == [alone]
    assert str(alone[0]) not in (combined[0][0] / "__main__.py").read_text()


def test_a_pack_of_another_make_runs_alone(pack, tmp_path):
    other = pack("b", program="from pulumi_policy import PolicyPack\n")
    empty = tmp_path / "node"
    empty.mkdir()
    assert combine_packs([other, (empty, None)], tmp_path / "packs") == [other, (empty, None)]
    assert not (tmp_path / "packs").exists()


def test_a_configuration_cannot_speak_of_another_packs_rule(pack, served, capsys):
    with pytest.raises(SystemExit, match="b_rule: is no rule of the pack a"):
        serve_packs({str(pack("a")[0]): ["b_rule"], str(pack("b")[0]): []})
    assert served == []


def test_two_rules_of_one_name_are_refused(pack, served):
    a, b = pack("a")[0], pack("b")[0]
    (b / "__main__.py").write_text(RULE.format(id="a_rule", pack="b"))
    with pytest.raises(SystemExit, match="a_rule: is also a rule of a; rename it"):
        serve_packs({str(a): [], str(b): []})
    assert served == []


def test_the_packs_of_this_repository_run_as_one(served):
    packs = load_packs(PACKS)
    serve_packs({str(pack.folder): [] for pack in packs})
    assert served == [(NAME, [rule.id for pack in packs for rule in pack.rules])]
