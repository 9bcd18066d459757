"""Args inside Args: every problem is told at once, each with its whole path."""

from enum import Enum

import pytest

from apex.errors import InputError
from components.nested_arguments import NestedArguments, recorded


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


def test_problems_of_items_are_gathered_with_those_of_the_whole():
    check = NestedArguments("x", {"list": [{"n": 1.5}, {"n": "a"}], "one": {"flag": "yes"}})
    for item in check.items("list"):
        item.whole("n", 0)
    check.item("one").flag("flag", False)
    with pytest.raises(InputError) as error:
        check.refuse_if_wrong()
    assert str(error.value).splitlines() == [
        "x.list[0].n: 1.5 is not a whole number; write one, such as 0",
        "x.list[1].n: 'a' is not a whole number; write one, such as 0",
        "x.one.flag: 'yes' is neither true nor false; write one of them",
    ]


@pytest.mark.parametrize("value", [Colour.BLUE, "blue"])
def test_a_choice_is_a_member_or_its_value(value):
    check = NestedArguments("x", {"colour": value, "colours": [value]})
    assert check.choice("colour", Colour, Colour.RED) is Colour.BLUE
    assert check.members("colours", Colour, ()) == (Colour.BLUE,)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda check: check.texts("a"), "x.a: 'abc' is not a list of texts; write one"),
        (lambda check: check.texts("b"), "x.b: k is there twice; write each once"),
        (lambda check: check.number("c", 1, least=0, most=2), "x.c: True is out of range; use a number from 0 to 2"),
        (lambda check: check.text("d", "[a-z]+", "lower-case letters"), "x.d: is missing; write lower-case letters"),
        (lambda check: check.members("b", Colour, ()), "x.b: 'k' is not one of them; use red, blue"),
    ],
)
def test_refusals(read, message):
    check = NestedArguments("x", {"a": "abc", "b": ["k", "k"], "c": True})
    read(check)
    with pytest.raises(InputError) as error:
        check.refuse_if_wrong()
    assert str(error.value) == message


def test_enums_are_recorded_by_value_at_any_depth():
    assert recorded({"a": [{"b": Colour.RED}], "c": 1}) == {"a": [{"b": "red"}], "c": 1}
