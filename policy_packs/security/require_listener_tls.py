"""Load balancers take TLS only."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_IN_TRANSIT, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: load balancers take TLS only."""
    protocol = resource.props.text("protocol")
    if protocol == "HTTP":
        actions = resource.props.items("defaultActions")
        if not actions or any(action.map("redirect").text("protocol") != "HTTPS" for action in actions):
            yield "protocol is HTTP and the listener does not redirect to HTTPS"
    elif protocol in ("HTTPS", "TLS"):
        policy = resource.props.text("sslPolicy")
        if not policy.startswith(
            (
                "ELBSecurityPolicy-TLS13-1-2",
                "ELBSecurityPolicy-TLS13-1-3",
                "ELBSecurityPolicy-TLS-1-2",
                "ELBSecurityPolicy-FS-1-2",
            )
        ):
            yield f'sslPolicy is "{policy or "the default, TLS 1.0"}"; required: one of TLS 1.2 or newer'


rule = Rule(
    id="require_listener_tls",
    title="Load balancers take TLS only",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:lb/listener:Listener",
        "aws:alb/listener:Listener",
    ),
    validate=validate,
    why="What passes a plain listener can be read on the way.",
    fix="Use HTTPS or TLS with a policy of TLS 1.2 or newer; let port 80 redirect.",
    code='protocol="HTTPS", ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06"',
    controls=serving(ENCRYPTION_IN_TRANSIT),
)
