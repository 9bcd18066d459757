"""Forms and checks that the rules of several Kubernetes kinds share."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from apex import tags
from apex.specs.document import Path_
from apex.specs.values import SUFFIXES, shown

Found = Iterator[tuple[Path_, str]]
"""Paths and what is wrong there."""

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
DNS_SUBDOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_KEY = re.compile(r"((?=[^/]{1,253}/)[a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_ENUMS = {
    ("ContainerPort", "protocol"): ("TCP", "UDP", "SCTP"),
    ("Container", "imagePullPolicy"): ("Always", "IfNotPresent", "Never"),
    ("Container", "terminationMessagePolicy"): ("FallbackToLogsOnError", "File"),
    ("PodSpec", "dnsPolicy"): ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    ("PodSpec", "preemptionPolicy"): ("Never", "PreemptLowerPriority"),
    ("ServicePort", "protocol"): ("TCP", "UDP", "SCTP"),
}


PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?")


def at(content: Any, path: Path_) -> Any:
    """What is at `path`, None where something on the way is not there."""
    for step in path:
        if isinstance(step, int):
            content = content[step] if isinstance(content, list) and step < len(content) else None
        else:
            content = content.get(step) if isinstance(content, dict) else None
    return content


def quantity(text: str) -> Decimal:
    """The number that a Kubernetes quantity stands for."""
    found = re.fullmatch(r"([+-]?[0-9.]+)([eE][+-]?[0-9]+)?([A-Za-z]*)", text)
    assert found is not None, text
    return Decimal(found[1] + (found[2] or "")) * SUFFIXES[found[3]]


def check_enum(value: dict[str, Any], path: Path_, of: str) -> Found:
    """Fields of `value` that hold one of a few words, and another."""
    for (owner, field), allowed in _ENUMS.items():
        given = value.get(field)
        if owner == of and given is not None and given not in allowed:
            yield (*path, field), f"Unsupported value: {shown(given)}; supported values: {', '.join(allowed)}"


def check_port_number(port: Any, path: Path_) -> Found:
    """A port that is none."""
    if not isinstance(port, int) or not 1 <= port <= 65535:
        yield path, f"{shown(port)} must be between 1 and 65535, inclusive"


def check_target_port(port: Any, path: Path_) -> Found:
    """A port of a pod by its number or its name, and is neither; "8080" in quotes would be a name."""
    if not isinstance(port, str):
        yield from check_port_number(port, path)
    elif not PORT_NAME.fullmatch(port):
        fix = f"; write {port} without quotes" if port.isdigit() else ""
        yield path, f"{shown(port)} is not the name of a port: at most 15 of a-z, 0-9 and -, a letter among them{fix}"


def check_repeats(items: list[Any], path: Path_, key: str, what: str) -> Found:
    """Items that have the same `key`."""
    seen: set[Any] = set()
    for number, item in enumerate(items):
        if item.get(key) in seen:
            yield (*path, number, key), f"Duplicate value: {shown(item.get(key))}; each {what} needs its own {key}"
        seen.add(item.get(key))


def check_not_negative(value: dict[str, Any], path: Path_, *fields: str) -> Found:
    """Fields that are below zero."""
    for field in fields:
        if (number := value.get(field)) is not None and number < 0:
            yield (*path, field), f"{number} must be greater than or equal to 0"


def check_labels(metadata: dict[str, Any], here: Path_) -> Found:
    """Labels and annotations that cannot be."""
    for field in ("labels", "annotations"):
        for key, value in (metadata.get(field) or {}).items():
            form = key.lower() if field == "annotations" else key
            if not _KEY.fullmatch(form):
                yield (*here, field, key), f'"{key}" is not a valid key; write prefix/name or name, as app'
            if field == "labels" and value and not tags.is_label_value(value):
                yield (*here, field, key), f"{shown(value)} is not a valid label value; use {tags.LABEL_VALUE_RULE}"
