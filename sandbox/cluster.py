"""A Kubernetes API server with its etcd, for one environment and one run of make.

etcd listens on a Unix socket inside the environment's private folder, the API server on a loopback port with a
certificate and a token of its own. The data stays; the processes end with the run, or at the latest with the next one.
"""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sandbox import toolchain
from sandbox.kubernetes.client import Client, ClientError
from sandbox.problem import SandboxError

PORT = "APEX_KUBE_PORT"
"""Environment variable: the port of the API server, where it must not be any free one."""
STAND_IN = "apex-preview"
"""The namespace in which a preview tries objects whose own namespace does not exist yet."""
_START_SECONDS = 120
_STOP_SECONDS = 20


class Cluster:
    """The API server of one environment. `start` returns at once; `kubeconfig` appears when it can be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig.json"
        self.failure = ""
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()
        self._watch: threading.Thread | None = None
        self._lock = contextlib.ExitStack()

    def start(self) -> None:
        """Start etcd and the API server, after ending what a killed run left of them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._hold()
        self._end_leftovers()
        self.kubeconfig.unlink(missing_ok=True)
        port = _port()
        token = _once(self.folder / "token", lambda: secrets.token_urlsafe(32))
        _once(self.folder / "service-accounts.pem", _make_key)
        _private(self.folder / "tokens.csv", f"{token},apex,apex,system:masters\n")
        self._spawn("etcd", toolchain.ETCD.program, _etcd_flags())
        self._spawn("kube-apiserver", toolchain.API_SERVER.program, _server_flags(port))
        self._watch = threading.Thread(target=self._prepare, args=(port, token), daemon=True)
        self._watch.start()

    def wait(self) -> None:
        """Return when `kubeconfig` can be used. Raises SandboxError where the server cannot."""
        if self._watch is not None:
            self._watch.join()
        if self.failure:
            raise SandboxError(self.failure)

    def stop(self) -> None:
        """End the API server, then etcd: the other way round the server hangs for a minute."""
        self._stopping.set()
        for name in ("kube-apiserver", "etcd"):
            process = self._processes.pop(name, None)
            if process is not None:
                _end(process)
            (self.folder / f"{name}.pid").unlink(missing_ok=True)
        if self._watch is not None:
            self._watch.join(5)
        self.kubeconfig.unlink(missing_ok=True)
        self._lock.close()

    def _hold(self) -> None:
        """One run at a time uses the environment's data."""
        handle = self._lock.enter_context((self.folder / "lock").open("w"))
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise SandboxError(
                f"another run uses the environment {self.folder.parent.name}; wait until it has ended"
            ) from None

    def _spawn(self, name: str, program: Path, flags: list[str]) -> None:
        if not program.exists():
            raise SandboxError(f"{program} is missing: run `make setup`")
        with (self.folder / f"{name}.log").open("wb") as log:
            # A group of its own: a Ctrl-C in the terminal ends the run, which then ends these in order.
            process = subprocess.Popen(
                [program, *flags],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes[name] = process
        _private(self.folder / f"{name}.pid", str(process.pid))

    def _end_leftovers(self) -> None:
        for name in ("kube-apiserver", "etcd"):
            file = self.folder / f"{name}.pid"
            with contextlib.suppress(OSError, ValueError):
                pid = int(file.read_text(encoding="utf-8"))
                if _runs(pid, name, self.folder):
                    _signal_and_wait(pid)
            file.unlink(missing_ok=True)
        # A Unix socket outlives a killed etcd and would be taken for a live one.
        for name in ("etcd:0", "peer:0"):
            (self.folder / name).unlink(missing_ok=True)

    def _prepare(self, port: int, token: str) -> None:
        try:
            client = self._wait_until_ready(port, token)
            if client is None:
                return
            _ensure(client, self.folder / "definitions-stamp")
            _private(self.kubeconfig, json.dumps(_kubeconfig(port, token, self.folder)))
        except Exception as error:  # the thread must not die in silence: the provider waits for its word
            if not self._stopping.is_set():
                self.failure = f"the Kubernetes API server could not be prepared: {error}"
                _private(self.kubeconfig, json.dumps({"failure": self.failure}))

    def _wait_until_ready(self, port: int, token: str) -> Client | None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and not self._stopping.is_set():
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise SandboxError(f"{name} ended with status {process.returncode}: {self._last_words(name)}")
            with contextlib.suppress(ClientError, OSError):
                client = Client(f"https://127.0.0.1:{port}", token, str(self.folder / "certs" / "apiserver.crt"))
                client.get_text("/readyz")
                return client
            self._stopping.wait(0.1)
        if self._stopping.is_set():
            return None
        raise SandboxError(f"it did not answer within {_START_SECONDS} s; see {self.folder}/kube-apiserver.log")

    def _last_words(self, name: str) -> str:
        lines = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _port() -> int:
    wanted = os.environ.get(PORT, "")
    if wanted and not (wanted.isdigit() and 0 < int(wanted) < 65536):
        raise SandboxError(f'{PORT}="{wanted}" is not a port; use a number from 1 to 65535 or unset it')
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(wanted or 0)))
        except OSError as error:
            raise SandboxError(
                f"port {wanted} of the Kubernetes API server is busy ({error.strerror}); "
                f"free it, or unset {PORT} to take any free port"
            ) from None
        return int(probe.getsockname()[1])


def _etcd_flags() -> list[str]:
    return [
        "--data-dir=etcd-data",
        "--listen-client-urls=unix://etcd:0",
        "--advertise-client-urls=unix://etcd:0",
        "--listen-peer-urls=unix://peer:0",
        "--log-level=error",
        # What is lost in a crash of the machine is a sandbox's.
        "--unsafe-no-fsync",
    ]


def _server_flags(port: int) -> list[str]:
    return [
        "--etcd-servers=unix://etcd:0",
        f"--secure-port={port}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        "--cert-dir=certs",
        "--token-auth-file=tokens.csv",
        "--authorization-mode=RBAC",
        "--service-account-key-file=service-accounts.pem",
        "--service-account-signing-key-file=service-accounts.pem",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.0.0.0/16",
        "--allow-privileged=true",
        # Pods are not run, so nobody makes the service accounts that this plugin waits for; nor does anybody take the
        # protection of volumes away again.
        "--disable-admission-plugins=ServiceAccount,StorageObjectInUseProtection",
    ]


def _kubeconfig(port: int, token: str, folder: Path) -> dict[str, object]:
    certificate = (folder / "certs" / "apiserver.crt").read_bytes()
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "certificate-authority-data": base64.b64encode(certificate).decode(),
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "apex", "cluster": cluster}],
        "users": [{"name": "apex", "user": {"token": token}}],
        "contexts": [{"name": "apex", "context": {"cluster": "apex", "user": "apex"}}],
        "current-context": "apex",
    }


def _ensure(client: Client, stamp: Path) -> None:
    """Bring the definitions of custom resources, and the stand-in namespace, once per environment."""
    files = toolchain.definition_files()
    wanted = "\n".join(map(str, files))
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": STAND_IN}}
    client.apply(f"/api/v1/namespaces/{STAND_IN}", json.dumps(namespace).encode(), manager="apex-sandbox")
    collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    names = set()
    for file in files:
        # The file names are not the objects' names; the object's is its first two-space-indented `name`.
        text = file.read_bytes()
        name = _name_of(text.decode())
        names.add(name)
        client.apply(f"{collection}/{name}", text, manager="apex-sandbox")
    deadline = time.monotonic() + 30
    while names and time.monotonic() < deadline:
        for item in client.get(collection)["items"]:
            conditions = (item.get("status") or {}).get("conditions") or ()
            if any(c["type"] == "Established" and c["status"] == "True" for c in conditions):
                names.discard(item["metadata"]["name"])
        time.sleep(0.1 if names else 0)
    _private(stamp, wanted)


def _name_of(manifest: str) -> str:
    lines = iter(manifest.splitlines())
    for line in lines:
        if line.rstrip() == "metadata:":
            break
    for line in lines:
        if line.startswith("  name:"):
            return line.partition(":")[2].strip().strip("\"'")
        if line and not line.startswith(" "):
            break
    raise SandboxError("a definition of a custom resource has no name")


def _once(file: Path, make: Callable[[], str]) -> str:
    if not file.is_file():
        _private(file, make())
    return file.read_text(encoding="utf-8")


def _private(file: Path, text: str) -> None:
    """Write the whole of `text` for the owner's eyes only."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    draft.replace(file)


def _make_key() -> str:
    """A P-256 private key, as the server takes it: the public half is optional in this form and left out."""
    key = bytes.fromhex("30310201010420") + secrets.token_bytes(32) + bytes.fromhex("a00a06082a8648ce3d030107")
    return f"-----BEGIN EC PRIVATE KEY-----\n{base64.b64encode(key).decode()}\n-----END EC PRIVATE KEY-----\n"


def _runs(pid: int, name: str, folder: Path) -> bool:
    """Whether `pid` is still the process we started there, and not another that got its number."""
    try:
        return (
            Path(f"/proc/{pid}/exe").readlink().name.removesuffix(" (deleted)") == name
            and Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
        )
    except OSError:
        if Path("/proc/self").exists():
            return False
    done = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return name in done.stdout


def _signal_and_wait(pid: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        for _ in range(100):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
                    return
            time.sleep(0.05)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
