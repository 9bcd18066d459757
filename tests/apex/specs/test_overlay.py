"""Strategic merge: an overlay changes the parts it names, and nothing else."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apex.specs.overlay import merge, unknown_directives

BASE = {
    "spec": {
        "steps": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1"}],
        "regions": ["one", "two"],
        "limits": {"cpu": "1", "memory": "1Gi"},
    }
}


def spec(patch: dict[str, Any]) -> dict[str, Any]:
    before = copy.deepcopy(BASE)
    merged: dict[str, Any] = merge(BASE, {"spec": patch})["spec"]
    assert before == BASE
    return merged


def test_items_are_merged_by_their_name_and_new_ones_come_last() -> None:
    merged = spec({"steps": [{"name": "c", "image": "z:1"}, {"name": "b", "image": "y:2"}]})
    assert merged["steps"] == [
        {"name": "a", "image": "x:1"},
        {"name": "b", "image": "y:2"},
        {"name": "c", "image": "z:1"},
    ]


def test_an_item_is_deleted_by_a_directive() -> None:
    assert spec({"steps": [{"name": "a", "$patch": "delete"}]})["steps"] == [{"name": "b", "image": "y:1"}]


def test_a_list_without_a_key_is_replaced() -> None:
    assert spec({"regions": ["three"]})["regions"] == ["three"]


def test_null_and_delete_take_a_field_away() -> None:
    assert spec({"limits": {"cpu": None}})["limits"] == {"memory": "1Gi"}
    assert "limits" not in spec({"limits": {"$patch": "delete"}})


def test_replace_puts_a_map_in_place_of_the_other() -> None:
    assert spec({"limits": {"$patch": "replace", "gpu": "1"}})["limits"] == {"gpu": "1"}


def test_new_parts_hold_no_directives() -> None:
    assert spec({"more": {"a": None, "b": {"$patch": "merge", "c": 1}}})["more"] == {"b": {"c": 1}}


def test_an_unknown_directive_is_found() -> None:
    patch = {"spec": {"steps": [{"name": "a", "$patch": "remove"}]}}
    assert unknown_directives(patch) == [(("spec", "steps", 0, "$patch"), "remove")]


KEYS = st.sampled_from(["a", "b", "steps", "limits"])
PLAIN = st.recursive(
    st.integers(0, 9) | st.text("xyz", max_size=3) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
MAPS = st.dictionaries(KEYS, PLAIN, max_size=4)


@given(MAPS)
def test_an_empty_patch_changes_nothing(base: dict[str, Any]) -> None:
    assert merge(base, {}) == base


@given(MAPS, MAPS)
def test_a_patch_applied_twice_is_applied_once(base: dict[str, Any], patch: dict[str, Any]) -> None:
    once = merge(base, patch)
    assert merge(once, patch) == once


@given(MAPS, MAPS)
def test_every_scalar_of_a_patch_is_in_the_result(base: dict[str, Any], patch: dict[str, Any]) -> None:
    merged = merge(base, patch)
    for key, value in patch.items():
        if not isinstance(value, dict | list):
            assert merged[key] == value
    assert {key: value for key, value in base.items() if key not in patch} == {
        key: value for key, value in merged.items() if key not in patch
    }


@given(MAPS, MAPS)
def test_neither_side_is_touched(base: dict[str, Any], patch: dict[str, Any]) -> None:
    kept = copy.deepcopy((base, patch))
    merge(base, patch)
    assert (base, patch) == kept
