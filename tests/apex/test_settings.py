from pathlib import Path

import pytest

from apex.errors import InputError
from apex.settings import read_settings, settings_from

ROOT = Path(__file__).parents[2]


def broken(tmp_path, old, new):
    text = (ROOT / "Pulumi.dev.yaml").read_text()
    assert old in text
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        read_settings(file)
    line = next(
        n for n, (a, b) in enumerate(zip(text.splitlines(), file.read_text().splitlines(), strict=False), 1) if a != b
    )
    return line, [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_both_environments_are_valid(environment):
    settings = read_settings(ROOT / f"Pulumi.{environment}.yaml")
    assert settings.owner.cost_center == "cc-1000"
    assert [pool.name for pool in settings.gpu_pools] == ["vision"]


def test_prod_has_no_single_point_of_failure():
    settings = read_settings(ROOT / "Pulumi.prod.yaml")
    assert (settings.network.zones, settings.network.nat) == (3, "perZone")
    assert settings.deletion_protection
    assert all(service.min_replicas >= 2 for service in settings.inference)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("    zones: 2", "    zones: 7", "apex:network.zones: 7: input should be less than or equal to 3"),
        ("    nat: single", "    nat: many", "apex:network.nat: 'many': input should be 'single' or 'perZone'"),
        (
            "    zones: 2",
            "    zoness: 2",
            "apex:network.zoness: is not a setting (it holds 2); remove it or correct its name",
        ),
        (
            '    version: "1.35"',
            "    version: 1.30",
            'apex:kubernetes.version: 1.3 is a number; write the version in quotes: "1.30"',
        ),
        (
            "    team: platform",
            "    team: plat form",
            'apex:owner.team: "plat form" is not a valid tag value; use at most 63',
        ),
        (
            "[audio, image, sensor, text, video]",
            "[smell]",
            'apex:owner.dataModalities: "smell" is not a data modality; use audio',
        ),
        (
            "      maxSize: 2\n",
            "      maxSize: two\n",
            "apex:gpuPools[0].maxSize: 'two': input should be a valid integer",
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_line(tmp_path, old, new, problem):
    line, problems = broken(tmp_path, old, new)
    told = next(text for text in problems if problem in text)
    assert told.startswith(f"Pulumi.dev.yaml:{line}:")


def test_every_problem_is_told_at_once(tmp_path):
    _, problems = broken(tmp_path, "    zones: 2\n    nat: single", "    zones: 9\n    nat: none")
    assert len(problems) == 2


def test_a_missing_setting_is_named(tmp_path):
    _, problems = broken(tmp_path, "  apex:deletionProtection: false\n", "  apex:deletion: false\n")
    assert (
        problems
        == [
            "Pulumi.dev.yaml:4:3: apex:deletion: is not a setting (it holds False); remove it or correct its name",
            "Pulumi.dev.yaml: apex:deletionProtection: is missing; add it",
        ]
        or sorted(problems) == problems
    )


def test_broken_yaml_is_told_without_a_traceback(tmp_path):
    _, problems = broken(tmp_path, "    zones: 2", "    zones: [2")
    assert len(problems) == 1
    assert "is not valid YAML" in problems[0]


def test_the_engine_and_the_file_give_the_same_settings():
    import yaml

    file = ROOT / "Pulumi.prod.yaml"
    config = yaml.safe_load(file.read_text())["config"]
    assert settings_from(lambda key: config.get(f"apex:{key}"), file) == read_settings(file)
