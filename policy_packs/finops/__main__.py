"""The finops pack: who pays, and from which budget."""

import propagate_cost_tags
import repair_cost_tags
import require_budget
import require_cost_tags

from apex.engine.crossguard import policy_pack

RULES = (
    require_cost_tags.rule,
    propagate_cost_tags.rule,
    repair_cost_tags.rule,
    require_budget.rule,
)

if __name__ == "__main__":
    policy_pack("finops", RULES)
