"""`pip install` of the repository, in an environment of its own that has nothing else of the checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("apex", "components")


def run(*words, cwd, **variables):
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "APEX_", "PULUMI_"))}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=clean | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    source = tmp_path_factory.mktemp("source")
    shutil.copy2(ROOT / "pyproject.toml", source)
    for part in PARTS:
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    build = "from setuptools import build_meta; print(build_meta.build_wheel('.'))"
    return source / run(sys.executable, "-c", build, cwd=source).splitlines()[-1]


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A virtual environment with the wheel; what it requires is borrowed from the one that the tests run in."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder, python, site


def test_everything_that_the_modules_read_is_in_the_wheel(wheel):
    wanted = {
        str(file.relative_to(ROOT))
        for part in PARTS
        for file in (ROOT / part).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {"components/PulumiPlugin.yaml", "apex/pricing/data/prices.csv", "components/py.typed"} < wanted
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == wanted


def test_a_component_is_imported(installed):
    folder, python, site = installed
    code = "from components.kafka_cluster import KafkaCluster; import inspect; print(inspect.getfile(KafkaCluster))"
    assert Path(run(python, "-c", code, cwd=folder).strip()) == site / "components" / "kafka_cluster.py"


def test_the_command_runs_with_its_data(installed):
    folder, python, _ = installed
    assert "preview" in run(python.with_name("apex"), "--help", cwd=folder)
    code = "from apex.pricing.catalogue import load_catalogue; import apex; print(apex.__file__, load_catalogue().date)"
    assert str(folder) in run(python, "-c", code, cwd=folder)


@pytest.mark.engine
def test_the_engine_gets_the_schema_of_the_installed_package(installed):
    folder, python, site = installed
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    plugin = site / "components" / "pulumi-resource-apex"
    said = run("pulumi", "package", "get-schema", plugin, cwd=folder, PATH=path, PULUMI_SKIP_UPDATE_CHECK="1")
    assert '"apex:index:KafkaCluster"' in said
    assert '"apex:index:StorageTiers"' in said
