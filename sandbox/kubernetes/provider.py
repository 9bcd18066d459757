"""What the provider does for each call of the engine, over plain values; the wire is `server.py`'s matter."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.aws.values import UNKNOWN, has_unknown, is_unknown
from sandbox.cluster import STAND_IN
from sandbox.kubernetes import manifest as manifests
from sandbox.kubernetes.client import Client, ClientError, Kind
from sandbox.kubernetes.manifest import Change

MANAGER = "pulumi-kubernetes"
_DELETE_SECONDS = 60
_RELEASE = "kubernetes:helm.sh/v3:Release"
_IMMUTABLE = re.compile(r"(?i)immutable|cannot change|may not change|are forbidden|is not allowed to be changed")
_UNKNOWN_FIELD = re.compile(r"unknown field|field not declared|strict decoding|duplicate field", re.IGNORECASE)
_CLEANED_BY_SERVER = "customresourcecleanup.apiextensions.k8s.io"

Note = Callable[[str], None]


class ProviderError(Exception):
    """A call that cannot be served; its text is what the person sees."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a change of inputs does."""

    changes: tuple[Change, ...]
    replaces: tuple[str, ...] = ()
    delete_first: bool = False


class Provider:
    """Objects on the sandbox's API server; kinds that it does not serve are recorded as given."""

    def __init__(self, connect: Callable[[], Client]) -> None:
        self._connect = connect
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The server, waited for when it is first needed."""
        if self._client is None:
            try:
                self._client = self._connect()
            except (OSError, KeyError, ValueError) as error:
                raise ProviderError(str(error)) from None
        return self._client

    def check(
        self, token: str, name: str, old: dict[str, Any], new: dict[str, Any], seed: bytes
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The inputs with a name, and what is wrong with them before the server sees them."""
        inputs = {key: value for key, value in new.items() if value is not None}
        if token == _RELEASE:
            return inputs, []
        failures = [
            (field, f"missing required property `{field}` of {token}")
            for field in ("apiVersion", "kind")
            if not isinstance(inputs.get(field), str)
        ]
        if token.endswith("Patch"):
            failures.append(("kind", f"{token}: the sandbox does not patch objects that it did not make"))
        if is_unknown(inputs.get("metadata")):
            return inputs, failures
        return manifests.with_name(inputs, old, name, seed), failures

    def diff(self, token: str, old: dict[str, Any], new: dict[str, Any]) -> Verdict:
        """What a change does; which fields cannot change the server itself is asked."""
        before, after = manifests.plain(old), manifests.plain(new)
        changes = tuple(manifests.differences(before, after))
        if not changes or token == _RELEASE:
            return Verdict(changes)
        identity = [
            change.path
            for change in changes
            if change.path in ("metadata", "metadata.name", "metadata.namespace", "apiVersion", "kind")
        ]
        if moved := [path for path in identity if path != "metadata" or is_unknown(after.get("metadata"))]:
            return Verdict(changes, tuple(moved))
        immutable = self._immutable(after)
        if not immutable:
            return Verdict(changes)
        return Verdict(changes, immutable, not manifests.is_autonamed(after))

    def _immutable(self, after: dict[str, Any]) -> tuple[str, ...]:
        """The fields whose change the server refuses because they never change."""
        wanted, _ = manifests.prune_unknown(after)
        kind = self._kind(wanted)
        if kind is None:
            return ()
        path = _path(kind, wanted)
        try:
            self.client.get(path)
            self._apply(path, wanted, dry_run=True)
        except ClientError as error:
            if error.status == 422 and _IMMUTABLE.search(str(error)):
                fields = {str(cause.get("field", "")) for cause in error.causes}
                return tuple(sorted(field for field in fields if field)) or ("spec",)
        return ()

    def create(self, token: str, inputs: dict[str, Any], *, preview: bool, note: Note) -> tuple[str, dict[str, Any]]:
        """A new object, or what the server says it would be."""
        if token == _RELEASE:
            return self._record(token, inputs, note)
        kind = self._served(inputs, note)
        if kind is None:
            return self._record(token, inputs, note)
        if preview:
            return "", self._plan(kind, inputs, note, new=True)
        wanted = manifests.plain(inputs)
        if manifests.name_of(wanted) is None:
            raise ProviderError("metadata.generateName cannot be applied server-side; give metadata.name, or neither")
        path = _path(kind, wanted)
        if self._read(path) is not None:
            raise ProviderError(
                f"{kind.name} {_identity(kind, wanted)} already exists; import it, delete it or choose another name"
            )
        return _identity(kind, wanted), manifests.state_of(self._applied(path, wanted), inputs)

    def update(
        self, token: str, resource_id: str, inputs: dict[str, Any], *, preview: bool, note: Note
    ) -> dict[str, Any]:
        """An object changed in place."""
        kind = None if token == _RELEASE else self._served(inputs, note)
        if kind is None:
            return self._record(token, inputs, note)[1]
        if preview:
            return self._plan(kind, inputs, note, new=False)
        wanted = manifests.plain(inputs)
        return manifests.state_of(self._applied(_path(kind, wanted), wanted), inputs)

    def read(
        self, token: str, resource_id: str, state: dict[str, Any], inputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """An object as it is now; an empty id where it is gone."""
        known = manifests.plain(inputs or state) or _manifest_of(token, resource_id)
        kind = None if token == _RELEASE else self._kind(known)
        if kind is None:
            return resource_id, state, inputs
        path = _path(kind, known)
        live = self._read(path)
        if live is None:
            return "", {}, {}
        if not inputs:
            given = manifests.comparable(live)
            return resource_id, manifests.state_of(live, {}), given
        wanted = manifests.plain(inputs)
        after = self._apply(path, wanted, dry_run=True)
        if manifests.comparable(after) != manifests.comparable(live):
            inputs = manifests.drifted(inputs, live)
        return resource_id, manifests.state_of(live, inputs), inputs

    def delete(self, token: str, state: dict[str, Any]) -> None:
        """Delete an object and wait until it is gone."""
        known = manifests.plain(state)
        kind = None if token == _RELEASE else self._kind(known)
        if kind is None:
            return
        path = _path(kind, known)
        try:
            self.client.delete(path)
        except ClientError as error:
            if error.status == 404:
                return
            raise ProviderError(f"{kind.name} {_identity(kind, known)} cannot be deleted: {error}") from None
        if kind.name == "Namespace" and kind.api_version == "v1":
            self._empty(str(manifests.name_of(known)), path)
        self._wait_until_gone(path, f"{kind.name} {_identity(kind, known)}")

    def _empty(self, namespace: str, path: str) -> None:
        """Do what the namespace controller does, which does not run here."""
        for kind in self.client.all_kinds():
            try:
                self.client.delete(kind.path(namespace))
            except ClientError as error:
                if error.status not in (403, 404, 405):
                    raise ProviderError(f"namespace {namespace} cannot be emptied: {error}") from None
        live = self._read(path)
        if live is not None:
            live["spec"] = {"finalizers": []}
            self.client.put(f"{path}/finalize", live)

    def _wait_until_gone(self, path: str, what: str) -> None:
        deadline = time.monotonic() + _DELETE_SECONDS
        while (live := self._read(path)) is not None:
            held = live["metadata"].get("finalizers") or []
            if live["metadata"].get("deletionTimestamp") and held and _CLEANED_BY_SERVER not in held:
                # Whoever would take these finalizers away does not run here.
                self.client.merge(path, {"metadata": {"finalizers": None}})
                continue
            if time.monotonic() > deadline:
                raise ProviderError(f"{what} is still there {_DELETE_SECONDS} s after its deletion was asked for")
            time.sleep(0.05)

    def _plan(self, kind: Kind, inputs: dict[str, Any], note: Note, *, new: bool) -> dict[str, Any]:
        """The object that a server-side dry-run gives; refusals are told now, as far as all is known."""
        wanted, missing = manifests.prune_unknown(manifests.plain(inputs))
        wanted.setdefault("metadata", {})
        if manifests.name_of(wanted) is None:
            wanted["metadata"] = wanted["metadata"] | {"name": manifests.UNKNOWN_NAME}
        try:
            live = self._dry_run(kind, wanted, replaced=new)
        except ClientError as error:
            if not missing or _UNKNOWN_FIELD.search(str(error)):
                raise _refusal(kind, wanted, error) from None
            note(f"{kind.name} {_identity(kind, wanted)}: its values {', '.join(missing)} are known after the update")
            return manifests.planned_state(wanted, inputs)
        return manifests.planned_state(live, inputs)

    def _dry_run(self, kind: Kind, wanted: dict[str, Any], *, replaced: bool) -> dict[str, Any]:
        try:
            return self._apply(_path(kind, wanted), wanted, dry_run=True)
        except ClientError as error:
            if replaced and error.status == 422 and _IMMUTABLE.search(str(error)):
                # The object of this name is deleted before; only one beside it can be tried now.
                beside = wanted | {"metadata": wanted["metadata"] | {"name": manifests.UNKNOWN_NAME}}
                return self._apply(_path(kind, beside), beside, dry_run=True)
            if error.status != 404 or not kind.namespaced:
                raise
        # The namespace is part of the plan, or known only after the update.
        moved = wanted | {"metadata": wanted["metadata"] | {"namespace": STAND_IN}}
        return self._apply(_path(kind, moved), moved, dry_run=True)

    def _applied(self, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._apply(path, wanted)
        except ClientError as error:
            raise ProviderError(f"{wanted['kind']} {manifests.name_of(wanted)} was refused: {error}") from None

    def _apply(self, path: str, wanted: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
        text = json.dumps(wanted, sort_keys=True).encode()
        return self.client.apply(path, text, manager=MANAGER, dry_run=dry_run)

    def _read(self, path: str) -> dict[str, Any] | None:
        try:
            return self.client.get(path)
        except ClientError as error:
            if error.status == 404:
                return None
            raise ProviderError(str(error)) from None

    def _kind(self, manifest: dict[str, Any]) -> Kind | None:
        version, name = manifest.get("apiVersion"), manifest.get("kind")
        if not isinstance(version, str) or not isinstance(name, str) or is_unknown(version) or is_unknown(name):
            return None
        return self.client.find_kind(version, name)

    def _served(self, inputs: dict[str, Any], note: Note) -> Kind | None:
        """The kind; None where nothing of its group is known here. A slip within a known group is refused."""
        kind = self._kind(inputs)
        if kind is None:
            version, name = str(inputs["apiVersion"]), inputs["kind"]
            group = version.rpartition("/")[0]
            if self.client.serves_group(group):
                raise ProviderError(f"the API server has no kind {name} in {version}; correct apiVersion or kind")
        return kind

    def _record(self, token: str, inputs: dict[str, Any], note: Note) -> tuple[str, dict[str, Any]]:
        state = dict(inputs)
        if token == _RELEASE:
            chart = inputs.get("chart", "")
            note(
                f"Helm release {inputs.get('name', '')} of chart {chart}: the sandbox runs no charts".replace("  ", " ")
            )
            return str(inputs.get("name") or chart), state | {"status": UNKNOWN} if has_unknown(inputs) else state
        note(f"{inputs['apiVersion']} {inputs['kind']} {manifests.name_of(inputs)}: its definition is not at hand")
        namespace = manifests.namespace_of(inputs)
        name = manifests.name_of(inputs)
        return f"{namespace}/{name}" if namespace else str(name), state


def _path(kind: Kind, manifest: dict[str, Any]) -> str:
    return kind.path(str(manifests.namespace_of(manifest) or "default"), str(manifests.name_of(manifest)))


def _identity(kind: Kind, manifest: dict[str, Any]) -> str:
    name = str(manifests.name_of(manifest))
    return f"{manifests.namespace_of(manifest) or 'default'}/{name}" if kind.namespaced else name


def _manifest_of(token: str, resource_id: str) -> dict[str, Any]:
    """What an import tells of an object: its kind by the token, its place by the id."""
    _, version, kind = token.split(":")
    namespace, _, name = resource_id.rpartition("/")
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": version.removeprefix("core/"), "kind": kind, "metadata": metadata}


def _refusal(kind: Kind, manifest: dict[str, Any], error: ClientError) -> ProviderError:
    return ProviderError(f"{kind.name} {_identity(kind, manifest)} was refused: {error}")
