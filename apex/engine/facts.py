"""What a run knows besides its resources: which stack it is, and what the catalog beside the project says."""

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apex.plan import Resource
from apex.policy.catalog import Declared, find_catalog, read_declared
from apex.policy.stack import Context, Owners
from apex.policy.waivers import Waiver
from apex.pricing.deployed import BASELINE


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The stack that is being judged. The stack's name is the name of the environment.

    `baseline` is the file with the state before the change, where it was handed over.
    """

    project: str = ""
    environment: str = ""
    config: Mapping[str, str] = field(default_factory=dict)
    owners: Owners = field(default_factory=Owners)
    waivers: tuple[Waiver, ...] = ()
    declared: tuple[Resource, ...] = ()
    is_preview: bool = True
    baseline: Path | None = None
    today: datetime.date = field(default_factory=lambda: datetime.datetime.now(datetime.UTC).date())

    @classmethod
    def of_environment(cls, variables: Mapping[str, str], start: Path) -> "RunFacts":
        """From the variables that the engine gives a pack, and the catalog in or above `start`. Raises InputError."""
        environment = variables.get("PULUMI_STACK", "").rsplit("/", 1)[-1]
        root = find_catalog(start)
        declared = read_declared(root, environment) if root else Declared()
        return cls(
            project=variables.get("PULUMI_PROJECT", ""),
            environment=environment,
            config=json.loads(variables.get("PULUMI_CONFIG") or "{}"),
            owners=declared.owners,
            waivers=declared.waivers,
            declared=declared.resources,
            is_preview=variables.get("PULUMI_DRY_RUN", "true") == "true",
            baseline=Path(variables[BASELINE]) if variables.get(BASELINE) else None,
        )

    def context(self, resources: Iterable[Resource]) -> Context:
        """What rules see of `resources`."""
        return Context(
            resources,
            project=self.project,
            environment=self.environment,
            owners=self.owners,
            facts=self.config,
            today=self.today,
        )
