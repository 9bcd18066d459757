"""Every kind there is, and how to find the one that was meant."""

import difflib
from collections.abc import Iterable

from apex.specs.base import Spec
from apex.specs.component import MultimodalAIComponent
from apex.specs.finops import Budget, Ownership, Usage
from apex.specs.governance import DataContract, Waiver
from apex.specs.pipeline import DataPipeline
from apex.specs.platform import Platform

KINDS: dict[str, type[Spec]] = {
    kind.kind_name: kind
    for kind in (Budget, DataContract, DataPipeline, MultimodalAIComponent, Ownership, Platform, Usage, Waiver)
}
"""The kinds of ours, by name."""


def api_version(kind: type[Spec]) -> str:
    """`data.apexlogic.com/v1alpha1` and the like."""
    return f"{kind.group}/{kind.version}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `word` is a slip of, None where nothing is near."""
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def suggest(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"?`, or the names there are."""
    names = sorted(known)
    if (near := nearest(word, names)) is not None:
        return f'did you mean "{near}"?'
    return f"use one of {', '.join(names)}" if names else "there is none"
