"""The pods of Qdrant: restricted, TLS only, known clients only, never two on one node."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components import workload
from components.vector_options import QdrantPlan, VectorPlan

HTTP_PORT, GRPC_PORT, PEER_PORT = 6333, 6334, 6335
CLIENT_PORTS = (HTTP_PORT, GRPC_PORT)
_STORAGE = "/qdrant/storage"
_SCRATCH = "/qdrant/init"
TLS = "/tls"

_START = """set -euo pipefail
self="https://$HOSTNAME.$PEERS:6335"
first="https://${HOSTNAME%-*}-0.$PEERS:6335"
if [ "$self" = "$first" ]; then exec ./entrypoint.sh --uri "$self"; fi
exec ./entrypoint.sh --bootstrap "$first" --uri "$self"
"""


def stateful_set(plan: VectorPlan, qdrant: QdrantPlan, labels: Mapping[str, str]) -> dict[str, Any]:
    """The servers: one volume each, kept when its server goes; all are started at once, as they need a majority."""
    claim = {
        "metadata": {"name": "storage", "labels": dict(labels)},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": f"{plan.store_name}-vectors",
            "resources": {"requests": {"storage": f"{qdrant.volume_gib}Gi"}},
        },
    }
    return {
        "serviceName": f"{plan.store_name}-peers",
        "replicas": qdrant.replicas,
        "podManagementPolicy": "Parallel",
        "revisionHistoryLimit": 5,
        "updateStrategy": {"type": "RollingUpdate"},
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        "selector": {"matchLabels": workload.selector(plan.store_name)},
        "template": {"metadata": {"labels": dict(labels)}, "spec": _pod(plan, qdrant)},
        "volumeClaimTemplates": [claim],
    }


def _pod(plan: VectorPlan, qdrant: QdrantPlan) -> dict[str, Any]:
    match = {"matchLabels": workload.selector(plan.store_name)}
    pod: dict[str, Any] = {
        "serviceAccountName": plan.store_name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": workload.pod_security(qdrant.user),
        "terminationGracePeriodSeconds": 120,
        "affinity": {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {"labelSelector": match, "topologyKey": "kubernetes.io/hostname"}
                ]
            }
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": match,
            }
        ],
        "containers": [_server(plan, qdrant)],
        "volumes": [
            {"name": "init", "emptyDir": {"sizeLimit": "64Mi"}},
            {"name": "tls", "secret": {"secretName": qdrant.tls_secret, "defaultMode": 0o440}},
        ],
    }
    return {**pod, **placement(qdrant)}


def placement(qdrant: QdrantPlan) -> dict[str, Any]:
    """Where pods run, and with what their images are pulled."""
    placed: dict[str, Any] = {}
    if qdrant.node_selector:
        placed["nodeSelector"] = qdrant.node_selector
    if qdrant.pull_secrets:
        placed["imagePullSecrets"] = [{"name": secret} for secret in qdrant.pull_secrets]
    return placed


def _server(plan: VectorPlan, qdrant: QdrantPlan) -> dict[str, Any]:
    size = {"cpu": qdrant.cpu, "memory": qdrant.memory}
    return {
        "name": "qdrant",
        "image": qdrant.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/bash", "-c", _START],
        "env": _environment(plan, qdrant),
        "ports": [{"name": name, "containerPort": port, "protocol": "TCP"} for name, port in _NAMED_PORTS.items()],
        "resources": {"requests": size, "limits": size},
        "securityContext": workload.container_security(),
        "volumeMounts": [
            {"name": "init", "mountPath": _SCRATCH},
            {"name": "storage", "mountPath": _STORAGE},
            {"name": "tls", "mountPath": TLS, "readOnly": True},
        ],
        "startupProbe": _probe("/readyz", period=10, failures=60),
        "readinessProbe": _probe("/readyz", period=5, failures=3),
        "livenessProbe": _probe("/livez", period=15, failures=4),
    }


_NAMED_PORTS = {"http": HTTP_PORT, "grpc": GRPC_PORT, "p2p": PEER_PORT}


def _probe(path: str, *, period: int, failures: int) -> dict[str, Any]:
    get = {"path": path, "port": "http", "scheme": "HTTPS"}
    return {"httpGet": get, "periodSeconds": period, "timeoutSeconds": 3, "failureThreshold": failures}


def _environment(plan: VectorPlan, qdrant: QdrantPlan) -> list[dict[str, Any]]:
    settings: dict[str, pulumi.Input[str]] = {
        "PEERS": peers_domain(plan, qdrant),
        "QDRANT_INIT_FILE_PATH": f"{_SCRATCH}/.qdrant-initialized",
        "QDRANT__CLUSTER__ENABLED": "true",
        "QDRANT__CLUSTER__P2P__ENABLE_TLS": "true",
        "QDRANT__CLUSTER__P2P__PORT": str(PEER_PORT),
        "QDRANT__SERVICE__ENABLE_TLS": "true",
        "QDRANT__STORAGE__SNAPSHOTS_PATH": f"{_STORAGE}/snapshots",
        "QDRANT__STORAGE__STORAGE_PATH": f"{_STORAGE}/collections",
        "QDRANT__TELEMETRY_DISABLED": "true",
        "QDRANT__TLS__CA_CERT": f"{TLS}/ca.crt",
        "QDRANT__TLS__CERT": f"{TLS}/tls.crt",
        "QDRANT__TLS__KEY": f"{TLS}/tls.key",
    }
    plain = [{"name": key, "value": value} for key, value in settings.items()]
    return sorted([*plain, api_key("QDRANT__SERVICE__API_KEY", qdrant)], key=lambda each: str(each["name"]))


def peers_domain(plan: VectorPlan, qdrant: QdrantPlan) -> pulumi.Output[str]:
    """The domain of the servers' own names, as it stands in their certificate."""
    return pulumi.Output.concat(f"{plan.store_name}-peers.", qdrant.namespace, ".svc")


def api_key(variable: str, qdrant: QdrantPlan) -> dict[str, Any]:
    """An environment variable with the key that clients present, from the Secret that holds it."""
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": qdrant.api_key_secret, "key": "api-key"}}}


def service_ports(*, peers: bool) -> list[dict[str, Any]]:
    """The ports of a Service; that between servers is for them alone."""
    return [
        {"name": name, "port": port, "targetPort": name, "protocol": "TCP"}
        for name, port in _NAMED_PORTS.items()
        if peers or port != PEER_PORT
    ]


def network_policies(plan: VectorPlan, qdrant: QdrantPlan) -> dict[str, dict[str, Any]]:
    """One policy that denies everything both ways, and one with exactly what is allowed."""
    match = workload.selector(plan.store_name)
    own = [{"podSelector": {"matchLabels": match}}]
    copier = [{"podSelector": {"matchLabels": workload.selector(f"{plan.store_name}-snapshots")}}]
    clients = [{"protocol": "TCP", "port": port} for port in CLIENT_PORTS]
    ingress: list[dict[str, Any]] = [
        {"from": own, "ports": [{"protocol": "TCP", "port": PEER_PORT}]},
        {"from": copier, "ports": [{"protocol": "TCP", "port": HTTP_PORT}]},
    ]
    if qdrant.client_namespaces:
        ingress += [workload.allow_from_namespaces(qdrant.client_namespaces, port) for port in CLIENT_PORTS]
    if plan.client_cidrs:
        ingress.append({"from": [{"ipBlock": {"cidr": cidr}} for cidr in plan.client_cidrs], "ports": clients})
    egress = [workload.allow_dns(), {"to": own, "ports": [{"protocol": "TCP", "port": PEER_PORT}]}]
    return {
        "deny": workload.network_policy(match, [], []),
        "allow": workload.network_policy(match, ingress, egress),
    }
