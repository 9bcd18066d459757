"""Pods leave the kernel's settings alone."""

from apex.policy.cel import Check
from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity

_SYSCTLS = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
)
"""Those that act on the pod alone."""
_SELINUX = ("container_engine_t", "container_init_t", "container_kvm_t", "container_t")


def _plain(context: str) -> str:
    """What a security context, of the pod or of a container, may say of SELinux, AppArmor and Windows."""
    types = ", ".join(f"'{name}'" for name in _SELINUX)
    return (
        f"(!has({context}.seLinuxOptions) || (!has({context}.seLinuxOptions.user) && "
        f"!has({context}.seLinuxOptions.role) && (!has({context}.seLinuxOptions.type) || "
        f"{context}.seLinuxOptions.type in [{types}]))) && "
        f"(!has({context}.appArmorProfile) || {context}.appArmorProfile.type != 'Unconfined') && "
        f"(!has({context}.windowsOptions) || !has({context}.windowsOptions.hostProcess) || "
        f"{context}.windowsOptions.hostProcess == false)"
    )


check = Check(
    expression=(
        "(!has(variables.pod.securityContext) || ("
        + _plain("variables.pod.securityContext")
        + " && (!has(variables.pod.securityContext.sysctls) || variables.pod.securityContext.sysctls.all(s, s.name in ["
        + ", ".join(f"'{name}'" for name in _SYSCTLS)
        + "])))) && variables.containers.all(c, !has(c.securityContext) || ("
        + _plain("c.securityContext")
        + " && (!has(c.securityContext.procMount) || c.securityContext.procMount == 'Default')))"
    ),
    message="the pod changes sysctls, /proc, SELinux, AppArmor or host processes in a way that reaches beyond it",
)

rule = Rule(
    id="restrict_kernel_access",
    title="Pods leave the kernel's settings alone",
    pack="security",
    severity=Severity.HIGH,
    types=check.types,
    validate=check.validate(),
    why="All pods of a node share its kernel, and with it whatever one of them was allowed to loosen.",
    fix="Remove procMount, seLinuxOptions, unconfined AppArmor profiles, hostProcess, and sysctls of the whole node.",
    code='"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, "runAsNonRoot": True}',
    controls=serving(LEAST_PRIVILEGE),
    cel=check,
)
