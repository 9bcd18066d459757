"""What the models say, in the forms that other tools read: JSON Schema for editors, CRDs for the API server.

A CRD's schema has to be structural: no references, no types inside anyOf, no unions. What cannot be said in one
(labels, and numbers that are text or not) is said by a ValidatingAdmissionPolicy beside it.
"""

import json
from typing import Any

from pydantic import BaseModel

from apex import tags
from apex.specs.base import Spec
from apex.specs.explain import models_in
from apex.specs.kinds import KINDS, api_version
from apex.specs.usage import Volume
from apex.specs.values import LABEL_PATTERN, WHAT

Json = dict[str, Any]

_DIALECT = "http://json-schema.org/draft-07/schema#"
_DROPPED = ("title", "default", "examples", "crd", "discriminator", "$defs", WHAT)
_VALUE_RULES = ("enum", "maximum", "maxItems", "maxProperties", "minimum", "minLength", "maxLength", "not", "pattern")
_MODALITY = f"({'|'.join((*tags.MODALITIES, 'voice'))})"
MODALITIES_PATTERN = rf"^{_MODALITY}([.]{_MODALITY})*$"
NO_NUMBER: Json = {"minimum": 0, "maximum": -1}
"""Refuses every number and says nothing of other values: a structural schema cannot say "a string" in a branch."""


def json_schema(kind: type[Spec]) -> Json:
    """The JSON Schema of a document of `kind`, for editors."""
    made = published(kind)
    return {"$schema": _DIALECT, **_for_editors(_with_head(made, kind))}


def manifest_list_schema() -> Json:
    """One schema for every kind: the one that a document's `kind` names is applied."""
    return {
        "$schema": _DIALECT,
        "type": "object",
        "required": ["apiVersion", "kind", "metadata"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": {"$ref": f"{name.lower()}.schema.json"},
            }
            for name in sorted(KINDS)
        ],
    }


def crd(kind: type[Spec]) -> Json:
    """The CustomResourceDefinition of `kind`."""
    made = published(kind)
    definitions = made.get("$defs", {})
    spec = _structural(made["properties"]["spec"], definitions, _model_of(kind, "spec"))
    name_rule = {"type": "string", "maxLength": 63, "pattern": r"^[a-z]([-a-z0-9]*[a-z0-9])?$"}
    schema = {
        "type": "object",
        "description": kind.__doc__,
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object", "properties": {"name": name_rule}},
            "spec": spec,
        },
    }
    singular = kind.kind_name.lower()
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{kind.group}"},
        "spec": {
            "group": kind.group,
            "names": {"kind": kind.kind_name, "plural": kind.plural, "singular": singular},
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "versions": [
                {"name": kind.version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }


def admission_policy(kind: type[Spec]) -> list[Json]:
    """The ValidatingAdmissionPolicy of `kind` and its binding: what a CRD cannot say."""
    labels = "(has(object.metadata.labels) ? object.metadata.labels : {})"
    rules = [
        (f"'{label}' in {labels}", f"metadata.labels.{label} is missing; add it") for label in kind.required_labels
    ]
    rules += [
        (
            f"!('{label}' in {labels}) || {labels}['{label}'].matches('{pattern}')",
            f"metadata.labels.{label} has no value that a cost tag can have",
        )
        for label, pattern in (
            (tags.COST_CENTER, LABEL_PATTERN),
            (tags.DATA_MODALITY, MODALITIES_PATTERN),
            (tags.PROJECT, LABEL_PATTERN),
            (tags.TEAM, LABEL_PATTERN),
        )
    ]
    rules.append(
        (f"{labels}.all(key, {labels}[key] != '')", "metadata.labels has an empty value; fill it or remove it")
    )
    if "usage" in _model_of(kind, "spec")[0].model_fields:
        rules.append((_ordered("object.spec.usage", "!has(object.spec.usage)"), _ORDER_MESSAGE))
    if kind.kind_name == "Usage":
        for part in ("dataClasses", "pipelines", "services"):
            here = f"object.spec.{part}"
            inner = _ordered(f"{here}[name]", "false")
            rules.append((f"!has({here}) || {here}.all(name, {inner})", _ORDER_MESSAGE))
    rules += kind.admission
    name = f"{kind.plural}.{kind.group}"
    return [
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": name},
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": {
                    "resourceRules": [
                        {
                            "apiGroups": [kind.group],
                            "apiVersions": [kind.version],
                            "operations": ["CREATE", "UPDATE"],
                            "resources": [kind.plural],
                        }
                    ]
                },
                "validations": [{"expression": rule, "message": message} for rule, message in rules],
            },
        },
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": name},
            "spec": {"policyName": name, "validationActions": ["Deny"]},
        },
    ]


_ORDER_MESSAGE = "a usage has an unknown field or is not in order; write low <= expected <= peak"


def _ordered(usage: str, absent: str) -> str:
    volume = f"{usage}[key]"
    known = ", ".join(f"'{info.alias or name}'" for name, info in Volume.model_fields.items())
    return (
        f"{absent} || {usage}.all(key, type({volume}) != map || "
        f"{volume}.all(field, field in [{known}]) && "
        f"(!has({volume}.low) || double({volume}.low) <= double({volume}.expected)) && "
        f"(!has({volume}.peak) || double({volume}.expected) <= double({volume}.peak)))"
    )


def files() -> dict[str, str]:
    """Every schema, CRD and policy by the name of its file."""
    made: dict[str, str] = {"catalog.schema.json": _text(manifest_list_schema())}
    for name, kind in sorted(KINDS.items()):
        made[f"{name.lower()}.schema.json"] = _text(json_schema(kind))
        made[f"crds/{kind.plural}.{kind.group}.yaml"] = _yaml([crd(kind), *admission_policy(kind)])
    return made


def _text(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _yaml(documents: list[Json]) -> str:
    import yaml

    return yaml.safe_dump_all(documents, sort_keys=False, width=120, allow_unicode=True)


_BOUNDS = {"ge": "minimum", "le": "maximum"}


def published(kind: type[Spec]) -> Json:
    """pydantic's schema of `kind`; bounds behind a reader of ours get the names that JSON Schema has for them."""
    made: Json = _renamed(kind.model_json_schema(by_alias=True))
    return made


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {_BOUNDS.get(key, key): _renamed(part) for key, part in value.items()}
    return [_renamed(part) for part in value] if isinstance(value, list) else value


def _with_head(made: Json, kind: type[Spec]) -> Json:
    head = {"apiVersion": {"const": api_version(kind)}, "kind": {"const": kind.kind_name}}
    metadata: Json = {"required": ["name", "namespace"] if kind.namespaced else ["name"]}
    if kind.required_labels:
        metadata["required"] += ["labels"]
        metadata["properties"] = {"labels": {"required": list(kind.required_labels)}}
    return {**made, "properties": {**made["properties"], **head}, "allOf": [{"properties": {"metadata": metadata}}]}


def _for_editors(value: Any) -> Any:
    """`value` without what only the API server reads."""
    if isinstance(value, dict):
        kept = {
            key: _for_editors(part)
            for key, part in value.items()
            if key not in ("crd", "discriminator", WHAT) and not key.startswith("x-kubernetes")
        }
        if kept.get("type") == "integer":
            bounds = {key: kept.pop(key) for key in ("minimum", "maximum") if key in kept}
            del kept["type"]
            kept["anyOf"] = [{"type": "integer", **bounds}, {"type": "string", "pattern": "^[0-9]+$"}]
        if isinstance(kept.get("description"), str):
            kept["description"] = " ".join(kept["description"].split())
        return kept
    return [_for_editors(part) for part in value] if isinstance(value, list) else value


def _model_of(model: type[BaseModel], field: str) -> list[type[BaseModel]]:
    found = next(
        (info for name, info in model.model_fields.items() if (info.alias or name) == field),
        None,
    )
    return list(models_in(found.annotation)) if found is not None else []


def _structural(value: Json, definitions: Json, models: list[type[BaseModel]]) -> Json:
    """`value` as a structural schema; `models` are those that it is the schema of, for their checks."""
    if "crd" in value:
        return _described(value["crd"], value)
    if "$ref" in value:
        return _described(_structural(definitions[value["$ref"].rpartition("/")[2]], definitions, models), value)
    if "oneOf" in value:
        return _described(_union([_resolved(part, definitions) for part in value["oneOf"]], definitions), value)
    if "anyOf" in value:
        real = [part for part in value["anyOf"] if part.get("type") != "null"]
        if len(real) == 2:
            return _described(_number_or_map(real, definitions, models), value)
        return _described(_structural(real[0], definitions, models), value)
    made = {key: part for key, part in value.items() if key not in _DROPPED}
    if "const" in made:
        made["enum"] = [made.pop("const")]
        made["type"] = "string"
    if made.get("type") == "integer":
        return _described(_whole(made), value)
    if made.get("type") == "array":
        made["items"] = _structural(made["items"], definitions, models)
        made.setdefault("maxItems", 256)
    elif made.get("type") == "object":
        made = _object(made, definitions, models)
    return _described(made, value)


def _number_or_map(parts: list[Json], definitions: Json, models: list[type[BaseModel]]) -> Json:
    """A number that stands for a map, or that map: a value without a type, whose map part is checked where it is one.

    The API server keeps unknown keys of such a map; the admission policy refuses them.
    """
    (number,) = [part for part in parts if "crd" in part]
    (inner,) = [part for part in parts if "crd" not in part]
    made = _structural(inner, definitions, models)
    rules = {key: part for key, part in number["crd"].items() if key != "maxProperties"}
    return {**rules, "properties": made["properties"], "required": made["required"]}


def _described(made: Json, value: Json) -> Json:
    text = value.get("description")
    return {**made, "description": " ".join(text.split())} if text else made


def _resolved(value: Json, definitions: Json) -> Json:
    return dict(definitions[value["$ref"].rpartition("/")[2]])


def _object(made: Json, definitions: Json, models: list[type[BaseModel]]) -> Json:
    closed = made.pop("additionalProperties", None)
    names = made.pop("propertyNames", None)
    patterns = made.pop("patternProperties", None)
    if "x-kubernetes-preserve-unknown-fields" in made:
        return made
    rules = [
        {
            "rule": check.cel,
            "message": check.message,
            **({"fieldPath": f".{check.field}"} if check.field else {}),
        }
        for model in models
        for check in getattr(model, "checks", ())
    ]
    if isinstance(closed, dict):
        made["additionalProperties"] = _structural(closed, definitions, [])
        made.setdefault("maxProperties", 64)
        rules += _key_rules(names)
    elif patterns:
        (pattern, inner), *_ = patterns.items()
        made["additionalProperties"] = _structural(inner, definitions, [])
        made.setdefault("maxProperties", 64)
        if "type" in made["additionalProperties"]:  # CEL cannot enter a map of values without a type
            message = f"a key does not match {pattern}"
            rules.append({"rule": f"self.all(key, key.matches({pattern!r}))", "message": message})
    if "properties" in made:
        made["properties"] = {
            key: _structural(part, definitions, [inner for model in models for inner in _model_of(model, key)])
            for key, part in made["properties"].items()
        }
    return {**made, **({"x-kubernetes-validations": rules} if rules else {})}


def _key_rules(names: Json | None) -> list[Json]:
    if not names or "enum" not in names:
        return []
    listed = ", ".join(f"'{name}'" for name in names["enum"])
    return [{"rule": f"self.all(key, key in [{listed}])", "message": f"a key is not one of {listed}"}]


def _whole(made: Json) -> Json:
    bounds: Json = {key: made[key] for key in ("minimum", "maximum") if key in made}
    rules = [f"int(self) >= {bounds['minimum']}"] if "minimum" in bounds else []
    rules += [f"int(self) <= {bounds['maximum']}"] if "maximum" in bounds else []
    whole: Json = {"x-kubernetes-int-or-string": True, "pattern": "^[0-9]{1,15}$", "maxLength": 15, **bounds}
    if rules:
        message = f"write a whole number from {bounds.get('minimum', 0)} to {bounds.get('maximum', 'any')}"
        whole["x-kubernetes-validations"] = [{"rule": " && ".join(rules), "message": message}]
    return whole


def _union(variants: list[Json], definitions: Json) -> Json:
    """One map that has the fields of all `variants`, and a branch for what each of them asks."""
    properties: Json = {}
    branches = []
    everything = {key for variant in variants for key in variant["properties"]}
    for variant in variants:
        own = {key: _structural(part, definitions, []) for key, part in variant["properties"].items()}
        for key, part in own.items():
            seen = properties.get(key)
            properties[key] = part if seen is None or seen == part else _common(seen, part)
        others = sorted(everything - set(own))
        branch: Json = {
            "properties": {key: _values(part) for key, part in own.items() if _values(part)},
            "required": sorted(variant.get("required", [])),
        }
        if others:
            branch["not"] = {"anyOf": [{"required": [key]} for key in others]}
        branches.append(branch)
    return {"type": "object", "required": ["type"], "properties": properties, "oneOf": branches}


def _common(one: Json, other: Json) -> Json:
    if one.get("type") == other.get("type") == "string":
        enums = [part["enum"] for part in (one, other) if "enum" in part]
        if len(enums) == 2:
            return {"type": "string", "enum": [*enums[0], *enums[1]]}
        return {"type": "string"}
    if ("type" in one and "x-kubernetes-int-or-string" in other) or (
        "type" in other and "x-kubernetes-int-or-string" in one
    ):
        return {"x-kubernetes-int-or-string": True}
    return {
        "x-kubernetes-preserve-unknown-fields": True,
        "maxProperties": 0,
        "maxItems": 0,
        "not": {"enum": [True, False, {}, []]},
    }


def _values(part: Json) -> Json:
    rules = {key: part[key] for key in _VALUE_RULES if key in part}
    if part.get("type") == "string" and "pattern" in rules:
        rules |= NO_NUMBER
    return rules
