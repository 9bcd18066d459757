"""What is over budget, untagged or mistyped does not pass, and says so: on the real engine, with every pack.

The engine runs three times: each change holds as many mistakes as can be told apart in one run.
"""

import re

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.cluster]

FORGETFUL = """
import pulumi


def forget(args):
    tags = {key: value for key, value in args.props.get("tags", {}).items() if key != "team"}
    return pulumi.ResourceTransformationResult(args.props | {"tags": tags}, args.opts)


pulumi.runtime.register_stack_transformation(lambda args: forget(args) if args.name == "dev-kafka-logs" else None)
"""
"""Takes one tag from one child of a component."""

BUCKETS = """
import pulumi_aws

PAID = {
    "project": "atlas", "environment": "dev", "team": "vision", "cost-center": "cc-1001", "data-modality": "image",
}
paid = pulumi_aws.s3.Bucket("gate-paid", tags=PAID)
pulumi_aws.s3.Bucket("gate-untagged")
pulumi_aws.s3.Bucket("gate-misspelt", tags=PAID | {"cost-center": "cc-10001"})
pulumi_aws.s3.Bucket("gate-unknown", tags=PAID | {"team": paid.arn})
"""

FIX = "Fix: Set project, environment, team, cost-center and data-modality to values that the catalog's ownership knows."


@pytest.fixture(scope="module")
def checkout(copy_checkout):
    return copy_checkout()


def refusals(output, rule):
    """The lines below `REFUSED <rule>`."""
    found = re.search(rf"^REFUSED {rule}\b.*\n((?:    .*\n)*)", output, re.MULTILINE)
    assert found, output
    return [line.strip() for line in found[1].splitlines()]


def test_a_pool_that_may_grow_beyond_its_budget_is_refused_until_it_is_lowered_again(checkout):
    checkout.edit("Pulumi.dev.yaml", "maxSize: 2\n", "maxSize: 60\n")
    raised = checkout.run("preview")
    assert raised.status == 1, raised.output
    message, fix = refusals(raised.output, "finops/block_over_budget")
    assert re.search(r"budget vision: [1-9],\d{3}\.\d\d of 1,000\.00 USD a month expected", message)
    added = re.search(r"this change adds \+([\d,.]+); ([\d,.]+) too much", message)
    assert added and float(added[1].replace(",", "")) - float(added[2].replace(",", "")) == pytest.approx(1000)
    assert "catalog/dev/budgets.yaml:" in message
    largest = re.findall(r"(\S+) \((\w+)\) [\d,]+\.\d\d", message.partition("largest: ")[2])
    assert len(largest) == 5
    assert largest[0] == ("dev-vision-gpu-nodes", "NodeGroup")
    assert fix.startswith("Fix: Lower what contributes most")
    assert "dev is refused" in raised.output.splitlines()[-1]

    checkout.edit("Pulumi.dev.yaml", "maxSize: 60\n", "maxSize: 2\n")
    lowered = checkout.run("preview")
    assert lowered.status == 0, lowered.output
    assert "REFUSED" not in lowered.output


def test_what_does_not_say_who_pays_is_refused_by_name_with_the_fix(copy_checkout):
    checkout = copy_checkout()
    program = checkout.root / "__main__.py"
    program.write_text(FORGETFUL + program.read_text() + BUCKETS)
    done = checkout.run("preview")
    assert done.status == 1, done.output
    lines = refusals(done.output, "finops/require_cost_tags")
    said = {line.split(" ")[0]: line for line in lines if not line.startswith("Fix: ")}
    assert set(said) == {"dev-kafka-logs", "gate-untagged", "gate-misspelt", "gate-unknown"}
    assert "(aws:cloudwatch/logGroup:LogGroup): tags: team is missing; required: one of" in said["dev-kafka-logs"]
    for key in ("project", "environment", "team", "cost-center", "data-modality"):
        assert f"{key} is missing" in said["gate-untagged"]
    assert 'cost-center is "cc-10001" (did you mean "cc-1001"?)' in said["gate-misspelt"]
    assert "tags.team is unknown until deployed" in said["gate-unknown"]
    assert FIX in lines
    assert any(line.startswith("Fix: Give tags.team a value that is known before the deployment.") for line in lines)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "maxSize: 2\n",
            "maxSize: 2\n      colour: red\n",
            r"Pulumi\.dev\.yaml:\d+:\d+: apex:gpuPools\[0\]\.colour: is not",
        ),
        ("zones: 2\n", "zones: two\n", r"Pulumi\.dev\.yaml:\d+:\d+: apex:network\.zones: 'two': "),
    ],
)
def test_a_wrong_setting_is_told_once_and_without_a_traceback(copy_checkout, old, new, said):
    checkout = copy_checkout()
    checkout.edit("Pulumi.dev.yaml", old, new)
    done = checkout.run("preview")
    assert done.status == 2
    [line] = [line for line in done.output.splitlines() if line]
    assert re.search(said, line), done.output
    assert not (checkout.root / ".apex" / "dev" / "preview.json").exists()


def test_an_unknown_environment_is_told_with_those_there_are(checkout):
    done = checkout.run("preview", "staging")
    assert done.status == 2
    assert done.output.splitlines() == ['sandbox: "staging" is not an environment; use ENV=dev or ENV=prod']
