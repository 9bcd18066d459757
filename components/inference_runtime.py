"""Where a service's model comes from, and the vLLM server as one way to serve it."""

import re
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from components import workload
from components.arguments import Arguments

MODEL_DIRECTORY = "/models"
_S3_OBJECT = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+[^/])")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PARTS = re.compile(r"[A-Za-z0-9_.-]+")
_DTYPES = ("auto", "bfloat16", "float16", "float32")

_LOAD = """set -euo pipefail
file="/models/$(basename "$MODEL_URI")"
aws s3 cp --only-show-errors "$MODEL_URI" "$file"
echo "$MODEL_SHA256  $file" | sha256sum --check --status || { echo "checksum of $MODEL_URI differs" >&2; exit 1; }
case "$file" in
  *.tar) tar -xf "$file" -C /models && rm "$file" ;;
  *.tar.gz|*.tgz) tar -xzf "$file" -C /models && rm "$file" ;;
esac
"""


class ModelVolume(TypedDict):
    """Where the model comes from: an S3 object whose checksum is verified, or a volume claim."""

    s3_uri: NotRequired[str]
    """The object, a file or a tar archive that is unpacked, such as "s3://atlas-models/captioner-1.4.2.tar.gz".
    Default: none, `claim_name` is required then."""
    sha256: NotRequired[str]
    """The object's SHA-256; a replica whose copy differs does not start. Required with `s3_uri`. Default: none."""
    loader_image: NotRequired[str]
    """An image with the AWS CLI, sha256sum and tar, with its digest. Required with `s3_uri`. Default: none."""
    size_gib: NotRequired[int]
    """Space for the model, archive and unpacked files together. Required with `s3_uri`. Default: none."""
    claim_name: NotRequired[str]
    """An existing PersistentVolumeClaim that holds the model; mounted read-only. Default: none, `s3_uri` is required
    then."""


class VllmOptions(TypedDict):
    """Options of the vLLM server, whose image the service then runs."""

    served_model_name: str
    """The name clients ask for."""
    model_path: NotRequired[str]
    """The path below /models. Default: /models itself."""
    max_model_len: NotRequired[int]
    """The longest context in tokens. Default: the model's own."""
    gpu_memory_utilization: NotRequired[float]
    """The share of GPU memory used, above 0 and up to 0.98. Default: 0.9."""
    dtype: NotRequired[str]
    """auto, bfloat16, float16 or float32. Default: auto."""
    quantization: NotRequired[str]
    """Such as "awq" or "fp8". Default: as the model says."""
    max_num_seqs: NotRequired[int]
    """Requests that are served together. Default: vLLM's own."""
    enable_prefix_caching: NotRequired[bool]
    """Whether prompts' common beginnings are kept. Default: they are."""


class RuntimePlan:
    """The model and the server's options as they were read."""

    def __init__(self, read: Arguments, args: Mapping[str, Any], *, gpus: int, port: int) -> None:
        self._model: Mapping[str, Any] = args.get("model") or {}
        self._vllm: Mapping[str, Any] = args.get("vllm") or {}
        self._gpus = gpus
        self._port = port
        if self._model:
            self._check_model(read)
        if self._vllm:
            self._check_vllm(read, args)

    @property
    def model_object(self) -> tuple[str, str] | None:
        """Bucket and key of the model, if it is in S3."""
        match = _S3_OBJECT.fullmatch(str(self._model.get("s3_uri") or ""))
        return (match[1], match[2]) if match else None

    @property
    def is_vllm(self) -> bool:
        """Whether the server is vLLM."""
        return bool(self._vllm)

    def volumes(self) -> list[dict[str, Any]]:
        """The model's volume, and shared memory for vLLM's worker processes."""
        volumes: list[dict[str, Any]] = []
        if self._model.get("claim_name"):
            claim = {"claimName": self._model["claim_name"], "readOnly": True}
            volumes.append({"name": "model", "persistentVolumeClaim": claim})
        elif self._model:
            volumes.append({"name": "model", "emptyDir": {"sizeLimit": f"{int(self._model['size_gib'])}Gi"}})
        if self._vllm:
            volumes.append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}})
        return volumes

    def mounts(self) -> list[dict[str, Any]]:
        """What the server mounts of them."""
        mounts: list[dict[str, Any]] = []
        if self._model:
            mounts.append({"name": "model", "mountPath": MODEL_DIRECTORY, "readOnly": True})
        if self._vllm:
            mounts.append({"name": "shm", "mountPath": "/dev/shm"})  # noqa: S108 - a memory volume of the pod's own
        return mounts

    def init_containers(self) -> list[dict[str, Any]]:
        """The container that fetches the model and compares its checksum before the server starts."""
        if not self._model.get("s3_uri"):
            return []
        size = {"cpu": "1", "memory": "2Gi"}
        return [
            {
                "name": "load-model",
                "image": self._model["loader_image"],
                "imagePullPolicy": "IfNotPresent",
                "command": ["/bin/bash", "-c", _LOAD],
                "env": [
                    {"name": "HOME", "value": "/tmp"},  # noqa: S108 - the pod's own scratch volume
                    {"name": "MODEL_SHA256", "value": self._model["sha256"]},
                    {"name": "MODEL_URI", "value": self._model["s3_uri"]},
                ],
                "resources": {"requests": size, "limits": size},
                "securityContext": workload.container_security(),
                "volumeMounts": [
                    {"name": "model", "mountPath": MODEL_DIRECTORY},
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own scratch volume
                ],
            }
        ]

    def env(self) -> dict[str, str]:
        """Environment variables of the server; vLLM neither downloads nor reports anything."""
        if not self._vllm:
            return {}
        scratch = "/tmp"  # noqa: S108 - the pod's own scratch volume
        return {
            "DO_NOT_TRACK": "1",
            "HF_HUB_OFFLINE": "1",
            "HOME": scratch,
            "VLLM_CACHE_ROOT": f"{scratch}/vllm",
            "VLLM_NO_USAGE_STATS": "1",
        }

    def arguments(self) -> list[str]:
        """Arguments of the vLLM server, one GPU to each part of the model."""
        options = self._vllm
        if not options:
            return []
        path = "/".join((MODEL_DIRECTORY, str(options.get("model_path") or "").strip("/"))).rstrip("/")
        flags = {
            "model": path,
            "served-model-name": options["served_model_name"],
            "host": "0.0.0.0",  # noqa: S104 - inside the pod; the NetworkPolicy says who gets there
            "port": self._port,
            "tensor-parallel-size": self._gpus,
            "gpu-memory-utilization": f"{float(options.get('gpu_memory_utilization', 0.9)):g}",
            "dtype": options.get("dtype", "auto"),
            "max-model-len": _whole(options.get("max_model_len")),
            "max-num-seqs": _whole(options.get("max_num_seqs")),
            "quantization": options.get("quantization"),
        }
        given = [f"--{flag}={value}" for flag, value in flags.items() if value is not None]
        caching = options.get("enable_prefix_caching", True)
        return [*given, "--enable-prefix-caching" if caching else "--no-enable-prefix-caching"]

    def _check_model(self, read: Arguments) -> None:
        model = self._model
        if bool(model.get("s3_uri")) == bool(model.get("claim_name")):
            read.refuse("model", "comes from s3_uri or claim_name; give one of them")
            return
        if not model.get("s3_uri"):
            return
        if self.model_object is None:
            read.refuse("model.s3_uri", f'"{model["s3_uri"]}" is not an object; write it as s3://bucket/path/file')
        if not _SHA256.fullmatch(str(model.get("sha256", ""))):
            read.refuse(
                "model.sha256", f'"{model.get("sha256", "")}" is not a SHA-256; write its 64 lower-case hex digits'
            )
        if not workload.has_digest(str(model.get("loader_image", ""))):
            read.refuse(
                "model.loader_image",
                f'"{model.get("loader_image", "")}" has no digest; append @sha256: and the 64 digits',
            )
        if not int(model.get("size_gib") or 0) > 0:
            read.refuse("model.size_gib", f"{model.get('size_gib')} is no size; write the GiB the model takes")

    def _check_vllm(self, read: Arguments, args: Mapping[str, Any]) -> None:
        options = self._vllm
        if not self._gpus:
            read.refuse("vllm", "needs gpus of at least 1, it is 0; ask for a GPU")
        if not self._model:
            read.refuse("vllm", "needs a model, it downloads none; give model.s3_uri or model.claim_name")
        if args.get("command"):
            read.refuse("command", "is set together with vllm, which makes its own; leave one out")
        use = float(options.get("gpu_memory_utilization", 0.9))
        if not 0 < use <= 0.98:
            read.refuse("vllm.gpu_memory_utilization", f"{use:g} is out of range; use above 0 and up to 0.98")
        if options.get("dtype", "auto") not in _DTYPES:
            read.refuse("vllm.dtype", f'"{options.get("dtype")}" is not known; use one of {", ".join(_DTYPES)}')
        for option in ("served_model_name", "quantization"):
            value = options.get(option, "" if option == "served_model_name" else "none")
            if not _PARTS.fullmatch(str(value)):
                read.refuse(f"vllm.{option}", f'"{value}" cannot be used; write letters, digits, -, _ and .')


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
