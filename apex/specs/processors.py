"""What the settings of a step's processor may be, for those whose meaning is known."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from apex.specs.base import free
from apex.specs.checks import FailedChecksError
from apex.specs.values import S3_PATTERN, shown

_SWITCHES = ("enabled", "disabled")


def check_config(config: dict[str, Any]) -> dict[str, Any]:
    """`config` itself. Raises FailedChecksError naming each known key whose value cannot be."""
    failures = []
    redaction = config.get("piiRedaction")
    if redaction is not None and redaction not in _SWITCHES:
        failures.append(("piiRedaction", f"{shown(redaction)} is not a setting; write enabled or disabled"))
    model = config.get("modelPath")
    if model is not None and not (isinstance(model, str) and re.search(S3_PATTERN, model)):
        failures.append(("modelPath", f"{shown(model)} is not an S3 address; write s3://bucket/path"))
    explained = config.get("explainabilityEnabled")
    if explained is not None and not isinstance(explained, bool):
        failures.append(("explainabilityEnabled", f"{shown(explained)} is neither true nor false; write true or false"))
    if failures:
        raise FailedChecksError(failures)
    return config


def _config(given: Any) -> Any:
    return check_config(free(given)) if isinstance(given, dict) else given


Config = Annotated[
    dict[str, Any],
    BeforeValidator(_config),
    WithJsonSchema(
        {
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": True,
            "properties": {
                "explainabilityEnabled": {"type": "boolean"},
                "modelPath": {"type": "string", "pattern": S3_PATTERN},
                "piiRedaction": {"type": "string", "enum": list(_SWITCHES)},
            },
        }
    ),
]
"""Settings of a processor: free keys, of which some have a known meaning."""
