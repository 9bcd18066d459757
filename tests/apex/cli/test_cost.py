"""`apex cost` and `apex prices`, as a person calls them."""

import json

import pytest

from apex.cli import main

SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
BUDGET = """\
apiVersion: finops.apexlogic.com/v1alpha1
kind: Budget
metadata:
  name: vision
spec:
  scope: {team: %s}
  amount: %s
"""
USAGE = """\
apiVersion: finops.apexlogic.com/v1alpha1
kind: Usage
metadata:
  name: usage
spec:
  dataClasses:
    raw: {storedGib: %s}
"""


def step(token, name, **inputs):
    urn = f"urn:pulumi:dev::shop::{token}::{name}"
    return {"op": "create", "urn": urn, "newState": {"urn": urn, "type": token, "custom": True, "inputs": inputs}}


@pytest.fixture
def plan(tmp_path):
    steps = [
        step("aws:msk/cluster:Cluster", "kafka", numberOfBrokerNodes=3, tags={"team": "vision"},
             brokerNodeGroupInfo={"instanceType": "kafka.m7g.large",
                                  "storageInfo": {"ebsStorageInfo": {"volumeSize": 100}}}),
        step("aws:s3/bucket:Bucket", "tiers-raw", tags={"team": "speech"}),
        step("aws:iam/role:Role", "role"),
    ]  # fmt: skip
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"config": {"aws:region": "us-east-1"}, "steps": steps}))
    return file


@pytest.fixture
def apex(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    return run


def test_json_has_the_agreed_form(apex, plan):
    status, out, _ = apex("cost", plan, "--format", "json")
    document = json.loads(out)
    assert status == 0
    assert list(document)[:7] == ["currency", "catalogueDate", "complete", "monthly", "resources", "budgets", "groups"]
    assert (document["currency"], document["complete"]) == ("USD", True)
    kafka = next(r for r in document["resources"] if r["type"] == "aws:msk/cluster:Cluster")
    assert kafka["monthly"] == {"low": "476.76", "expected": "476.76", "peak": "476.76"}
    assert kafka["components"][0] == {
        "name": "brokers (kafka.m7g.large)", "unit": "hour", "quantity": "2190", "unitPrice": "0.204",
        "monthly": {"low": "446.76", "expected": "446.76", "peak": "446.76"}, "assumption": None,
    }  # fmt: skip
    assert kafka["tags"] == {"team": "vision"}
    assert document["groups"]["team"]["vision"]["expected"] == "476.76"
    assert document["monthly"]["expected"] == "479.15"


@pytest.mark.parametrize("form", ["table", "json", "markdown", "csv"])
def test_same_input_same_bytes(apex, plan, form):
    assert apex("cost", plan, "--format", form) == apex("cost", plan, "--format", form)


def test_a_state_of_a_program_that_is_not_ours(apex, tmp_path):
    arn = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"
    resources = [
        {"urn": "urn:pulumi:live::web::aws:ec2/instance:Instance::box", "custom": True,
         "type": "aws:ec2/instance:Instance",
         "inputs": {"instanceType": "m5.large"}, "outputs": {"arn": arn, "instanceType": "m5.large"}},
    ]  # fmt: skip
    file = tmp_path / "state.json"
    file.write_text(json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": resources}}))
    status, out, _ = apex("cost", file, "--format", "json")
    assert status == 0
    # 730 hours of m5.large in Ireland at 0.107, and 8 GB of gp2 at 0.11.
    assert json.loads(out)["monthly"]["expected"] == "78.99"


def test_a_plan_of_a_program_that_is_not_ours_lists_what_nobody_has_priced(apex, tmp_path):
    component = step("acme:shop:Checkout", "checkout")
    component["newState"]["custom"] = False
    steps = [
        step("pulumi:pulumi:Stack", "shop-dev"),
        component,
        step("aws:ec2/instance:Instance", "box", instanceType="m5.large"),
        step("aws:ec2/instance:Instance", "later", instanceType=SENTINEL),
        step("aws:braket/quantumTask:QuantumTask", "cat"),
        step("azure-native:storage:StorageAccount", "blobs", sku={"name": "Standard_LRS"}),
        step("kubernetes:acme.io/v1:Widget", "widget", metadata={"name": "widget"}),
    ]
    steps[0]["newState"]["custom"] = False
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"config": {"aws:region": "eu-west-1"}, "steps": steps}))
    status, out, _ = apex("cost", file, "--format", "json")
    document = json.loads(out)
    assert (status, document["complete"]) == (0, False)
    assert document["monthly"]["expected"] == "78.99"
    assert {r["urn"].rpartition("::")[2]: r["unpriced"] for r in document["resources"] if r["unpriced"]} == {
        "later": "instanceType is unknown until deployed",
        "cat": "no adapter for aws:braket/quantumTask:QuantumTask: nobody has said what it costs",
        "blobs": "no adapter for azure-native:storage:StorageAccount: nobody has said what it costs",
        "widget": "no adapter for kubernetes:acme.io/v1:Widget: nobody has said what it costs",
    }
    status, out, _ = apex("cost", file)
    assert "azure-native:storage:StorageAccount" in out


def test_budgets_are_judged_and_blocked_ones_marked(apex, plan, tmp_path):
    file = tmp_path / "budgets.yaml"
    file.write_text(BUDGET % ("vision", 400))
    status, out, _ = apex("cost", plan, "--budgets", file)
    assert status == 0
    assert "BLOCKED budget vision: 476.76 of 400.00 USD a month expected; 76.76 too much" in out
    assert "largest: kafka (Cluster) 476.76" in out


def test_a_baseline_says_what_a_change_adds(apex, plan, tmp_path):
    file = tmp_path / "budgets.yaml"
    file.write_text(BUDGET % ("vision", 400))
    _, out, _ = apex("cost", plan, "--budgets", file, "--baseline", plan, "--format", "json")
    assert json.loads(out)["budgets"][0]["added"] == "0.00"


def test_declared_usage_is_priced(apex, plan, tmp_path):
    file = tmp_path / "usage.yaml"
    file.write_text(USAGE % 1000)
    _, out, _ = apex("cost", plan, "--usage", file, "--format", "json")
    bucket = next(r for r in json.loads(out)["resources"] if r["type"] == "aws:s3/bucket:Bucket")
    assert bucket["components"][0]["quantity"] == "1000"
    assert bucket["components"][0]["assumption"] == "declared for data-class raw"


def test_unknown_value_is_listed_and_the_bill_is_incomplete(apex, tmp_path):
    file = tmp_path / "plan.json"
    steps = [step("aws:ec2/instance:Instance", "box", instanceType=SENTINEL)]
    file.write_text(json.dumps({"config": {"aws:region": "us-east-1"}, "steps": steps}))
    status, out, _ = apex("cost", file)
    assert status == 0
    assert "Instance box: instanceType is unknown until deployed" in out
    assert "Total of what has a price" in out


def test_out_writes_a_file(apex, plan, tmp_path):
    status, out, _ = apex("cost", plan, "--format", "markdown", "--out", tmp_path / "bill.md")
    assert (status, out) == (0, "")
    assert (tmp_path / "bill.md").read_text().startswith("### Monthly cost\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"resource_changes": [], "terraform_version": "1.9"}', "is a Terraform plan"),
        ('{"steps": [', "is not complete JSON"),
        ("[]", "is neither a Pulumi plan nor a state"),
    ],
)
def test_a_file_that_is_no_plan_is_one_clear_error(apex, tmp_path, text, message):
    file = tmp_path / "x.json"
    file.write_text(text)
    status, out, err = apex("cost", file)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("--budgets", BUDGET % ("nobody", 1), 'spec.scope.team: "nobody" does not exist; use one of speech, vision'),
        ("--budgets", BUDGET % ("vision", -1), "spec.amount: -1 is negative; write 0 or more"),
        ("--budgets", BUDGET % ("vision", 1) + "  currency: EUR\n", 'spec.currency'),
        ("--usage", USAGE % -5, "-5 is negative"),
    ],
)  # fmt: skip
def test_bad_declarations_are_one_clear_error(apex, plan, tmp_path, option, text, message):
    file = tmp_path / "declared.yaml"
    file.write_text(text)
    status, out, err = apex("cost", plan, option, file)
    assert (status, out) == (2, "")
    assert message in err
    assert err.startswith(str(file))
    assert err.count("\n") == 1


def test_another_currency_is_refused(apex, plan):
    status, _, err = apex("cost", plan, "--currency", "EUR")
    assert (status, err) == (2, '--currency: "EUR" is not a currency of the prices; use USD\n')


def test_prices_show(apex):
    status, out, _ = apex("prices", "show", "kafka.m5.24xlarge", "us-east-1")
    assert status == 0
    assert "10.08 USD a hour" in out
    status, _, err = apex("prices", "show", "no-such-thing")
    assert status == 2
    assert 'no price matches "no-such-thing"' in err


def test_a_commitment_takes_its_discount_off_the_hours_it_covers(apex, tmp_path):
    file = tmp_path / "plan.json"
    disk = {"volumeType": "gp3", "volumeSize": 0}
    steps = [step("aws:ec2/instance:Instance", "box", instanceType="m7i.large", rootBlockDevice=disk)]
    file.write_text(json.dumps({"config": {"aws:region": "us-east-1"}, "steps": steps}))
    _, out, _ = apex("cost", file, "--committed", "0.5", "0.3", "--format", "json")
    # 365 hours at 0.1008 and 365 at 30 % less: 36.79 + 25.75.
    assert json.loads(out)["monthly"]["expected"] == "62.55"


@pytest.mark.parametrize("share", ["-1", "2", "much", "NaN"])
def test_what_is_no_share_is_refused(apex, plan, share):
    status, out, err = apex("cost", plan, "--spot-discount", share)
    assert (status, out) == (2, "")
    assert f'"{share}" is not a share; write a number from 0 to 1, as 0.3' in err
