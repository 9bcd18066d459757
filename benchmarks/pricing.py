"""How fast plans are priced: 10,000 resources, and whether 100,000 take ten times as long.

Run `python benchmarks/pricing.py`. The ratio is of times of one run on one machine, so it means the same elsewhere.
"""

import gc
import time

from apex.plan import Plan, Resource
from apex.pricing.catalogue import load_catalogue
from apex.pricing.estimate import Pricing, estimate

TAGS = {"project": "atlas", "environment": "dev", "team": "vision", "cost-center": "cc-1001", "data-modality": "image"}
SHAPES = (
    ("aws:ec2/instance:Instance", {"instanceType": "m7i.large", "rootBlockDevice": {"volumeSize": 50}}),
    ("aws:s3/bucket:Bucket", {"forceDestroy": False}),
    ("aws:iam/role:Role", {"assumeRolePolicy": "{}"}),
    ("aws:rds/instance:Instance", {"engine": "postgres", "instanceClass": "db.m7g.large", "allocatedStorage": 100}),
    ("aws:kms/key:Key", {}),
    ("aws:lambda/function:Function", {"memorySize": 512}),
    ("aws:eks/nodeGroup:NodeGroup", {"instanceTypes": ["m7i.large", "m6i.large"],
                                     "scalingConfig": {"minSize": 1, "desiredSize": 2, "maxSize": 4}}),
    ("kubernetes:apps/v1:Deployment", {"spec": {"replicas": 2, "template": {"spec": {"containers": [
        {"name": "app", "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}}}]}}}}),
    ("aws:sqs/queue:Queue", {}),
    ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30}),
)  # fmt: skip


def make_plan(count: int) -> Plan:
    """A plan of `count` resources of mixed types; node groups are few, as they are in a stack."""
    resources = []
    for number in range(count):
        token, inputs = SHAPES[number % len(SHAPES)]
        if token == "aws:eks/nodeGroup:NodeGroup" and number > 200:
            token, inputs = SHAPES[0]
        name = f"r{number}"
        urn = f"urn:pulumi:dev::shop::{token}::{name}"
        resources.append(Resource(urn, token, name, "create", inputs={**inputs, "tags": TAGS}))
    return Plan("shop", "dev", tuple(resources), {"aws:region": "us-east-1"})


def seconds(plan: Plan) -> float:
    """The best of three runs."""
    best = float("inf")
    for _ in range(3):
        gc.collect()
        started = time.perf_counter()
        bill = estimate(plan, Pricing())
        best = min(best, time.perf_counter() - started)
        if not bill.complete:
            raise SystemExit(f"not every resource has a price: {bill.unpriced[0].unpriced}")
    return best


def main() -> None:
    """Measure and print."""
    started = time.perf_counter()
    load_catalogue()
    print(f"load the catalogue           {time.perf_counter() - started:8.3f} s")
    few, many = seconds(make_plan(10_000)), seconds(make_plan(100_000))
    print(f"price  10,000 resources      {few:8.3f} s")
    print(f"price 100,000 resources      {many:8.3f} s")
    print(f"ratio (10.0 is linear)       {many / few:8.1f}")


if __name__ == "__main__":
    main()
