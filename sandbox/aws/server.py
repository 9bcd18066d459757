"""The provider protocol over gRPC.

`pulumi.provider.experimental` is not used: its requests leave out the old inputs, without which a removed setting
cannot be told from a computed one, and it puts a stack trace under every message that a person reads.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto import provider_pb2_grpc
from pulumi.runtime.proto.plugin_pb2 import PluginInfo

from sandbox.aws import diff, sdk
from sandbox.aws.check import Failure
from sandbox.aws.invokes import InvokeError
from sandbox.aws.provider import Autonaming, Provider, ProviderError
from sandbox.aws.values import decode, encode

_MESSAGE_LIMIT = 400 * 1024 * 1024
_PARENT_CHECK_SECONDS = 2
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


def _failures(failures: list[Failure]) -> list[proto.CheckFailure]:
    return [proto.CheckFailure(property=failure.property, reason=failure.reason) for failure in failures]


def _spoken(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turns what a person can act on into the call's status, without a trace."""

    async def serve(self: "Servicer", request: Any, context: Any) -> Any:
        try:
            return method(self, request)
        except ProviderError as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    return serve


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Serves the engine's calls from one `Provider`."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Says what this provider understands."""
        return proto.ProviderHandshakeResponse(accept_secrets=True, supports_autonaming_configuration=True)

    async def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The version of the SDK that is played."""
        return PluginInfo(version=sdk.version())

    async def Attach(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Joins an engine that started before; there is nothing to do."""
        return empty_pb2.Empty()

    async def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Stops; every call is short."""
        return empty_pb2.Empty()

    @_spoken
    def CheckConfig(self, request: Any) -> Any:  # noqa: N802
        """Accepts or refuses the provider's configuration."""
        news = decode(request.news)
        return proto.CheckResponse(inputs=encode(news), failures=_failures(self._provider.check_config(news)))

    @_spoken
    def DiffConfig(self, request: Any) -> Any:  # noqa: N802
        """Tells a changed tag from a changed region."""
        olds = request.old_inputs if request.HasField("old_inputs") else request.olds
        changed, replaced = self._provider.diff_config(decode(olds), decode(request.news))
        return proto.DiffResponse(
            replaces=replaced,
            diffs=changed,
            changes=proto.DiffResponse.DIFF_SOME if changed else proto.DiffResponse.DIFF_NONE,
        )

    @_spoken
    def Configure(self, request: Any) -> Any:  # noqa: N802
        """Takes the configuration."""
        self._provider.configure(decode(request.args))
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True)

    @_spoken
    def Check(self, request: Any) -> Any:  # noqa: N802
        """Completes and judges inputs."""
        autonaming = None
        if request.HasField("autonaming"):
            mode = proto.CheckRequest.AutonamingOptions.Mode.Name(request.autonaming.mode)
            autonaming = Autonaming(request.autonaming.proposed_name, mode)
        inputs, failures = self._provider.check(
            _type(request.urn),
            _name(request.urn),
            decode(request.olds),
            decode(request.news),
            request.randomSeed,
            autonaming,
        )
        return proto.CheckResponse(inputs=encode(inputs), failures=_failures(failures))

    @_spoken
    def Diff(self, request: Any) -> Any:  # noqa: N802
        """Compares inputs."""
        verdict = self._provider.diff(
            _type(request.urn), decode(request.old_inputs), decode(request.news), decode(request.olds)
        )
        return _difference(verdict)

    @_spoken
    def Create(self, request: Any) -> Any:  # noqa: N802
        """Makes a resource, or says what is known of it before."""
        state = self._provider.create(
            _type(request.urn), request.urn, decode(request.properties), preview=request.preview
        )
        return proto.CreateResponse(id=state.id, properties=encode(state.properties))

    @_spoken
    def Read(self, request: Any) -> Any:  # noqa: N802
        """Reads a resource back."""
        state, inputs = self._provider.read(
            _type(request.urn), request.urn, request.id, decode(request.properties), decode(request.inputs)
        )
        return proto.ReadResponse(id=request.id, properties=encode(state), inputs=encode(inputs))

    @_spoken
    def Update(self, request: Any) -> Any:  # noqa: N802
        """Changes a resource in place."""
        state = self._provider.update(
            _type(request.urn),
            request.id,
            decode(request.olds),
            decode(request.old_inputs),
            decode(request.news),
            preview=request.preview,
        )
        return proto.UpdateResponse(properties=encode(state))

    @_spoken
    def Delete(self, request: Any) -> Any:  # noqa: N802
        """Forgets a resource: the engine's record was all there was."""
        return empty_pb2.Empty()

    @_spoken
    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """Answers a function."""
        try:
            result = self._provider.invoke(request.tok, decode(request.args))
        except InvokeError as error:
            return proto.InvokeResponse(failures=_failures([Failure(error.property, str(error))]))
        return proto.InvokeResponse(**{"return": None if result is None else encode(result)})


def _difference(verdict: diff.Verdict) -> Any:
    changes = verdict.changes
    return proto.DiffResponse(
        changes=proto.DiffResponse.DIFF_SOME if changes else proto.DiffResponse.DIFF_NONE,
        diffs=sorted({diff.top_level(change.path) for change in changes}),
        replaces=sorted({change.path for change in changes if change.replaces}),
        deleteBeforeReplace=verdict.delete_first,
        detailedDiff={
            change.path: proto.PropertyDiff(kind=_KINDS[change.kind, change.replaces], inputDiff=True)
            for change in changes
        },
        hasDetailedDiff=True,
    )


async def _serve() -> None:
    engine = os.getppid()
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
            ("grpc.max_send_message_length", _MESSAGE_LIMIT),
        ]
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(Provider()), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # The engine reads the port from the first line of the output.
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # An engine that was killed cannot say so; without it this process has nothing to do.
    while os.getppid() == engine:
        await asyncio.sleep(_PARENT_CHECK_SECONDS)
    await server.stop(grace=None)


def main() -> None:
    """Serves until the engine goes away."""
    try:
        asyncio.run(_serve())
    except KeyboardInterrupt:
        return
