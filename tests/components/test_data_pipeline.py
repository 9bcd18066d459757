"""DataPipeline: what each kind of pipeline becomes, least privilege by exact ARNs, and what is refused."""

import json

import pytest

from apex.plan import UNKNOWN
from components.data_pipeline import DataPipeline, stream_topics
from components.pipeline_options import METRICS

AVRO = json.dumps(
    {
        "type": "record",
        "name": "Call",
        "fields": [
            {"name": "call_id", "type": "string"},
            {"name": "caller_number", "type": "string"},
            {"name": "audio_uri", "type": "string"},
            {"name": "language", "type": ["null", "string"], "default": None},
        ],
    }
)
JSON_SCHEMA = json.dumps({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}})
RAW, CURATED = "dev-raw-0123abc", "dev-curated-0123abc"
TRANSCRIBE = {"name": "transcribe", "processor": "aws-transcribe", "config": {"piiRedaction": "enabled"}}
CONTAINER = {"name": "embed", "processor": "container", "image": "registry.example.com/embed@sha256:" + "0" * 64}


@pytest.fixture
def args(cost_tags):
    """Arguments of a pipeline on Kafka that transcribes; `change` replaces some."""

    def make(**change):
        return {
            "tags": cost_tags,
            "source": {"kind": "kafka", "topic": "calls", "schema_format": "AVRO", "schema_definition": AVRO},
            "steps": [TRANSCRIBE],
            "destination": {"kind": "s3", "bucket": CURATED, "prefix": "speech/{date}/", "parquet": True},
            "storage": {"bucket": RAW, "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/tiers"},
            "kafka": {"cluster_arn": "arn:kafka", "cluster_name": "events", "bootstrap_brokers": "b-1:9098"},
            "network": {"vpc_id": "vpc-1", "cidr": "10.0.0.0/16", "subnet_ids": ["subnet-1", "subnet-2"]},
            "kubernetes": {"cluster_name": "main", "namespace": "speech"},
            "latency_seconds": 300,
            "quality": [{"metric": "completeness", "least": 0.98}],
            "daily_limit": "12",
            "emails": ["speech@example.com"],
            **change,
        }

    return make


def made(provision, args, *, preview=False):
    return provision(lambda: DataPipeline("dev-calls", args), preview=preview)


def machine(recording, name):
    [found] = [each for each in recording.of("aws:sfn/stateMachine:StateMachine") if each.name == name]
    return found.inputs, json.loads(found.inputs["definition"])


def statements(recording, name):
    [found] = [each for each in recording.of("aws:iam/rolePolicy:RolePolicy") if each.name == name]
    return json.loads(found.inputs["policy"])["Statement"]


def test_records_of_a_topic_are_decoded_transcribed_and_kept_as_parquet(provision, args):
    recording = made(provision, args())
    count = recording.count()
    assert count["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"] == 2
    assert count["aws:lambda/function:Function"] == 1
    assert count["aws:glue/catalogTable:CatalogTable"] == 2
    assert count["aws:sfn/stateMachine:StateMachine"] == 2
    [delivery] = [r for r in recording.of("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream")
                  if r.name == "dev-calls-delivery"]  # fmt: skip
    assert delivery.inputs["mskSourceConfiguration"]["topicName"] == "calls"
    assert delivery.inputs["mskSourceConfiguration"]["authenticationConfiguration"]["connectivity"] == "PRIVATE"
    assert delivery.inputs["extendedS3Configuration"]["prefix"] == "sources/dev-calls/!{timestamp:yyyy-MM-dd}/"
    assert delivery.inputs["extendedS3Configuration"]["dataFormatConversionConfiguration"]["enabled"]
    inputs, states = machine(recording, "dev-calls-steps")
    each = states["States"]["each record"]
    assert each["ItemReader"]["ReaderConfig"]["InputType"] == "PARQUET"
    inner = each["ItemProcessor"]["States"]
    assert inner["transcribe"]["Arguments"]["ContentRedaction"] == {
        "RedactionType": "PII",
        "RedactionOutput": "redacted",
    }
    assert inner["transcribe: read"]["Next"] == "keep the result"
    assert inner["keep the result"]["End"]
    assert inputs["tracingConfiguration"]["enabled"]
    assert inputs["loggingConfiguration"]["level"] == "ERROR"
    assert inputs["tags"]["processors"] == "aws-transcribe.aws-transcribe-redaction"
    assert inputs["tags"]["runs"] == "record"


def test_every_state_is_reached_and_ends_somewhere(provision, args):
    comprehend = {"name": "feel", "processor": "aws-comprehend", "config": {"piiRedaction": "enabled"}}
    recording = made(provision, args(steps=[TRANSCRIBE, comprehend]))

    def check(flow):
        names, following = set(flow["States"]), {flow["StartAt"]}
        for state in flow["States"].values():
            if state["Type"] == "Map":
                check(state["ItemProcessor"])
            following |= {state[key] for key in ("Next", "Default") if key in state}
            following |= {choice["Next"] for choice in state.get("Choices", [])}
            assert {"Next", "End", "Choices"} & state.keys() or state["Type"] == "Fail"
        assert following == names

    for name in ("dev-calls-steps", "dev-calls-quality"):
        check(machine(recording, name)[1])


def test_each_step_has_a_role_that_the_machine_alone_takes(provision, args):
    recording = made(provision, args())
    arn = "arn:aws:iam::123456789012:role/"
    [step] = [r for r in recording.of("aws:iam/role:Role") if r.name == "dev-calls-transcribe"]
    [trust] = json.loads(step.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"AWS": f"{arn}dev-calls-steps-0123abc"}
    by_sid = {each["Sid"]: each for each in statements(recording, "dev-calls-transcribe")}
    assert by_sid["Jobs"]["Resource"] == [
        "arn:aws:transcribe:us-east-1:123456789012:transcription-job/dev-calls-transcribe-*"
    ]
    assert by_sid["Texts"]["Resource"] == [f"arn:aws:s3:::{RAW}/work/dev-calls/*"]
    assert by_sid["Media"]["Resource"] == [f"arn:aws:s3:::{RAW}/media/dev-calls/*"]
    taken = {each["Sid"]: each for each in statements(recording, "dev-calls-steps")}["Steps"]["Resource"]
    assert taken == [f"{arn}dev-calls-transcribe-0123abc", f"{arn}dev-calls-keep-0123abc"]


def test_policies_are_known_before_anything_exists(provision, args):
    recording = made(provision, args(), preview=True)
    unknown = [r.name for r in recording.of("aws:iam/rolePolicy:RolePolicy") if r.inputs["policy"] is UNKNOWN]
    assert unknown == []


def test_personal_columns_are_dropped_and_hashed_before_they_are_kept(provision, args):
    recording = made(provision, args(personal={"caller_number": "hash", "language": "drop"}))
    inner = machine(recording, "dev-calls-steps")[1]["States"]["each record"]["ItemProcessor"]["States"]
    data = inner["keep the result"]["Arguments"]["Record"]["Data"]
    assert "{'caller_number': $hash($string($states.input.record.`caller_number`), 'SHA-256')}" in data
    assert "$k != 'language'" in data


def test_containers_of_a_topic_run_by_its_lag_and_hand_on_through_topics(provision, args):
    source = {"kind": "kafka", "topic": "calls", "schema_format": "JSON", "schema_definition": JSON_SCHEMA}
    first = {**CONTAINER, "name": "clean"}
    recording = made(
        provision, args(source=source, steps=[first, CONTAINER], destination={"kind": "kafka", "topic": "done"})
    )
    assert stream_topics("dev-calls", ["clean", "embed"]) == ["dev-calls.clean"]
    assert "aws:sqs/queue:Queue" not in recording.count()
    jobs = {r.name: r.inputs["spec"] for r in recording.of("kubernetes:keda.sh/v1alpha1:ScaledJob")}
    assert [jobs[f"dev-calls-{step}-jobs"]["triggers"][0]["metadata"]["topic"] for step in ("clean", "embed")] == [
        "calls",
        "dev-calls.clean",
    ]
    pod = jobs["dev-calls-embed-jobs"]["jobTargetRef"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    written = {each["Sid"]: each for each in statements(recording, "dev-calls-embed")}
    assert written["Produce"]["Resource"] == ["arn:aws:kafka:us-east-1:123456789012:topic/events/*/done"]
    assert written["Consume"]["Resource"] == ["arn:aws:kafka:us-east-1:123456789012:topic/events/*/dev-calls.clean"]


def test_containers_of_other_sources_wait_for_the_state_machine(provision, args):
    source = {"kind": "s3", "bucket": RAW, "prefix": "photos/"}
    recording = made(provision, args(source=source, steps=[CONTAINER], quality=[]))
    [job] = recording.of("kubernetes:keda.sh/v1alpha1:ScaledJob")
    assert job.inputs["spec"]["triggers"][0]["type"] == "aws-sqs-queue"
    queues = recording.of("aws:sqs/queue:Queue")
    assert all(queue.inputs["kmsMasterKeyId"] for queue in queues)
    assert len(queues) == 2
    pattern = json.loads(recording.one("aws:cloudwatch/eventRule:EventRule").inputs["eventPattern"])
    assert pattern["detail"] == {"bucket": {"name": [RAW]}, "object": {"key": [{"prefix": "photos/"}]}}


def test_spark_runs_by_the_clock_as_often_as_its_latency_asks(provision, args):
    spark = {"name": "clean", "processor": "apache-spark", "config": {"entryPoint": "s3://programs/clean.py"}}
    recording = made(provision, args(steps=[spark], latency_seconds=1800))
    [clock] = [r for r in recording.of("aws:scheduler/schedule:Schedule") if r.name == "dev-calls-clock"]
    assert clock.inputs["scheduleExpression"] == "rate(10 minutes)"
    application = recording.one("aws:emrserverless/application:Application")
    assert application.inputs["maximumCapacity"] == {"cpu": "16 vCPU", "memory": "64 GB"}
    passed = {each["Sid"]: each for each in statements(recording, "dev-calls-steps")}["Pass"]
    assert passed["Resource"] == ["arn:aws:iam::123456789012:role/dev-calls-clean-0123abc"]


def test_flink_reads_the_topic_and_is_seen_to(provision, args):
    flink = {"name": "spectra", "processor": "apache-flink", "config": {"artifact": "s3://programs/x.jar"}}
    recording = made(provision, args(steps=[flink]))
    states = machine(recording, "dev-calls-steps")[1]["States"]
    assert states["spectra: judge"]["Choices"][0]["Next"] == "spectra: start"
    config = recording.one("aws:kinesisanalyticsv2/application:Application").inputs["applicationConfiguration"]
    assert config["flinkApplicationConfiguration"]["parallelismConfiguration"]["autoScalingEnabled"] is False


def test_a_table_of_a_database_is_read_by_a_job(provision, args):
    comprehend = {"name": "topics", "processor": "aws-comprehend", "config": {"inputColumn": "body"}}
    source = {"kind": "jdbc", "connection": "crm", "table": "support.tickets"}
    recording = made(provision, args(source=source, steps=[comprehend]))
    job = recording.one("aws:glue/job:Job")
    assert job.inputs["connections"] == ["crm"]
    assert job.inputs["securityConfiguration"]
    assert "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream" in recording.count()


def test_everything_is_tagged_and_children_of_the_pipeline(provision, args, cost_tags):
    recording = made(provision, args())
    assert recording.untagged(cost_tags) == []
    assert {r.parent_name for r in recording.resources if r.type != "apex:index:DataPipeline"} == {
        "dev-calls",
        "dev-calls-daily",
    }


def test_alarms_tell_an_encrypted_topic(provision, args):
    recording = made(provision, args())
    topic = recording.one("aws:sns/topic:Topic")
    assert topic.inputs["kmsMasterKeyId"]
    alarms = {r.name: r.inputs for r in recording.of("aws:cloudwatch/metricAlarm:MetricAlarm")}
    assert set(alarms) == {f"dev-calls-{each}" for each in ("completeness", "latency", "quality", "steps")}
    assert alarms["dev-calls-latency"]["threshold"] == 300
    assert alarms["dev-calls-latency"]["metricQueries"][-1]["expression"] == "FILL(m0, 0) / 1 + FILL(m1, 0) / 1000"
    assert all(alarm["alarmActions"] for alarm in alarms.values())
    rules = recording.one("aws:glue/dataQualityRuleset:DataQualityRuleset").inputs["ruleset"]
    assert 'Completeness "call_id" >= 0.98' in rules
    assert 'Completeness "language"' not in rules


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"steps": [{"name": "x", "processor": "apache-flink", "config": {"artifact": "s3://a/b"}}, TRANSCRIBE]},
            "steps: has apache-flink",
        ),
        (
            {"steps": [{"name": "x", "processor": "apache-spark", "config": {"entryPoint": "s3://a/b"}}, TRANSCRIBE]},
            "steps: mixes apache-spark",
        ),
        ({"destination": {"kind": "kafka", "topic": "t"}}, "destination: kafka cannot be written by aws-transcribe"),
        ({"emails": []}, "emails: is empty, so nobody hears of the alerts"),
        ({"quality": [{"metric": "beauty", "least": 1}]}, "quality[0].metric: 'beauty' cannot be used"),
        ({"steps": [{"name": "x", "processor": "container"}]}, "steps[0].image: is missing"),
        ({"steps": [TRANSCRIBE, TRANSCRIBE]}, 'steps: "transcribe" is there twice'),
        ({"personal": {"text": "encrypt"}}, 'personal.text: "encrypt" is not done here'),
        (
            {"destination": {"kind": "s3", "bucket": "b", "prefix": "x/{minute}/"}},
            "destination.prefix: {minute} is not a part that is known",
        ),
        (
            {"source": {"kind": "kinesis", "schema_format": "PROTOBUF", "schema_definition": 'syntax = "proto3";'}},
            "steps: aws-transcribe cannot read records in protobuf",
        ),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_made(refused, args, change, message):
    assert any(message in line for line in refused(lambda: DataPipeline("dev-calls", args(**change))))


def test_every_measure_has_a_rule(provision, args):
    recording = made(provision, args(quality=[{"metric": metric, "least": 0.9} for metric in METRICS]))
    rules = recording.one("aws:glue/dataQualityRuleset:DataQualityRuleset").inputs["ruleset"]
    assert 'DataFreshness "processed_at" <= 24 hours' in rules
    assert 'Uniqueness "call_id" >= 0.9' in rules
