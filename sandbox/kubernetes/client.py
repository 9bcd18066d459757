"""The few calls to a Kubernetes API server that the sandbox makes. Standard library only, as it starts in no time."""

import base64
import http.client
import json
import re
import ssl
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_READY_SECONDS = 150
_TIMEOUT_SECONDS = 60
_WARNING = re.compile(r'^299 \S+ "(.*)"$')


class ClientError(Exception):
    """The server's refusal, with its reason."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(body.get("message") or f"the API server answered with status {status}"))
        self.status = status
        self.causes: list[dict[str, Any]] = (body.get("details") or {}).get("causes") or []


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind that the server serves."""

    api_version: str
    name: str
    plural: str
    namespaced: bool

    def path(self, namespace: str, name: str = "") -> str:
        """The path of an object, or of the collection without a name."""
        words = [_group_path(self.api_version)]
        if self.namespaced:
            words += ["namespaces", urllib.parse.quote(namespace, safe="")]
        words.append(self.plural)
        if name:
            words.append(urllib.parse.quote(name, safe=""))
        return "/".join(words)


@dataclass(slots=True)
class Discovered:
    """The kinds of one group and version; `served` is False where the server does not know it."""

    served: bool
    kinds: dict[str, Kind] = field(default_factory=dict)


class Client:
    """A connection per thread to one server."""

    def __init__(self, server: str, token: str, certificate_file: str = "", certificate: str = "") -> None:
        address = urllib.parse.urlsplit(server)
        self._host, self._port = address.hostname or "127.0.0.1", address.port or 443
        self._token = token
        self._context = ssl.create_default_context(cafile=certificate_file or None, cadata=certificate or None)
        self._connections = threading.local()
        self._discovered: dict[str, Discovered] = {}
        self.on_warning: Callable[[str], None] = lambda _: None

    def get(self, path: str) -> dict[str, Any]:
        """The object at `path`."""
        answer: dict[str, Any] = json.loads(self._call("GET", path))
        return answer

    def get_text(self, path: str) -> str:
        """The text at `path`."""
        return self._call("GET", path).decode()

    def apply(self, path: str, manifest: bytes, *, manager: str, dry_run: bool = False) -> dict[str, Any]:
        """Server-side apply under strict validation; the object as the server has it, or would have it."""
        options = {"fieldManager": manager, "force": "true", "fieldValidation": "Strict"}
        if dry_run:
            options["dryRun"] = "All"
        words = f"{path}?{urllib.parse.urlencode(options)}"
        answer: dict[str, Any] = json.loads(self._call("PATCH", words, manifest, "application/apply-patch+yaml"))
        return answer

    def merge(self, path: str, patch: dict[str, Any]) -> None:
        """Change single fields of an object."""
        self._call("PATCH", path, json.dumps(patch).encode(), "application/merge-patch+json")

    def put(self, path: str, manifest: dict[str, Any]) -> None:
        """Replace an object or a sub-resource."""
        self._call("PUT", path, json.dumps(manifest).encode(), "application/json")

    def delete(self, path: str) -> None:
        """Ask for the deletion of an object or a collection, dependents in the background."""
        options = json.dumps({"propagationPolicy": "Background", "gracePeriodSeconds": 0}).encode()
        self._call("DELETE", path, options, "application/json")

    def discover(self, api_version: str) -> Discovered:
        """The kinds of a group and version. What was not there is looked up again, as a definition may have come."""
        known = self._discovered.get(api_version)
        if known is not None and known.served:
            return known
        self._discovered[api_version] = found = self._discover(api_version)
        return found

    def find_kind(self, api_version: str, kind: str) -> Kind | None:
        """How the server serves a kind, None where it does not."""
        found = self.discover(api_version).kinds.get(kind)
        if found is None:
            self._discovered.pop(api_version, None)
            found = self.discover(api_version).kinds.get(kind)
        return found

    def all_kinds(self) -> list[Kind]:
        """Every namespaced kind that can be deleted as a collection."""
        versions = ["v1"]
        versions += [group["preferredVersion"]["groupVersion"] for group in self.get("/apis")["groups"]]
        return [kind for version in versions for kind in self.discover(version).kinds.values() if kind.namespaced]

    def serves_group(self, group: str) -> bool:
        """Whether the server knows a group, in whatever version."""
        if not group:
            return True
        return any(known["name"] == group for known in self.get("/apis")["groups"])

    def _discover(self, api_version: str) -> Discovered:
        try:
            listed = self.get(_group_path(api_version))
        except ClientError as error:
            if error.status == 404:
                return Discovered(False)
            raise
        kinds = {
            item["kind"]: Kind(api_version, item["kind"], item["name"], bool(item["namespaced"]))
            for item in listed["resources"]
            if "/" not in item["name"]
        }
        return Discovered(True, kinds)

    def _call(self, method: str, path: str, body: bytes | None = None, content: str = "") -> bytes:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while True:
            try:
                return self._call_once(method, path, body, content)
            except ClientError as error:
                # The server asks for patience, as it does while it opens the storage of a custom resource.
                if error.status != 429 or time.monotonic() > deadline:
                    raise
            time.sleep(0.2)

    def _call_once(self, method: str, path: str, body: bytes | None, content: str) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if content:
            headers["Content-Type"] = content
        for attempt in (1, 2):
            connection = self._connection()
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                data = answer.read()
                break
            except (http.client.HTTPException, ConnectionError):
                # The server may have closed an idle connection; a second, fresh one tells the truth.
                connection.close()
                del self._connections.current
                if attempt == 2:
                    raise
        for header in answer.headers.get_all("Warning") or ():
            if match := _WARNING.match(header):
                self.on_warning(match[1])
        if answer.status >= 400:
            raise ClientError(answer.status, _status(data))
        return data

    def _connection(self) -> http.client.HTTPSConnection:
        connection: http.client.HTTPSConnection | None = getattr(self._connections, "current", None)
        if connection is None:
            connection = http.client.HTTPSConnection(
                self._host, self._port, context=self._context, timeout=_TIMEOUT_SECONDS
            )
            self._connections.current = connection
        return connection


def connect(kubeconfig: Path) -> Client:
    """A client as the file says, which the sandbox writes when its API server can be used."""
    deadline = time.monotonic() + _READY_SECONDS
    while not kubeconfig.is_file():
        if time.monotonic() > deadline:
            raise ConnectionError(
                f"the sandbox's Kubernetes API server did not come up; see the logs beside {kubeconfig}"
            )
        time.sleep(0.05)
    config = json.loads(kubeconfig.read_text(encoding="utf-8"))
    if "failure" in config:
        raise ConnectionError(config["failure"])
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    certificate = base64.b64decode(cluster["certificate-authority-data"]).decode()
    return Client(cluster["server"], user["token"], certificate=certificate)


def _group_path(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _status(data: bytes) -> dict[str, Any]:
    try:
        body = json.loads(data)
    except ValueError:
        return {"message": data.decode(errors="replace").strip()}
    return body if isinstance(body, dict) else {}
