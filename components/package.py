"""The components as a Pulumi package: what programs in other languages, and other Python programs, are served."""

import inspect
import json
import re
import sys
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.errors import InputPropertiesError, InputPropertyErrorDetails
from pulumi.provider import ConstructResult, main
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from apex.errors import InputError
from components.admission_policies import AdmissionPolicies
from components.cluster_addons import ClusterAddons
from components.cost_budget import CostBudget
from components.cpu_node_pool import CpuNodePool
from components.data_contract import DataContract
from components.data_pipeline import DataPipeline
from components.data_roles import DataRoles
from components.gpu_node_pool import GpuNodePool
from components.inference_service import InferenceService
from components.kafka_cluster import KafkaCluster
from components.kubernetes_cluster import KubernetesCluster
from components.model_service import ModelService
from components.network import Network
from components.storage_tiers import StorageTiers
from components.team_namespace import TeamNamespace
from components.vector_database import VectorDatabase
from components.workload_manifest import WorkloadManifest

NAME = "apex"
VERSION = "0.1.0"
COMPONENTS: tuple[type[pulumi.ComponentResource], ...] = (
    AdmissionPolicies,
    ClusterAddons,
    CostBudget,
    CpuNodePool,
    DataContract,
    DataPipeline,
    DataRoles,
    GpuNodePool,
    InferenceService,
    KafkaCluster,
    KubernetesCluster,
    ModelService,
    Network,
    StorageTiers,
    TeamNamespace,
    VectorDatabase,
    WorkloadManifest,
)
"""Every component that another program may make."""

_SNAKE = re.compile(r"_([a-z0-9])")


class Package(ComponentProvider):
    """Makes components for other programs, and says in a schema what they take and give."""

    def __init__(self) -> None:
        super().__init__(list(COMPONENTS), NAME, version=VERSION)
        self.schema = json.dumps(_described(json.loads(self.schema or "{}")), sort_keys=True)

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: Mapping[str, Any],
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Make one component. Wrong arguments are told as such, by their names in the schema and with no traceback."""
        self._refuse_unknown(resource_type, inputs)
        try:
            return super().construct(name, resource_type, _with_whole_numbers(inputs), options)
        except ComponentInitError as error:
            if isinstance(error.inner, InputError):
                raise InputPropertiesError("wrong arguments", _properties(error.inner)) from error
            raise

    def _refuse_unknown(self, resource_type: str, inputs: Mapping[str, Any]) -> None:
        """Refuse an Output where the arguments are decided on before anything exists."""
        takes = json.loads(self.schema or "{}")["resources"].get(resource_type, {}).get("inputProperties", {})
        wrong: list[InputPropertyErrorDetails] = [
            {
                "property_path": name,
                "reason": f"{name}: is not known before the deployment; give a value"
                + (", in which each element may be an output" if takes[name].get("type") == "array" else ""),
            }
            for name, value in sorted(inputs.items())
            if isinstance(value, pulumi.Output) and takes.get(name, {}).get("plain")
        ]
        if wrong:
            raise InputPropertiesError("wrong arguments", wrong)


def serve() -> None:
    """Serve the package to the engine until the engine ends this process."""
    main(Package(), sys.argv[1:])


def schema() -> dict[str, Any]:
    """The package's schema, as `pulumi package get-schema` prints it."""
    said: dict[str, Any] = json.loads(Package().schema or "{}")
    return said


def _properties(error: InputError) -> list[InputPropertyErrorDetails]:
    found: list[InputPropertyErrorDetails] = []
    for problem in error.problems:
        path = _SNAKE.sub(lambda match: match[1].upper(), problem.field.partition(".")[2])
        found.append({"property_path": path or problem.field, "reason": f"{problem.field}: {problem.message}"})
    return found


def _with_whole_numbers(value: Any) -> Any:
    """The wire knows floats only; what was written as 3 is 3 again."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _with_whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    return value


def _described(value: Any) -> Any:
    """The schema without the indentation of the docstrings that its descriptions are taken from, and without nulls."""
    if isinstance(value, dict):
        return {
            key: inspect.cleandoc(item) if key == "description" and isinstance(item, str) else _described(item)
            for key, item in value.items()
            if item is not None
        }
    if isinstance(value, list):
        return [_described(item) for item in value]
    return value
