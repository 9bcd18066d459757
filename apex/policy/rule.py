"""What a rule is: what it looks at, what it asks for, why, how to comply, and which controls it serves."""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apex.policy.cel import Check
    from apex.policy.stack import Context, Subject


class Severity(enum.Enum):
    """How bad it is if the rule is broken."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the worst, for sorting."""
        return ("critical", "high", "medium", "low").index(self.value)


class Enforcement(enum.Enum):
    """What a finding does: stop the deployment, or be told only."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"
    REMEDIATE = "remediate"


class Scope(enum.Enum):
    """How much of the stack a rule has to see before it can say anything."""

    RESOURCE = "resource"
    """One resource and its provider: checked before the resource is touched."""
    STACK = "stack"
    """A resource and its siblings, or the stack as a whole: checked when all resources are known."""


class Unknown(enum.Enum):
    """What it means that a rule needs a value that is not known at preview."""

    REFUSE = "refuse"
    """The change is refused: what cannot be shown to comply does not."""
    DEFER = "defer"
    """The preview says so, and the deployment decides before it touches the resource, when the value is known.

    For rules of one resource only, on values that are ordinarily made of what other resources return, such as a
    policy document with their ARNs.
    """


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing found. `subject` is the resource it is about where that is not the one being looked at."""

    message: str
    fix: str = ""
    subject: "Subject | None" = None


Validate = Callable[["Subject", "Context"], Iterable[str | Violation]]
ValidateStack = Callable[["Context"], Iterable[Violation]]
Remediate = Callable[["Subject", "Context"], Mapping[str, Any] | None]
Foresee = Callable[["Subject", "Context"], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One policy rule.

    `types` are type tokens; one that ends in `*` matches by its beginning. `validate` is called for each resource of
    these types, `validate_stack` once. `fix` says how to comply and `code` is a line that does. `controls` maps a
    framework's id (`apex.policy.frameworks`) to the ids of its controls. `settings` is the JSON Schema of the
    properties that a pack's configuration may give the rule. `waivable` is false for what no waiver may cover.
    `remediate` returns the repaired properties, None where there is nothing to repair.
    `unknown` says what a value means that the rule needs and cannot see yet; where that is to wait for the deployment,
    `foresee` may say that what the value is made of shows already how that will end, so that nobody need read of it.
    `cel` is the check of a rule on Kubernetes
    objects, which is exported for the cluster too.
    """

    id: str
    title: str
    pack: str
    severity: Severity
    why: str
    fix: str
    code: str
    types: tuple[str, ...]
    validate: Validate | None = None
    validate_stack: ValidateStack | None = None
    remediate: Remediate | None = None
    enforcement: Enforcement = Enforcement.MANDATORY
    scope: Scope = Scope.RESOURCE
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    waivable: bool = True
    unknown: Unknown = Unknown.REFUSE
    foresee: Foresee | None = None
    cel: "Check | None" = None

    def __post_init__(self) -> None:
        for name in ("id", "title", "pack", "why", "fix", "code"):
            if not getattr(self, name):
                raise ValueError(f"rule {self.id or self.title!r} has no {name}")
        if not self.types:
            raise ValueError(f"rule {self.id} names no resource types")
        if not (self.validate or self.validate_stack or self.remediate):
            raise ValueError(f"rule {self.id} checks nothing")
        if self.validate_stack and self.scope is not Scope.STACK:
            raise ValueError(f"rule {self.id} looks at the whole stack; give it scope=Scope.STACK")
        if self.unknown is Unknown.DEFER and self.scope is not Scope.RESOURCE:
            raise ValueError(f"rule {self.id} cannot defer: the whole stack is seen only when it has been changed")
        if self.foresee and self.unknown is not Unknown.DEFER:
            raise ValueError(f"rule {self.id} foresees what it does not defer")

    def concerns(self, type_token: str) -> bool:
        """Whether the rule looks at resources of this type."""
        return any(
            type_token.startswith(pattern[:-1]) if pattern.endswith("*") else type_token == pattern
            for pattern in self.types
        )
