"""How long `apex check` takes over 10,000 resources with all rules, beside checkov over as many equivalent ones.

Run `python benchmarks/check.py [--checkov PATH]` with a checkov of your own; it is no dependency of this project. Both
run as a person would run them, start-up included, on one processor where the system can say so. It prints figures and
never fails on one.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TAGS = {"project": "atlas", "environment": "dev", "team": "vision", "cost-center": "cc-1001", "data-modality": "image"}


def deployment(number: int) -> dict[str, object]:
    """A Deployment with a few mistakes in it."""
    labels = {"app": f"web-{number}"}
    server = {"name": "web", "image": "nginx:latest", "ports": [{"containerPort": 80}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"web-{number}", "namespace": "shop", "labels": {**labels, **TAGS}},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": {**labels, **TAGS}}, "spec": {"containers": [server]}},
        },
    }


def mixed(number: int) -> tuple[str, dict[str, object]]:
    """One of six kinds of AWS resources, with a few mistakes in them."""
    kinds: tuple[tuple[str, dict[str, object]], ...] = (
        ("aws:s3/bucket:Bucket", {"tags": TAGS}),
        ("aws:sqs/queue:Queue", {"tags": TAGS, "sqsManagedSseEnabled": False}),
        ("aws:sns/topic:Topic", {"tags": TAGS}),
        ("aws:rds/cluster:Cluster", {"tags": TAGS, "storageEncrypted": False}),
        (
            "aws:ec2/securityGroup:SecurityGroup",
            {"tags": TAGS, "ingress": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]},
        ),
        ("aws:cloudwatch/logGroup:LogGroup", {"tags": TAGS}),
    )
    return kinds[number % len(kinds)]


def timed(words: list[str]) -> tuple[float, float]:
    """Seconds of the clock and of processors that a command took, whatever it found."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(words)} ended with {done.returncode}\n{done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="resources")
    parser.add_argument("--checkov", type=Path, help="the program to compare with, over as many Deployments")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    apex = [str(Path(sys.executable).parent / "apex"), "check", "--env", "dev", "--format", "json"]
    with tempfile.TemporaryDirectory() as scratch:
        lines = Path(scratch, "resources.jsonl")
        with lines.open("w", encoding="utf-8") as file:
            for number in range(options.count):
                kind, props = mixed(number)
                file.write(json.dumps({"type": kind, "name": f"it-{number}", "props": props}) + "\n")
        wall, cpu = timed([*apex, str(lines)])
        print(f"apex check, {options.count} AWS resources: {wall:.2f} s, {cpu:.2f} s of one processor")
        if options.checkov:
            manifests = Path(scratch, "manifests")
            manifests.mkdir()
            for start in range(0, options.count, 100):
                several = [deployment(number) for number in range(start, min(start + 100, options.count))]
                text = "\n---\n".join(json.dumps(each) for each in several)
                (manifests / f"web-{start}.yaml").write_text(text + "\n", encoding="utf-8")
            wall, cpu = timed([*apex, str(manifests)])
            print(f"apex check, {options.count} Deployments: {wall:.2f} s, {cpu:.2f} s of one processor")
            other = [str(options.checkov), "-d", str(manifests), "--framework", "kubernetes", "-o", "json", "--compact"]
            other_wall, other_cpu = timed(other)
            print(f"checkov, {options.count} Deployments: {other_wall:.2f} s, {other_cpu:.2f} s of one processor")
            print(f"ratio: checkov takes {other_cpu / cpu:.1f} times as long on the processor")


if __name__ == "__main__":
    main()
