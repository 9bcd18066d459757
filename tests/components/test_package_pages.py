"""The reference pages are what the components say of themselves today."""

from pathlib import Path

import pytest

from components.package import COMPONENTS
from scripts.build_component_pages import FOLDER, pages

AGAIN = "run `.venv/bin/python scripts/build_component_pages.py` and commit what it writes"


@pytest.fixture(scope="module")
def built():
    return pages()


def test_pages_are_fresh(built):
    written = {file.name: file.read_text(encoding="utf-8") for file in Path(FOLDER).glob("*")}
    assert sorted(written) == sorted(built), AGAIN
    assert [name for name, text in sorted(built.items()) if written[name] != text] == [], AGAIN


def test_pages_are_the_same_from_run_to_run(built):
    assert pages() == built


def test_every_component_is_in_the_index(built):
    for kind in COMPONENTS:
        assert f"| [{kind.__name__}](" in built["README.md"]


def test_a_page_names_defaults_types_resources_and_cost(built):
    page = built["kafka_cluster.md"]
    assert "| `vpc_id` | text | **required** | The VPC that the brokers are reached from. |" in page
    assert "| `brokers_per_zone` | whole number | 1 | How many brokers each zone has. |" in page
    assert "| `kind` | [KafkaKind](#kafkakind) | standard brokers |" in page
    assert "| `aws:msk/cluster:Cluster` | 1 |" in page
    assert "| `arn` | text |" in page
    assert "That instance costs from " in page


def test_a_service_is_billed_its_share_and_not_the_nodes(built):
    page = built["inference_service.md"]
    assert "aws:eks/nodeGroup:NodeGroup" not in page
    assert "its share of the nodes of a [CpuNodePool](cpu_node_pool.md)" in page
    assert "It costs nothing by itself." in built["team_namespace.md"]
