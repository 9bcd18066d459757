"""Paths below a bucket, with parts that are filled in when data is written."""

import re

PARTS = ("date", "year", "month", "day", "hour", "pipeline", "environment")
"""What may stand in braces."""
PREFIX_PATTERN = r"^([A-Za-z0-9!_.*'()=-]|\{(" + "|".join(PARTS) + r")\}|/)+$"


def check_prefix(path: str) -> str:
    """`path` itself. Raises ValueError where it leaves its bucket or holds an unknown part."""
    if path.startswith("/"):
        raise ValueError(f'"{path}" starts with a slash; write "{path.lstrip("/")}"')
    if ".." in path.split("/"):
        raise ValueError(f'"{path}" leaves its folder with ".."; write the path itself')
    for part in re.findall(r"\{([^{}]*)\}", path):
        if part not in PARTS:
            raise ValueError(f'"{{{part}}}" is not a known part; use {", ".join("{" + p + "}" for p in PARTS)}')
    if not re.fullmatch(PREFIX_PATTERN, path):
        raise ValueError(f'"{path}" is not a path of an object; use letters, digits, and - _ . = / with {{date}} parts')
    return path
