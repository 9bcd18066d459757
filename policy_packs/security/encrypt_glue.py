"""Glue jobs, crawlers and endpoints use an encrypting security configuration."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: glue jobs, crawlers and endpoints use an encrypting security configuration."""
    if resource.type.startswith("aws:glue/dataCatalog"):
        mode = resource.props.at("dataCatalogEncryptionSettings.encryptionAtRest").text("catalogEncryptionMode")
        if not mode.startswith("SSE-KMS"):
            yield f'catalogEncryptionMode is "{mode or "DISABLED"}"; required: "SSE-KMS"'
    elif not resource.props.is_set("securityConfiguration"):
        yield "securityConfiguration is not set"


rule = Rule(
    id="encrypt_glue",
    title="Glue jobs, crawlers and endpoints use an encrypting security configuration",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:glue/job:Job",
        "aws:glue/crawler:Crawler",
        "aws:glue/devEndpoint:DevEndpoint",
        "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings",
    ),
    validate=validate,
    why="Jobs write data, bookmarks and logs.",
    fix="Name a security configuration that encrypts S3, CloudWatch and bookmarks.",
    code="security_configuration=encrypted.name",
    controls=serving(ENCRYPTION_AT_REST),
)
