"""The files of a catalog, judged as the environments deploy them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from apex.cli.check import check
from apex.errors import InputError
from apex.policy.catalog_inputs import catalog_of, read_catalog

ROOT = Path(__file__).parents[3]
DEPLOYMENT = "urn:pulumi:manifest::manifest::kubernetes:apps/v1:Deployment::language/translator"


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    copy = tmp_path / "catalog"
    shutil.copytree(ROOT / "catalog", copy)
    return copy


def judged(*words: str | Path) -> dict[str, Any]:
    result = CliRunner().invoke(check, [*map(str, words), "--format", "json"])
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_our_own_catalog_is_allowed_file_by_file_and_as_a_whole() -> None:
    for part in ("catalog", "catalog/base", "catalog/dev", "catalog/base/language/translator.yaml"):
        found = judged(ROOT / part)
        assert not any(each["blocks"] for each in found["findings"]), part
        assert found["resources"] > 0


def test_a_base_file_is_judged_in_every_environment(catalog: Path) -> None:
    inputs = read_catalog(catalog, catalog / "base" / "language" / "translator.yaml", "")
    assert [each.stack for each in inputs] == ["dev", "prod"]
    # Development deletes the disruption budget, which production keeps.
    assert [each.count for each in inputs] == [2, 3]
    for each in inputs:
        [deployment] = [resource for resource in each.resources if resource.urn == DEPLOYMENT]
        labels = deployment.inputs["metadata"]["labels"]
        assert labels["environment"] == each.stack
        assert deployment.inputs["spec"]["template"]["metadata"]["labels"]["environment"] == each.stack


def test_an_environment_that_is_named_is_the_only_one(catalog: Path) -> None:
    [only] = read_catalog(catalog, catalog / "base", "dev")
    assert only.stack == "dev"
    [overlay] = read_catalog(catalog, catalog / "prod", "")
    assert overlay.stack == "prod"


def test_a_mistake_of_an_overlay_is_found_in_the_files_it_is_made_of_and_in_no_other(catalog: Path) -> None:
    file = catalog / "prod" / "scale.yaml"
    wrong = (
        "  replicas: 3\n  template: {spec: {containers: [{name: translator, image: example.com/translator:latest}]}}"
    )
    file.write_text(file.read_text(encoding="utf-8").replace("  replicas: 3", wrong), encoding="utf-8")
    found = {(each["rule"], each["name"]) for each in judged(file)["findings"]}
    assert ("pin_images", "language/translator") in found
    assert judged(catalog / "base" / "language" / "translator.yaml")["allowed"] is False
    assert judged(catalog / "base" / "speech")["findings"] == []
    assert judged(catalog / "dev")["allowed"]


def test_a_file_beside_the_declarations_belongs_to_no_catalog(catalog: Path, tmp_path: Path) -> None:
    assert catalog_of(catalog / ".schema" / "crds") is None
    assert catalog_of(tmp_path) is None
    assert catalog_of(catalog) == catalog_of(catalog / "base") == catalog.resolve()


def test_a_path_that_is_not_there_is_bad_input() -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml: is not there; name a file or a folder"):
        CliRunner().invoke(check, ["nowhere.yaml"], catch_exceptions=False)
