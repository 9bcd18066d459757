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
RETENTION: Controls = {
    "nist-800-53": ("SI-12",),
    "iso-27001": ("A.5.33", "A.8.10"),
    "pci-dss": ("3.2.1",),
    "soc2": ("C1.2", "P4.2"),
    "gdpr": ("5",),
}
ERASURE: Controls = {"iso-27001": ("A.8.10",), "soc2": ("P4.3",), "gdpr": ("17",)}
RESIDENCY: Controls = {"nist-800-53": ("AC-4",), "iso-27001": ("A.5.14", "A.5.23"), "gdpr": ("28", "44")}
MASKING: Controls = {
    "nist-800-53": ("PT-3",),
    "iso-27001": ("A.5.34", "A.8.11"),
    "soc2": ("C1.1",),
    "gdpr": ("5", "25"),
}
QUALITY: Controls = {"nist-800-53": ("SI-7",), "iso-42001": ("A.7.4",), "eu-ai-act": ("10",)}
PROVENANCE: Controls = {
    "nist-800-53": ("SR-4", "SR-11"),
    "eu-ai-act": ("11", "15"),
    "iso-42001": ("A.4.2", "A.10.3"),
    "nist-ai-rmf": ("GOVERN 6.1", "MEASURE 2.7"),
    "owasp-llm": ("LLM03", "LLM04"),
}
FAIRNESS: Controls = {"eu-ai-act": ("10",), "iso-42001": ("A.5.4",), "nist-ai-rmf": ("MEASURE 2.11",)}
MONITORING: Controls = {
    "eu-ai-act": ("15", "72"),
    "iso-42001": ("A.6.2.5", "A.6.2.6"),
    "nist-ai-rmf": ("MANAGE 4.1", "MEASURE 2.4"),
}
OVERSIGHT: Controls = {
    "eu-ai-act": ("14",),
    "iso-42001": ("A.9.3",),
    "nist-ai-rmf": ("MANAGE 2.4", "MAP 3.5"),
    "owasp-llm": ("LLM06",),
}
RECORDS: Controls = {
    "nist-800-53": ("AU-11",),
    "eu-ai-act": ("12", "19"),
    "iso-42001": ("A.6.2.8",),
    "nist-ai-rmf": ("MEASURE 2.8",),
}
RISK: Controls = {"eu-ai-act": ("9",), "iso-42001": ("A.5.4",), "gdpr": ("35",)}
TRANSPARENCY: Controls = {"eu-ai-act": ("13", "26"), "iso-42001": ("A.2.2", "A.8.2"), "nist-ai-rmf": ("MEASURE 2.8",)}
EXPLANATION: Controls = {"eu-ai-act": ("13",), "gdpr": ("22",), "nist-ai-rmf": ("MEASURE 2.9",)}
LINEAGE: Controls = {"gdpr": ("30",), "iso-42001": ("A.4.3", "A.7.5"), "nist-800-53": ("SR-4",)}
CONSUMPTION: Controls = {"nist-800-53": ("SC-5",), "owasp-llm": ("LLM10",)}
PRIVACY: Controls = {
    "eu-ai-act": ("10",),
    "gdpr": ("5", "25"),
    "nist-ai-rmf": ("MEASURE 2.10",),
    "owasp-llm": ("LLM02",),
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
