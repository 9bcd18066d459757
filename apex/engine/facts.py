"""What a run knows besides its resources: which stack it is, and what the catalog beside the project says."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from apex.plan import Resource
from apex.policy.stack import Context, Owners


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The stack that is being judged. The stack's name is the name of the environment."""

    project: str = ""
    environment: str = ""
    config: Mapping[str, str] = field(default_factory=dict)
    owners: Owners = field(default_factory=Owners)

    @classmethod
    def of_environment(cls, variables: Mapping[str, str]) -> "RunFacts":
        """From the variables that the engine gives a pack."""
        config = json.loads(variables.get("PULUMI_CONFIG") or "{}")
        return cls.of_stack(variables.get("PULUMI_PROJECT", ""), variables.get("PULUMI_STACK", ""), config)

    @classmethod
    def of_stack(cls, project: str, stack: str, config: Mapping[str, str]) -> "RunFacts":
        """From what the engine says when it configures a pack."""
        return cls(project, stack.rsplit("/", 1)[-1], config)

    def context(self, resources: Iterable[Resource]) -> Context:
        """What rules see of `resources`."""
        return Context(
            resources, project=self.project, environment=self.environment, owners=self.owners, facts=self.config
        )
