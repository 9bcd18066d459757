"""Runs in AWS Glue: reads what is new in a table of a database, and writes it to S3 as lines of JSON."""

import datetime
import itertools
import sys

import boto3
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

LINES = 5_000

options = getResolvedOptions(sys.argv, ["JOB_NAME", "JOB_RUN_ID", "connection", "table", "bucket", "prefix"])
context = GlueContext(SparkContext.getOrCreate())
job = Job(context)
job.init(options["JOB_NAME"], options)
frame = context.create_dynamic_frame.from_options(
    connection_type="jdbc",
    connection_options={
        "useConnectionProperties": "true",
        "connectionName": options["connection"],
        "dbtable": options["table"],
    },
    transformation_ctx="source",
)
day = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
lines = frame.toDF().toJSON().toLocalIterator()
store = boto3.client("s3")
for number in itertools.count():
    part = list(itertools.islice(lines, LINES))
    if not part:
        break
    store.put_object(
        Bucket=options["bucket"],
        Key=f"{options['prefix']}{day}/{options['JOB_RUN_ID']}-{number:05}.json",
        Body="\n".join(part).encode() + b"\n",
    )
job.commit()
