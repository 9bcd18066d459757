"""Data contracts of the catalog as arguments, and the rule that each adds to its tier."""

import re

import pulumi
import pytest

from stack import arguments
from stack.declared_contracts import contracts, retained, roles

TRANSCRIPTS = "base/speech/call-transcripts.yaml"


class Storage:
    """What the mapping reads of the tiers."""

    def __init__(self):
        self.bucket_arns = {tier: f"arn:aws:s3:::{tier}" for tier in ("archive", "curated", "features", "raw")}


class Granted:
    """What the mapping reads of the roles."""

    def __init__(self):
        self.role_arns = {"data-engineer": "arn:aws:iam::123456789012:role/dev-data-data-engineer"}
        self.pii_tag_key = "dev-data-pii"


class Pipeline:
    """What the mapping reads of a pipeline."""

    def __init__(self, name):
        self.database_name, self.table_name = f"dev_{name}", "results"


@pytest.fixture
def made(environment):
    """The arguments of every contract, by name."""
    made = {name: Pipeline(name) for name in ("call-transcripts", "camera-events")}
    return lambda copy: dict(contracts(environment("dev"), copy.load("dev"), Storage(), Granted(), made))


@pytest.fixture
def tiers(environment):
    """The tiers of an environment with what the contracts add, by name."""

    def make(copy, name="dev"):
        env = environment(name)
        return {tier["name"]: tier for tier in retained(arguments.storage_tiers(env), copy.load(name))["tiers"]}

    return make


def test_roles_are_those_of_the_platform(environment, copy):
    wanted = roles(environment("dev"), copy.load("dev"))
    assert wanted["roles"] == ["compliance-officer", "data-engineer", "data-scientist", "ml-engineer"]
    assert wanted["tags"]["team"] == "platform"


def test_a_contract_is_kept_as_promised(made, copy):
    args = made(copy)["transcripts"]
    assert {key: value for key, value in args.items() if key not in ("table", "tags")} == {
        "dataset": "speech.transcripts",
        "bucket_arn": "arn:aws:s3:::curated",
        "role_arns": Granted().role_arns,
        "access": {
            "delete": ["compliance-officer"],
            "read": ["data-scientist", "ml-engineer"],
            "write": ["data-engineer"],
        },
        "allowed_regions": ["us-east-1"],
        "pii": [
            {"column": "caller_name", "handling": "drop"},
            {"column": "caller_number", "handling": "hash"},
            {"column": "text", "handling": "mask"},
        ],
    }
    assert (args["tags"]["team"], args["tags"]["cost-center"]) == ("speech", "cc-1002")


def test_the_table_of_a_dataset_is_that_of_the_pipeline_that_makes_it(made, copy):
    found = made(copy)
    assert found["transcripts"]["table"] == {
        "database": "dev_call-transcripts",
        "name": "results",
        "pii_tag_key": "dev-data-pii",
    }
    assert "table" not in found["vibration"]


def test_a_dataset_that_no_pipeline_makes_has_no_table(made, copy):
    copy.edit(TRANSCRIPTS, "path: speech/transcripts/{date}/", "path: speech/words/{date}/")
    assert "table" not in made(copy)["transcripts"]


def test_a_contract_is_a_rule_of_its_tier(tiers, copy):
    found = tiers(copy)
    assert found["curated"]["retentions"] == [
        {"name": "transcripts", "prefix": "speech/transcripts/", "expire_after_days": 365},
        {"name": "vibration", "prefix": "sensing/vibration/", "expire_after_days": 730},
    ]
    assert "retentions" not in found["raw"]


def test_the_tiers_own_rules_stay(tiers, environment, copy):
    plain = {tier["name"]: tier for tier in arguments.storage_tiers(environment("dev"))["tiers"]}
    for name, tier in tiers(copy).items():
        assert {key: value for key, value in tier.items() if key != "retentions"} == plain[name]


def test_rules_that_a_tier_has_already_stay(environment, copy):
    args = arguments.storage_tiers(environment("dev"))
    work = {"name": "work", "prefix": "work/", "expire_after_days": 7}
    next(tier for tier in args["tiers"] if tier["name"] == "curated")["retentions"] = [work]
    found = {tier["name"]: tier for tier in retained(args, copy.load("dev"))["tiers"]}
    assert [rule["name"] for rule in found["curated"]["retentions"]] == ["work", "transcripts", "vibration"]


def test_what_the_tier_deletes_is_not_promised(tiers, copy):
    copy.edit(TRANSCRIPTS, "  dataset: speech.transcripts", "  dataset: speech.transcripts\n  tier: raw")
    with pytest.raises(pulumi.RunError) as error:
        tiers(copy)
    assert re.sub(r":\d+:", ":N:", str(error.value)).replace(str(copy.root), "catalog") == (
        "catalog/base/speech/call-transcripts.yaml:N: DataContract transcripts: spec.retentionDays: 365 cannot be "
        "kept, as the tier raw deletes everything after 90 days; name another tier, or promise 90"
    )


def test_a_role_that_would_have_too_many_policies_is_told(made, copy):
    text = (copy.root / TRANSCRIPTS).read_text()
    contract = text[text.index("# Who may do what") :].partition("\n")[2]
    more = [
        contract.replace("name: transcripts", f"name: transcripts-{n}", 1).replace(
            "speech.transcripts", f"speech.transcripts{n}"
        )
        for n in range(10)
    ]
    (copy.root / "base" / "speech" / "more.yaml").write_text("---\n".join(more))
    with pytest.raises(pulumi.RunError) as error:
        made(copy)
    assert "spec.access: compliance-officer is named by 11 operations of data contracts" in str(error.value)
    assert str(error.value).endswith("an IAM role has at most 10 policies; divide the role")
