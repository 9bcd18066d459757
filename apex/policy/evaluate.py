"""The one runner: rules over a stack, to sorted findings. It has no opinion of its own and lets no rule fail open."""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from apex.plan import Hidden
from apex.policy.props import HiddenValueError, WrongShapeError
from apex.policy.rule import Enforcement, Rule, Severity, Unknown, Violation
from apex.policy.stack import Context, Subject


class Status(enum.Enum):
    """What became of a rule on a resource where it did not pass."""

    FAIL = "fail"
    UNKNOWN = "unknown"
    """The rule needs a value that cannot be seen yet. Of a mandatory rule this is a refusal."""
    CRASHED = "crashed"
    """The rule itself failed, which says nothing about the resource and so cannot let it through."""
    WAIVED = "waived"
    REPAIRED = "repaired"
    """The rule was set to remediate and has changed the resource so that it complies."""
    EXISTING = "existing"
    """The deployed state has the same finding already, and only what a change adds is refused."""


SETTLED = (Status.EXISTING, Status.REPAIRED, Status.WAIVED)
"""What refuses nothing any more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that one resource does not pass. `file` and `line` say where the resource was declared, if known."""

    rule: str
    title: str
    pack: str
    severity: Severity
    enforcement: Enforcement
    urn: str
    type: str
    name: str
    message: str
    fix: str
    status: Status = Status.FAIL
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    waiver: str = ""

    deferred: bool = False

    @property
    def blocks(self) -> bool:
        """Whether this finding refuses the change."""
        if self.deferred:
            return False
        return self.enforcement is not Enforcement.ADVISORY and self.status not in SETTLED

    @property
    def order(self) -> tuple[bool, int, str, str, str, str]:
        """Refusals first, then by severity, pack, rule, resource and message."""
        return (not self.blocks, self.severity.rank, self.pack, self.rule, self.urn or self.name, self.message)


def evaluate(rules: Iterable[Rule], context: Context, levels: Mapping[str, Enforcement] | None = None) -> list[Finding]:
    """The findings of `rules` on the whole stack. `levels` override the rules' enforcement, by rule id."""
    findings: list[Finding] = []
    for rule in rules:
        level = (levels or {}).get(rule.id, rule.enforcement)
        if level is Enforcement.DISABLED:
            continue
        if rule.validate:
            for subject in context.of_rule_types(rule.types):
                findings.extend(_with_level(check_resource(rule, subject, context), level))
        if rule.validate_stack:
            findings.extend(_with_level(check_stack(rule, context), level))
    return sorted(set_of(findings), key=lambda finding: finding.order)


def check_resource(rule: Rule, subject: Subject, context: Context) -> list[Finding]:
    """What `rule` finds on one resource."""
    validate = rule.validate
    if validate is None:
        return []
    findings = _guarded(rule, subject, lambda: validate(subject, context.for_rule(rule.id)))
    return [
        finding for finding in findings if not (finding.deferred and rule.foresee and rule.foresee(subject, context))
    ]


def check_stack(rule: Rule, context: Context) -> list[Finding]:
    """What `rule` finds on the stack as a whole."""
    validate_stack = rule.validate_stack
    if validate_stack is None:
        return []
    return list(_guarded(rule, None, lambda: validate_stack(context.for_rule(rule.id))))


def set_of(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without repeats, in their first order."""
    return list({(f.rule, f.urn, f.name, f.message): f for f in findings}.values())


def _guarded(
    rule: Rule, subject: Subject | None, validate: Callable[[], Iterable[str | Violation]]
) -> Iterator[Finding]:
    try:
        for violation in validate():
            found = Violation(violation) if isinstance(violation, str) else violation
            yield _finding(rule, found.subject or subject, found.message, found.fix or rule.fix, Status.FAIL)
    except HiddenValueError as hidden:
        message = (
            f"{hidden.path} is {hidden.reason.value}, so it cannot be shown that this complies: {_lower(rule.title)}"
        )
        fix = f"Give {hidden.path} a value that is known before the deployment. {rule.fix}"
        finding = _finding(rule, subject, message, fix, Status.UNKNOWN)
        if rule.unknown is Unknown.DEFER and hidden.reason is Hidden.UNKNOWN:
            note = f"{hidden.path} is not known yet; the deployment checks it before it makes this resource"
            finding = replace(finding, message=note, fix="Nothing, unless the deployment refuses it.", deferred=True)
        yield finding
    except WrongShapeError as wrong:
        yield _finding(rule, subject, f"{wrong}, so the rule cannot read it", rule.fix, Status.FAIL)
    except Exception as error:  # a broken rule must refuse, whatever broke it
        message = f"the rule itself failed with {type(error).__name__}: {error}"
        yield _finding(rule, subject, message, f"Correct the rule {rule.id} of pack {rule.pack}.", Status.CRASHED)


def _finding(rule: Rule, subject: Subject | None, message: str, fix: str, status: Status) -> Finding:
    return Finding(
        rule=rule.id,
        title=rule.title,
        pack=rule.pack,
        severity=rule.severity,
        enforcement=rule.enforcement,
        urn=subject.urn if subject else "",
        type=subject.type if subject else "",
        name=subject.name if subject else "",
        message=message,
        fix=fix,
        status=status,
        controls=rule.controls,
        file=subject.resource.file if subject else "",
        line=subject.resource.line if subject else 0,
    )


def _with_level(findings: Iterable[Finding], level: Enforcement) -> Iterator[Finding]:
    for finding in findings:
        # A rule that crashed has said nothing, so even an advisory one may not pass for having spoken.
        crashed = finding.status is Status.CRASHED
        yield replace(finding, enforcement=Enforcement.MANDATORY if crashed else level)


def _lower(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
