"""OpenSearch takes TLS 1.2 or newer only."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_IN_TRANSIT, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: openSearch takes TLS 1.2 or newer only."""
    options = resource.props.map("domainEndpointOptions")
    if not options.flag("enforceHttps"):
        yield "domainEndpointOptions.enforceHttps is off"
    policy = options.text("tlsSecurityPolicy")
    if not policy.startswith("Policy-Min-TLS-1-2"):
        yield f'tlsSecurityPolicy is "{policy or "the default, TLS 1.0"}"; required: one of TLS 1.2'


rule = Rule(
    id="require_search_tls",
    title="OpenSearch takes TLS 1.2 or newer only",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:opensearch/domain:Domain",
        "aws:elasticsearch/domain:Domain",
    ),
    validate=validate,
    why="Queries and their answers carry the data.",
    fix="Enforce HTTPS with a policy of TLS 1.2.",
    code=('domain_endpoint_options={"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-2-PFS-2023-10"}'),
    controls=serving(ENCRYPTION_IN_TRANSIT),
)
