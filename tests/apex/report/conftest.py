"""Reports small enough to check by hand, and nasty enough to break a page that does not escape."""

import datetime
from decimal import Decimal

import pytest

from apex.policy.waivers import Waived, Waiver
from apex.pricing.budgets import Budget, decide_budgets
from apex.pricing.estimate import Bill, PricedResource
from apex.pricing.forecast import Forecast
from apex.pricing.lines import Component
from apex.pricing.quantity import Quantity
from apex.report.plan import ComponentChange
from apex.report.preview import PolicyEvent, PreviewReport

URN = "urn:pulumi:dev::apex::{}::{}"
STACK = URN.format("pulumi:pulumi:Stack", "apex-dev")
HOSTILE = "<script>alert('x')</script> & \"q\" | `b` </style>"


def priced(name, low, expected=None, peak=None, *, service="AmazonEC2", kind="aws:ec2/instance:Instance", team="vision",
           component="", assumption="", unpriced=None):  # fmt: skip
    """A resource with one priced part."""
    amount = Quantity.of(low, expected, peak)
    part = Component("hours", "hour", Quantity.of(730), Decimal("0.1"), amount, service, "us-east-1", assumption)
    tags = {"team": team, "environment": "dev"}
    return PricedResource(URN.format(kind, name), kind, name, amount, (part,), tags, unpriced, component=component)


def bill_of(*resources, findings=()):
    """A bill of these resources, priced on a day that the tests do not choose anew."""
    ordered = tuple(sorted(resources, key=lambda resource: resource.urn))
    return Bill("apex", "dev", "USD", datetime.date(2026, 9, 14), ordered, tuple(findings))


def event(policy, name="", message="is wrong\n  Fix: Mend it.", level="mandatory", pack="security"):
    """What a rule said."""
    urn = URN.format("aws:s3/bucket:Bucket", name) if name else STACK
    return PolicyEvent(pack, policy, urn, level, message)


def report_of(bill, *, deployed=None, events=(), errors=(), changes=(), budgets=(), forecast=None, waived=None):
    """A preview of the environment dev."""
    deployed = deployed or bill_of()
    return PreviewReport(
        "dev", tuple(changes), bill, deployed, decide_budgets(bill, budgets, deployed), tuple(sorted(events)),
        tuple(errors), ("finops", "security"), forecast, waived=waived or Waived(()),
    )  # fmt: skip


def waiver(name="old-bastion", days=20):
    """A waiver that ends so many days after the day the prices are of."""
    expires = datetime.date(2026, 9, 14) + datetime.timedelta(days=days)
    return Waiver(name, "restrict_ingress", "*", "it moves", "ciso@example.com", expires, "https://example.com/1")


def _allowed():
    free = PricedResource(URN.format("aws:iam/role:Role", "role"), "aws:iam/role:Role", "role", free="no charge")
    bill = bill_of(
        priced("gpu", 100, 150, 400, component="pool", assumption="half the hours of a month"),
        priced("raw", "20.005", 30, 31, service="AmazonS3", kind="aws:s3/bucket:Bucket", team="speech",
               component="tiers"),
        free,
    )  # fmt: skip
    deployed = bill_of(priced("gpu", 50, 60, 70, component="pool"))
    return report_of(
        bill,
        deployed=deployed,
        events=[event("keep_logs", "raw", "is kept for ever\n  Waived: " + str(waiver()), "advisory")],
        changes=[
            ComponentChange("pool", "apex:index:Pool", (("same", 1), ("update", 1))),
            ComponentChange("tiers", "apex:index:StorageTiers", (("create", 1),)),
        ],
        budgets=[
            Budget("vision", Decimal(160), {"team": "vision"}),
            Budget("speech", Decimal(100), {"team": "speech"}),
        ],
        forecast=Forecast(
            (bill.monthly, bill.monthly.times(Decimal("1.1")), bill.monthly.times(Decimal("1.2"))),
            (("speech", None), ("vision", 1)),
        ),
        waived=Waived((), (waiver(),), (waiver("never-used", 30),), ()),
    )


def _refused():
    bill = bill_of(
        priced("gpu", 100, 150, 400),
        PricedResource(URN.format("aws:x/y:Thing", "odd"), "aws:x/y:Thing", "odd",
                       unpriced="no adapter for aws:x/y:Thing: nobody has said what it costs"),
    )  # fmt: skip
    return report_of(
        bill,
        events=[
            event("block_public", "raw", "can be read by everyone\n  Fix: Block it."),
            event("block_public", "logs", "can be read by everyone\n  Fix: Block it."),
            event("block_over_budget", "", "budget vision: 150.00 of 90.00\n  Fix: Lower it.", pack="finops"),
            event("keep_logs", "raw", "keeps no logs\n  Fix: Keep them.", "advisory"),
        ],
        changes=[ComponentChange("gpu", "aws:ec2/instance:Instance", (("create", 1),))],
        budgets=[Budget("vision", Decimal(90), {"team": "vision"})],
    )


def _hostile():
    bill = bill_of(
        priced(HOSTILE, 1, 2, 3, service=HOSTILE, team=HOSTILE, component=HOSTILE, assumption=HOSTILE),
        PricedResource(URN.format("aws:x/y:Thing", "odd"), "aws:x/y:Thing", HOSTILE, unpriced=HOSTILE),
    )
    return report_of(
        bill,
        events=[event(HOSTILE, "raw", f"{HOSTILE}\n  Fix: {HOSTILE}"), event("a", "b", HOSTILE, "advisory", HOSTILE)],
        errors=[HOSTILE],
        changes=[ComponentChange(HOSTILE, HOSTILE, (("create", 1),))],
        budgets=[Budget(HOSTILE, Decimal(1), {"team": HOSTILE})],
        forecast=Forecast((bill.monthly,), ((HOSTILE, 0),)),
        waived=Waived((), (), (waiver(HOSTILE),), ()),
    )


def _empty():
    return report_of(bill_of())


def _large():
    teams = ("language", "platform", "sensing", "speech", "vision")
    resources = [
        priced(f"dev-a-rather-long-name-of-resource-{number}", number, number * 2, number * 3,
               service=f"AmazonService{number % 11}", team=teams[number % 5], component=f"dev-part-{number % 13}")
        for number in range(1, 60)
    ]  # fmt: skip
    bill = bill_of(*resources)
    months = tuple(bill.monthly.times(Decimal(100 + month) / 100) for month in range(12))
    return report_of(
        bill,
        deployed=bill_of(*resources[:20]),
        events=[event("keep_logs", f"bucket-{number}", level="advisory") for number in range(5)],
        changes=[ComponentChange(f"dev-part-{number}", "t", (("create", 5),)) for number in range(13)],
        budgets=[Budget(team, Decimal(500), {"team": team}) for team in teams],
        forecast=Forecast(months, tuple((team, 6 if team == "vision" else None) for team in teams)),
    )


_MAKERS = {"allowed": _allowed, "empty": _empty, "hostile": _hostile, "large": _large, "refused": _refused}


@pytest.fixture
def reports():
    """The reports by name, each made anew."""
    return lambda name: _MAKERS[name]()


@pytest.fixture
def hostile():
    """Text that breaks a page, a table or a line that does not escape it."""
    return HOSTILE


@pytest.fixture
def make():
    """What the reports are made with."""
    return {"bill": bill_of, "event": event, "priced": priced, "report": report_of, "waiver": waiver}
