"""A provider that makes nothing: outputs are the inputs plus an id and an arn, which are unknown at preview."""

import sys
from concurrent import futures
from threading import Event

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import proto, rpc
from pulumi.runtime.proto import provider_pb2_grpc


class Echo(proto.ResourceProviderServicer):
    def GetPluginInfo(self, request, context):
        return proto.PluginInfo(version="7.99.0")

    def CheckConfig(self, request, context):
        return proto.CheckResponse(inputs=request.news)

    def Configure(self, request, context):
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=True)

    def Check(self, request, context):
        return proto.CheckResponse(inputs=request.news)

    def Diff(self, request, context):
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)

    def Create(self, request, context):
        name = request.urn.rsplit("::", 1)[1]
        outputs = struct_pb2.Struct()
        outputs.CopyFrom(request.properties)
        outputs["arn"] = rpc.UNKNOWN if request.preview else f"arn:aws:echo:::{name}"
        return proto.CreateResponse(id="" if request.preview else name, properties=outputs)

    def Delete(self, request, context):
        return empty_pb2.Empty()


if __name__ == "__main__":
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Echo(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    Event().wait()
