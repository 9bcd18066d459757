"""Which controls a family of rules serves, in the frameworks of `apex.policy.frameworks`.

The mappings to NIST SP 800-53 follow those that AWS Security Hub publishes for its controls; those to the others are
by the wording of the control.
"""

from collections.abc import Mapping

Controls = Mapping[str, tuple[str, ...]]

ENCRYPTION_AT_REST: Controls = {
    "nist-800-53": ("SC-12", "SC-13", "SC-28"),
    "iso-27001": ("A.8.24",),
    "pci-dss": ("3.5.1",),
    "soc2": ("CC6.1",),
    "gdpr": ("32",),
}
ENCRYPTION_IN_TRANSIT: Controls = {
    "nist-800-53": ("SC-8", "SC-13"),
    "iso-27001": ("A.5.14", "A.8.24"),
    "pci-dss": ("4.2.1",),
    "soc2": ("CC6.7",),
    "gdpr": ("32",),
}
NO_PUBLIC_ACCESS: Controls = {
    "nist-800-53": ("AC-3", "AC-4", "SC-7"),
    "iso-27001": ("A.8.20", "A.8.22"),
    "pci-dss": ("1.3.1", "1.4.4"),
    "soc2": ("CC6.6",),
    "gdpr": ("25", "32"),
}
LEAST_PRIVILEGE: Controls = {
    "nist-800-53": ("AC-3", "AC-6"),
    "iso-27001": ("A.5.15", "A.8.2"),
    "pci-dss": ("7.2.1", "7.2.2"),
    "soc2": ("CC6.3",),
    "gdpr": ("25", "32"),
}
AUTHENTICATION: Controls = {
    "nist-800-53": ("AC-3", "IA-2", "IA-5"),
    "iso-27001": ("A.5.17", "A.8.5"),
    "pci-dss": ("8.3.1",),
    "soc2": ("CC6.1",),
    "gdpr": ("32",),
}
LOGGING: Controls = {
    "nist-800-53": ("AU-2", "AU-3", "AU-12"),
    "iso-27001": ("A.8.15",),
    "pci-dss": ("10.2.1",),
    "soc2": ("CC7.2",),
}
LOG_RETENTION: Controls = {
    "nist-800-53": ("AU-11", "SI-12"),
    "iso-27001": ("A.8.15",),
    "pci-dss": ("10.5.1",),
    "soc2": ("CC7.2",),
}
RECOVERY: Controls = {
    "nist-800-53": ("CP-9", "CP-10"),
    "iso-27001": ("A.8.13",),
    "soc2": ("A1.2",),
    "gdpr": ("32",),
}
SUPPORTED_SOFTWARE: Controls = {
    "nist-800-53": ("SI-2",),
    "iso-27001": ("A.8.8",),
    "pci-dss": ("6.3.3",),
    "soc2": ("CC7.1",),
}


def serving(*families: Controls, **extra: str) -> dict[str, tuple[str, ...]]:
    """The controls of `families`, and more by keyword: `cis_aws="2.1.1 2.1.4"`."""
    found: dict[str, set[str]] = {}
    for family in families:
        for framework, ids in family.items():
            found.setdefault(framework, set()).update(ids)
    for framework, text in extra.items():
        found.setdefault(framework.replace("_", "-"), set()).update(text.split())
    return {framework: tuple(sorted(ids)) for framework, ids in sorted(found.items())}
