"""Reading IAM policy documents: who may do what to which, and under which condition."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apex.plan import Hidden
from apex.policy.props import HiddenValueError, Props, WrongShapeError, plain_of


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. Principals are `kind:value`, as in `Service:s3.amazonaws.com`; a bare `*` is `*`."""

    sid: str
    allows: bool
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    all_actions_but: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, Any]]

    @property
    def title(self) -> str:
        """How a message names the statement."""
        return f'statement "{self.sid}"' if self.sid else "a statement"

    @property
    def is_public(self) -> bool:
        """Whether it allows anybody, without a condition that narrows who that is."""
        anybody = any(principal in ("*", "AWS:*") for principal in self.principals)
        return self.allows and anybody and not self.narrows()

    def narrows(self, *keys: str) -> bool:
        """Whether a condition ties the caller to an account, an organisation, a network or a resource.

        With `keys`, only these condition keys count.
        """
        wanted = {key.lower() for key in keys} or _NARROWING
        found = {
            name.lower()
            for operator, entries in self.conditions.items()
            if not operator.lower().startswith(("null", "stringnot", "arnnot", "notip"))
            for name, value in entries.items()
            if not _is_anything(value)
        }
        return bool(found & wanted)

    def denies_without_tls(self) -> bool:
        """Whether it denies everything to callers that do not use TLS."""
        insecure = any(
            operator.lower().startswith("bool")
            and any(
                name.lower() == "aws:securetransport" and str(value).lower() == "false" for name, value in e.items()
            )
            for operator, e in self.conditions.items()
        )
        anybody = any(principal in ("*", "AWS:*") for principal in self.principals)
        return not self.allows and insecure and anybody and any(action in ("*", "s3:*") for action in self.actions)


_NARROWING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "kms:calleraccount",
        "kms:viaservice",
    }
)


def statements(props: Props, name: str) -> Iterator[Statement]:
    """The statements of the policy document in the property `name`, which is JSON text or a map.

    Raises HiddenValueError where a part that matters is not known, WrongShapeError where it is no policy document.
    """
    document = plain_of(props.value(name))
    where = props.where(name)
    if document is None or document == "":
        return
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except json.JSONDecodeError as error:
            raise WrongShapeError(where, "a policy document in JSON", document) from error
    if not isinstance(document, Mapping):
        raise WrongShapeError(where, "a policy document", document)
    for statement in _listed(document.get("Statement", ())):
        if not isinstance(statement, Mapping):
            raise WrongShapeError(f"{where}.Statement", "a list of statements", statement)
        yield _statement(statement, where)


def _statement(raw: Mapping[str, Any], where: str) -> Statement:
    for field in ("Effect", "Principal", "Action", "Condition"):
        if _has_hidden(raw.get(field)):
            raise HiddenValueError(f"{where}.Statement.{field}", Hidden.UNKNOWN)
    return Statement(
        sid=str(raw.get("Sid", "")),
        allows=raw.get("Effect") == "Allow",
        principals=tuple(_principals(raw.get("Principal", ()))),
        actions=tuple(str(action) for action in _listed(raw.get("Action", ()))),
        all_actions_but=tuple(str(action) for action in _listed(raw.get("NotAction", ()))),
        resources=tuple(str(target) for target in _listed(raw.get("Resource", ()))),
        conditions={str(k): v for k, v in (raw.get("Condition") or {}).items() if isinstance(v, Mapping)},
    )


def _principals(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for kind, names in value.items():
            yield from (f"{kind}:{name}" for name in _listed(names))
    else:
        yield from (str(name) for name in _listed(value))


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _is_anything(value: Any) -> bool:
    return all(str(item) in ("*", "") for item in _listed(value))


def _has_hidden(value: Any) -> bool:
    if isinstance(value, Hidden):
        return True
    if isinstance(value, Mapping):
        return any(_has_hidden(item) for item in value.values())
    return isinstance(value, list | tuple) and any(_has_hidden(item) for item in value)
