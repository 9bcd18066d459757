"""How long 2,000 catalog documents take to validate.

    python benchmarks/validate.py

Prints the time of a whole `apex validate` in a process of its own (start included), of the check alone, and the ratio
to PyYAML merely loading the same files with its C loader. Target: under 2 s for 2,000 documents.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from apex.specs.validation import validate_paths

DOCUMENTS = 2000
CATALOG = Path(__file__).parent.parent / "catalog"
TEMPLATES = (
    "speech/call-transcripts.yaml",
    "vision/scene-captioner.yaml",
    "language/document-embeddings.yaml",
    "language/translator.yaml",
)


def build(root: Path) -> int:
    """A catalog below `root` with the declarations of the real one under many names; the number of its documents."""
    base = root / "base"
    (base / "schemas").mkdir(parents=True)
    for schema in (CATALOG / "base" / "schemas").iterdir():
        (base / "schemas" / schema.name).write_text(schema.read_text())
    for name in ("ownership.yaml", "platform.yaml"):
        (base / name).write_text((CATALOG / "base" / name).read_text())
    count = 2
    number = 0
    while count < DOCUMENTS:
        for template in TEMPLATES:
            parts = (CATALOG / "base" / template).read_text().split("\n---\n")
            chosen = parts[: DOCUMENTS - count]
            texts = [renamed(part, number) for part in chosen]
            (base / f"{Path(template).stem}-{number}.yaml").write_text("\n---\n".join(texts))
            count += len(chosen)
        number += 1
    return count


def renamed(text: str, number: int) -> str:
    """`text` with another name."""
    lines = text.split("\n")
    at = next(index for index, line in enumerate(lines) if line.startswith("  name: "))
    lines[at] += f"-{number}"
    return "\n".join(lines)


def main() -> None:
    """Build, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "catalog"
        count = build(root)
        started = time.perf_counter()
        for file in root.rglob("*.yaml"):
            list(yaml.load_all(file.read_text(), Loader=yaml.CSafeLoader))
        loading = time.perf_counter() - started
        started = time.perf_counter()
        problems, checked = validate_paths([root])
        checking = time.perf_counter() - started
        if problems or checked != count:
            sys.exit(f"{checked} of {count} documents, {len(problems)} problems: {problems[:3]}")
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "apex.cli", "validate", str(root)], check=True, capture_output=True)
        whole = time.perf_counter() - started
    print(f"documents           {count}")
    print(f"apex validate       {whole:.2f} s (target < 2 s)")
    print(f"  of it checking    {checking:.2f} s")
    print(f"PyYAML loading only {loading:.2f} s (ratio {checking / loading:.1f})")


if __name__ == "__main__":
    main()
