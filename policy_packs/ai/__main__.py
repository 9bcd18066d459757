"""The AI pack: provenance, fairness, oversight, release and records of models."""

import allow_model_registries
import allow_source_repositories
import anonymize_personal_input
import bound_bias
import classify_risk
import declare_inference_governance
import explain_high_risk
import fix_critical_findings
import hold_measured_bias
import limit_daily_cost_of_models
import name_human_oversight
import pin_model_version
import record_model_provenance
import require_canary
import require_fairness_measures
import require_monitoring
import retain_audit_trail

RULES = (
    allow_model_registries.rule,
    allow_source_repositories.rule,
    anonymize_personal_input.rule,
    bound_bias.rule,
    classify_risk.rule,
    declare_inference_governance.rule,
    explain_high_risk.rule,
    fix_critical_findings.rule,
    hold_measured_bias.rule,
    limit_daily_cost_of_models.rule,
    name_human_oversight.rule,
    pin_model_version.rule,
    record_model_provenance.rule,
    require_canary.rule,
    require_fairness_measures.rule,
    require_monitoring.rule,
    retain_audit_trail.rule,
)

if __name__ == "__main__":
    from apex.engine.crossguard import policy_pack

    policy_pack("ai", RULES)
