"""IAM policy documents as `aws.iam.get_policy_document` renders them."""

import json
from typing import Any

_DEFAULT_VERSION = "2012-10-17"


class PolicyDocumentError(ValueError):
    """A statement or source document that IAM would not take."""


def render(args: dict[str, Any]) -> dict[str, Any]:
    """The document's JSON in both spellings, from statements, sources (extended) and overrides (replaced by Sid)."""
    statements: list[dict[str, Any]] = []
    sources = [*_listed(args.get("sourceJson")), *(args.get("sourcePolicyDocuments") or [])]
    for number, source in enumerate(sources):
        for statement in _parsed(source, f"sourcePolicyDocuments[{number}]"):
            sid = statement.get("Sid")
            if sid and any(known.get("Sid") == sid for known in statements):
                raise PolicyDocumentError(
                    f"duplicate Sid `{sid}` in sourcePolicyDocuments[{number}]; give each its own"
                )
            statements.append(statement)
    _merge(
        statements,
        [_statement(given, index, _version(args)) for index, given in enumerate(args.get("statements") or [])],
    )
    overrides = [*(args.get("overridePolicyDocuments") or []), *_listed(args.get("overrideJson"))]
    for number, override in enumerate(overrides):
        _merge(statements, _parsed(override, f"overridePolicyDocuments[{number}]"))
    document: dict[str, Any] = {"Version": _version(args)}
    if args.get("policyId"):
        document["Id"] = args["policyId"]
    if statements:
        document["Statement"] = statements
    return {"json": json.dumps(document, indent=2), "minifiedJson": json.dumps(document, separators=(",", ":"))}


def _version(args: dict[str, Any]) -> str:
    version = args.get("version") or _DEFAULT_VERSION
    if version not in ("2008-10-17", _DEFAULT_VERSION):
        raise PolicyDocumentError(f"version `{version}` is not one of 2008-10-17, 2012-10-17")
    return str(version)


def _listed(document: Any) -> list[str]:
    return [document] if document else []


def _parsed(document: str, where: str) -> list[dict[str, Any]]:
    try:
        statements = json.loads(document).get("Statement") or []
    except (ValueError, AttributeError) as error:
        raise PolicyDocumentError(f"{where} is not a JSON policy document: {error}") from error
    return [statements] if isinstance(statements, dict) else list(statements)


def _merge(statements: list[dict[str, Any]], added: list[dict[str, Any]]) -> None:
    """Adds statements; one with a Sid takes the place of an earlier one with the same Sid."""
    for statement in added:
        sid = statement.get("Sid")
        for index, known in enumerate(statements):
            if sid and known.get("Sid") == sid:
                statements[index] = statement
                break
        else:
            statements.append(statement)


def _statement(given: dict[str, Any], index: int, version: str) -> dict[str, Any]:
    effect = given.get("effect") or "Allow"
    if effect not in ("Allow", "Deny"):
        raise PolicyDocumentError(f"statements[{index}].effect is `{effect}`; it must be Allow or Deny")
    rendered: dict[str, Any] = {}
    if given.get("sid"):
        rendered["Sid"] = given["sid"]
    rendered["Effect"] = effect
    for element, key in (("Action", "actions"), ("NotAction", "notActions")):
        if given.get(key):
            rendered[element] = _one_or_sorted(given[key])
    for element, key in (("Resource", "resources"), ("NotResource", "notResources")):
        if given.get(key):
            rendered[element] = _one_or_sorted([_variables(item, version) for item in given[key]])
    for element, key in (("Principal", "principals"), ("NotPrincipal", "notPrincipals")):
        if given.get(key):
            rendered[element] = _principals(given[key], version)
    if given.get("conditions"):
        rendered["Condition"] = _conditions(given["conditions"], version)
    return rendered


def _variables(text: str, version: str) -> str:
    """`&{aws:username}` is how a program writes a policy variable; the oldest policy language has none."""
    if version == "2008-10-17" and "&{" in text:
        raise PolicyDocumentError(f"`{text}` uses a policy variable, which version 2008-10-17 does not know")
    return text.replace("&{", "${")


def _one_or_sorted(items: list[str]) -> str | list[str]:
    unique = sorted(set(items), reverse=True)
    return unique[0] if len(unique) == 1 else unique


def _principals(given: list[dict[str, Any]], version: str) -> Any:
    if all(p.get("type") == "*" and list(p.get("identifiers") or []) == ["*"] for p in given):
        return "*"
    merged: dict[str, list[str]] = {}
    for principal in given:
        identifiers = [_variables(item, version) for item in principal.get("identifiers") or []]
        merged.setdefault(principal["type"], []).extend(identifiers)
    return {kind: _one_or_sorted(merged[kind]) for kind in sorted(merged)}


def _conditions(given: list[dict[str, Any]], version: str) -> dict[str, Any]:
    merged: dict[str, dict[str, list[str]]] = {}
    for condition in given:
        tested = [_variables(item, version) for item in condition.get("values") or []]
        merged.setdefault(condition["test"], {}).setdefault(condition["variable"], []).extend(tested)
    return {
        test: {name: found[0] if len(found) == 1 else found for name, found in sorted(variables.items())}
        for test, variables in sorted(merged.items())
    }
