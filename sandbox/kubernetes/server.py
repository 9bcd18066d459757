"""The provider protocol over gRPC, for the same reasons as the AWS provider's `server.py`."""

import asyncio
import contextlib
import importlib.metadata
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import yaml
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto.plugin_pb2 import PluginInfo

from sandbox.aws.values import decode, encode, has_unknown, reveal
from sandbox.kubernetes.client import ClientError, connect
from sandbox.kubernetes.provider import Provider, ProviderError, Verdict

_MESSAGE_LIMIT = 400 * 1024 * 1024
_VERSION = importlib.metadata.version("pulumi-kubernetes")
_KINDS = {
    ("add", False): proto.PropertyDiff.ADD,
    ("add", True): proto.PropertyDiff.ADD_REPLACE,
    ("delete", False): proto.PropertyDiff.DELETE,
    ("delete", True): proto.PropertyDiff.DELETE_REPLACE,
    ("update", False): proto.PropertyDiff.UPDATE,
    ("update", True): proto.PropertyDiff.UPDATE_REPLACE,
}


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


class Log:
    """Tells the person, through the engine, what could not be held against the server."""

    def __init__(self, engine: str) -> None:
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(engine)) if engine else None

    def note(self, urn: str) -> Callable[[str], None]:
        """Writes notes about a resource."""

        def write(text: str) -> None:
            if file := os.environ.get("APEX_SANDBOX_NOTES"):
                with Path(file).open("a", encoding="utf-8") as notes:
                    notes.write(f"{text}\n")
            if self._engine is not None:
                message = f"recorded, not validated: {text}"
                with contextlib.suppress(grpc.RpcError):
                    self._engine.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=message, urn=urn))

        return write


def _spoken(method: Callable[..., Any]) -> Callable[..., Any]:
    """Runs a call beside the others; turns what a person can act on into its status, without a trace."""

    async def serve(self: "Servicer", request: Any, context: Any) -> Any:
        try:
            return await asyncio.get_running_loop().run_in_executor(self.workers, method, self, request)
        except (ProviderError, ClientError, OSError) as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    return serve


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Serves the engine's calls from one `Provider`."""

    def __init__(self, provider: Provider, log: Log) -> None:
        self._provider = provider
        self._log = log
        self.workers = ThreadPoolExecutor(16)

    async def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Says what this provider understands."""
        return proto.ProviderHandshakeResponse(accept_secrets=True)

    async def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The version of the SDK's line that is played."""
        return PluginInfo(version=_VERSION)

    async def Attach(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Joins an engine that started before; there is nothing to do."""
        return empty_pb2.Empty()

    async def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Stops; every call is short."""
        return empty_pb2.Empty()

    async def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Takes any cluster's configuration: the sandbox's own is used in its place."""
        return proto.CheckResponse(inputs=request.news)

    async def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """No configuration moves the sandbox's objects."""
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)

    async def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Takes the configuration."""
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_spoken
    def Check(self, request: Any) -> Any:  # noqa: N802
        """Completes and judges inputs."""
        inputs, failures = self._provider.check(
            _type(request.urn), _name(request.urn), decode(request.olds), decode(request.news), request.randomSeed
        )
        return proto.CheckResponse(
            inputs=encode(inputs),
            failures=[proto.CheckFailure(property=field, reason=reason) for field, reason in failures],
        )

    @_spoken
    def Diff(self, request: Any) -> Any:  # noqa: N802
        """Compares inputs."""
        verdict = self._provider.diff(_type(request.urn), decode(request.old_inputs), decode(request.news))
        return _difference(verdict)

    @_spoken
    def Create(self, request: Any) -> Any:  # noqa: N802
        """Makes an object, or asks the server what it would be."""
        resource_id, state = self._provider.create(
            _type(request.urn),
            decode(request.properties),
            preview=request.preview,
            note=self._log.note(request.urn),
        )
        return proto.CreateResponse(id="" if request.preview else resource_id, properties=encode(state))

    @_spoken
    def Update(self, request: Any) -> Any:  # noqa: N802
        """Changes an object in place."""
        state = self._provider.update(
            _type(request.urn),
            request.id,
            decode(request.news),
            preview=request.preview,
            note=self._log.note(request.urn),
        )
        return proto.UpdateResponse(properties=encode(state))

    @_spoken
    def Read(self, request: Any) -> Any:  # noqa: N802
        """Reads an object back."""
        resource_id, state, inputs = self._provider.read(
            _type(request.urn), request.id, decode(request.properties), decode(request.inputs)
        )
        return proto.ReadResponse(id=resource_id, properties=encode(state), inputs=encode(inputs))

    @_spoken
    def Delete(self, request: Any) -> Any:  # noqa: N802
        """Deletes an object and waits."""
        self._provider.delete(_type(request.urn), decode(request.properties))
        return empty_pb2.Empty()

    @_spoken
    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """Decodes manifests for `kubernetes.yaml`; charts are not rendered here."""
        args = decode(request.args)
        if has_unknown(args):
            return proto.InvokeResponse()
        if request.tok == "kubernetes:yaml:decode":
            try:
                found = [item for item in yaml.safe_load_all(str(reveal(args).get("text", ""))) if item]
            except yaml.YAMLError as error:
                raise ProviderError(f"not valid YAML: {error}") from None
            return proto.InvokeResponse(**{"return": encode({"result": found})})
        raise ProviderError(f"the sandbox does not serve {request.tok}; declare a helm.v3.Release in its place")


def _difference(verdict: Verdict) -> Any:
    detailed = {
        change.path: proto.PropertyDiff(kind=_KINDS[change.kind, _is_replaced(change.path, verdict)], inputDiff=True)
        for change in verdict.changes
    }
    return proto.DiffResponse(
        changes=proto.DiffResponse.DIFF_SOME if verdict.changes else proto.DiffResponse.DIFF_NONE,
        diffs=sorted({change.path.partition(".")[0].partition("[")[0] for change in verdict.changes}),
        replaces=list(verdict.replaces),
        deleteBeforeReplace=verdict.delete_first,
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )


def _is_replaced(path: str, verdict: Verdict) -> bool:
    return any(path.startswith(field) or field.startswith(path) for field in verdict.replaces)


async def _serve(engine: str) -> None:
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
            ("grpc.max_send_message_length", _MESSAGE_LIMIT),
        ]
    )
    kubeconfig = Path(os.environ.get("APEX_SANDBOX_KUBECONFIG", "no-kubeconfig"))
    provider = Provider(lambda: connect(kubeconfig))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider, Log(engine)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # The engine reads the port from the first line of the output.
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


def main(arguments: list[str]) -> None:
    """Serves until the engine goes away."""
    try:
        asyncio.run(_serve(next((word for word in arguments[1:] if not word.startswith("-")), "")))
    except KeyboardInterrupt:
        return
