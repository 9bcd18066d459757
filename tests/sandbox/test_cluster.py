"""The API server of an environment: its start, its end, and what a killed run leaves."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.cluster import Cluster
from sandbox.kubernetes.client import connect
from sandbox.leftovers import end_leftovers
from sandbox.problem import SandboxError

pytestmark = [pytest.mark.cluster]
ROOT = Path(__file__).parents[2]


def processes_in(folder):
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder and (process / "stat").read_text().rpartition(")")[2].split()[
                0
            ] != "Z":
                found.add(int(process.name))
        except OSError:
            continue
    return found


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_starts_keeps_its_data_and_ends(tmp_path):
    folder = tmp_path / "kubernetes"
    cluster = Cluster(folder)
    cluster.start()
    client = connect(cluster.kubeconfig)
    client.apply(
        "/api/v1/namespaces/kept", b'{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kept"}}', manager="t"
    )
    assert client.find_kind("karpenter.sh/v1", "NodePool")
    assert len(processes_in(folder)) == 2
    for name in ("kubeconfig.json", "token", "tokens.csv", "service-accounts.pem"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with pytest.raises(SandboxError, match="another run uses the environment"):
        Cluster(folder).start()
    cluster.stop()
    assert processes_in(folder) == set()
    assert not cluster.kubeconfig.exists()

    again = Cluster(folder)
    again.start()
    try:
        assert connect(again.kubeconfig).get("/api/v1/namespaces/kept")["metadata"]["name"] == "kept"
    finally:
        again.stop()


def test_killed_run_does_not_break_the_next_one(tmp_path):
    folder = tmp_path / "kubernetes"
    code = (
        "import pathlib, sys, time; from sandbox.cluster import Cluster;"
        "Cluster(pathlib.Path(sys.argv[1])).start(); time.sleep(600)"
    )
    run = subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=ROOT)
    try:
        wait_for((folder / "kubeconfig.json").exists)
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    orphans = processes_in(folder)
    assert len(orphans) == 2

    cluster = Cluster(folder)
    cluster.start()
    try:
        assert not orphans & processes_in(folder)
        assert connect(cluster.kubeconfig).get_text("/readyz") == "ok"
    finally:
        cluster.stop()
    assert processes_in(folder) == set()


def test_pid_of_a_stranger_is_left_alone(tmp_path):
    folder = tmp_path / "kubernetes"
    folder.mkdir()
    (folder / "etcd.pid").write_text(str(os.getpid()))
    Cluster(folder)._end_leftovers()
    assert not (folder / "etcd.pid").exists()


@pytest.mark.parametrize("port", ["0", "70000", "https"])
def test_wrong_port_is_refused(tmp_path, monkeypatch, port):
    monkeypatch.setenv("APEX_KUBE_PORT", port)
    with pytest.raises(SandboxError, match="is not a port"):
        Cluster(tmp_path / "kubernetes").start()


def test_busy_port_is_one_error_and_nothing_is_started(make_scratch):
    scratch = make_scratch()
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        done = scratch.sandbox("preview", "--env", "dev", APEX_KUBE_PORT=port)
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        f"sandbox: port {port} of the Kubernetes API server is busy (Address already in use); "
        "free it, or unset APEX_KUBE_PORT to take any free port"
    ]
    assert processes_in(scratch.root / ".apex" / "dev" / "kubernetes") == set()


def test_unknown_environment_is_one_error(make_scratch):
    done = make_scratch().sandbox("preview", "--env", "moon")
    assert (done.returncode, done.stdout) == (2, 'sandbox: "moon" is not an environment; use ENV=dev\n')


def test_status_and_tools_are_passed_on(make_scratch):
    scratch = make_scratch()
    assert scratch.sandbox("run", "--", "sh", "-c", "exit 7").returncode == 7
    assert scratch.sandbox("run", "--", "pulumi", "version").stdout.startswith("v3.")
    missing = scratch.sandbox("run", "--", "no-such-command")
    assert (missing.returncode, missing.stdout) == (
        2,
        "sandbox: cannot run no-such-command: No such file or directory\n",
    )


def test_what_a_killed_run_started_is_ended(tmp_path):
    value = str(tmp_path / "kubeconfig.json")
    kept, ended = (
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=os.environ | {"APEX_TEST": mark})
        for mark in (f"{value}.other", value)
    )
    try:
        wait_for(lambda: b"APEX_TEST=" in Path(f"/proc/{ended.pid}/environ").read_bytes())
        end_leftovers("APEX_TEST", value)
        assert ended.wait(20) == -signal.SIGKILL
        assert kept.poll() is None
    finally:
        for process in (kept, ended):
            process.kill()
            process.wait()
