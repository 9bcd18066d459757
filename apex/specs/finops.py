"""The kinds of `finops.apexlogic.com`: who owns what, how much it may cost, and how much it is used."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from apex.specs.base import Currency, Model, Spec
from apex.specs.usage import Usages
from apex.specs.values import Amount, Email, Label, Name, Text, Whole

GROUP = "finops.apexlogic.com"

Labels = Annotated[tuple[Label, ...], Field(min_length=1)]


class Project(Model):
    """A project that resources can be billed to."""

    name: Label
    """Value of the `project` tag."""
    description: Text | None = None
    """What the project is for."""


class CostCenter(Model):
    """A cost center of the accounts."""

    name: Label
    """Value of the `cost-center` tag."""
    description: Text | None = None
    """What the cost center is for."""


class Team(Model):
    """A team, and what it may book to."""

    name: Label
    """Value of the `team` tag."""
    cost_centers: Labels
    """The cost centers it may book to; the first is its own."""
    projects: Labels
    """The projects it works on; the first is its main one."""
    contacts: Annotated[tuple[Email, ...], Field(min_length=1)]
    """Who is told of alerts and refusals."""


class NamespaceOwner(Model):
    """A Kubernetes namespace and whom it belongs to: what a declaration in it is billed to unless its labels say."""

    name: Name
    """The namespace."""
    team: Label
    """The team it belongs to."""
    project: Label | None = None
    """The project; by default the team's main one."""
    cost_center: Label | None = None
    """The cost center; by default the team's own."""


class OwnershipSpec(Model):
    """Teams, cost centers, projects and namespaces."""

    projects: Annotated[tuple[Project, ...], Field(min_length=1)]
    """The projects that exist."""
    cost_centers: Annotated[tuple[CostCenter, ...], Field(min_length=1)]
    """The cost centers that exist."""
    teams: Annotated[tuple[Team, ...], Field(min_length=1)]
    """The teams that exist."""
    namespaces: tuple[NamespaceOwner, ...] = ()
    """The namespaces of the cluster that belong to teams."""


class Ownership(Spec):
    """Which teams, cost centers and projects exist, who is told, and which namespaces belong to whom."""

    kind_name: ClassVar[str] = "Ownership"
    group: ClassVar[str] = GROUP
    plural: ClassVar[str] = "ownerships"
    summary: ClassVar[str] = "who exists and who owns what"

    spec: OwnershipSpec


class Scope(Model):
    """What a budget counts: resources that have all of these tags. Empty counts everything."""

    project: Label | None = None
    """Only resources of this project."""
    team: Label | None = None
    """Only resources of this team."""
    cost_center: Label | None = None
    """Only resources of this cost center."""
    environment: Label | None = None
    """Only resources of this environment."""
    data_modality: Literal["audio", "image", "sensor", "text", "video"] | None = None
    """Only resources that serve this modality."""


class BudgetSpec(Model):
    """An amount of money per period."""

    scope: Scope = Scope()
    """What is counted."""
    amount: Amount
    """How much may be spent in a period."""
    currency: Currency = "USD"
    """The currency of the amount."""
    period: Literal["day", "month", "quarter"] = "month"
    """How long the amount has to last."""
    thresholds: tuple[Annotated[Whole, Field(ge=1, le=1000)], ...] = (80, 100)
    """Percentages of the amount at which the team's contacts are told."""
    enforcement: Literal["hard", "soft"] = "hard"
    """`hard` blocks a change that goes over the amount, `soft` warns."""

    @property
    def monthly(self) -> Decimal:
        """The amount for a month of 730 hours."""
        return self.amount * {"day": Decimal(730) / 24, "month": Decimal(1), "quarter": Decimal(1) / 3}[self.period]


class Budget(Spec):
    """How much a part of the platform may cost, and what happens when it would cost more."""

    kind_name: ClassVar[str] = "Budget"
    group: ClassVar[str] = GROUP
    plural: ClassVar[str] = "budgets"
    summary: ClassVar[str] = "how much something may cost"

    spec: BudgetSpec


class UsageSpec(Model):
    """Quantities by what they belong to."""

    data_classes: dict[Literal["raw", "curated", "features", "archive"], Usages] = Field(default_factory=dict)
    """Quantities of a storage tier."""
    pipelines: dict[str, Usages] = Field(default_factory=dict)
    """Quantities of a DataPipeline, by its name."""
    services: dict[str, Usages] = Field(default_factory=dict)
    """Quantities of a MultimodalAIComponent, a Deployment or a shared service (kafka, vector-database, network)."""


class Usage(Spec):
    """Quantities that a plan cannot know and that are paid for: what is stored, requested, transferred."""

    kind_name: ClassVar[str] = "Usage"
    group: ClassVar[str] = GROUP
    plural: ClassVar[str] = "usages"
    summary: ClassVar[str] = "how much is stored, requested and transferred"

    spec: UsageSpec
