"""The kinds of values that fields hold: each says what it takes, in words a person can act on.

A value keeps the text that was written and knows what it means. `crd` in a schema is what the Kubernetes form of the
field is, where it differs from the JSON Schema.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from apex import tags
from apex.specs.document import Decimals, Plain

NAME_PATTERN = r"^[a-z]([-a-z0-9]*[a-z0-9])?$"
SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    **{letter: Decimal(1000) ** power for power, letter in enumerate(("k", "M", "G", "T", "P", "E"), 1)},
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
}
_QUANTITY = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([eE][+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)")
QUANTITY_PATTERN = r"^\+?([0-9]{1,18}(\.[0-9]{0,9})?|\.[0-9]{1,9})([eE][+-]?[0-9]{1,2}|[numkMGTPE]|[KMGTPE]i)?$"
_UNITS = {
    "ns": Decimal("1e-9"),
    "us": Decimal("1e-6"),
    "µs": Decimal("1e-6"),
    "ms": Decimal("1e-3"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
}
_DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")
DURATION_PATTERN = r"^(([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})(ns|us|µs|ms|s|m|h)){1,6}$"
_NUMBER_PATTERN = r"^[0-9]{1,15}(\.[0-9]{1,9})?$"
RATIO_PATTERN = r"^(0(\.[0-9]{1,9})?|1(\.0{1,9})?|[0-9]{1,2}(\.[0-9]{1,9})?%|100(\.0{1,9})?%)$"


WHAT = "x-what"
"""The key of a schema that says, in words, what a value is; only `apex explain` reads it."""


def shown(value: Any) -> str:
    """`value` as the person wrote it, short enough for a message."""
    if isinstance(value, Plain | Decimals):
        return value.text if isinstance(value, Decimals) else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "an empty value"
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        return f'"{value if len(value) <= 80 else value[:77] + "..."}"'
    return str(value)


def written(value: Any) -> str | None:
    """The text of a number or a string; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimals):
        return value.text
    return str(value) if isinstance(value, str | int | float) else None


class Quantity(str):
    """An amount in Kubernetes notation (`500m`, `8Gi`, `2`); `value` is the number it stands for."""

    __slots__ = ()

    @classmethod
    def of(cls, given: Any) -> "Quantity":
        """`given` as a quantity. Raises ValueError saying what is right."""
        text = written(given)
        if text is None or not re.fullmatch(QUANTITY_PATTERN, text):
            raise ValueError(f"{shown(given)} is not a quantity; {_right_quantity(text or '')}")
        return cls(text)

    @property
    def value(self) -> Decimal:
        """The number that the text stands for: 0.5 for `500m`, 8589934592 for `8Gi`."""
        found = _QUANTITY.fullmatch(self)
        assert found is not None
        return Decimal(found[1] + (found[2] or "")) * SUFFIXES[found[3] or ""]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read with `of`."""
        return core_schema.no_info_plain_validator_function(cls.of)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A number or a string in Kubernetes notation."""
        return number_or_text(QUANTITY_PATTERN, "a quantity in Kubernetes notation", "8Gi", minimum=0)


class Duration(str):
    """A length of time as Kubernetes writes it (`300s`, `200ms`, `1h30m`); `seconds` is its length."""

    __slots__ = ()

    @classmethod
    def of(cls, given: Any) -> "Duration":
        """`given` as a duration. Raises ValueError saying what is right."""
        if not isinstance(given, str) or not re.fullmatch(DURATION_PATTERN, given):
            text = written(given) or ""
            number = re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text)
            fix = f'write "{text}s"' if number else 'write a number with a unit, as "300s", "200ms", "5m" or "1h30m"'
            raise ValueError(f"{shown(given)} is not a duration; {fix}")
        return cls(given)

    @property
    def seconds(self) -> Decimal:
        """The length in seconds."""
        return sum((Decimal(number) * _UNITS[unit] for number, unit in _DURATION_PART.findall(self)), Decimal(0))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read with `of`."""
        return core_schema.no_info_plain_validator_function(cls.of)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A string."""
        return text_schema(DURATION_PATTERN, "a duration", "300s")


def number_or_text(
    pattern: str, what: str, example: str, minimum: int | None = None, maximum: int | None = None
) -> dict[str, Any]:
    """The schema of a value that is a number, or a string of `pattern`."""
    bounds = {key: value for key, value in (("minimum", minimum), ("maximum", maximum)) if value is not None}
    # A structural schema knows "integer or string" but no "number or string": say what it is not.
    crd = {
        "x-kubernetes-preserve-unknown-fields": True,
        "pattern": pattern,
        **bounds,
        "maxProperties": 0,
        "maxItems": 0,
        "not": {"enum": [True, False, {}, []]},
    }
    return {
        "anyOf": [{"type": "number", **bounds}, {"type": "string", "pattern": pattern}],
        WHAT: what,
        "examples": [example],
        "crd": crd,
    }


def _right_quantity(text: str) -> str:
    if re.fullmatch(r"-.*", text):
        return "it cannot be negative"
    found = re.fullmatch(r"([0-9.]+)\s*([A-Za-z]+)", text)
    unit = found[2].lower() if found else ""
    right = {"gb": "G", "mb": "M", "kb": "k", "tb": "T", "gib": "Gi", "mib": "Mi", "kib": "Ki", "tib": "Ti"}.get(unit)
    right = right or {"gi": "Gi", "mi": "Mi", "ki": "Ki", "ti": "Ti", "g": "G", "t": "T"}.get(unit)
    if found and right:
        return f'write "{found[1]}{right}"'
    return 'write it as Kubernetes does, as "500m", "2" or "8Gi"'


def _text(given: Any) -> Any:
    if isinstance(given, Decimals):
        raise ValueError(f'{given.text} is a number; write it in quotes: "{given.text}"')
    if isinstance(given, bool):
        raise ValueError(f'{shown(given)} is true or false, not text; write it in quotes: "{shown(given)}"')
    if isinstance(given, int):
        return str(given)
    if isinstance(given, str):
        return str(given)
    raise ValueError(f"{shown(given)} is not text; write a string")


def _whole(given: Any) -> Any:
    if isinstance(given, str) and re.fullmatch(r"[0-9]{1,15}", given):
        return int(given)
    if isinstance(given, Decimals) and given.is_integer():
        return int(given)
    if isinstance(given, bool) or not isinstance(given, int):
        raise ValueError(f"{shown(given)} is not a whole number; write one, as 3")
    return given


def _truth(given: Any) -> Any:
    if isinstance(given, Plain) and given.legacy is not None:
        return given.legacy
    if not isinstance(given, bool):
        right = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
        fix = right.get(str(given).lower(), "true or false")
        raise ValueError(
            f"{shown(given)} is neither true nor false; write {fix}{' without quotes' * (fix in 'truefalse')}"
        )
    return given


def _decimal(given: Any) -> Any:
    text = written(given)
    if text is None or not re.fullmatch(_NUMBER_PATTERN, text):
        if text is not None and text.startswith("-"):
            raise ValueError(f"{shown(given)} is negative; write 0 or more")
        raise ValueError(f"{shown(given)} is not an amount; write a decimal number, as 1500.00")
    return Decimal(text)


def read_ratio(given: Any) -> Decimal:
    """`given` as a ratio of 0 to 1. Raises ValueError saying what is right."""
    text = written(given)
    if text is None or not re.fullmatch(RATIO_PATTERN, text):
        fix = "write a number from 0 to 1, as 0.95, or a percentage, as 95%"
        if text is not None and re.fullmatch(r"[0-9]{1,2}(\.[0-9]+)?", text):
            fix = f"write {Decimal(text) / 100} or {text}%"
        raise ValueError(f"{shown(given)} is not a ratio; {fix}")
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


def _date(given: Any) -> Any:
    if isinstance(given, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        try:
            return date.fromisoformat(given)
        except ValueError as error:
            raise ValueError(f"{shown(given)} is no day of the calendar ({error}); write one, as 2027-01-31") from None
    raise ValueError(f"{shown(given)} is not a date; write year, month and day, as 2027-01-31")


def _label(given: Any) -> Any:
    value = _text(given)
    if not tags.is_label_value(value):
        raise ValueError(f"{shown(value)} is not a valid label value; use {tags.LABEL_VALUE_RULE}")
    return value


def matching(pattern: str, problem: str) -> BeforeValidator:
    """A reader of text that has to match `pattern`; `problem` says what is wrong with other text, and what is right."""
    compiled = re.compile(pattern)

    def check(given: Any) -> Any:
        value = _text(given)
        if not compiled.search(value):
            raise ValueError(f"{shown(value)} {problem}")
        return value

    return BeforeValidator(check)


def text_schema(pattern: str, what: str, example: str, **more: Any) -> dict[str, Any]:
    """The schema of text that matches `pattern`; `what` it is called, and an example of it."""
    return {"type": "string", "pattern": pattern, WHAT: what, "examples": [example], **more}


def _text_or_whole(pattern: str, what: str, example: str, minimum: int | None = None) -> dict[str, Any]:
    """The schema of text that a whole number is also taken for, as written without quotes."""
    bound = {} if minimum is None else {"minimum": minimum}
    return {
        "anyOf": [{"type": "string", "pattern": pattern}, {"type": "integer", **bound}],
        WHAT: what,
        "examples": [example],
        "crd": {"x-kubernetes-int-or-string": True, "pattern": pattern, **bound},
    }


LABEL_PATTERN = r"^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$"
S3_PATTERN = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()={}/-]*)?$"
HTTPS_PATTERN = r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s]*)?$"
EMAIL_PATTERN = r"^[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
TOPIC_PATTERN = r"^[A-Za-z0-9._-]{1,249}$"
IMAGE_PATTERN = (
    r"^[a-z0-9][A-Za-z0-9._/-]*(:[0-9]{1,5}/[A-Za-z0-9._/-]+)?"
    r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$"
)
REGION_PATTERN = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"
SEMVER_PATTERN = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$"

Text = Annotated[
    str, BeforeValidator(_text), Field(min_length=1), WithJsonSchema(_text_or_whole(r".", "text", "some text"))
]
Whole = Annotated[int, BeforeValidator(_whole)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Amount = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    WithJsonSchema(number_or_text(_NUMBER_PATTERN, "an amount", "1500.00", minimum=0)),
]
Ratio = Annotated[
    Decimal,
    BeforeValidator(read_ratio),
    WithJsonSchema(number_or_text(RATIO_PATTERN, "a ratio", "0.95", minimum=0, maximum=1)),
]
Day = Annotated[
    date,
    BeforeValidator(_date),
    WithJsonSchema({"type": "string", "format": "date", WHAT: "a day", "examples": ["2027-01-31"]}),
]
Label = Annotated[
    str, BeforeValidator(_label), WithJsonSchema(_text_or_whole(LABEL_PATTERN, "a label value", "cc-1001", 0))
]
Name = Annotated[
    str,
    matching(
        r"^(?=.{1,63}$)[a-z]([-a-z0-9]*[a-z0-9])?$",
        "is not a valid name; use at most 63 lower-case letters, digits and '-', starting with a letter",
    ),
    WithJsonSchema(text_schema(NAME_PATTERN, "a name", "call-transcripts", maxLength=63)),
]
S3Uri = Annotated[
    str,
    matching(S3_PATTERN, "is not an S3 address; write s3://bucket/path"),
    WithJsonSchema(text_schema(S3_PATTERN, "an S3 address", "s3://bucket/path")),
]
HttpsUrl = Annotated[
    str,
    matching(HTTPS_PATTERN, "is not an https address; write https://host/path"),
    WithJsonSchema(text_schema(HTTPS_PATTERN, "an https address", "https://example.com/path")),
]
Email = Annotated[
    str,
    matching(EMAIL_PATTERN, "is not an e-mail address; write name@example.com"),
    WithJsonSchema(text_schema(EMAIL_PATTERN, "an e-mail address", "team@example.com")),
]
Topic = Annotated[
    str,
    matching(TOPIC_PATTERN, "is not a topic name; use at most 249 letters, digits, '.', '_' or '-'"),
    WithJsonSchema(_text_or_whole(TOPIC_PATTERN, "a topic name", "call-recordings", 0)),
]
Image = Annotated[
    str,
    matching(IMAGE_PATTERN, "is not an image reference; write registry/name:tag@sha256:digest"),
    WithJsonSchema(text_schema(IMAGE_PATTERN, "an image reference", "registry.example.com/name:1.0.0")),
]
Region = Annotated[
    str,
    matching(REGION_PATTERN, "is not an AWS region; write one, as eu-west-1"),
    WithJsonSchema(text_schema(REGION_PATTERN, "an AWS region", "eu-west-1")),
]
Version = Annotated[
    str,
    matching(SEMVER_PATTERN, 'is not a semantic version; write three numbers, as "1.4.2"'),
    WithJsonSchema(text_schema(SEMVER_PATTERN, "a semantic version", "1.4.2")),
]
