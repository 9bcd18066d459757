"""The finops pack: who pays, and from which budget."""

import annotate_workloads
import block_over_budget
import block_unpriced
import flag_expensive_change
import limit_daily_cost
import propagate_cost_tags
import repair_cost_tags
import require_budget
import require_cost_tags
import warn_about_budgets

RULES = (
    require_cost_tags.rule,
    propagate_cost_tags.rule,
    repair_cost_tags.rule,
    require_budget.rule,
    annotate_workloads.rule,
    block_over_budget.rule,
    block_unpriced.rule,
    limit_daily_cost.rule,
    flag_expensive_change.rule,
    warn_about_budgets.rule,
)

if __name__ == "__main__":
    # Imported here, so that reading the list of rules costs no import of the engine's protocol.
    from apex.engine.crossguard import policy_pack

    policy_pack("finops", RULES)
