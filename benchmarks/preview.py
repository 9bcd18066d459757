"""How much the policy packs add to a preview of 1,000 resources, and how long a warm `make preview` takes.

Run by `make bench`, with the engine of the set-up on PATH. It prints figures and never fails on one. Seconds of the
clock depend on what else the machine does; seconds of processors hardly do.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from apex.engine.combined import combine_packs

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


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of the clock, and of all processors together."""

    wall: float
    cpu: float

    def over(self, base: "Cost") -> str:
        """Both, and how often they are those of `base`."""
        return (
            f"{self.wall:.2f} s (x{self.wall / base.wall:.2f}), "
            f"{self.cpu:.2f} s of processors (x{self.cpu / base.cpu:.2f})"
        )


def processor_seconds(session: int, found: dict[int, float]) -> None:
    """Note the time of every process of `session`. Plugins are killed in the end, so nobody is told of theirs."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                words = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                if int(words[3]) == session:
                    found[int(folder.name)] = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def timed(words: list[str], folder: Path, variables: dict[str, str]) -> Cost:
    """The cost of a command with all it starts; its output is shown only where it fails."""
    start, seconds, over = time.perf_counter(), {}, threading.Event()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            words, cwd=folder, env=variables, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )

        def watch() -> None:
            while not over.wait(0.1):
                processor_seconds(process.pid, seconds)

        watcher = threading.Thread(target=watch)
        watcher.start()
        status = process.wait()
        wall = time.perf_counter() - start
        over.set()
        watcher.join()
        # 1 and 255 are refusals: the program has no budgets, and its buckets little security.
        if status not in (0, 1, 255):
            output.seek(0)
            sys.exit(f"{' '.join(words)} ended with {status}\n{output.read()}")
    return Cost(wall, sum(seconds.values()))


def medians(costs: list[Cost]) -> Cost:
    """The median of each."""
    return Cost(statistics.median(cost.wall for cost in costs), statistics.median(cost.cpu for cost in costs))


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
        every = sorted(path.parent for path in (ROOT / "policy_packs").glob("*/PulumiPolicy.yaml"))
        # Below the checkout, so that its catalog is found, as it is by the packs themselves.
        with tempfile.TemporaryDirectory(dir=ROOT / ".apex") as place:
            together = [pack for pack, _ in combine_packs([(pack, None) for pack in every], Path(place, "packs"))]
            variants = {
                "without a pack": [],
                "with finops": [pack for pack in every if pack.name == "finops"],
                f"with {len(every)} packs, each by itself": every,
                f"with {len(every)} packs, as apex preview runs them": together,
            }
            costs: dict[str, list[Cost]] = {name: [] for name in variants}
            timed(bare, folder, variables)
            for _ in range(runs):
                for name, packs in variants.items():
                    words = [word for pack in packs for word in ("--policy-pack", str(pack))]
                    costs[name].append(timed(bare + words, folder, variables))
        base = medians(costs["without a pack"])
        for name, measured in costs.items():
            print(f"preview of {count} resources {name}: {medians(measured).over(base)}")


def warm_preview(runs: int) -> None:
    """`make preview` once everything is set up, beside the engine's own part of it."""
    engine = [sys.executable, "-m", "sandbox", "run", "--env", "dev", "--"]
    engine += ["pulumi", "-C", "sandbox", "preview", "--stack", "dev", "--non-interactive"]
    variables = dict(os.environ)
    timed(["make", "preview"], ROOT, variables)
    alone, whole = [], []
    for _ in range(runs):
        alone.append(timed(engine, ROOT, variables))
        whole.append(timed(["make", "preview"], ROOT, variables))
    base, cost = medians(alone), medians(whole)
    print(f"the engine alone on the platform, in the sandbox: {base.wall:.2f} s, {base.cpu:.2f} s of processors")
    print(f"warm make preview: {cost.over(base)}: {cost.wall - base.wall:.2f} s are ours")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="resources of the measured program")
    parser.add_argument("--runs", type=int, default=3, help="measured runs of each variant")
    parser.add_argument("--only-packs", action="store_true", help="leave out `make preview`")
    options = parser.parse_args()
    packs_over_bare(options.count, options.runs)
    if not options.only_packs:
        warm_preview(options.runs)


if __name__ == "__main__":
    main()
