from apex.plan import Plan, Resource
from apex.report.plan import ComponentChange, changes_by_component, totals

STACK = "urn:pulumi:dev::apex::pulumi:pulumi:Stack::apex-dev"


def resource(kind, name, op, parent=STACK):
    return Resource(f"urn:pulumi:dev::apex::{kind}::{name}", kind, name, op, parent=parent)


def test_resources_are_counted_below_their_outermost_component():
    tiers = resource("apex:index:StorageTiers", "tiers", "same")
    inner = resource("apex:index:Tier", "tiers-raw", "create", tiers.urn)
    bucket = resource("aws:s3/bucket:Bucket", "tiers-raw-bucket", "create", inner.urn)
    loose = resource("aws:sns/topic:Topic", "alerts", "delete")
    stack = Resource(STACK, "pulumi:pulumi:Stack", "apex-dev", "same")
    plan = Plan("apex", "dev", (stack, tiers, inner, bucket, loose))
    assert changes_by_component(plan) == (
        ComponentChange("alerts", "aws:sns/topic:Topic", (("delete", 1),)),
        ComponentChange("tiers", "apex:index:StorageTiers", (("create", 2), ("same", 1))),
    )
    assert totals(changes_by_component(plan)) == {"create": 2, "delete": 1, "same": 1}
