"""The tools that set-up brings to the machine: where they lie, and how they are built from Go modules.

Binaries are kept per user and version, outside the checkout, so that a second clone builds nothing.
"""

import contextlib
import fcntl
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.problem import SandboxError
from sandbox.progress import run

MODULES = Path(__file__).parent / "toolchain"
ENGINE_VERSION = "3.200.0"
_INSTALLER = "https://get.pulumi.com"
_INSTALLER_TIMEOUT_SECONDS = 5
_ENGINE_SCRIPTS = (
    "dist/pulumi-analyzer-policy-python",
    "dist/pulumi-resource-pulumi-python",
    "cmd/pulumi-language-python-exec",
)
_ENGINE_PROGRAMS = ("pulumi", "pulumi-language-python", "pulumi-analyzer-policy-python", "pulumi-language-python-exec")


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that is built from the Go module in `toolchain/<name>`."""

    name: str
    version: str
    package: str
    stamp: str = ""
    """The variable of the program that holds its version, where it has one."""

    @property
    def folder(self) -> Path:
        """Where its binaries are kept."""
        return cache() / f"{self.name}-{self.version}"

    @property
    def program(self) -> Path:
        """The program itself."""
        return self.folder / self.name


ENGINE = Tool(
    "pulumi",
    ENGINE_VERSION,
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{ENGINE_VERSION}",
)
LANGUAGE_HOST = Tool(
    "pulumi-language-python", "3.78.0", "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
)
API_SERVER = Tool(
    "kube-apiserver",
    "1.36.3",
    "k8s.io/kubernetes/cmd/kube-apiserver",
    "k8s.io/component-base/version.gitVersion=v1.36.3",
)
ETCD = Tool("etcd", "3.6.4", "go.etcd.io/etcd/server/v3")


@dataclass(frozen=True, slots=True)
class Definitions:
    """A Go module that carries the definitions of custom resources the platform uses."""

    module: str
    folder: str


DEFINITIONS = (
    Definitions("github.com/argoproj/argo-cd/v3@v3.1.1", "manifests/crds"),
    Definitions("github.com/argoproj/argo-rollouts@v1.8.3", "manifests/crds"),
    Definitions("github.com/aws/karpenter-provider-aws@v1.14.1", "pkg/apis/crds"),
    Definitions("github.com/external-secrets/external-secrets@v1.3.2", "config/crds/bases"),
    Definitions("github.com/kedacore/keda/v2@v2.21.0", "config/crd/bases"),
    Definitions("github.com/prometheus-operator/prometheus-operator@v0.85.0", "example/prometheus-operator-crd"),
)


def cache() -> Path:
    """The per-user folder of the tools."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else home() / ".cache") / "apex"


def home() -> Path:
    """The user's home, also where HOME is not set."""
    return Path(os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir)


def engine_folder() -> Path | None:
    """The folder of an engine that fits: the machine's own, else the one that set-up made; None where there is none."""
    for found in (shutil.which("pulumi"), ENGINE.program):
        if found and _is_complete(folder := Path(found).parent) and _fits(folder / "pulumi"):
            return folder
    return None


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / program, os.X_OK) for program in _ENGINE_PROGRAMS)


def _fits(program: Path) -> bool:
    if program == ENGINE.program:
        return True
    try:
        done = subprocess.run(
            [program, "version"],
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "1"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.match(r"v?(\d+)\.(\d+)\.", done.stdout.strip())
    return bool(version) and (int(version[1]), int(version[2])) >= (3, 200) and int(version[1]) < 4


def install_engine() -> None:
    """Bring the engine: by Pulumi's own installer where the machine reaches it, else from Go modules."""
    with locked(ENGINE):
        if engine_folder() is None and not _run_installer():
            _build_engine()


def _run_installer() -> bool:
    """Whether Pulumi's own installer brought the engine; a machine without a way there says so within seconds."""
    try:
        with urllib.request.urlopen(_INSTALLER, timeout=_INSTALLER_TIMEOUT_SECONDS) as answer:
            script = answer.read()
    except OSError:
        return False
    with replacing(ENGINE.folder) as draft:
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch, "install.sh")
            file.write_bytes(script)
            words = ["sh", str(file), "--version", ENGINE_VERSION, "--install-root", scratch, "--no-edit-path"]
            done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, timeout=600, check=False)
            binaries = Path(scratch, "bin")
            if done.returncode or not _is_complete(binaries):
                return False
            shutil.copytree(binaries, draft, dirs_exist_ok=True)
        return True


def _build_engine() -> None:
    with replacing(ENGINE.folder) as draft:
        _build(LANGUAGE_HOST, draft / LANGUAGE_HOST.name)
        _build(ENGINE, draft / ENGINE.name)
        sdk = _go(ENGINE, ["list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"])
        for script in _ENGINE_SCRIPTS:
            target = draft / Path(script).name
            shutil.copyfile(Path(sdk.strip(), "python", script), target)
            target.chmod(0o755)


def install(tool: Tool) -> None:
    """Build `tool` where it is missing."""
    with locked(tool):
        if not tool.program.exists():
            with replacing(tool.folder) as draft:
                _build(tool, draft / tool.name)


def _build(tool: Tool, target: Path) -> None:
    flags = "-s -w" + (f" -X {tool.stamp}" if tool.stamp else "")
    run(
        ["go", "build", "-v", "-ldflags", flags, "-o", str(target), tool.package],
        f"building {tool.name} {tool.version}",
        cwd=MODULES / tool.name,
        env=go_environment(),
        counted="packages",
    )


def _go(tool: Tool, words: list[str]) -> str:
    return subprocess.run(
        ["go", *words], cwd=MODULES / tool.name, env=go_environment(), stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def go_environment(variables: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a `go` command: no workspace of the machine's interferes, and a missing HOME does not stop it.

    CGO is left out so that no C compiler is needed.
    """
    return dict(variables) | {
        "HOME": str(home()),
        "GOFLAGS": "-mod=mod",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
    }


@contextlib.contextmanager
def locked(tool: Tool) -> Iterator[None]:
    """One set-up at a time makes `tool`; the others wait and then find it."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / f"{tool.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A fresh folder that becomes `folder` when all went well and it holds anything; a killed set-up leaves none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    draft.chmod(0o755)
    try:
        yield draft
        if any(draft.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def definition_files() -> tuple[Path, ...]:
    """The files with the definitions of custom resources, in Go's module cache; fetched where they are missing."""
    record = cache() / "definitions.json"
    key = [definitions.module for definitions in DEFINITIONS]
    with contextlib.suppress(OSError, ValueError, KeyError):
        known = json.loads(record.read_text(encoding="utf-8"))
        if known["modules"] == key and all(Path(folder).is_dir() for folder in known["folders"]):
            return _yaml_files(known["folders"])
    folders = [str(_fetch(definitions)) for definitions in DEFINITIONS]
    record.parent.mkdir(parents=True, exist_ok=True)
    draft = record.with_name(f"{record.name}.{os.getpid()}")
    draft.write_text(json.dumps({"modules": key, "folders": folders}), encoding="utf-8")
    draft.replace(record)
    return _yaml_files(folders)


def has_definitions() -> bool:
    """Whether nothing needs to be fetched for `definition_files`."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        known = json.loads((cache() / "definitions.json").read_text(encoding="utf-8"))
        modules = [definitions.module for definitions in DEFINITIONS]
        return bool(known["modules"] == modules and all(Path(folder).is_dir() for folder in known["folders"]))
    return False


def _yaml_files(folders: list[str]) -> tuple[Path, ...]:
    files = (file for folder in folders for file in Path(folder).iterdir() if file.suffix in {".yaml", ".yml"})
    return tuple(sorted(file for file in files if file.stem != "kustomization"))


def _fetch(definitions: Definitions) -> Path:
    done = _retried(
        lambda: subprocess.run(
            ["go", "mod", "download", "-json", definitions.module],
            cwd=MODULES,
            env=go_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    if done.returncode or not answer.get("Dir"):
        reason = answer.get("Error") or done.stderr.strip()
        raise SandboxError(
            f"cannot fetch {definitions.module}: {reason}; check that the machine reaches a Go module proxy (GOPROXY)"
        )
    return Path(answer["Dir"], definitions.folder)


def _retried(
    attempt: Callable[[], "subprocess.CompletedProcess[str]"],
) -> "subprocess.CompletedProcess[str]":
    """A download that fails once for the network's sake gets a second chance."""
    done = attempt()
    if done.returncode:
        time.sleep(1)
        done = attempt()
    return done
