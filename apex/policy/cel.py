"""Rules on Kubernetes objects, written once in CEL: for the preview here, for the cluster as admission policies."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from apex.plan import UNKNOWN_SENTINEL, Hidden
from apex.policy.props import HiddenValueError, plain_of
from apex.policy.stack import Context, Subject

VARIABLES: Mapping[str, str] = {
    "pod": (
        "object.kind == 'Pod' ? object.spec : object.kind == 'CronJob' "
        "? object.spec.jobTemplate.spec.template.spec : object.spec.template.spec"
    ),
    "containers": (
        "variables.pod.containers + (has(variables.pod.initContainers) ? variables.pod.initContainers : [])"
    ),
}
"""What expressions may use as `variables.<name>`, in the order in which they are worked out."""


@dataclass(frozen=True, slots=True)
class Match:
    """Objects of one API group and version, as admission policies name them (`deployments`) and as kinds."""

    group: str
    version: str
    kinds: tuple[str, ...]

    @property
    def resources(self) -> tuple[str, ...]:
        """The plural names."""
        return tuple(_PLURALS.get(kind, f"{kind.lower()}s") for kind in self.kinds)

    @property
    def types(self) -> tuple[str, ...]:
        """The type tokens of the SDK."""
        return tuple(f"kubernetes:{self.group or 'core'}/{self.version}:{kind}" for kind in self.kinds)


_PLURALS = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses", "StorageClass": "storageclasses"}

PODS = (
    Match("", "v1", ("Pod",)),
    Match("apps", "v1", ("DaemonSet", "Deployment", "StatefulSet")),
    Match("batch", "v1", ("CronJob", "Job")),
)
"""What starts pods."""


@dataclass(frozen=True, slots=True)
class Check:
    """What has to be true of `object`, and what is said where it is not."""

    expression: str
    message: str
    matches: tuple[Match, ...] = PODS

    @property
    def types(self) -> tuple[str, ...]:
        """The type tokens that it looks at."""
        return tuple(token for match in self.matches for token in match.types)

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that it needs, in order."""
        if "variables.containers" in self.expression:
            return ("pod", "containers")
        return ("pod",) if "variables.pod" in self.expression else ()

    @property
    def reads(self) -> frozenset[str]:
        """The names of the fields and keys that can decide the verdict."""
        text = " ".join([self.expression, *(VARIABLES[name] for name in self.variables)])
        return frozenset(re.findall(r"\.(\w+)(?!\w*\()", text)) | frozenset(re.findall(r"'([^']*)'", text))

    def validate(self) -> Callable[[Subject, Context], Iterator[str]]:
        """The check as a rule's function."""

        def judge(resource: Subject, context: Context) -> Iterator[str]:
            document = {"kind": resource.type.rsplit(":", 1)[-1], **plain_of(resource.props.plain())}
            for path, value in hidden_values(document):
                if path.rsplit(".", 1)[-1].split("[")[0] in self.reads:
                    raise HiddenValueError(path, value)
            if not self.holds(document):
                yield self.message

        return judge

    def holds(self, document: Mapping[str, Any]) -> bool:
        """Whether it is true of an object. As in the cluster, an expression that cannot be worked out is not true."""
        variables: dict[str, Any] = {}
        facts = {"object": _visible(document), "variables": variables}
        try:
            for name in self.variables:
                variables[name] = _compiled(VARIABLES[name]).execute(facts)
            return _compiled(self.expression).execute(facts) is True
        except (KeyError, RuntimeError, TypeError, ValueError):
            return False


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Any:
    return cel.compile(expression)


def hidden_values(value: Any, path: str = "") -> Iterator[tuple[str, Hidden]]:
    """Every value under `value` that cannot be seen, with its path."""
    if isinstance(value, Hidden):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from hidden_values(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from hidden_values(item, f"{path}[{number}]")


def _visible(value: Any) -> Any:
    """`value` with a text in place of what is hidden, for parts that the expression does not look at."""
    if isinstance(value, Hidden):
        return UNKNOWN_SENTINEL
    if isinstance(value, Mapping):
        return {name: _visible(item) for name, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list) else value
