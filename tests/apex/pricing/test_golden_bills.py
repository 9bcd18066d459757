"""Each adapter's bill, against sums worked out by hand from AWS's pricing rules (their pages are in the fixtures)."""

import ast
import operator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from apex.pricing.adapters import ADAPTERS
from apex.pricing.quantity import cents

FOLDER = Path(__file__).parent / "golden"
CASES = [case for file in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(file.read_text())["cases"]]
_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def work_out(expression: object) -> Decimal:
    """The exact value of a sum like `3*730*0.204`, to the cent."""

    def value(node: ast.expr) -> Fraction:
        if isinstance(node, ast.BinOp):
            return _OPERATORS[type(node.op)](value(node.left), value(node.right))
        assert isinstance(node, ast.Constant)
        return Fraction(ast.get_source_segment(str(expression), node))

    exact = value(ast.parse(str(expression), mode="eval").body)
    return cents(Decimal(exact.numerator) / Decimal(exact.denominator))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["type"].rpartition(":")[2])
def test_bill(case, resource, bill):
    refers, others = {}, []
    for number, other in enumerate(case.get("with", ())):
        made = resource(other["type"], f"other-{number}", **other.get("inputs", {}))
        refers[other["as"]] = made
        others.append(made)
    inputs = dict(case.get("inputs", {}))
    it = resource(case["type"], "it", refers=refers, **dict.fromkeys(refers, "x") | inputs)
    for number, user in enumerate(case.get("users", ())):
        others.append(resource(user["type"], f"user-{number}", refers={user["as"]: it}, **user.get("inputs", {})))

    priced = next(found for found in bill(it, *others).resources if found.name == "it")

    if "unpriced" in case:
        assert priced.unpriced == case["unpriced"]
        return
    assert priced.unpriced is None
    if case.get("free"):
        assert priced.free
        assert not priced.monthly.expected
        return
    expected = {part.name: cents(part.monthly.expected) for part in priced.components if part.monthly.expected}
    assert expected == {name: work_out(text) for name, text in case["by_hand"].items()}


def test_every_adapter_has_a_golden_bill():
    assert set(ADAPTERS) <= {case["type"] for case in CASES}


def test_every_fixture_names_its_source():
    assert all(
        yaml.safe_load(file.read_text())["source"].startswith("https://aws.amazon.com/") for file in FOLDER.iterdir()
    )
