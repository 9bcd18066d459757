"""CloudTrail logs are encrypted and tamper-evident."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, LOGGING, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: cloudTrail logs are encrypted and tamper-evident."""
    if not resource.props.flag("enableLogFileValidation"):
        yield "enableLogFileValidation is off"
    if not resource.props.is_set("kmsKeyId"):
        yield "kmsKeyId is not set"


rule = Rule(
    id="protect_trails",
    title="CloudTrail logs are encrypted and tamper-evident",
    pack="security",
    severity=Severity.HIGH,
    types=("aws:cloudtrail/trail:Trail",),
    validate=validate,
    why="An intruder's first act is to change the record of the intrusion.",
    fix="Turn log file validation on and set a key.",
    code="enable_log_file_validation=True, kms_key_id=key.arn",
    controls=serving(LOGGING, ENCRYPTION_AT_REST, cis_aws="3.2 3.5"),
)
