"""Paths below a bucket, with parts that are filled in when data is written."""

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

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
    if len(path) > 512:
        raise ValueError("is longer than 512 characters; shorten it")
    if not re.fullmatch(PREFIX_PATTERN, path):
        raise ValueError(f'"{path}" is not a path of an object; use letters, digits, and - _ . = / with {{date}} parts')
    return path


Prefix = Annotated[
    str,
    AfterValidator(check_prefix),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": PREFIX_PATTERN,
            "examples": ["speech/transcripts/{date}/"],
            "x-kubernetes-validations": [
                {
                    "rule": "!self.startsWith('/') && !self.split('/').exists(part, part == '..')",
                    "message": "starts with a slash or leaves its folder; write a path below the bucket",
                }
            ],
            "maxLength": 512,
        }
    ),
]
"""A prefix of objects in a bucket."""
