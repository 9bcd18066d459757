"""The steps of a pipeline as states of a state machine, in Amazon States Language with JSONata.

A state gets and gives `{"record": …, "source": …}` where a pipeline works on records, `{"input": …}` (an s3:// address)
where it works on objects. Values may be Outputs; nothing here makes a resource.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.pipeline_options import Processor, Step

State = dict[str, Any]

_RETRY = [
    {
        "ErrorEquals": ["States.TaskFailed"],
        "IntervalSeconds": 5,
        "MaxAttempts": 3,
        "BackoffRate": 2,
        "JitterStrategy": "FULL",
    }
]
_LONGEST_STEP_SECONDS = 6 * 3600
_POLL_SECONDS = 20
# Comprehend takes 100 KB to find personal data or key phrases, 5 KB to judge a sentiment; characters have 1 to 4 bytes.
_LONGEST_TEXT, _PIECE, _PIECES = 25_000, 1_200, 25


@dataclass(frozen=True, slots=True)
class Fragment:
    """The states of one step: where it begins, and which of its states go on to the next step."""

    start: str
    states: Mapping[str, State]
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What the states of a step refer to."""

    role_arn: pulumi.Input[str]
    """The step's role, which its calls are made with."""
    bucket: pulumi.Input[str]
    """Where what is between two steps lies."""
    prefix: str
    key_arn: pulumi.Input[str]
    job_prefix: str
    """What the names of jobs begin with, which the role is held to."""


def join(fragments: Sequence[Fragment]) -> dict[str, Any]:
    """One workflow of these fragments, one after the other."""
    states: dict[str, State] = {}
    for index, fragment in enumerate(fragments):
        following = fragments[index + 1].start if index + 1 < len(fragments) else None
        for name, state in fragment.states.items():
            if name in fragment.ends:
                state = {**state, "Next": following} if following else {**state, "End": True}
            states[name] = state
    return {"StartAt": fragments[0].start, "States": states}


def workflow(fragments: Sequence[Fragment], comment: str) -> dict[str, Any]:
    """A whole definition."""
    return {"Comment": comment, "QueryLanguage": "JSONata", **join(fragments)}


def task(resource: str, arguments: Mapping[str, Any], role_arn: pulumi.Input[str] | None = None, **more: Any) -> State:
    """A call, made with a role of its own where there is one."""
    own = {} if role_arn is None else {"Credentials": {"RoleArn": role_arn}}
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Arguments": dict(arguments),
        **own,
        "Retry": _RETRY,
        **more,
    }


def code(expression: str) -> str:
    """A JSONata expression."""
    return f"{{% {expression} %}}"


def native(step: Step, scene: Scene, column: str) -> Fragment:
    """A step that an AWS service does, on one record; `column` holds what it reads."""
    builders = {
        Processor.TRANSCRIBE: _transcribe,
        Processor.REKOGNITION: _rekognition,
        Processor.COMPREHEND: _comprehend,
    }
    return builders[step.processor](step, scene, column)


def reads(step: Step, from_objects: bool) -> str:
    """The column that a step of an AWS service reads."""
    usual = {Processor.TRANSCRIBE: "audio_uri", Processor.REKOGNITION: "image_uri"}.get(step.processor, "text")
    return step.setting("inputColumn", "uri" if from_objects and step.processor is not Processor.COMPREHEND else usual)


def writes(step: Step) -> str:
    """The column that a step of an AWS service adds."""
    usual = {Processor.TRANSCRIBE: "text", Processor.REKOGNITION: "labels"}.get(step.processor, "sentiment")
    return step.setting("outputColumn", usual)


def _merged(column: str, expression: str) -> dict[str, str]:
    return {
        "record": code(f"$merge([$states.input.record, {{'{column}': {expression}}}])"),
        "source": code("$states.input.source"),
    }


def _transcribe(step: Step, scene: Scene, column: str) -> Fragment:
    name = step.name
    arguments: dict[str, Any] = {
        "TranscriptionJobName": code(f"'{scene.job_prefix}-' & $uuid()"),
        "Media": {"MediaFileUri": code(f"$states.input.record.`{column}`")},
        "LanguageCode": step.setting("language", "en-US"),
        "OutputBucketName": scene.bucket,
        "OutputKey": code(f"'{scene.prefix}' & $states.context.Execution.Name & '/'"),
        "OutputEncryptionKMSKeyId": scene.key_arn,
    }
    if step.redacts:
        arguments["ContentRedaction"] = {"RedactionType": "PII", "RedactionOutput": "redacted"}
    found = "RedactedTranscriptFileUri" if step.redacts else "TranscriptFileUri"
    keep = code("$states.input")
    read = {
        # The document holds every word with its time; of it only the whole text is read, whatever its size.
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON", "ItemsPointer": "/results/transcripts"},
            "Arguments": {
                "Bucket": scene.bucket,
                "Key": code(f"'{scene.prefix}' & $substringAfter($transcript, '/{scene.prefix}')"),
            },
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": f"{name}: take",
            "States": {f"{name}: take": {"Type": "Pass", "Output": code("$states.input.transcript"), "End": True}},
        },
        "Output": _merged(writes(step), "$states.result[0]"),
    }
    states: dict[str, State] = {
        name: task(
            "aws-sdk:transcribe:startTranscriptionJob",
            arguments,
            scene.role_arn,
            Assign={"job": code("$states.result.TranscriptionJob.TranscriptionJobName")},
            Output=keep,
            Next=f"{name}: wait",
        ),
        f"{name}: wait": {"Type": "Wait", "Seconds": _POLL_SECONDS, "Next": f"{name}: look"},
        f"{name}: look": task(
            "aws-sdk:transcribe:getTranscriptionJob",
            {"TranscriptionJobName": code("$job")},
            scene.role_arn,
            Assign={
                "status": code("$states.result.TranscriptionJob.TranscriptionJobStatus"),
                "transcript": code(f"$string($states.result.TranscriptionJob.Transcript.{found})"),
            },
            Output=keep,
            Next=f"{name}: judge",
        ),
        f"{name}: judge": _judge(name, "COMPLETED", f"{name}: read"),
        f"{name}: failed": {"Type": "Fail", "Error": "Transcribe", "Cause": code("'job ' & $job & ' failed'")},
        f"{name}: read": read,
    }
    return Fragment(name, states, (f"{name}: read",))


def _judge(name: str, good: str, following: str) -> State:
    return {
        "Type": "Choice",
        "Choices": [
            {"Condition": code(f"$status = '{good}'"), "Next": following},
            {"Condition": code("$status in ['FAILED', 'STOPPED', 'TIMEOUT', 'CANCELLED']"), "Next": f"{name}: failed"},
        ],
        "Default": f"{name}: wait",
    }


def _rekognition(step: Step, scene: Scene, column: str) -> Fragment:
    operation = step.setting("operation", "DetectLabels")
    found = {
        "DetectLabels": "$states.result.Labels.Name",
        "DetectModerationLabels": "$states.result.ModerationLabels.Name",
        "DetectText": "$states.result.TextDetections[Type='LINE'].DetectedText",
    }[operation]
    uri = f"$substringAfter($states.input.record.`{column}`, 's3://')"
    arguments: dict[str, Any] = {
        "Image": {
            "S3Object": {
                "Bucket": code(f"$substringBefore({uri}, '/')"),
                "Name": code(f"$substringAfter({uri}, '/')"),
            }
        }
    }
    if operation != "DetectText":
        arguments["MinConfidence"] = float(step.config.get("minConfidence") or 80)
    call = f"aws-sdk:rekognition:{operation[0].lower()}{operation[1:]}"
    state = task(call, arguments, scene.role_arn, Output=_merged(writes(step), f"$join([{found}], ',')"))
    return Fragment(step.name, {step.name: state}, (step.name,))


def _comprehend(step: Step, scene: Scene, column: str) -> Fragment:
    language = step.setting("language", "en").partition("-")[0]
    text = f"$substring($states.input.record.`{column}`, 0, {_LONGEST_TEXT})"
    states: dict[str, State] = {}
    start = step.name
    if step.redacts:
        # From the last one to the first, so that what was found keeps its place; what is cut off is not passed on.
        masked = (
            "$reduce($sort($states.result.Entities, function($a, $b) { $a.BeginOffset < $b.BeginOffset }), "
            "function($t, $e) { $substring($t, 0, $e.BeginOffset) & '[' & $e.Type & ']' & "
            "$substring($t, $e.EndOffset) }, "
            f"{text})"
        )
        start = f"{step.name}: redact"
        states[start] = task(
            "aws-sdk:comprehend:detectPiiEntities",
            {"Text": code(text), "LanguageCode": language},
            scene.role_arn,
            Output=_merged(column, masked),
            Next=step.name,
        )
    if writes(step) == "sentiment":
        pieces = (
            f"[$map([0..$min([{_PIECES - 1}, $floor(($length({text}) - 1) / {_PIECE})])], "
            f"function($i) {{ $substring({text}, $i * {_PIECE}, {_PIECE}) }})]"
        )
        score = "$states.result.ResultList.SentimentScore"
        named = ", ".join(
            f"{{'name': '{each.upper()}', 'score': $sum({score}.{each})}}"
            for each in ("Positive", "Negative", "Neutral", "Mixed")
        )
        states[step.name] = task(
            "aws-sdk:comprehend:batchDetectSentiment",
            {"TextList": code(pieces), "LanguageCode": language},
            scene.role_arn,
            Output=_merged("sentiment", f"$sort([{named}], function($a, $b) {{ $a.score < $b.score }})[0].name"),
        )
    else:
        states[step.name] = task(
            "aws-sdk:comprehend:detectKeyPhrases",
            {"Text": code(text), "LanguageCode": language},
            scene.role_arn,
            Output=_merged(writes(step), "$join($distinct([$states.result.KeyPhrases.Text]), ',')"),
        )
    return Fragment(start, states, (step.name,))


def container(step: Step, queue_url: pulumi.Input[str], output: Any, on_records: bool) -> Fragment:
    """A step that waits for a job of Kubernetes: it is given a token by the queue and gives it back when it is done."""
    body = {"taskToken": code("$states.context.Task.Token"), "input": code("$states.input"), "output": output}
    result: Any = {"input": output}
    if on_records:
        result = {
            "record": code("$merge([$states.input.record, $states.result])"),
            "source": code("$states.input.source"),
        }
    state = task(
        "sqs:sendMessage.waitForTaskToken",
        {"QueueUrl": queue_url, "MessageBody": body},
        TimeoutSeconds=_LONGEST_STEP_SECONDS,
        Output=result,
    )
    return Fragment(step.name, {step.name: state}, (step.name,))


def spark(
    step: Step,
    application: pulumi.Input[str],
    role_arn: pulumi.Input[str],
    output: Any,
    logging: Mapping[str, Any],
) -> Fragment:
    """A job of Spark over what is at the input, which writes what it makes to `output`."""
    settings = [
        each
        for key, value in sorted(step.config.items())
        if key != "entryPoint"
        for each in (f"--{key}", str(value).lower() if isinstance(value, bool) else str(value))
    ]
    driver = {
        "SparkSubmit": {
            "EntryPoint": step.setting("entryPoint", ""),
            "EntryPointArguments": [
                "--input",
                code("$states.input.input"),
                "--output",
                output,
                "--until",
                code("$states.context.Execution.StartTime"),
                *settings,
            ],
        }
    }
    state = task(
        "emr-serverless:startJobRun.sync",
        {
            "ApplicationId": application,
            "ExecutionRoleArn": role_arn,
            "Name": step.name,
            "JobDriver": driver,
            "ConfigurationOverrides": {"MonitoringConfiguration": dict(logging)},
            "ExecutionTimeoutMinutes": _LONGEST_STEP_SECONDS // 60,
        },
        Output={"input": output},
    )
    return Fragment(step.name, {step.name: state}, (step.name,))


def flink(step: Step, application: pulumi.Input[str], role_arn: pulumi.Input[str]) -> Fragment:
    """Start the application unless it runs."""
    name = step.name
    states: dict[str, State] = {
        name: task(
            "aws-sdk:kinesisanalyticsv2:describeApplication",
            {"ApplicationName": application},
            role_arn,
            Assign={"status": code("$states.result.ApplicationDetail.ApplicationStatus")},
            Next=f"{name}: judge",
        ),
        f"{name}: judge": {
            "Type": "Choice",
            "Choices": [{"Condition": code("$status = 'READY'"), "Next": f"{name}: start"}],
            "Default": f"{name}: done",
        },
        f"{name}: start": task(
            "aws-sdk:kinesisanalyticsv2:startApplication",
            {"ApplicationName": application},
            role_arn,
            Next=f"{name}: done",
        ),
        f"{name}: done": {"Type": "Pass"},
    }
    return Fragment(name, states, (f"{name}: done",))


def take_object(name: str, bucket: str, key: str) -> Fragment:
    """The object that arrived, as a record of its own."""
    uri = f"'s3://' & $states.input.{bucket} & '/' & $states.input.{key}"
    output = {"record": {"uri": code(uri)}, "source": code(uri)}
    return Fragment(name, {name: {"Type": "Pass", "Output": output}}, (name,))


def each_record(name: str, inner: Sequence[Fragment], parquet: bool) -> Fragment:
    """Every record of the object that arrived; one in twenty may fail before the run does."""
    source = "'s3://' & $states.input.bucket & '/' & $states.input.key"
    state: State = {
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "PARQUET" if parquet else "JSONL"},
            "Arguments": {"Bucket": code("$states.input.bucket"), "Key": code("$states.input.key")},
        },
        "ItemSelector": {"record": code("$states.context.Map.Item.Value"), "source": code(source)},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **join(inner)},
        "MaxConcurrency": 50,
        "ToleratedFailurePercentage": 5,
        # What became of each record is in the results; the run itself needs no list of it.
        "Output": {},
    }
    return Fragment(name, {name: state}, (name,))


def deliver(name: str, stream: pulumi.Input[str], role_arn: pulumi.Input[str], personal: Mapping[str, str]) -> Fragment:
    """Hand a finished record on to the delivery of results, without its personal columns."""
    record = "$states.input.record"
    for column, handling in sorted(personal.items()):
        if handling == "drop":
            record = f"$sift({record}, function($v, $k) {{ $k != '{column}' }})"
        else:
            value = "'*'" if handling == "mask" else f"$hash($string($states.input.record.`{column}`), 'SHA-256')"
            record = f"$merge([{record}, {{'{column}': {value}}}])"
    data = f"$string($merge([{record}, {{'source': $states.input.source, 'processed_at': $now()}}])) & '\\n'"
    state = task(
        "aws-sdk:firehose:putRecord",
        {"DeliveryStreamName": stream, "Record": {"Data": code(data)}},
        role_arn,
        Output={},
    )
    return Fragment(name, {name: state}, (name,))


def evaluate(ruleset: pulumi.Input[str], table: Mapping[str, Any], role_arn: pulumi.Input[str], name: str,
             metrics: Sequence[str]) -> Fragment:  # fmt: skip
    """Judge the table by its ruleset, and publish each measure."""
    states: dict[str, State] = {
        "judge": task(
            "aws-sdk:glue:startDataQualityRulesetEvaluationRun",
            {
                "DataSource": {"GlueTable": dict(table)},
                "Role": role_arn,
                "RulesetNames": [ruleset],
                "NumberOfWorkers": 2,
                "Timeout": 60,
            },
            Assign={"run": code("$states.result.RunId")},
            Next="judge: wait",
        ),
        "judge: wait": {"Type": "Wait", "Seconds": 60, "Next": "judge: look"},
        "judge: look": task(
            "aws-sdk:glue:getDataQualityRulesetEvaluationRun",
            {"RunId": code("$run")},
            Assign={"status": code("$states.result.Status"), "results": code("$states.result.ResultIds")},
            Next="judge: judge",
        ),
        "judge: judge": _judge("judge", "SUCCEEDED", "judge: read"),
        "judge: failed": {"Type": "Fail", "Error": "Glue", "Cause": code("'run ' & $run & ' failed'")},
        "judge: read": task(
            "aws-sdk:glue:getDataQualityResult",
            {"ResultId": code("$results[0]")},
            Assign={"rules": code("$states.result.RuleResults")},
            Next="publish",
        ),
        "publish": task(
            "aws-sdk:cloudwatch:putMetricData",
            {
                "Namespace": METRIC_NAMESPACE,
                "MetricData": [
                    {
                        "MetricName": metric,
                        "Dimensions": [{"Name": METRIC_DIMENSION, "Value": name}],
                        "Value": code(_measure(metric)),
                    }
                    for metric in metrics
                ],
            },
        ),
    }
    return Fragment("judge", states, ("publish",))


METRIC_NAMESPACE = "Apex/Pipelines"
METRIC_DIMENSION = "Pipeline"
RULES = {
    "completeness": "Completeness",
    "freshness": "DataFreshness",
    "uniqueness": "Uniqueness",
    "validity": "ColumnDataType",
}
"""What a measure is to Glue's data quality."""


def _measure(metric: str) -> str:
    """The lowest share that the rules of a measure found; where they find none, the part of them that passed."""
    mine = f"$rules[$contains(Description, '{RULES[metric]}')]"
    if metric in ("completeness", "uniqueness"):
        return f"$min($map({mine}, function($r) {{ $min($r.EvaluatedMetrics.*) }}))"
    return f"$count({mine}[Result = 'PASS']) / $max([1, $count({mine})])"
