"""No ACL opens a bucket to everybody."""

from collections.abc import Iterator

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: no ACL opens a bucket to everybody."""
    acl = resource.props.text("acl")
    if acl.startswith("public-") or acl == "authenticated-read":
        yield f'acl is "{acl}", which opens it to everybody'
    for grant in resource.props.map("accessControlPolicy").items("grants") + resource.props.items("grants"):
        uri = grant.map("grantee").text("uri") or grant.text("uri")
        if uri.endswith(("/AllUsers", "/AuthenticatedUsers")):
            yield f"a grant names {uri.rsplit('/', 1)[1]}, which is everybody"


rule = Rule(
    id="forbid_public_acls",
    title="No ACL opens a bucket to everybody",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketAcl:BucketAcl",
        "aws:s3/bucketAclV2:BucketAclV2",
        "aws:s3/bucketObjectv2:BucketObjectv2",
    ),
    validate=validate,
    why="A public ACL gives the data to anybody who guesses the name.",
    fix="Remove the ACL; share objects through a policy or a signed URL.",
    code=('s3.BucketOwnershipControls("raw-owner", bucket=raw.id, rule={"object_ownership": "BucketOwnerEnforced"})'),
    controls=serving(NO_PUBLIC_ACCESS, cis_aws="2.1.4"),
)
