import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex import tags
from apex.errors import InputError
from apex.tags import CostTags

GOOD = {
    "project": "atlas",
    "environment": "dev",
    "team": "vision",
    "cost-center": "cc-100",
    "data-modality": "image.text",
    "git-repository": "github.com/acme/platform",
    "git-commit": "0123456789abcdef0123456789abcdef01234567",
}


def test_aws_tags_are_sorted_and_complete():
    assert CostTags.of(GOOD).aws(Name="vpc") == {
        "Name": "vpc",
        "cost-center": "cc-100",
        "data-modality": "image.text",
        "environment": "dev",
        "git-commit": "0123456789abcdef0123456789abcdef01234567",
        "git-repository": "github.com/acme/platform",
        "managed-by": "apex",
        "project": "atlas",
        "team": "vision",
    }
    assert list(CostTags.of(GOOD).aws()) == sorted(CostTags.of(GOOD).aws())


def test_kubernetes_labels_hold_no_slash():
    assert CostTags.of(GOOD).kubernetes()["git-repository"] == "github.com.acme.platform"


def test_git_tags_are_absent_outside_a_checkout():
    bare = {key: value for key, value in GOOD.items() if not key.startswith("git-")}
    assert not [key for key in CostTags.of(bare).aws() if key.startswith("git-")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"team": None}, "tags.team: missing; add team to the cost tags"),
        ({"cost-center": ""}, 'tags.cost-center: "" is not a valid value; use at most 63 letters'),
        ({"costcenter": "x"}, "tags.costcenter: is not a cost tag; use one of project,"),
        ({"data-modality": "smell"}, 'tags.data-modality: "smell" is not a data modality; use audio, image, sensor'),
        ({"team": "a b"}, 'tags.team: "a b" is not a valid value'),
        ({"team": 7}, "tags.team: 7 is not text"),
    ],
)
def test_each_wrong_tag_is_named(change, message):
    wrong = {key: value for key, value in (GOOD | change).items() if value is not None}
    with pytest.raises(InputError, match="^" + message.split(";")[0].replace(".", r"\.")) as error:
        CostTags.of(wrong)
    assert message in str(error.value)


def test_every_problem_is_told_at_once():
    with pytest.raises(InputError) as error:
        CostTags.of({"team": "?"})
    assert len(error.value.problems) == 5


@given(st.lists(st.sampled_from([*tags.MODALITIES, "voice"]), min_size=1))
def test_modalities_survive_the_trip_through_a_label(names):
    parsed = tags.parse_modalities(names)
    joined = tags.join_modalities(parsed)
    assert tags.is_label_value(joined)
    assert tags.parse_modalities(joined) == parsed == tags.parse_modalities(",".join(names))


@given(st.text(min_size=1, max_size=300))
def test_label_value_is_valid_or_empty(text):
    value = tags.label_value(text)
    assert value == "" or tags.is_label_value(value)
