"""What a kind or a field is: its type, default, meaning and an example, read from the models."""

import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from apex.specs.document import Path_


def model_at(model: type[BaseModel], path: Path_) -> list[type[BaseModel]]:
    """The models that the map at `path` can be of."""
    found = [model]
    for step in path:
        if isinstance(step, int):
            continue
        found = [
            inner
            for outer in found
            for name, field in outer.model_fields.items()
            if (field.alias or name) == step
            for inner in models_in(field.annotation)
        ] or (found if _is_free_key(found, step) else [])
    return found


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that `annotation` mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif typing.get_origin(annotation) is not None or isinstance(annotation, types.UnionType):
        for part in typing.get_args(annotation):
            yield from models_in(part)


def _is_free_key(models: list[type[BaseModel]], step: str) -> bool:
    """Whether `step` is a key of a free map, below which the models found are those of its values."""
    return all(step not in {field.alias for field in model.model_fields.values()} for model in models)
