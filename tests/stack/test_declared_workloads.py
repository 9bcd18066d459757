"""Plain manifests of the catalog: the objects of one name are one workload."""

import pulumi
import pytest

from stack.declared_workloads import workloads


def test_objects_of_one_name_are_deployed_together(environment, spaces, copy):
    found = dict(workloads(environment("prod"), copy.load("prod"), spaces))
    args = found["language-translator"]
    assert list(found) == ["language-translator"]
    assert sorted(each["kind"] for each in args["manifests"]) == ["Deployment", "PodDisruptionBudget", "Service"]
    assert args["namespace"] == "language"
    assert (args["tags"]["team"], args["tags"]["cost-center"]) == ("language", "cc-1004")


def test_what_an_overlay_deletes_is_not_deployed(environment, spaces, copy):
    (args,) = dict(workloads(environment("dev"), copy.load("dev"), spaces)).values()
    assert "PodDisruptionBudget" not in {each["kind"] for each in args["manifests"]}


def test_objects_of_one_name_in_two_namespaces_are_two_workloads(environment, spaces, copy):
    text = (copy.root / "base/language/translator.yaml").read_text()
    (copy.root / "base/speech/translator.yaml").write_text(text.replace("namespace: language", "namespace: speech"))
    found = list(workloads(environment("dev"), copy.load(), spaces))
    assert len(found) == len({name for name, _ in found}) == 2
    assert {args["namespace"] for _, args in found} == {"language", "speech"}


def test_objects_of_the_whole_cluster_have_no_namespace(environment, spaces, copy):
    (copy.root / "base/platform-classes.yaml").write_text(
        "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata:\n  name: urgent\n"
        "  labels: {project: atlas, team: platform, cost-center: cc-1000}\nvalue: 1000\n"
    )
    found = dict(workloads(environment("dev"), copy.load(), spaces))
    assert "namespace" not in found["urgent"]


def test_a_namespace_of_nobody_is_told_with_its_place(environment, copy):
    with pytest.raises(pulumi.RunError, match=r'translator\.yaml:\d+: .*"language" belongs to no team; use one of'):
        list(workloads(environment("dev"), copy.load(), {}))
