"""The kinds of `governance.apexlogic.com`: exceptions to policies, and what is promised of data."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, WithJsonSchema

from apex.specs.base import Model, Spec
from apex.specs.pipeline import SchemaRef
from apex.specs.values import Day, HttpsUrl, Label, Name, Ratio, Region, Text, Whole, matching, text_schema

GROUP = "governance.apexlogic.com"
_DATASET_PATTERN = r"^[a-z][a-z0-9_-]{0,62}(\.[a-z][a-z0-9_-]{0,62})?$"
MAX_WAIVER_DAYS = 90
"""How far ahead a waiver may expire."""

Operation = Literal["read", "write", "delete", "admin"]
Tier = Literal["archive", "curated", "features", "raw"]
Roles = Annotated[tuple[Name, ...], Field(min_length=1)]


class WaiverSpec(Model):
    """One policy that one resource, or those of a pattern, may break until a day."""

    policy: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9_/-]{0,118}[a-z0-9])?$")]
    """The policy, by its name."""
    resource: Annotated[str, Field(min_length=1, max_length=512)]
    """The resource: its URN, or a pattern with * for any text."""
    reason: Annotated[str, Field(min_length=10, max_length=1000)]
    """Why it is accepted."""
    approved_by: Text
    """Who accepted it."""
    expires: Day
    """The last day it holds; at most 90 days ahead."""
    issue: HttpsUrl
    """Where the work that ends it is tracked."""


class Waiver(Spec):
    """An exception to a policy, with a reason, an approver and an end."""

    kind_name: ClassVar[str] = "Waiver"
    group: ClassVar[str] = GROUP
    plural: ClassVar[str] = "waivers"
    summary: ClassVar[str] = "an exception to a policy that ends"

    spec: WaiverSpec


class PiiColumn(Model):
    """A column that holds personal data, and what is done about it."""

    column: Text
    """The column."""
    handling: Literal["mask", "hash", "tokenize", "encrypt", "drop"]
    """What happens to it before anybody without need sees it."""


class QualityRule(Model):
    """A measure of the data that has to be met."""

    name: Name
    """What the rule is called."""
    metric: Literal["completeness", "uniqueness", "validity", "freshness", "consistency", "accuracy"]
    """What is measured."""
    column: Text | None = None
    """The column it is measured on; the whole dataset where left out."""
    threshold: Ratio
    """The least that is accepted: 0.99."""


class DataContractSpec(Model):
    """What the owner of a dataset promises, and who may do what with it."""

    dataset: Annotated[
        str,
        matching(_DATASET_PATTERN, "is not the name of a dataset; write database.table in lower case"),
        WithJsonSchema(text_schema(_DATASET_PATTERN, "the name of a dataset", "speech.transcripts")),
    ]
    """The dataset, as database.table or its name."""
    tier: Tier = "curated"
    """The storage tier it lies in, below its name: speech.transcripts is at speech/transcripts/."""
    owner: Label
    """The team that answers for it."""
    schema_: Annotated[SchemaRef, Field(alias="schema")]
    """The form of its records."""
    pii: tuple[PiiColumn, ...] = ()
    """The columns with personal data; empty says there is none."""
    quality: tuple[QualityRule, ...] = ()
    """What has to be met."""
    retention_days: Annotated[Whole, Field(ge=1, le=36500)]
    """How long records are kept."""
    allowed_regions: Annotated[tuple[Region, ...], Field(min_length=1)]
    """Where it may be stored and processed."""
    access: Annotated[dict[Operation, Roles], Field(min_length=1)]
    """The roles that may read, write, delete or administer it."""

    @property
    def prefix(self) -> str:
        """Where the dataset lies in its tier."""
        return self.dataset.replace(".", "/") + "/"


class DataContract(Spec):
    """What is promised of a dataset: form, quality, retention, place, and who may do what with it."""

    kind_name: ClassVar[str] = "DataContract"
    group: ClassVar[str] = GROUP
    plural: ClassVar[str] = "datacontracts"
    summary: ClassVar[str] = "what is promised of a dataset"
    namespaced: ClassVar[bool] = True

    spec: DataContractSpec
