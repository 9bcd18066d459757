"""Runs an environment on the sandbox: `.venv/bin/python -m sandbox preview --env dev`; what make calls.

It starts the environment's API server, hands the engine and the servers over by environment variables, and ends with
the exit status of what it ran. `run -- COMMAND` runs any command with the sandbox's tools on PATH, and
`run --env dev -- COMMAND` also with the environment's API server: `run --env dev -- kubectl get deployments -A`.
"""

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from sandbox import toolchain
from sandbox.cluster import Cluster
from sandbox.leftovers import end_leftovers
from sandbox.problem import SandboxError

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / ".apex"
_KEY = re.compile(r"^encryptionsalt:.*\n?", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 2 where a person has to mend something first."""
    options = _parse(arguments)
    try:
        if options.command != "run":
            words = [sys.executable, "-m", "apex.cli", options.command, "--env", options.env]
            return _run_environment(words, options.env)
        if options.env:
            return _run_environment(options.words, options.env, wait=True)
        return _call(options.words, _variables())
    except SandboxError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="Run an environment without an account.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("preview", "up", "destroy"):
        commands.add_parser(name).add_argument("--env", required=True)
    run = commands.add_parser("run")
    run.add_argument("--env", default="")
    run.add_argument("words", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.command == "run":
        options.words = options.words[options.words[:1] == ["--"] :]
        if not options.words:
            parser.error("run: name the command, as in `run -- pulumi version`")
    return options


def _run_environment(words: list[str], environment: str, *, wait: bool = False) -> int:
    """Run `words` beside the environment's API server. The engine starts while the server does; others `wait`."""
    known = sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in ROOT.glob("Pulumi.*.yaml"))
    if environment not in known:
        raise SandboxError(f'"{environment}" is not an environment; use ENV={" or ENV=".join(known)}')
    variables = _variables()
    cluster = Cluster(OUTPUT / environment / "kubernetes")
    variables |= {
        "KUBECONFIG": str(cluster.kubeconfig),
        "APEX_SANDBOX_KUBECONFIG": str(cluster.kubeconfig),
        "APEX_SANDBOX_NOTES": str(cluster.folder / "notes.txt"),
    }
    with _ended_by_signals():
        try:
            cluster.start()
            end_leftovers("APEX_SANDBOX_KUBECONFIG", str(cluster.kubeconfig))
            if wait:
                cluster.wait()
            (cluster.folder / "notes.txt").unlink(missing_ok=True)
            _copy_settings(environment)
            _open_stack(environment, variables)
            status = _call(words, variables)
        finally:
            cluster.stop()
    _tell_notes(cluster.folder / "notes.txt")
    if status and cluster.failure:
        raise SandboxError(cluster.failure)
    return status


def _variables() -> dict[str, str]:
    """The environment of everything that runs on the sandbox."""
    engine = toolchain.engine_folder()
    if engine is None:
        raise SandboxError("the Pulumi engine is missing: run `make setup`")
    state = OUTPUT / "state"
    state.mkdir(parents=True, exist_ok=True)
    words = [str(engine), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return _with_bytecode(dict(os.environ)) | {
        "APEX_PROJECT_DIR": "sandbox",
        "PATH": os.pathsep.join(words),
        "PULUMI_BACKEND_URL": f"file://{state}",
        # Not a secret: it protects a sandbox that holds none.
        "PULUMI_CONFIG_PASSPHRASE": "apex-sandbox",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
    }


def _with_bytecode(variables: dict[str, str]) -> dict[str, str]:
    """Let Python keep what it compiles, beside the state where it may not be kept beside the sources.

    A preview starts half a dozen Pythons, and compiling the SDKs anew takes more than half of their time.
    """
    if variables.pop("PYTHONDONTWRITEBYTECODE", ""):
        variables["PYTHONPYCACHEPREFIX"] = str(OUTPUT / "bytecode")
    return variables


def _copy_settings(environment: str) -> None:
    """Give the engine a copy of the environment's settings, with the key that it wrote into the last copy.

    Written into the settings themselves, the key would be a change in everybody's checkout.
    """
    name = f"Pulumi.{environment}.yaml"
    copy = OUTPUT / "settings" / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    key = _KEY.search(copy.read_text(encoding="utf-8")) if copy.is_file() else None
    text = _KEY.sub("", (ROOT / name).read_text(encoding="utf-8"))
    draft = copy.with_suffix(".draft")
    draft.write_text(f"{text.rstrip()}\n{key[0] if key else ''}", encoding="utf-8")
    draft.replace(copy)


def _open_stack(environment: str, variables: dict[str, str]) -> None:
    """Create the stack where it is missing; take the lock away that a killed run left.

    A live run of the same environment cannot hold it: the cluster's own lock is ours by now.
    """
    state = OUTPUT / "state" / ".pulumi"
    if not (state / "stacks" / "apex" / f"{environment}.json").is_file():
        words = ["pulumi", "-C", "sandbox", "stack", "init", environment, "--non-interactive"]
        done = subprocess.run(words, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SandboxError(f"cannot create the stack {environment}: {(done.stderr or done.stdout).strip()}")
    for lock in (state / "locks").glob(f"*/*/{environment}/*.json"):
        lock.unlink(missing_ok=True)


def _call(words: list[str], variables: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(words, cwd=ROOT, env=variables)
    except OSError as error:
        raise SandboxError(f"cannot run {words[0]}: {error.strerror}") from None
    try:
        return _status(process.wait())
    except BaseException:
        # Pulumi stops by itself on the first interrupt and keeps its state in order.
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        raise


def _status(code: int) -> int:
    return 128 - code if code < 0 else code


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A polite kill is an interrupt, so that the servers are ended too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell_notes(file: Path) -> None:
    """What the Kubernetes provider could not hold against a server."""
    with contextlib.suppress(FileNotFoundError):
        for line in sorted(set(re.split(r"\n", file.read_text(encoding="utf-8").strip()))):
            print(f"not validated: {line}")


if __name__ == "__main__":
    sys.exit(main())
