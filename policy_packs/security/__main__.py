"""The security pack: AWS resources and Kubernetes workloads; encryption, exposure, privilege, logs and recovery."""

import allow_base_images
import allow_evictions
import allow_registries
import authenticate_cache_clients
import authenticate_kafka_clients
import authenticate_search_users
import avoid_deprecated_apis
import back_up_databases
import block_public_buckets
import close_default_security_group
import close_vector_collections
import complete_access_blocks
import cover_all_regions
import delay_key_deletion
import deny_network_by_default
import digest_images
import drop_capabilities
import drop_invalid_headers
import encrypt_buckets
import encrypt_caches
import encrypt_cluster_secrets
import encrypt_databases
import encrypt_file_systems
import encrypt_glue
import encrypt_kafka_storage
import encrypt_log_groups
import encrypt_queues
import encrypt_registries
import encrypt_search_domains
import encrypt_secrets
import encrypt_streams
import encrypt_tables
import encrypt_topics
import encrypt_vector_collections
import encrypt_volumes
import forbid_access_keys
import forbid_admin_attachments
import forbid_admin_policies
import forbid_env_secrets
import forbid_host_access
import forbid_node_ssh
import forbid_plain_secrets
import forbid_privilege_escalation
import forbid_privileged_containers
import forbid_public_acls
import forbid_public_databases
import forbid_public_functions
import forbid_public_instances
import forbid_public_kafka
import forbid_public_resource_policies
import forbid_public_services
import forbid_public_subnet_addresses
import forbid_removed_apis
import forbid_user_policies
import forbid_wildcard_writes
import freeze_image_tags
import limit_service_account_tokens
import log_bucket_access
import log_cluster_control_plane
import log_databases
import log_kafka_brokers
import log_load_balancers
import log_state_machines
import log_vpc_flows
import manage_database_passwords
import match_gpu_tolerations
import name_image_registries
import pin_images
import place_search_in_vpc
import protect_data_stores
import protect_trails
import read_only_root
import recover_tables
import require_bucket_policy
import require_bucket_tls
import require_database_iam
import require_imdsv2
import require_kafka_tls
import require_listener_tls
import require_probes
import require_pull_secrets
import require_requests_and_limits
import require_search_tls
import require_seccomp
import require_source_conditions
import require_supported_kubernetes
import require_supported_runtimes
import restrict_cluster_endpoint
import restrict_ingress
import restrict_kernel_access
import restrict_network_acls
import restrict_role_trust
import restrict_volumes
import retain_logs
import rotate_keys
import run_as_non_root
import scan_images
import secure_emr
import survive_drains
import upgrade_databases
import version_buckets

RULES = (
    allow_base_images.rule,
    allow_evictions.rule,
    allow_registries.rule,
    authenticate_cache_clients.rule,
    authenticate_kafka_clients.rule,
    authenticate_search_users.rule,
    avoid_deprecated_apis.rule,
    back_up_databases.rule,
    block_public_buckets.rule,
    close_default_security_group.rule,
    close_vector_collections.rule,
    complete_access_blocks.rule,
    cover_all_regions.rule,
    delay_key_deletion.rule,
    deny_network_by_default.rule,
    digest_images.rule,
    drop_capabilities.rule,
    drop_invalid_headers.rule,
    encrypt_buckets.rule,
    encrypt_caches.rule,
    encrypt_cluster_secrets.rule,
    encrypt_databases.rule,
    encrypt_file_systems.rule,
    encrypt_glue.rule,
    encrypt_kafka_storage.rule,
    encrypt_log_groups.rule,
    encrypt_queues.rule,
    encrypt_registries.rule,
    encrypt_search_domains.rule,
    encrypt_secrets.rule,
    encrypt_streams.rule,
    encrypt_tables.rule,
    encrypt_topics.rule,
    encrypt_vector_collections.rule,
    encrypt_volumes.rule,
    forbid_access_keys.rule,
    forbid_admin_attachments.rule,
    forbid_admin_policies.rule,
    forbid_env_secrets.rule,
    forbid_host_access.rule,
    forbid_node_ssh.rule,
    forbid_plain_secrets.rule,
    forbid_privilege_escalation.rule,
    forbid_privileged_containers.rule,
    forbid_public_acls.rule,
    forbid_public_databases.rule,
    forbid_public_functions.rule,
    forbid_public_instances.rule,
    forbid_public_kafka.rule,
    forbid_public_resource_policies.rule,
    forbid_public_services.rule,
    forbid_public_subnet_addresses.rule,
    forbid_removed_apis.rule,
    forbid_user_policies.rule,
    forbid_wildcard_writes.rule,
    freeze_image_tags.rule,
    limit_service_account_tokens.rule,
    log_bucket_access.rule,
    log_cluster_control_plane.rule,
    log_databases.rule,
    log_kafka_brokers.rule,
    log_load_balancers.rule,
    log_state_machines.rule,
    log_vpc_flows.rule,
    manage_database_passwords.rule,
    match_gpu_tolerations.rule,
    name_image_registries.rule,
    pin_images.rule,
    place_search_in_vpc.rule,
    protect_data_stores.rule,
    protect_trails.rule,
    read_only_root.rule,
    recover_tables.rule,
    require_bucket_policy.rule,
    require_bucket_tls.rule,
    require_database_iam.rule,
    require_imdsv2.rule,
    require_kafka_tls.rule,
    require_listener_tls.rule,
    require_probes.rule,
    require_pull_secrets.rule,
    require_requests_and_limits.rule,
    require_search_tls.rule,
    require_seccomp.rule,
    require_source_conditions.rule,
    require_supported_kubernetes.rule,
    require_supported_runtimes.rule,
    restrict_cluster_endpoint.rule,
    restrict_ingress.rule,
    restrict_kernel_access.rule,
    restrict_network_acls.rule,
    restrict_role_trust.rule,
    restrict_volumes.rule,
    retain_logs.rule,
    rotate_keys.rule,
    run_as_non_root.rule,
    scan_images.rule,
    secure_emr.rule,
    survive_drains.rule,
    upgrade_databases.rule,
    version_buckets.rule,
)

if __name__ == "__main__":
    from apex.engine.crossguard import policy_pack

    policy_pack("security", RULES)
