"""The admission policies' arguments: the rules on Kubernetes objects, as this environment is held to them."""

import pulumi

from apex.errors import InputError
from apex.policy.admission import admission_of
from components.addon_charts import CHARTS
from components.admission_policies import AdmissionPoliciesArgs
from stack.environment import ROOT, Environment


def admission_policies(env: Environment) -> AdmissionPoliciesArgs:
    """The same policies that `apex admission` writes. What the add-ons run is their makers', and not held to them."""
    try:
        manifests = admission_of(ROOT, environment=env.name)
    except InputError as error:
        raise pulumi.RunError(str(error)) from None
    return {
        "tags": env.tags(env.settings.owner),
        "manifests": manifests,
        "exempt_namespaces": sorted({chart.namespace for chart in CHARTS.values() if chart.makes_namespace}),
    }
