"""How much the policy packs add to a preview of 1,000 resources, and how long a warm `make preview` takes.

Run by `make bench`, with the engine of the set-up on PATH. It prints figures and never fails on one.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = """
import pulumi_aws as aws

TAGS = {{"project": "atlas", "environment": "dev", "team": "vision", "cost-center": "cc-1001"}}
TAGS["data-modality"] = "image"
for number in range({count}):
    aws.s3.Bucket(f"bucket-{{number}}", tags=TAGS)
"""
PROJECT = """
name: bench
runtime: {{name: python, options: {{virtualenv: {root}/.venv}}}}
plugins:
  providers:
    - {{name: aws, path: {root}/sandbox/aws}}
"""


def timed(words: list[str], folder: Path, variables: dict[str, str]) -> float:
    """Wall seconds of a command; its output is shown only where it fails."""
    start = time.perf_counter()
    done = subprocess.run(words, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 255):
        sys.exit(f"{' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return seconds


def packs_over_bare(count: int, runs: int) -> None:
    """Previews of one program without and with the packs, in turn, so that a slow moment hits both."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "Pulumi.yaml").write_text(PROJECT.format(root=ROOT), encoding="utf-8")
        (folder / "__main__.py").write_text(PROGRAM.format(count=count), encoding="utf-8")
        (folder / "state").mkdir()
        variables = os.environ | {
            "PULUMI_BACKEND_URL": f"file://{folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        timed(["pulumi", "stack", "init", "dev"], folder, variables)
        timed(["pulumi", "config", "set", "aws:region", "us-east-1"], folder, variables)
        bare = ["pulumi", "preview", "--stack", "dev", "--non-interactive"]
        all_packs = sorted(path.parent for path in (ROOT / "policy_packs").glob("*/PulumiPolicy.yaml"))
        finops = [pack for pack in all_packs if pack.name == "finops"]
        variants = {"without a pack": [], "with finops": finops, f"with all {len(all_packs)} packs": all_packs}
        seconds: dict[str, list[float]] = {name: [] for name in variants}
        timed(bare, folder, variables)
        for _ in range(runs):
            for name, packs in variants.items():
                words = [word for pack in packs for word in ("--policy-pack", str(pack))]
                seconds[name].append(timed(bare + words, folder, variables))
        base = statistics.median(seconds["without a pack"])
        for name, measured in seconds.items():
            median = statistics.median(measured)
            print(f"preview of {count} resources {name}: {median:.2f} s (x{median / base:.2f} of the bare preview)")


def warm_preview(runs: int) -> None:
    """`make preview` once everything is set up, beside the engine's own part of it."""
    timed(["make", "preview"], ROOT, dict(os.environ))
    measured = [timed(["make", "preview"], ROOT, dict(os.environ)) for _ in range(runs)]
    print(f"warm make preview: {statistics.median(measured):.2f} s (median of {runs})")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="resources of the measured program")
    parser.add_argument("--runs", type=int, default=3, help="measured runs of each variant")
    options = parser.parse_args()
    packs_over_bare(options.count, options.runs)
    warm_preview(options.runs)


if __name__ == "__main__":
    main()
