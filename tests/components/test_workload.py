import pytest

from apex.tags import CostTags
from components import workload


@pytest.mark.parametrize(
    ("text", "value"),
    [("500m", 0.5), ("2", 2), ("1.5", 1.5), ("8Gi", 8 * 1024**3), ("8G", 8e9), ("1k", 1000), ("1Ki", 1024)],
)
def test_quantities(text, value):
    assert workload.quantity(text) == value


@pytest.mark.parametrize("text", ["", "0", "two", "8gb", "-1", "1ki", "1 Gi"])
def test_what_is_no_quantity(text):
    assert workload.quantity(text) is None


def test_labels_say_who_pays_and_select_one_workload(cost_tags):
    labels = workload.labels("captioner", "inference", CostTags.of(cost_tags))
    assert cost_tags.items() <= labels.items()
    assert workload.selector("captioner").items() <= labels.items()
    assert not cost_tags.keys() & workload.selector("captioner").keys()


def test_an_image_is_pinned_by_its_digest():
    assert workload.has_digest("captioner:1.0@sha256:" + "0" * 64)
    assert not workload.has_digest("captioner:1.0@sha256:" + "0" * 63)
    assert not workload.has_digest("@sha256:" + "0" * 64)
