"""A data pipeline: what brings its source in, runs its steps, keeps its results, and watches it."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components import pipeline_machine as machines
from components import pipeline_states as states
from components.cost_budget import BudgetPeriod, CostBudget
from components.keys import Account, create_key, log_group_use, service_use
from components.nested_arguments import NestedArguments, recorded
from components.pipeline_alarms import create_alerts, watch_failures, watch_latency, watch_quality
from components.pipeline_decoder import create_decoder, problem_with_schema_size
from components.pipeline_delivery import (
    create_stream,
    deliver_results,
    deliver_source,
    delivers_by_job,
    kafka_statements,
    read_database,
)
from components.pipeline_jobs import create_jobs, create_queue, queue_arn, queue_trigger, topic_trigger
from components.pipeline_options import (
    DestinationKind,
    Mode,
    PipelineCluster,
    PipelineDestination,
    PipelineKafka,
    PipelinePlace,
    PipelinePlan,
    PipelineSource,
    PipelineStep,
    Processor,
    QualityAlert,
    SourceKind,
    Step,
    read_plan,
)
from components.pipeline_permissions import (
    destination_statements,
    native_statements,
    open_index,
    runner_statements,
    source_statements,
)
from components.pipeline_quality import evaluate_daily
from components.pipeline_runtime import create_flink, create_group, create_spark
from components.pipeline_site import Site, Statement, allow
from components.pipeline_table import (
    Table,
    create_database,
    create_table,
    problem_with_quality,
    result_columns,
    source_columns,
)

_LOOK_AFTER_MINUTES = 15
_MINUTES_A_MONTH = 730 * 60
_NATIVE = (Processor.COMPREHEND, Processor.REKOGNITION, Processor.TRANSCRIBE)


class PipelineStorage(TypedDict):
    """Where sources are brought to, and where what is between two steps lies."""

    bucket: pulumi.Input[str]
    """The bucket of the raw tier, which tells EventBridge of new objects."""
    kms_key_arn: pulumi.Input[str]
    """The key that the tiers are encrypted with."""


class DataPipelineArgs(TypedDict):
    """What a data pipeline is made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    source: PipelineSource
    """Where the data comes from."""
    steps: list[PipelineStep]
    """What is done, first to last."""
    destination: PipelineDestination
    """Where it goes."""
    storage: PipelineStorage
    """The raw tier."""
    pipeline: NotRequired[str]
    """What declarations call it, by which the bill finds its usage. Default: the component's name."""
    kafka: NotRequired[PipelineKafka]
    """The cluster of the topics. Required for them. Default: none."""
    network: NotRequired[PipelinePlace]
    """Where Spark and Flink run. Required for them. Default: none."""
    kubernetes: NotRequired[PipelineCluster]
    """Where containers run. Required for them; the component then needs a Kubernetes provider. Default: none."""
    every_minutes: NotRequired[int]
    """How often what runs by the clock is started. Default: three times in the latency, at least every hour."""
    personal: NotRequired[dict[str, str]]
    """Columns of records with personal data, and what is done about them: drop, hash or mask. Default: none."""
    latency_seconds: NotRequired[int]
    """The longest time from source to destination before somebody is told. Default: nobody is."""
    quality: NotRequired[list[QualityAlert]]
    """The measures that are taken every day, and what they may not fall below. Default: none."""
    daily_limit: NotRequired[str]
    """What a day may cost, in USD. Default: no budget of its own."""
    emails: NotRequired[list[str]]
    """Who is told. Required with an alert. Default: nobody."""
    log_retention_days: NotRequired[int]
    """How long CloudWatch keeps its log. Default: 30."""


class DataPipeline(pulumi.ComponentResource):
    """A source that is brought into the raw tier, steps that a state machine runs, results in a table, and alarms.

    Each step has a role of its own for exactly what it reads and writes. Containers run as jobs that KEDA starts: by a
    topic's lag where all steps of a Kafka source are containers, which then hand records on through topics of their
    own (`stream_topics`), and else by a queue that the state machine fills and waits for::

        DataPipeline("captions", {"tags": tags, "storage": {"bucket": raw, "kms_key_arn": key},
            "source": {"kind": "s3", "bucket": raw, "prefix": "photos/"},
            "steps": [{"name": "labels", "processor": "aws-rekognition"}],
            "destination": {"kind": "s3", "bucket": curated, "prefix": "captions/{date}/", "parquet": True}})
    """

    state_machine_arn: pulumi.Output[str]
    """What runs the steps, empty where jobs start by themselves."""
    source_stream_name: pulumi.Output[str]
    """The data stream to write to, empty where the source is another."""
    database_name: pulumi.Output[str]
    """The database of its tables."""
    table_name: pulumi.Output[str]
    """The table of its results, empty where they are elsewhere."""
    alerts_topic_arn: pulumi.Output[str]
    """The topic that alarms tell, empty where there are none."""

    def __init__(self, name: str, args: DataPipelineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _read(name, args)
        super().__init__("apex:index:DataPipeline", name, recorded(args), opts)
        self._plan, self._args = plan, args
        self._site = site = self._make_site()
        self._raw, self._raw_key = args["storage"]["bucket"], args["storage"]["kms_key_arn"]
        self._cidr = args["network"]["cidr"] if "network" in args else ""
        self._machine: aws.sfn.StateMachine | None = None
        self._applications: dict[str, pulumi.Output[str]] = {}
        self._late: list[dict[str, Any]] = []
        database = create_database(site)
        self._source, self._results = self._make_tables(database)
        stream = create_stream(site) if plan.source is SourceKind.KINESIS else None
        self._bring_source(stream)
        if plan.has_machine:
            self._machine = self._make_machine()
            self._start(self._machine)
        else:
            self._make_stream_jobs()
        self.alerts_topic_arn = self._watch()
        self._limit()
        empty = pulumi.Output.from_input("")
        self.state_machine_arn = self._machine.arn if self._machine is not None else empty
        self.source_stream_name = stream.name if stream is not None else empty
        self.database_name = database.name
        self.table_name = self._results.name if self._results is not None else empty
        self.register_outputs(
            {
                "stateMachineArn": self.state_machine_arn,
                "sourceStreamName": self.source_stream_name,
                "databaseName": self.database_name,
                "tableName": self.table_name,
                "alertsTopicArn": self.alerts_topic_arn,
            }
        )

    def _make_site(self) -> Site:
        plan, child = self._plan, pulumi.ResourceOptions(parent=self)
        account = Account.of(self)
        group = f"/aws/vendedlogs/apex/{plan.tags.environment}/{plan.name}"
        mine = {"StringEquals": {"aws:SourceAccount": account.id}}
        uses: list[Any] = [service_use("cloudwatch.amazonaws.com", ("kms:Decrypt", "kms:GenerateDataKey"), mine)]
        if delivers_by_job(plan):
            where = pulumi.Output.all(account.id, account.region, account.partition)
            uses.append(where.apply(lambda known: log_group_use(known[0], known[1], known[2], "/aws-glue/*")))
        key = create_key(
            f"{plan.name}-key",
            f"The pipeline {plan.pipeline}",
            plan.tags,
            account,
            child,
            log_group=group,
            services=uses,
        )
        logs = aws.cloudwatch.LogGroup(
            f"{plan.name}-logs",
            name=group,
            retention_in_days=plan.log_days,
            kms_key_id=key.arn,
            tags=plan.tags.aws(Name=f"{plan.name}-logs", pipeline=plan.pipeline),
            opts=child,
        )
        return Site(plan.name, plan.pipeline, plan.tags, account, child, key, logs)

    def _make_tables(self, database: aws.glue.CatalogDatabase) -> tuple[Table | None, Table | None]:
        plan, site = self._plan, self._site
        source = results = None
        if plan.is_delivered and source_columns(plan):
            prefix = plan.raw_prefix + "{date}/"
            source = create_table(site, database, "records", source_columns(plan), self._raw, prefix, plan.parquet)
        if plan.prefix or plan.mode is Mode.RECORDS:
            bucket = self._args["destination"].get("bucket", self._raw)
            columns = result_columns(plan)
            results = create_table(site, database, "results", columns, bucket, plan.results_prefix, plan.parquet)
        return source, results

    def _bring_source(self, stream: aws.kinesis.Stream | None) -> None:
        plan, site = self._plan, self._site
        if delivers_by_job(plan):
            job = read_database(site, plan, self._raw, self._raw_key)
            machines.run_job_by_clock(site, "clock", job, f"{plan.every_minutes} minutes")
        elif plan.is_delivered:
            decoder = create_decoder(site, plan) if plan.is_decoded else None
            kafka = self._args.get("kafka")
            delivery = deliver_source(site, plan, self._raw, self._raw_key, kafka, stream, self._source, decoder)
            if plan.mode is not Mode.FLINK and plan.mode is not Mode.STREAM:
                self._late.append(
                    {
                        "namespace": "AWS/Firehose",
                        "metric_name": "DeliveryToS3.DataFreshness",
                        "dimensions": {"DeliveryStreamName": delivery.name},
                        "per_second": 1,
                    }
                )

    def _make_machine(self) -> aws.sfn.StateMachine:
        plan, site = self._plan, self._site
        role = site.bare_role("steps", "states.amazonaws.com")
        fragments, grants, taken = self._fragments(role)
        grants += machines.logging_statements(site)
        if taken:
            grants.append(allow("Steps", ("sts:AssumeRole",), *taken))
        if plan.mode is Mode.RECORDS:
            grants += machines.map_statements(site, f"{site.name}-steps")
            places = [self._site.bucket_arn(self._raw, f"/{prefix}*") for prefix in (plan.raw_prefix, plan.work_prefix)]
            grants += [site.objects("Items", ("s3:GetObject",), *places), site.bucket_key(self._raw)]
            if plan.is_delivered:
                fragments = [states.each_record("each record", fragments, plan.parquet)]
            else:
                fragments = [states.take_object("take", "bucket", "key"), *fragments]
        arn = machines.machine_arn(site, f"{site.name}-steps")
        grants.append(site.keyed("Key", "states", "aws:states:stateMachineArn", arn))
        granted = site.grant("steps", role, grants)
        definition = states.workflow(fragments, f"The steps of the pipeline {plan.pipeline}")
        called = sorted({*(step.processor.value for step in plan.steps), *self._redactors()})
        machine = machines.create_machine(site, "steps", role, granted, definition, called, _runs_of(plan))
        if plan.mode is not Mode.FLINK:
            self._late.append(
                {
                    "namespace": "AWS/States",
                    "metric_name": "ExecutionTime",
                    "dimensions": {"StateMachineArn": machine.arn},
                    "per_second": 1000,
                }
            )
        return machine

    def _redactors(self) -> list[str]:
        """Services whose redaction is billed besides: it is told in the machine's tags."""
        return [f"{step.processor.value}-redaction" for step in self._plan.steps if step.redacts]

    def _fragments(
        self, machine: aws.iam.Role
    ) -> tuple[list[states.Fragment], list[Statement], list[pulumi.Output[str]]]:
        """The states of all steps, what the machine itself may do for them, and the roles it takes."""
        plan, site = self._plan, self._site
        fragments: list[states.Fragment] = []
        grants: list[Statement] = []
        taken: list[pulumi.Output[str]] = []
        for index, step in enumerate(plan.steps):
            last = index == len(plan.steps) - 1
            if step.processor in _NATIVE:
                role, _ = site.role_for(
                    step.name, machine, [*native_statements(site, plan, step, self._raw), *self._given()]
                )
                taken.append(site.role_arn(role))
                scene = states.Scene(
                    site.role_arn(role), self._raw, plan.work_prefix, self._raw_key, f"{site.name}-{step.name}"
                )
                fragments.append(states.native(step, scene, states.reads(step, not plan.is_delivered)))
            elif step.processor is Processor.CONTAINER:
                fragments.append(self._queued(step, last, grants))
            elif step.processor is Processor.SPARK:
                fragments.append(self._spark(step, last, grants))
            else:
                fragments.append(self._flink(step, machine, taken))
        if plan.mode is Mode.RECORDS and self._results is not None:
            bucket = self._args["destination"].get("bucket", self._raw)
            delivery = deliver_results(site, plan, bucket, self._raw_key, self._results)
            arn = pulumi.Output.concat(site.account.arn("firehose", "deliverystream/"), delivery.name)
            role, _ = site.role_for("keep", machine, [allow("Keep", ("firehose:PutRecord",), arn)])
            taken.append(site.role_arn(role))
            personal = self._args.get("personal", {})
            fragments.append(states.deliver("keep the result", delivery.name, site.role_arn(role), personal))
        return fragments, grants, taken

    def _output(self, step: Step, last: bool) -> Any:
        """Where a step that works on objects writes to."""
        plan = self._plan
        if last and plan.prefix:
            date = plan.prefix.replace("{date}", "' & $substring($states.context.Execution.StartTime, 0, 10) & '")
            path = date.replace("{hour}", "' & $substring($states.context.Execution.StartTime, 11, 2) & '")
            bucket: pulumi.Input[str] = self._args["destination"]["bucket"]
        else:
            path = f"{plan.work_prefix}{step.name}/' & $states.context.Execution.Name & '/"
            bucket = self._raw
        return pulumi.Output.concat("{% 's3://", bucket, f"/{path}' %}}")

    def _queued(self, step: Step, last: bool, grants: list[Statement]) -> states.Fragment:
        plan, site = self._plan, self._site
        queue = create_queue(site, step)
        arn = queue_arn(site, queue)
        keyed = site.keyed("QueueKey", "sqs", "aws:sqs:arn", arn)
        grants += [allow("Queue", ("sqs:SendMessage",), arn), keyed]
        own = [
            allow("Queue", ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
                            "sqs:ReceiveMessage"), arn),
            keyed,
            # A token says which run it belongs to; IAM knows only the state machine.
            allow("Done", ("states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess"),
                  machines.machine_arn(site, f"{site.name}-steps")),
            *runner_statements(site, plan, step, self._raw),
            *self._given(),
            *(self._destination(step) if last else []),
        ]  # fmt: skip
        trigger = queue_trigger(queue.url, site.account.region)
        role = self._jobs(step, trigger, {"QUEUE_URL": queue.url, **(self._facts() if last else {})}, own)
        self._open_index(role, last)
        return states.container(step, queue.url, self._output(step, last), plan.mode is Mode.RECORDS)

    def _spark(self, step: Step, last: bool, grants: list[Statement]) -> states.Fragment:
        plan, site, place = self._plan, self._site, self._args["network"]
        if "spark" not in self._applications:
            self._applications["spark"] = create_spark(site, place, create_group(site, place)).id
            tagged = {"StringEquals": {"aws:ResourceTag/pipeline": plan.pipeline}}
            job = ("emr-serverless:CancelJobRun", "emr-serverless:GetJobRun", "emr-serverless:StartJobRun")
            rule = site.account.arn("events", "rule/StepFunctionsGetEventsForEMRServerlessJobRule")
            grants += [
                allow("Spark", job, site.account.arn("emr-serverless", "/applications/*"), **tagged),
                allow("Events", ("events:DescribeRule", "events:PutRule", "events:PutTargets"), rule),
            ]
        bucket, _, key = step.setting("entryPoint", "").removeprefix("s3://").partition("/")
        logs = pulumi.Output.concat(site.account.arn("logs", "log-group:"), site.logs.name)
        role, _ = site.role(
            step.name,
            "emr-serverless.amazonaws.com",
            [
                site.objects("Program", ("s3:GetObject",), site.bucket_arn(bucket, f"/{key}")),
                *runner_statements(site, plan, step, self._raw),
            *self._given(),
                *(self._destination(step) if last else []),
                allow("Logs", ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
                      pulumi.Output.concat(logs, ":*")),
                allow("LogGroups", ("logs:DescribeLogGroups",), site.account.arn("logs", "log-group:*")),
            ],
        )  # fmt: skip
        self._open_index(role, last)
        arn = site.role_arn(role)
        to = {"StringEquals": {"iam:PassedToService": "emr-serverless.amazonaws.com"}}
        grants.append(allow("Pass", ("iam:PassRole",), arn, **to))
        logging = {
            "CloudWatchLoggingConfiguration": {
                "Enabled": True,
                "LogGroupName": site.logs.name,
                "LogStreamNamePrefix": step.name,
                "EncryptionKeyArn": site.key.arn,
            }
        }
        return states.spark(step, self._applications["spark"], arn, self._output(step, last), logging)

    def _flink(self, step: Step, machine: aws.iam.Role, taken: list[pulumi.Output[str]]) -> states.Fragment:
        plan, site, place = self._plan, self._site, self._args["network"]
        facts = {key.lower(): value for key, value in self._facts().items()}
        application, arn = create_flink(
            site, plan, step, place, create_group(site, place), self._args["kafka"], self._destination(step), facts
        )
        actions = ("kinesisanalytics:DescribeApplication", "kinesisanalytics:StartApplication")
        role, _ = site.role_for("start", machine, [allow("Start", actions, arn)])
        taken.append(site.role_arn(role))
        self._watch_group(f"{site.name}-{step.name}", plan.topic)
        return states.flink(step, application.name, site.role_arn(role))

    def _make_stream_jobs(self) -> None:
        """Jobs that start by the lag of their topic; each step but the last hands on through a topic of its own."""
        plan, site, kafka = self._plan, self._site, self._args["kafka"]
        between = stream_topics(plan.pipeline, [step.name for step in plan.steps])
        for index, step in enumerate(plan.steps):
            last = index == len(plan.steps) - 1
            given = between[index - 1] if index else plan.topic
            group = f"{site.name}-{step.name}"
            made = [] if last else [between[index]]
            statements = [
                *kafka_statements(site, kafka, consume=[given], produce=made, group=group),
                *runner_statements(site, plan, step, self._raw),
                *self._given(),
                *(self._destination(step) if last else []),
            ]
            env: dict[str, pulumi.Input[str]] = {
                "BOOTSTRAP_SERVERS": kafka["bootstrap_brokers"],
                "CONSUMER_GROUP": group,
                "SOURCE_TOPIC": given,
                **(self._facts() if last else {"DESTINATION_TOPIC": between[index]}),
            }
            trigger = topic_trigger(kafka["bootstrap_brokers"], given, group, site.account.region)
            self._open_index(self._jobs(step, trigger, env, statements), last)
            self._watch_group(group, given)

    def _watch_group(self, group: str, topic: str) -> None:
        dimensions = {
            "Cluster Name": self._args["kafka"]["cluster_name"],
            "Consumer Group": group,
            "Topic": topic,
        }
        self._late.append(
            {
                "namespace": "AWS/Kafka",
                "metric_name": "EstimatedMaxTimeLag",
                "dimensions": dimensions,
                "per_second": 1,
            }
        )

    def _jobs(
        self,
        step: Step,
        trigger: Mapping[str, Any],
        env: Mapping[str, pulumi.Input[str]],
        statements: list[Statement],
    ) -> aws.iam.Role:
        ports = (9098,) if "kafka" in self._args else ()
        given = {"PIPELINE": self._plan.pipeline, "AWS_REGION": self._site.account.region, **env}
        return create_jobs(self._site, step, self._args["kubernetes"], trigger, given, statements, ports, self._cidr)

    def _open_index(self, role: aws.iam.Role, last: bool) -> None:
        if last and self._plan.destination is DestinationKind.VECTORS:
            open_index(self._site, self._plan, self._args["destination"]["collection"], role)

    def _given(self) -> list[Statement]:
        """Reading the source where it is objects that somebody else wrote."""
        if self._plan.source is not SourceKind.S3:
            return []
        return source_statements(self._site, self._plan, self._args["source"]["bucket"])

    def _destination(self, step: Step) -> list[Statement]:
        return destination_statements(self._site, self._plan, step, self._args["destination"], self._args.get("kafka"))

    def _facts(self) -> dict[str, pulumi.Input[str]]:
        """What a step that writes the results itself has to know."""
        target, plan = self._args["destination"], self._plan
        if plan.destination is DestinationKind.KAFKA:
            return {
                "BOOTSTRAP_SERVERS": self._args["kafka"]["bootstrap_brokers"],
                "DESTINATION_TOPIC": plan.target_topic,
            }
        if plan.destination is DestinationKind.VECTORS:
            return {"DESTINATION_INDEX": plan.index, "VECTOR_ENDPOINT": target["endpoint"]}
        return {
            "DESTINATION_BUCKET": target["bucket"],
            "DESTINATION_PREFIX": plan.prefix,
            "DESTINATION_FORMAT": "parquet" if plan.parquet else "json",
        }

    def _start(self, machine: aws.sfn.StateMachine) -> None:
        plan, site = self._plan, self._site
        if plan.mode is Mode.FLINK:
            machines.start_by_clock(site, "clock", machine, f"{_LOOK_AFTER_MINUTES} minutes", {})
        elif plan.mode is Mode.BATCH:
            here = self._raw if plan.is_delivered else self._args["source"]["bucket"]
            prefix = plan.raw_prefix if plan.is_delivered else plan.source_prefix
            given = {"input": pulumi.Output.concat("s3://", here, "/", prefix)}
            machines.start_by_clock(site, "clock", machine, f"{plan.every_minutes} minutes", given)
        else:
            bucket = self._raw if plan.is_delivered else self._args["source"]["bucket"]
            prefix = plan.raw_prefix if plan.is_delivered else plan.source_prefix
            of_records = '{"bucket": <bucket>, "key": <key>}'
            template = of_records if plan.mode is Mode.RECORDS else '{"input": "s3://<bucket>/<key>"}'
            machines.start_on_objects(site, machine, bucket, prefix, template)

    def _watch(self) -> pulumi.Output[str]:
        plan, site = self._plan, self._site
        if not plan.emails:
            return pulumi.Output.from_input("")
        topic = create_alerts(site, plan)
        if plan.latency_seconds and self._late:
            watch_latency(site, topic, plan, self._late)
        if self._machine is not None:
            watch_failures(site, topic, "steps", self._machine)
        table = self._results or self._source
        if plan.quality and table is not None:
            bucket = self._args["destination"].get("bucket", self._raw) if self._results is not None else self._raw
            here = (plan.results_prefix if self._results is not None else plan.raw_prefix).partition("{")[0]
            watch_failures(site, topic, "quality", evaluate_daily(site, plan, table, bucket, here))
            for metric, least in plan.quality:
                watch_quality(site, topic, metric, least)
        return topic.arn

    def _limit(self) -> None:
        plan = self._plan
        if plan.daily_limit:
            tags = plan.tags.aws()
            scope = {key: tags[key] for key in ("cost-center", "data-modality", "environment", "project", "team")}
            CostBudget(
                f"{plan.name}-daily",
                {
                    "tags": self._args["tags"],
                    "amount": plan.daily_limit,
                    "period": BudgetPeriod.DAILY,
                    "scope": scope,
                    "emails": list(plan.emails),
                    "watch_anomalies": False,
                },
                self._site.child,
            )


def _runs_of(plan: PipelinePlan) -> str:
    """How often the steps are run in a month, as the bill counts it: by the clock, or once for each that arrives."""
    minutes = {Mode.FLINK: _LOOK_AFTER_MINUTES, Mode.BATCH: plan.every_minutes}.get(plan.mode)
    if minutes is None:
        return "record" if plan.mode is Mode.RECORDS else "object"
    return str(_MINUTES_A_MONTH // minutes)


def stream_topics(pipeline: str, steps: list[str]) -> list[str]:
    """The topics by which the containers of a Kafka source hand records on: one a step, but for the last."""
    return [f"{pipeline}.{step}" for step in steps[:-1]]


def _read(name: str, args: DataPipelineArgs) -> PipelinePlan:
    check = NestedArguments(name, args)
    check.allow_only(DataPipelineArgs.__annotations__)
    plan = read_plan(name, check, args)
    if plan.is_decoded and (problem := problem_with_schema_size(plan)):
        check.refuse("source.schema_definition", problem)
    for column, handling in sorted((args.get("personal") or {}).items()):
        if handling not in ("drop", "hash", "mask"):
            check.refuse(f"personal.{column}", f'"{handling}" is not done here; use drop, hash or mask')
    has_results = bool(plan.prefix) or plan.mode is Mode.RECORDS
    columns = result_columns(plan) if has_results else source_columns(plan)
    for metric, _ in plan.quality:
        if problem := problem_with_quality(metric, columns):
            check.refuse("quality", problem)
        elif not columns:
            check.refuse("quality", f"{metric} cannot be measured: neither source nor results are in a table")
    check.refuse_if_wrong()
    return plan
