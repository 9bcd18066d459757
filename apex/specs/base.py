"""What every kind has in common."""

from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from apex import tags
from apex.specs.checks import Check, FailedChecksError
from apex.specs.document import Decimals
from apex.specs.values import Label, Name

CURRENCIES = ("USD",)
"""The currencies that prices come in; another would need a rate of exchange, which no file states."""
Currency = Literal["USD"]


class Model(BaseModel):
    """A map with known fields. `checks` are the rules between fields, in the words of CEL for the cluster."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=False,
        use_attribute_docstrings=True,
    )
    checks: ClassVar[tuple[Check, ...]] = ()

    @model_validator(mode="after")
    def _hold_checks(self) -> Self:
        failures = [(check.field, check.message) for check in self.checks if not check.holds(self)]
        if failures:
            raise FailedChecksError(failures)
        return self


class Metadata(Model):
    """Name, place and owner of a declaration."""

    name: Name
    """What the declaration is called; unique among those of its kind."""
    namespace: Name | None = None
    """The Kubernetes namespace it belongs to; the ownership file says whose that is."""
    labels: dict[str, Label] = Field(default_factory=dict)
    """Labels; `project`, `team`, `cost-center` and `data-modality` say who pays."""
    annotations: dict[str, str] = Field(default_factory=dict)
    """Notes for tools; not interpreted."""

    @field_validator("labels", mode="before")
    @classmethod
    def _modalities(cls, value: Any) -> Any:
        """Neither labels nor tags take a comma: modalities separated by one are joined as tags carry them."""
        if isinstance(value, dict) and isinstance(given := value.get(tags.DATA_MODALITY), str):
            try:
                joined = tags.join_modalities(tags.parse_modalities(given))
            except ValueError as error:
                raise FailedChecksError([(tags.DATA_MODALITY, str(error))]) from None
            return {**value, tags.DATA_MODALITY: joined}
        return value


class Spec(Model):
    """A document of one of the kinds."""

    kind_name: ClassVar[str]
    group: ClassVar[str]
    version: ClassVar[str] = "v1alpha1"
    summary: ClassVar[str]
    plural: ClassVar[str]
    required_labels: ClassVar[tuple[str, ...]] = ()
    namespaced: ClassVar[bool] = False
    admission: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Rules (CEL, message) that the cluster cannot be told in the CRD."""

    api_version: str
    """The kind's group and version."""
    kind: str
    """The kind."""
    metadata: Metadata
    """Name, place and owner."""


def free(value: Any) -> Any:
    """`value` of a free map as plain JSON data: numbers lose the memory of how they were written."""
    if isinstance(value, dict):
        return {str(key): free(item) for key, item in value.items()}
    if isinstance(value, list):
        return [free(item) for item in value]
    if isinstance(value, Decimals):
        return float(value)
    return str(value) if isinstance(value, str) else value
