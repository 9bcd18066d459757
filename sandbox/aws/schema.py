"""The shape of a resource type: its inputs, outputs and nested types, derived from the SDK's source."""

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from sandbox.aws import sdk

SCALARS = {"str": "str", "int": "int", "float": "float", "bool": "bool"}
_FORCES_NEW = re.compile(
    r"forces? (?:a |an )?(?:new resource|new cluster|replacement|(?:re)?-?creation)"
    r"|chang\w+ (?:this|the|these|any)[^.]{0,60}?(?:forces?|requires?|creates?|creating|will|recreat\w*)[^.]{0,40}?"
    r"(?:new|recreat\w*|re-creat\w*|replac\w*)",
    re.IGNORECASE,
)
_DEFAULT = re.compile(
    r"\b(?:default(?:s| value)?(?: is| to|:)|defaults? to)(?: the value)?(?: of)?:? `([^`]+)`", re.IGNORECASE
)
_DESCRIPTION = re.compile(r"\bdefaults? to [`\"']*Managed by Pulumi", re.IGNORECASE)
# The service keeps these as sets whatever the SDK calls them; their order is no change.
_SETS = re.compile(r"(?:Ids|Arns|[sS]ubnets|[sS]ecurityGroups|^availabilityZones)$")
MANAGED = "Managed by Pulumi"
"""The description that the real provider puts in where a service demands one and the program gives none."""


@dataclass(frozen=True, slots=True)
class Type:
    """A property's type. `kind` is str, int, float, bool, any, asset, list, map or object.

    `of` is the type of the elements of a list or map; `ref` the class of an object and `file` where it is defined.
    `or_text` marks an object that may also be given as a string (policy documents).
    """

    kind: str
    of: "Type | None" = None
    ref: str = ""
    file: Path | None = None
    or_text: bool = False


ANY = Type("any")


@dataclass(frozen=True, slots=True)
class Property:
    """One input or output. `optional` means absent is allowed; `forces_new` is what the SDK's documentation says."""

    name: str
    type: Type
    optional: bool = True
    forces_new: bool = False
    unordered: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """A resource type: its token, class name, inputs, outputs and documentation."""

    token: str
    inputs: dict[str, Property]
    outputs: dict[str, Property]
    doc: str = ""

    @property
    def computed(self) -> tuple[str, ...]:
        """Outputs that nobody can set."""
        return tuple(name for name in self.outputs if name not in self.inputs)


@functools.cache
def load(token: str) -> Schema | None:
    """The schema of a type token; None if the SDK does not have it."""
    path = sdk.source_of(token)
    if path is None:
        return None
    name = sdk.tokens()[token][1]
    # `InitArgs` where a nested object of the same service already has the shorter name.
    args = sdk.parse_class(path, f"{name}Args") or sdk.parse_class(path, f"{name}InitArgs")
    resource = sdk.parse_class(path, name)
    inputs = properties(args, path) if args else {}
    outputs = properties(resource, path) if resource else {}
    return Schema(token, inputs, outputs, _documentation(resource) if resource else "")


@functools.cache
def nested(ref: str, file: Path) -> dict[str, Property] | None:
    """The properties of a nested object; None when its class is not at hand."""
    node = sdk.parse_class(file, ref)
    return None if node is None else properties(node, file)


def _documentation(node: ast.ClassDef) -> str:
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            return ast.get_docstring(member) or ""
    return ""


def properties(node: ast.ClassDef, path: Path) -> dict[str, Property]:
    """The properties that a generated class declares, by their names on the wire."""
    required = _required(node)
    found: dict[str, Property] = {}
    for member in node.body:
        if not isinstance(member, ast.FunctionDef) or member.returns is None:
            continue
        wire = _wire_name(member)
        if wire is None:
            continue
        optional, kind = _type(member.returns, path)
        doc = " ".join((ast.get_docstring(member) or "").split())
        if required is not None:
            optional = member.name not in required
        default = _DEFAULT.search(doc)
        found[wire] = Property(
            wire,
            kind,
            optional,
            bool(_FORCES_NEW.search(doc)),
            kind.kind == "list" and bool(re.search(r"\b[Ss]et of\b", doc) or _SETS.search(wire)),
            MANAGED if _DESCRIPTION.search(doc) else default[1] if default else None,
        )
    return found


def _required(node: ast.ClassDef) -> frozenset[str] | None:
    """The mandatory arguments of an input class; None for a resource or output, whose annotations say it."""
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__" and member.args.kwonlyargs:
            pairs = zip(member.args.kwonlyargs, member.args.kw_defaults, strict=True)
            return frozenset(argument.arg for argument, default in pairs if default is None)
    return None


def _wire_name(member: ast.FunctionDef) -> str | None:
    for decorator in member.decorator_list:
        if isinstance(decorator, ast.Attribute) and decorator.attr == "getter":
            return member.name
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") == "getter":
            return str(next(k.value.value for k in decorator.keywords if isinstance(k.value, ast.Constant)))
    return None


def _type(node: ast.expr, path: Path) -> tuple[bool, Type]:
    """Whether a type may be absent, and the type itself."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return False, _named(node.value, path)
    if isinstance(node, ast.Attribute):
        return False, Type(SCALARS[node.attr]) if node.attr in SCALARS else _attribute(node)
    if not isinstance(node, ast.Subscript):
        return False, ANY
    outer = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    if outer in ("Input", "Output"):
        return _type(node.slice, path)
    if outer == "Optional":
        return True, _type(node.slice, path)[1]
    if outer == "Sequence":
        return False, Type("list", _type(node.slice, path)[1])
    if outer == "Mapping" and isinstance(node.slice, ast.Tuple):
        return False, Type("map", _type(node.slice.elts[1], path)[1])
    if outer == "Union" and isinstance(node.slice, ast.Tuple):
        return _union([_type(option, path)[1] for option in node.slice.elts])
    return False, ANY


def _attribute(node: ast.Attribute) -> Type:
    return Type("asset") if node.attr in ("Asset", "Archive") else ANY


def _union(options: list[Type]) -> tuple[bool, Type]:
    kinds = [option.kind for option in options]
    objects = [option for option in options if option.kind == "object"]
    if objects and "str" in kinds:
        first = objects[0]
        return False, Type("object", ref=first.ref, file=first.file, or_text=True)
    scalars = [option for option in options if option.kind in SCALARS]
    return False, (scalars or objects or [ANY])[0]


def _named(reference: str, path: Path) -> Type:
    """A quoted reference: a nested input or output class, an enum (its values are strings) or a resource (its id)."""
    module, _, name = reference.rpartition(".")
    folder = path.parent
    if module in ("pulumi", "_builtins"):
        return Type("asset") if name in ("Asset", "Archive") else Type(SCALARS.get(name, "any"))
    if module.startswith("_"):
        service = module.split(".")[0].removeprefix("_")
        folder = sdk.root() / (f"{service}_" if (sdk.root() / f"{service}_").exists() else service)
    if module.endswith("outputs"):
        return Type("object", ref=name, file=folder / "outputs.py")
    if name.endswith("Args"):
        return Type("object", ref=name, file=folder / "_inputs.py")
    if name.endswith("ArgsDict"):
        return Type("object", ref=name.removesuffix("Dict"), file=folder / "_inputs.py")
    return Type("str")
