"""The tables of a pipeline in the Glue catalog, and the rules that its data are held to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.pipeline_columns import Column
from components.pipeline_options import Mode, PipelinePlan, Processor
from components.pipeline_site import Site, Statement, allow
from components.pipeline_states import RULES, reads, writes

_PARQUET = (
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
)
_JSON = (
    "org.apache.hadoop.mapred.TextInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "org.openx.data.jsonserde.JsonSerDe",
)
_PROJECTIONS = {
    "date": {
        "type": "date",
        "format": "yyyy-MM-dd",
        "range": "2024-01-01,NOW",
        "interval": "1",
        "interval.unit": "DAYS",
    },
    "hour": {"type": "integer", "range": "0,23", "digits": "2"},
}
_TIMESTAMPS = {"date": "yyyy-MM-dd", "hour": "HH"}
PROCESSED_AT = Column("processed_at", "string", True)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was made."""

    database: pulumi.Output[str]
    name: pulumi.Output[str]
    columns: tuple[Column, ...]
    made: aws.glue.CatalogTable

    def arns(self, site: Site) -> list[pulumi.Output[str]]:
        """The ARNs that reading it needs, known before it exists."""
        account = site.account
        return [
            account.arn("glue", "catalog"),
            pulumi.Output.concat(account.arn("glue", "database/"), self.database),
            pulumi.Output.concat(account.arn("glue", "table/"), self.database, "/", self.name),
        ]

    def read(self, site: Site) -> Statement:
        """What Firehose and data quality do with it."""
        actions = (
            "glue:GetDatabase",
            "glue:GetPartitions",
            "glue:GetTable",
            "glue:GetTableVersion",
            "glue:GetTableVersions",
        )
        return allow("Table", actions, *self.arns(site))


def source_columns(plan: PipelinePlan) -> tuple[Column, ...]:
    """The columns of what is brought into the raw tier."""
    return plan.columns


def result_columns(plan: PipelinePlan) -> tuple[Column, ...]:
    """The columns of the results: those of the source, and what each step adds."""
    found = {column.name: column for column in plan.columns}
    if plan.mode is Mode.RECORDS and not plan.is_delivered:
        found["uri"] = Column("uri", "string", True)
    for step in plan.steps:
        if step.processor in (Processor.COMPREHEND, Processor.REKOGNITION, Processor.TRANSCRIBE):
            column = reads(step, not plan.is_delivered)
            found.setdefault(column, Column(column, "string", True))
            found[writes(step)] = Column(writes(step), "string", True)
        elif added := step.config.get("outputColumn"):
            found[added] = Column(added, "array<float>" if added == "embedding" else "string", True)
    if plan.mode is Mode.RECORDS:
        found |= {"source": Column("source", "string", True), PROCESSED_AT.name: PROCESSED_AT}
    return tuple(found.values()) or (Column("source", "string"),)


def create_database(site: Site) -> aws.glue.CatalogDatabase:
    """The database of the pipeline's tables."""
    return aws.glue.CatalogDatabase(
        f"{site.name}-tables",
        name=site.name.replace("-", "_"),
        description=f"Tables of the pipeline {site.pipeline}",
        tags=site.marks("tables"),
        opts=site.child,
    )


def create_table(
    site: Site,
    database: aws.glue.CatalogDatabase,
    name: str,
    columns: Sequence[Column],
    bucket: pulumi.Input[str],
    prefix: str,
    parquet: bool,
) -> Table:
    """A table over a prefix; its partitions follow from the prefix's parts, so that nobody has to add them."""
    reader, writer, serde = _PARQUET if parquet else _JSON
    parts = re.findall(r"\{(\w+)\}", prefix)
    here = prefix.partition("{")[0]
    parameters: dict[str, Any] = {"EXTERNAL": "TRUE", "classification": "parquet" if parquet else "json"}
    if parts:
        parameters["projection.enabled"] = "true"
        parameters["storage.location.template"] = pulumi.Output.concat(
            "s3://", bucket, "/", re.sub(r"\{(\w+)\}", r"${\1}", prefix)
        )
    for part in parts:
        parameters |= {f"projection.{part}.{key}": value for key, value in _PROJECTIONS[part].items()}
    made = aws.glue.CatalogTable(
        f"{site.name}-{name}",
        database_name=database.name,
        name=name,
        table_type="EXTERNAL_TABLE",
        parameters=parameters,
        partition_keys=[{"name": part, "type": "string" if part == "date" else "int"} for part in parts],
        storage_descriptor={
            "location": pulumi.Output.concat("s3://", bucket, "/", here),
            "input_format": reader,
            "output_format": writer,
            "ser_de_info": {"serialization_library": serde},
            "columns": [{"name": column.name, "type": column.type} for column in columns],
        },
        opts=site.child,
    )
    return Table(database.name, made.name, tuple(columns), made)


def firehose_prefix(prefix: str) -> str:
    """A prefix as Firehose writes it, with the time of the record."""
    return re.sub(r"\{(\w+)\}", lambda part: f"!{{timestamp:{_TIMESTAMPS[part[1]]}}}", prefix)


def problem_with_quality(metric: str, columns: Sequence[Column]) -> str:
    """Why a measure cannot be taken on these columns; empty where it can."""
    if metric == "freshness" and PROCESSED_AT not in columns:
        return "freshness needs the time at which a record was processed, which only services of AWS add here"
    if metric in ("completeness", "uniqueness") and not any(column.required for column in columns):
        return f"{metric} needs a column that every record has, and the schema names none"
    return ""


def create_ruleset(site: Site, table: Table, quality: Sequence[tuple[str, float]]) -> aws.glue.DataQualityRuleset:
    """The rules that the table is held to."""
    rules = [rule for metric, least in quality for rule in _rules(metric, least, table.columns)]
    return aws.glue.DataQualityRuleset(
        f"{site.name}-quality",
        name=f"{site.name}-quality",
        description=f"What the pipeline {site.pipeline} promises",
        ruleset=f"Rules = [{', '.join(rules)}]",
        target_table={"database_name": table.database, "table_name": table.name},
        tags=site.marks("quality"),
        opts=site.after(table.made),
    )


def _rules(metric: str, least: float, columns: Sequence[Column]) -> list[str]:
    required = [column for column in columns if column.required]
    if metric == "freshness":
        return [f'{RULES[metric]} "{PROCESSED_AT.name}" <= 24 hours']
    if metric == "uniqueness":
        return [f'{RULES[metric]} "{required[0].name}" >= {least:g}']
    if metric == "completeness":
        return [f'{RULES[metric]} "{column.name}" >= {least:g}' for column in required]
    typed = [column for column in columns if column.quality_type]
    # Any text is valid text: where there is nothing else, a record is valid when what every record has is there.
    if not typed:
        return [f'ColumnLength "{column.name}" >= 1' for column in required] or ["RowCount > 0"]
    return [
        f'{RULES[metric]} "{column.name}" = "{column.quality_type}" with threshold >= {least:g}' for column in typed
    ]
