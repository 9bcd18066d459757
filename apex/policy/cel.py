"""Rules on Kubernetes objects, written once in CEL: for the preview here, for the cluster as admission policies."""

import importlib.util
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.machinery import PathFinder
from typing import Any

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

CONTROLLERS = (
    Match("apps", "v1", ("DaemonSet", "Deployment", "StatefulSet")),
    Match("argoproj.io", "v1alpha1", ("Rollout",)),
    Match("batch", "v1", ("CronJob", "Job")),
)
"""What people write to have pods started."""
PODS = (
    Match("", "v1", ("Pod", "ReplicationController")),
    Match("apps", "v1", ("ReplicaSet",)),
    *CONTROLLERS,
)
"""What starts pods, controllers' own objects and pods among them."""

Parameter = Callable[[Context], Sequence[str]]
"""A list that an expression uses as a variable: how it follows from the settings and the catalog."""


@dataclass(frozen=True)
class Check:
    """What has to be true of `object`, and what is said where it is not.

    `parameters` are further variables, by name.
    """

    expression: str
    message: str
    matches: tuple[Match, ...] = PODS
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def types(self) -> tuple[str, ...]:
        """The type tokens that it looks at."""
        return tuple(token for match in self.matches for token in match.types)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The variables that it needs, in order."""
        if "variables.containers" in self.expression:
            return ("pod", "containers")
        return ("pod",) if "variables.pod" in self.expression else ()

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names of the fields and keys that can decide the verdict."""
        text = " ".join([self.expression, *(VARIABLES[name] for name in self.variables)])
        return frozenset(re.findall(r"\.(\w+)(?!\w*\()", text)) | frozenset(re.findall(r"'([^']*)'", text))

    def validate(self) -> Callable[[Subject, Context], Iterator[str]]:
        """The check as a rule's function."""

        def judge(resource: Subject, context: Context) -> Iterator[str]:
            facts = facts_of(resource)
            for path, name, value in facts.hidden:
                if name in self.reads:
                    raise HiddenValueError(path, value)
            if not self.holds(facts, self.values(context)):
                yield self.message

        return judge

    def values(self, context: Context) -> dict[str, list[str]]:
        """The values of the parameters."""
        return {name: sorted(parameter(context)) for name, parameter in self.parameters.items()}

    def holds(self, facts: "Facts", values: Mapping[str, Sequence[str]]) -> bool:
        """Whether it is true of an object. As in the cluster, an expression that cannot be worked out is not true."""
        try:
            return _compiled(self.expression).execute(facts.context(self.variables, values)) is True
        except (KeyError, RuntimeError, TypeError, ValueError):
            return False


class Facts:
    """One object as expressions see it. It is handed to the CEL library once, and not again for every rule."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.hidden = tuple(hidden_values(document))
        self._document = _visible(document) if self.hidden else document
        self._contexts: dict[tuple[str, ...], Any] = {}
        self._variables: dict[str, Any] = {}

    def context(self, names: tuple[str, ...], values: Mapping[str, Sequence[str]]) -> Any:
        """What an expression is worked out in that uses the variables `names` and the parameters `values`."""
        if values:
            return self._made({name: self._variable(name) for name in names} | {k: list(v) for k, v in values.items()})
        if names not in self._contexts:
            self._contexts[names] = self._made({name: self._variable(name) for name in names})
        return self._contexts[names]

    def _variable(self, name: str) -> Any:
        if name not in self._variables:
            # A variable may use those before it.
            before = tuple(VARIABLES)[: tuple(VARIABLES).index(name)]
            self._variables[name] = _compiled(VARIABLES[name]).execute(self.context(before, {}))
        return self._variables[name]

    def _made(self, variables: Mapping[str, Any]) -> Any:
        context = _library().Context()
        context.add_variable("object", self._document)
        context.add_variable("variables", variables)
        return context


def facts_of(subject: Subject) -> Facts:
    """The object of `subject`, worked out at the first call."""
    found = subject.memory.get("cel")
    if found is None:
        kind = subject.type.rsplit(":", 1)[-1]
        found = Facts({"kind": kind, "metadata": {}, **plain_of(subject.props.plain())})
        subject.memory["cel"] = found
    return found


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Any:
    return _library().compile(expression)


@lru_cache(maxsize=1)
def _library() -> Any:
    """The compiled part of `cel`, when it is first needed.

    The package around it loads its own terminal program, which would be a third of the time in which a pack starts.
    """
    package = importlib.util.find_spec("cel")
    compiled = PathFinder.find_spec("cel.cel", package.submodule_search_locations) if package else None
    if compiled is None or compiled.loader is None:
        return importlib.import_module("cel")
    module = importlib.util.module_from_spec(compiled)
    compiled.loader.exec_module(module)
    return module


def hidden_values(value: Any, path: str = "", name: str = "") -> Iterator[tuple[str, str, Hidden]]:
    """Every value under `value` that cannot be seen: its path, the name of the field or key that holds it, and why."""
    if isinstance(value, Hidden):
        yield path, name, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from hidden_values(item, f"{path}.{key}" if path else str(key), str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from hidden_values(item, f"{path}[{number}]", name)


def _visible(value: Any) -> Any:
    """`value` with a text in place of what is hidden, for parts that the expression does not look at."""
    if isinstance(value, Hidden):
        return UNKNOWN_SENTINEL
    if isinstance(value, Mapping):
        return {name: _visible(item) for name, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list) else value
