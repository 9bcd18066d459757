"""The data pack: retention, residency, personal data, schemas and quality."""

import bound_retention
import check_schema_compatibility
import forbid_foreign_principals
import forbid_foreign_replication
import grant_contract_roles
import hold_endpoints
import hold_replicas
import hold_residency
import limit_personal_retention
import limit_personal_topics
import mask_personal_data
import name_erasers
import reconcile_lifecycle
import reconcile_object_lock
import record_lineage
import require_lifecycle
import require_quality_rules
import require_schemas
import watch_data_quality

RULES = (
    bound_retention.rule,
    check_schema_compatibility.rule,
    forbid_foreign_principals.rule,
    forbid_foreign_replication.rule,
    grant_contract_roles.rule,
    hold_endpoints.rule,
    hold_replicas.rule,
    hold_residency.rule,
    limit_personal_retention.rule,
    limit_personal_topics.rule,
    mask_personal_data.rule,
    name_erasers.rule,
    reconcile_lifecycle.rule,
    reconcile_object_lock.rule,
    record_lineage.rule,
    require_lifecycle.rule,
    require_quality_rules.rule,
    require_schemas.rule,
    watch_data_quality.rule,
)

if __name__ == "__main__":
    from apex.engine.crossguard import policy_pack

    policy_pack("data", RULES)
