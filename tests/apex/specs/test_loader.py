"""A catalog is read whole: each problem of each file in one run, at its line."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from apex.errors import InputError
from apex.specs import load_catalog
from apex.specs.validation import catalog_of, validate_paths

TODAY = datetime.date(2026, 11, 21)
REPOSITORY = Path(__file__).resolve().parents[3]
OWNERSHIP = """\
apiVersion: finops.apexlogic.com/v1alpha1
kind: Ownership
metadata: {name: org}
spec:
  projects: [{name: atlas}]
  costCenters: [{name: cc-1}, {name: cc-2}]
  teams:
    - {name: vision, costCenters: [cc-1], projects: [atlas], contacts: [v@example.com]}
  namespaces:
    - {name: vision, team: vision}
"""
BUDGET = """\
apiVersion: finops.apexlogic.com/v1alpha1
kind: Budget
metadata:
  name: vision
spec:
  scope:
    team: vision
  amount: 100
"""
PIPELINE = """\
apiVersion: data.apexlogic.com/v1alpha1
kind: DataPipeline
metadata:
  name: photos
  namespace: vision
  labels: {project: atlas, cost-center: cc-1, data-modality: "image, text"}
spec:
  source: {type: s3, bucket: raw}
  transformation:
    steps: [{name: label, processor: aws-rekognition}]
  destination:
    type: s3
    bucket: curated
  monitoring:
    alerts:
      - type: latency
        threshold: 60s
      - type: cost
        threshold: 5
"""
PLATFORM = """\
apiVersion: apexlogic.io/v1alpha1
kind: Platform
metadata: {name: apex}
spec:
  topics: [{name: photos}]
  roles: [{name: engineer}]
"""
WAIVER = """\
apiVersion: governance.apexlogic.com/v1alpha1
kind: Waiver
metadata: {name: one}
spec:
  policy: some_policy
  resource: "*x*"
  reason: Because it is being replaced
  approvedBy: a@example.com
  expires: %s
  issue: https://example.com/1
"""

Write = Callable[..., Path]


def refused(root: Path, environment: str | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_catalog(root, environment, today=TODAY)
    return [str(problem).removeprefix(f"{root}/") for problem in caught.value.problems]


def test_the_catalog_of_this_repository_is_right() -> None:
    problems, count = validate_paths([REPOSITORY / "catalog"])
    assert problems == []
    assert count > 30


def test_a_declaration_knows_its_place_and_its_owner(catalog: Write) -> None:
    root = catalog(base__ownership=OWNERSHIP, base__all=f"# first\n{BUDGET}---\n{PIPELINE}")
    loaded = load_catalog(root, None, today=TODAY)
    (pipeline,) = loaded.pipelines
    assert (pipeline.shown, pipeline.line) == (str(root / "base/all.yaml"), 11)
    source, line, column = pipeline.place(("spec", "monitoring", "alerts", 1, "threshold"))
    assert (source.shown, line, column) == (pipeline.shown, 29, 9)
    owner = loaded.ownership.owner(pipeline)
    assert owner is not None
    assert owner.cost_tags("dev").aws() == {
        "cost-center": "cc-1",
        "data-modality": "image.text",
        "environment": "dev",
        "managed-by": "apex",
        "project": "atlas",
        "team": "vision",
    }
    limit = pipeline.model.daily_limit
    assert limit is not None and limit.threshold == Decimal(5)


def test_every_problem_of_every_file_is_told_in_one_run(catalog: Write) -> None:
    root = catalog(
        base__a=BUDGET.replace("100", "lots").replace("team:", "taem:"),
        base__b=PIPELINE.replace("60s", '"60"') + "---\nkind: Budgt\nmetadata: {name: x}\n",
        base__c="a: [",
        base__ownership=OWNERSHIP,
    )
    assert refused(root) == [
        'base/a.yaml:7:5: spec.scope.taem: is not a field; did you mean "team"?',
        'base/a.yaml:8:3: spec.amount: "lots" is not an amount; write a decimal number, as 1500.00',
        'base/b.yaml:17:9: spec.monitoring.alerts[0].threshold: "60" is not a duration; write "60s"',
        'base/b.yaml:21:1: kind: "Budgt" is not a kind; did you mean "Budget"?',
        "base/c.yaml:2:1: is not valid YAML: did not find expected node content",
    ]


def test_a_missing_head_is_told(catalog: Write) -> None:
    root = catalog(base__a="- 1\n---\nkind: Budget\n---\nmetadata: {name: 5}\nkind: Budget\n---\nmetadata: {name: x}\n")
    assert refused(root) == [
        "base/a.yaml:1:1: a list is not a declaration; write apiVersion, kind, …",
        "base/a.yaml:3:1: metadata: is missing; add it with a name",
        'base/a.yaml:5:12: metadata.name: 5 is not text; write "5"',
        "base/a.yaml:8:1: kind: is missing; add it",
    ]


def test_two_of_the_same_name_are_refused(catalog: Write) -> None:
    root = catalog(base__a=BUDGET, base__b=BUDGET, base__ownership=OWNERSHIP)
    assert refused(root) == [
        f'base/b.yaml:4:3: metadata.name: Budget "vision" is already declared at {root}/base/a.yaml:1; '
        "rename one of the two"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            BUDGET.replace("team: vision", "team: vison"),
            '7:5: spec.scope.team: there is no team "vison"; did you mean "vision"?',
        ),
        (
            BUDGET.replace("team: vision", "costCenter: cc-9"),
            '7:5: spec.scope.costCenter: there is no cost center "cc-9"; did you mean "cc-2"?',
        ),
        (
            PIPELINE.replace("bucket: raw", "bucket: row"),
            '8:22: spec.source.bucket: there is no storage tier "row"; did you mean "raw"?',
        ),
        (
            PIPELINE.replace("atlas", "atles"),
            '6:12: metadata.labels.project: there is no project "atles"; did you mean "atlas"?',
        ),
        (
            PIPELINE.replace("type: s3\n    bucket: curated", "type: kafka\n    topic: phots"),
            '13:5: spec.destination.topic: there is no topic "phots"; did you mean "photos"?',
        ),
        (
            PIPELINE.replace(
                "{type: s3, bucket: raw}", "{type: kafka, topic: photos, schema: {type: avro, path: s3://abc/x.avsc}}"
            ),
            '8:61: spec.source.schema.path: there is no schema "s3://abc/x.avsc"; there is none',
        ),
        (WAIVER % "2027-02-20", "9:3: spec.expires: 2027-02-20 is 91 days ahead; write 2027-02-19 or earlier"),
    ],
)
def test_a_name_that_refers_to_nothing_is_told(catalog: Write, text: str, message: str) -> None:
    root = catalog(base__ownership=OWNERSHIP, base__platform=PLATFORM, base__x=text)
    assert refused(root) == [f"base/x.yaml:{message}"]


def test_a_waiver_of_ninety_days_and_one_that_has_ended_are_taken(catalog: Write) -> None:
    root = catalog(base__a=WAIVER % "2027-02-19", base__b=WAIVER.replace("one", "two") % "2026-01-01")
    assert [waiver.name for waiver in load_catalog(root, None, today=TODAY).waivers] == ["one", "two"]


def test_a_component_in_a_namespace_of_nobody_is_refused(catalog: Write) -> None:
    text = PIPELINE.replace("namespace: vision", "namespace: nobody").replace("cost-center: cc-1", "cost-center: cc-2")
    root = catalog(base__ownership=OWNERSHIP, base__x=text)
    assert refused(root) == [
        'base/x.yaml:5:3: metadata.namespace: nobody pays for it: namespace "nobody" has no entry in the ownership '
        "file; add one, or the labels project, team and cost-center"
    ]


def test_an_overlay_patches_and_adds(catalog: Write) -> None:
    patch = "kind: Budget\nmetadata: {name: vision}\nspec: {amount: 7}\n---\n" + BUDGET.replace(
        "name: vision", "name: extra"
    )
    root = catalog(base__a=BUDGET, base__ownership=OWNERSHIP, dev__x=patch)
    loaded = load_catalog(root, "dev", today=TODAY)
    assert [(found.name, found.model.spec.amount) for found in loaded.budgets] == [
        ("extra", Decimal(100)),
        ("vision", Decimal(7)),
    ]
    assert [found.name for found in load_catalog(root, None, today=TODAY).budgets] == ["vision"]


def test_an_overlay_deletes(catalog: Write) -> None:
    root = catalog(
        base__a=BUDGET, base__ownership=OWNERSHIP, dev__x="kind: Budget\nmetadata: {name: vision}\n$patch: delete"
    )
    assert load_catalog(root, "dev", today=TODAY).budgets == ()


def test_a_problem_of_a_merged_document_is_told_where_it_was_written(catalog: Write) -> None:
    patch = (
        "kind: DataPipeline\nmetadata: {name: photos}\nspec:\n  monitoring:\n    alerts:\n"
        "      - type: cost\n        threshold: much\n"
    )
    root = catalog(base__ownership=OWNERSHIP, base__p=PIPELINE, dev__x=patch)
    assert refused(root, "dev") == [
        'dev/x.yaml:7:9: spec.monitoring.alerts[1].threshold: "much" is not an amount; '
        "write a decimal number, as 1500.00"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "kind: Budget\nmetadata: {name: visoin}\nspec: {amount: 7}",
        "kind: Budget\nmetadata: {name: visoin}\n$patch: delete",
    ],
)
def test_a_patch_of_what_is_not_there_is_refused(catalog: Write, text: str) -> None:
    root = catalog(base__a=BUDGET, base__ownership=OWNERSHIP, dev__x=text)
    assert refused(root, "dev") == [
        'dev/x.yaml:2:12: metadata.name: Budget "visoin" is not in the base, so there is nothing to patch; '
        'did you mean "vision"?'
    ]


def test_an_unknown_directive_is_refused(catalog: Write) -> None:
    root = catalog(
        base__a=BUDGET, base__ownership=OWNERSHIP, dev__x="kind: Budget\nmetadata: {name: vision}\n$patch: remove"
    )
    assert refused(root, "dev") == [
        'dev/x.yaml:3:1: $patch: "remove" is not a directive; write merge, replace or delete'
    ]


def test_an_environment_that_is_not_there_is_told(catalog: Write) -> None:
    root = catalog(base__a=BUDGET, base__ownership=OWNERSHIP)
    for name in ("stage", "../catalog/base", "."):
        assert "is not there; make the folder, or name another environment" in refused(root, name)[0]


def test_a_link_out_of_the_catalog_is_not_followed(catalog: Write, tmp_path: Path) -> None:
    root = catalog(base__ownership=OWNERSHIP)
    (tmp_path / "secret.yaml").write_text(BUDGET)
    (root / "base" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    assert refused(root) == ["base/link.yaml: is a link to a file outside the catalog; put the file itself here"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.avsc", None, "is not there; add the file, or correct its name"),
        ("x.avsc", "[1]", "is not a JSON object; write a schema"),
        ("x.avsc", '{"type": "string"}', "is no Avro record; write type, name and fields"),
    ],
)
def test_a_schema_file_is_looked_into(catalog: Write, name: str, content: str | None, message: str) -> None:
    schemas = "  schemas: [{name: x, type: avro, path: s3://abc/x.avsc, file: x.avsc}]\n"
    root = catalog(base__platform=PLATFORM + schemas)
    if content is not None:
        (root / "base" / name).write_text(content)
    assert refused(root) == [f'base/platform.yaml:7:58: spec.schemas[0].file: "{name}" {message}']


def test_a_schema_file_that_is_a_link_out_of_the_catalog_is_refused(catalog: Write) -> None:
    root = catalog(
        base__platform=PLATFORM + "  schemas: [{name: x, type: avro, path: s3://abc/x.avsc, file: x.avsc}]\n"
    )
    (root / "base" / "x.avsc").symlink_to("/etc/hostname")
    assert "leads out of the catalog" in refused(root)[0]


def test_a_file_of_a_catalog_is_checked_as_a_part_of_it(catalog: Write) -> None:
    root = catalog(
        base__a=BUDGET.replace("team: vision", "team: nobody"),
        base__b=BUDGET.replace("name: vision", "name: b"),
        base__ownership=OWNERSHIP,
        dev__x="kind: Budget\nmetadata: {name: b}\nspec: {amount: 7}",
    )
    assert validate_paths([root / "dev" / "x.yaml"]) == ([], 1)
    problems, count = validate_paths([root / "base" / "a.yaml"])
    assert (len(problems), count) == (1, 1)
    assert catalog_of(root / "base" / "a.yaml") == root


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    problems, _ = validate_paths([tmp_path / "nowhere.yaml"])
    assert [problem.message for problem in problems] == ["is not there; name a file or a folder"]


def test_numbers_and_words_are_understood_where_there_is_no_doubt(catalog: Write) -> None:
    root = catalog(
        base__a=BUDGET.replace("100", '"100.50"').replace("vision", "2026").replace("name: 2026", "name: b"),
        base__o=OWNERSHIP.replace("vision", "2026").replace("name: 2026, team", "name: n, team"),
    )
    (budget,) = load_catalog(root, None, today=TODAY).budgets
    assert budget.content["spec"] == {"scope": {"team": "2026"}, "amount": "100.50"}
