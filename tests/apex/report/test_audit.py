"""The decision log, made of a preview's own findings: whatever is done to it afterwards is seen."""

import datetime
import fcntl
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest

from apex.cli.decisions import cost_verdict, digest_of
from apex.errors import InputError
from apex.report.audit import START, Decision, append, digest, verify
from apex.report.judged import judgement_of


@pytest.fixture
def decision(reports, make):
    """Makes the decision on a preview."""

    def of(name, actor="ann"):
        report = reports(name)
        today = datetime.date(2026, 9, 14)
        judgement = judgement_of(report.events, report.errors, (), [make["waiver"]()], 3, {}, today)
        cost = cost_verdict(report.bill, report.deployed, report.verdicts)
        return Decision("2026-11-21T10:00:00+00:00", actor, "c0ffee", "dev", "sha256:1", judgement, cost)

    return of


@pytest.fixture
def log(tmp_path, decision):
    file = tmp_path / "logs" / "decisions.jsonl"
    for name in ("allowed", "refused", "hostile", "empty"):
        append(file, decision(name))
    return file


def test_a_decision_holds_who_what_and_why(log):
    allowed, refused, hostile, _ = (json.loads(line)["decision"] for line in log.read_text("utf-8").splitlines())
    assert (allowed["actor"], allowed["commit"], allowed["planDigest"]) == ("ann", "c0ffee", "sha256:1")
    assert (allowed["allowed"], refused["allowed"], hostile["allowed"]) == (True, False, False)
    assert allowed["waivers"] == ["old-bastion"]
    assert allowed["cost"]["monthly"]["expected"] == "180.00"
    assert allowed["cost"]["added"] == "120.00"
    assert refused["cost"]["complete"] is False
    assert refused["cost"]["budgets"] == [
        {"name": "vision", "state": "over", "blocked": True, "limit": "90.00", "expected": "150.00"}
    ]
    assert [each["rule"] for each in refused["findings"] if each["blocks"]] == [
        "block_over_budget", "block_public", "block_public",
    ]  # fmt: skip
    assert len(hostile["errors"]) == 1


def test_every_other_order_is_seen(log):
    lines = log.read_text("utf-8").splitlines(keepends=True)
    for order in permutations(lines):
        log.write_text("".join(order), encoding="utf-8")
        if list(order) == lines:
            verify(log)
        else:
            with pytest.raises(InputError, match="does not follow"):
                verify(log)


def test_every_removal_is_seen(log):
    lines = log.read_text("utf-8").splitlines(keepends=True)
    head = json.loads(lines[-1])["hash"]
    for number in range(len(lines)):
        log.write_text("".join(lines[:number] + lines[number + 1 :]), encoding="utf-8")
        with pytest.raises(InputError, match="does not follow|cut off its end"):
            verify(log, head)


def test_any_changed_character_is_seen(log):
    """Not each of the thousands, but one of every stretch of 40, by each of three replacements."""
    text = log.read_text("utf-8")
    tried = 0
    for at in range(0, len(text), 40):
        for other in ("0", "x", " "):
            if text[at] == other:
                continue
            log.write_text(text[:at] + other + text[at + 1 :], encoding="utf-8")
            with pytest.raises(InputError):
                verify(log)
            tried += 1
    assert tried > 100


def test_a_rewritten_entry_breaks_the_chain_after_it(log, decision, tmp_path):
    """Whoever seals a changed entry anew has to seal all that follow: the last hash then differs."""
    lines = log.read_text("utf-8").splitlines(keepends=True)
    forged = tmp_path / "forged.jsonl"
    append(forged, decision("allowed", actor="eve"))
    log.write_text(forged.read_text("utf-8") + "".join(lines[1:]), encoding="utf-8")
    with pytest.raises(InputError, match="entry 2 does not follow"):
        verify(log)


def test_a_log_cut_in_the_middle_of_an_entry_takes_no_more(log, decision):
    text = log.read_text("utf-8")
    for end in (len(text) - 1, len(text) - 30):
        log.write_text(text[:end], encoding="utf-8")
        with pytest.raises(InputError, match="ends in the middle"):
            append(log, decision("empty"))
        assert log.read_text("utf-8") == text[:end]


def test_a_wrong_number_is_seen_even_where_its_hash_fits(log):
    lines = log.read_text("utf-8").splitlines(keepends=True)
    last = json.loads(lines[-1])
    del last["hash"]
    last["number"] = 9
    log.write_text("".join(lines[:-1]) + json.dumps(last | {"hash": digest(last)}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="entry 4 does not follow"):
        verify(log)


def test_a_run_waits_for_the_one_that_writes(log, decision):
    with ThreadPoolExecutor(1) as pool:
        with log.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            waiting = pool.submit(append, log, decision("empty"))
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        assert waiting.result(timeout=30) == verify(log)


def test_runs_at_once_follow_each_other(tmp_path, decision):
    file = tmp_path / "log.jsonl"
    made = [decision("empty", actor=f"actor {number}") for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        seals = list(pool.map(lambda each: append(file, each), made))
    entries = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [each["number"] for each in entries] == list(range(1, 21))
    assert {each["hash"] for each in entries} == set(seals)
    assert verify(file) == entries[-1]["hash"]


def test_text_that_looks_like_the_end_of_a_line_is_no_end(tmp_path, decision):
    file = tmp_path / "log.jsonl"
    append(file, decision("empty", actor="a\u2028b\x85c\x0bd"))
    append(file, decision("empty"))
    assert verify(file) != START


def test_the_digest_of_a_plan_tells_its_content(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("plan")
    two.write_text("plan ")
    assert digest_of([one]) == digest_of([one])
    assert digest_of([one]) != digest_of([two])
    assert digest_of([one, two]) != digest_of([two, one])
    assert digest_of([tmp_path]) == digest_of([one, two])
    assert digest_of([tmp_path / "none"]) == ""
