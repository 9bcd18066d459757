from apex.report.listing import list_events
from apex.report.preview import PolicyEvent

STACK = "urn:pulumi:dev::apex::pulumi:pulumi:Stack::apex-dev"


def event(name, message, policy="require_cost_tags", level="mandatory"):
    urn = f"urn:pulumi:dev::apex::apex:index:StorageTiers$aws:s3/bucket:Bucket::{name}" if name else STACK
    return PolicyEvent("finops", policy, urn, level, message)


def test_a_rule_is_named_once_and_so_is_a_fix_that_its_findings_share():
    events = [
        event("raw", "team is missing\n  Fix: Set it."),
        event("features", "project is missing\n  Fix: Set it."),
        event("logs", "team is misspelt\n  Fix: Correct it."),
    ]
    assert list(list_events(events)) == [
        "REFUSED finops/require_cost_tags: 3 findings",
        "    raw (aws:s3/bucket:Bucket): team is missing",
        "    features (aws:s3/bucket:Bucket): project is missing",
        "      Fix: Set it.",
        "    logs (aws:s3/bucket:Bucket): team is misspelt",
        "      Fix: Correct it.",
    ]


def test_what_is_said_of_the_stack_names_no_resource_and_a_waiver_stands_in_place_of_the_fix():
    events = [
        event("", "catalog/base/a.yaml:2: speech/a: has no contact\n  Fix: Name one.", "name_oversight", "advisory"),
        event("raw", "is public\n  Waived: waiver w until 2027-01-01", "block_public", "advisory"),
        event("raw", "one line\nand another", "other", "remediate"),
    ]
    assert list(list_events(events)) == [
        "advisory finops/name_oversight",
        "    catalog/base/a.yaml:2: speech/a: has no contact",
        "      Fix: Name one.",
        "advisory finops/block_public",
        "    raw (aws:s3/bucket:Bucket): is public",
        "      Waived: waiver w until 2027-01-01",
        "remediate finops/other",
        "    raw (aws:s3/bucket:Bucket): one line",
        "    and another",
    ]


def test_a_subject_that_is_no_urn_is_shown_as_it_is():
    assert list(list_events([PolicyEvent("finops", "rule", "policy-pack", "advisory", "said")])) == [
        "advisory finops/rule",
        "    policy-pack: said",
    ]
