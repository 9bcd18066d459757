"""The components' arguments, from what the catalog declares."""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from apex import git
from apex.errors import InputError
from apex.specs import Catalog, Declaration, load_catalog
from apex.specs.finops import Ownership
from apex.tags import CostTags
from components.cost_budget import BudgetPeriod, CostBudgetArgs
from components.team_namespace import TeamNamespace, TeamNamespaceArgs
from stack.environment import ROOT, Environment

_PERIODS = {"day": BudgetPeriod.DAILY, "month": BudgetPeriod.MONTHLY, "quarter": BudgetPeriod.QUARTERLY}


def catalog(env: Environment) -> Catalog:
    """The environment's catalog. A wrong declaration ends the program with one message and no traceback."""
    try:
        found = load_catalog(ROOT / "catalog", env.name)
    except InputError as error:
        raise pulumi.RunError(str(error)) from None
    if not found.of(Ownership):
        raise pulumi.RunError("catalog: has no Ownership, so nothing belongs to anybody; start with apex new Ownership")
    return found


def budgets(env: Environment, declared: Catalog) -> Iterator[tuple[str, CostBudgetArgs]]:
    """Name and arguments of every budget; those of one environment count that environment's spend only."""
    for budget in declared.budgets:
        spec = budget.model.spec
        scope = {
            "project": spec.scope.project,
            "team": spec.scope.team,
            "cost-center": spec.scope.cost_center,
            "data-modality": spec.scope.data_modality,
            "environment": spec.scope.environment or env.name,
        }
        team = declared.ownership.teams.get(spec.scope.team or env.settings.owner.team)
        yield (
            budget.name,
            {
                "tags": _tags(env, declared, spec.scope.team, budget),
                "amount": f"{spec.amount * env.settings.pricing.budget_factor:f}",
                "currency": spec.currency,
                "period": _PERIODS[spec.period],
                "scope": {key: value for key, value in scope.items() if value},
                "emails": list(team.contacts) if team else [],
                "thresholds": [{"percent": percent} for percent in spec.thresholds],
            },
        )


def namespaces(env: Environment, declared: Catalog) -> Iterator[tuple[str, TeamNamespaceArgs]]:
    """Name and arguments of every namespace that the ownership file gives to a team."""
    quota = env.settings.namespace_quota
    source = declared.of(Ownership)[0]
    for name, entry in sorted(declared.ownership.namespaces.items()):
        yield (
            name,
            {
                "tags": _tags(env, declared, entry.team, source, entry.project, entry.cost_center),
                "namespace": name,
                "cpu": quota.cpu,
                "memory": quota.memory,
                "gpus": quota.gpus,
            },
        )


def cost_tags(env: Environment, declared: Catalog, *declarations: Declaration[Any]) -> dict[str, str]:
    """The cost tags of what `declarations`, all of one owner, become; data of no stated modality are the platform's."""
    owner = declared.ownership.owner(declarations[0])
    if owner is None:
        raise pulumi.RunError(
            f"{place(declarations[0])}: belongs to nobody; label it with project, team and cost-center, or give its "
            "namespace to a team in the catalog's Ownership"
        )
    files = sorted({source.file for declaration in declarations for source in declaration.sources})
    tags = owner.cost_tags(env.name, git.repository(ROOT), git.last_change(*files))
    if not owner.data_modalities:
        tags = tags.with_owner(modalities=env.settings.owner.data_modalities)
    return tags.aws()


def namespace_of(declaration: Declaration[Any], namespaces: Mapping[str, TeamNamespace]) -> pulumi.Output[str]:
    """The namespace that `declaration` names, which has to be one that the ownership file gives to a team."""
    found = namespaces.get(declaration.namespace or "")
    if found is None:
        raise pulumi.RunError(
            f'{place(declaration)}: metadata.namespace: "{declaration.namespace}" belongs to no team; '
            f"use one of {', '.join(sorted(namespaces))}, or add it to the catalog's Ownership"
        )
    return found.namespace


def place(declaration: Declaration[Any]) -> str:
    """Where `declaration` is written, for a message."""
    return f"{declaration.shown}:{declaration.line}: {declaration.kind} {declaration.name}"


def _tags(
    env: Environment,
    declared: Catalog,
    team_name: str | None,
    declaration: Declaration[Any],
    project: str | None = None,
    cost_center: str | None = None,
) -> dict[str, str]:
    """The cost tags of what a declaration makes for a team; what is of no team is the platform's."""
    owner = env.settings.owner
    team = declared.ownership.teams.get(team_name or "")
    return CostTags(
        project=project or (team.projects[0] if team else owner.project),
        environment=env.name,
        team=team.name if team else owner.team,
        cost_center=cost_center or (team.cost_centers[0] if team else owner.cost_center),
        data_modalities=owner.data_modalities,
        git_repository=git.repository(ROOT),
        git_commit=git.last_change(*(source.file for source in declaration.sources)),
    ).aws()
