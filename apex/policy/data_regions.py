"""Where data may be: what the settings say, else what every data contract allows."""

from apex.policy.stack import Context


def allowed_regions(context: Context) -> frozenset[str]:
    """The regions that data may be kept and processed in; empty where nothing says so.

    A stack holds the data of all contracts, so that a region counts only if each of them allows it.
    """
    if listed := context.settings.get("regions"):
        return frozenset(map(str, listed))
    contracts = [set(contract.props.map("spec").texts("allowedRegions")) for contract in context.of_type(CONTRACT)]
    return frozenset(set.intersection(*contracts)) if contracts else frozenset()


CONTRACT = "apex:catalog:DataContract"
