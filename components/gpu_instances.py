"""GPU instance types as data: what each has, and which of them answer a need.

Figures: https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html. Only x86 types with NVIDIA GPUs whose drivers the
AL2023 NVIDIA image carries are listed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GpuInstance:
    """One instance type. `efa_interfaces` is 0 for types without Elastic Fabric Adapter."""

    name: str
    model: str
    gpus: int
    gpu_memory_gib: int
    vcpus: int
    memory_gib: int
    efa_interfaces: int = 0


INSTANCES = {
    row.name: row
    for row in (
        GpuInstance("g4dn.xlarge", "T4", 1, 16, 4, 16),
        GpuInstance("g4dn.2xlarge", "T4", 1, 16, 8, 32),
        GpuInstance("g4dn.4xlarge", "T4", 1, 16, 16, 64),
        GpuInstance("g4dn.8xlarge", "T4", 1, 16, 32, 128, 1),
        GpuInstance("g4dn.12xlarge", "T4", 4, 16, 48, 192, 1),
        GpuInstance("g4dn.16xlarge", "T4", 1, 16, 64, 256, 1),
        GpuInstance("g5.xlarge", "A10G", 1, 24, 4, 16),
        GpuInstance("g5.2xlarge", "A10G", 1, 24, 8, 32),
        GpuInstance("g5.4xlarge", "A10G", 1, 24, 16, 64),
        GpuInstance("g5.8xlarge", "A10G", 1, 24, 32, 128, 1),
        GpuInstance("g5.12xlarge", "A10G", 4, 24, 48, 192, 1),
        GpuInstance("g5.16xlarge", "A10G", 1, 24, 64, 256, 1),
        GpuInstance("g5.24xlarge", "A10G", 4, 24, 96, 384, 1),
        GpuInstance("g5.48xlarge", "A10G", 8, 24, 192, 768, 1),
        GpuInstance("g6.xlarge", "L4", 1, 24, 4, 16),
        GpuInstance("g6.2xlarge", "L4", 1, 24, 8, 32),
        GpuInstance("g6.4xlarge", "L4", 1, 24, 16, 64),
        GpuInstance("g6.8xlarge", "L4", 1, 24, 32, 128, 1),
        GpuInstance("g6.12xlarge", "L4", 4, 24, 48, 192, 1),
        GpuInstance("g6.16xlarge", "L4", 1, 24, 64, 256, 1),
        GpuInstance("g6.24xlarge", "L4", 4, 24, 96, 384, 1),
        GpuInstance("g6.48xlarge", "L4", 8, 24, 192, 768, 1),
        GpuInstance("g6e.xlarge", "L40S", 1, 48, 4, 32),
        GpuInstance("g6e.2xlarge", "L40S", 1, 48, 8, 64),
        GpuInstance("g6e.4xlarge", "L40S", 1, 48, 16, 128),
        GpuInstance("g6e.8xlarge", "L40S", 1, 48, 32, 256, 1),
        GpuInstance("g6e.12xlarge", "L40S", 4, 48, 48, 384, 1),
        GpuInstance("g6e.16xlarge", "L40S", 1, 48, 64, 512, 1),
        GpuInstance("g6e.24xlarge", "L40S", 4, 48, 96, 768, 2),
        GpuInstance("g6e.48xlarge", "L40S", 8, 48, 192, 1536, 4),
        GpuInstance("p4d.24xlarge", "A100", 8, 40, 96, 1152, 4),
        GpuInstance("p4de.24xlarge", "A100", 8, 80, 96, 1152, 4),
        GpuInstance("p5.4xlarge", "H100", 1, 80, 16, 256, 1),
        GpuInstance("p5.48xlarge", "H100", 8, 80, 192, 2048, 32),
        GpuInstance("p5e.48xlarge", "H200", 8, 141, 192, 2048, 32),
        GpuInstance("p5en.48xlarge", "H200", 8, 141, 192, 2048, 16),
    )
}

MODELS = tuple(sorted({row.model for row in INSTANCES.values()}))

MIG_PROFILES = {
    ("A100", 40): {"1g.5gb": 7, "2g.10gb": 3, "3g.20gb": 2},
    ("A100", 80): {"1g.10gb": 7, "2g.20gb": 3, "3g.40gb": 2},
    ("H100", 80): {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2},
    ("H200", 141): {"1g.18gb": 7, "1g.35gb": 4, "2g.35gb": 3, "3g.71gb": 2},
}
"""How many instances of a MIG profile one GPU is cut into, by model and memory in GiB.

From https://docs.nvidia.com/datacenter/tesla/mig-user-guide/#supported-mig-profiles.
"""


def choose(model: str | None, gpus: int, gpu_memory_gib: int) -> list[GpuInstance]:
    """The types with at least `gpus` GPUs per node of at least `gpu_memory_gib` each, the least wasteful first.

    Least wasteful means the fewest GPUs, then the least GPU memory, vCPUs and memory beyond what is needed; types with
    more than twice the GPUs needed, or twice those of the best, are left out, as a pod cannot fill them.
    """
    fitting = sorted(
        (
            row
            for row in INSTANCES.values()
            if row.gpus >= gpus and row.gpu_memory_gib >= gpu_memory_gib and model in (None, row.model)
        ),
        key=lambda row: (row.gpus, row.gpu_memory_gib, row.vcpus, row.memory_gib, row.name),
    )
    return [row for row in fitting if row.gpus == fitting[0].gpus]
