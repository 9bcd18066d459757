"""Lambda, Step Functions, EMR Serverless and Glue."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.adapters.ai import called_services
from apex.pricing.lines import Line, hourly
from apex.pricing.quantity import Quantity
from apex.pricing.resources import FREE, Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.stack import Props, Stack, UnpriceableError

MILLIONTH = Decimal("0.000001")


def function(resource: Resource, stack: Stack) -> Priced:
    """Requests, and GB-seconds of the memory it is given (https://aws.amazon.com/lambda/pricing/). The account's free
    tier is not taken off."""
    props, region = Props.of(resource), stack.region(resource)
    memory = props.number("memorySize", 128) / 1024
    arm = "arm64" in props.strings("architectures")
    calls = stack.quantity(resource, "lambda", "requests")
    seconds = calls.times(stack.quantity(resource, "lambda", "duration_ms")).times(Decimal("0.001"))
    disk = max(props.block("ephemeralStorage").number("size", 512) - 512, Decimal(0)) / 1024
    item = "arm duration" if arm else "x86 duration"
    return Lines(
        (
            Line("requests", "AWSLambda", "requests", region, calls.times(MILLIONTH)),
            Line("duration", "AWSLambda", item, region, seconds.times(memory)),
            Line("ephemeral storage above 512 MB", "AWSLambda", "ephemeral storage", region, seconds.times(disk)),
        )
    )


def state_machine(resource: Resource, stack: Stack) -> Priced:
    """Standard: state transitions. Express: requests and GB-hours (https://aws.amazon.com/step-functions/pricing/).

    What it calls of services that bill by call is billed here, as nothing else in a plan stands for it.
    """
    props, region = Props.of(resource), stack.region(resource)

    def use(metric: str) -> Quantity:
        return stack.quantity(resource, "sfn", metric)

    called = tuple(called_services(resource, stack, region))
    runs = _runs(resource, stack)
    if props.text("type", "STANDARD") == "EXPRESS":
        hours = runs.times(use("duration_ms")).times(use("memory_mb")).times(Decimal(1) / (3_600_000 * 1024))
        return Lines(
            (
                Line("requests", "AWSStepFunctions", "express requests", region, runs.times(MILLIONTH)),
                Line("duration", "AWSStepFunctions", "express duration", region, hours),
                *called,
            )
        )
    steps = runs.times(use("transitions_per_execution")).times(Decimal("0.001"))
    return Lines((Line("state transitions", "AWSStepFunctions", "transitions", region, steps), *called))


def _runs(resource: Resource, stack: Stack) -> Quantity:
    """How often it runs: as its tag `runs` says, by the clock or once a record; else as declared or assumed."""
    said = stack.tags(resource).get("runs", "")
    if said.isdecimal():
        return Quantity.of(Decimal(said))
    return stack.quantity(resource, "sfn", "records" if said == "record" else "executions")


def emr_application(resource: Resource, stack: Stack) -> Priced:
    """Workers by vCPU, memory and disk over 20 GB: initial capacity is expected, maximum capacity is the peak."""
    props, region = Props.of(resource), stack.region(resource)
    hours = stack.quantity(resource, "emr-serverless", "hours")
    cpu = memory = disk = Decimal(0)
    for worker in props.blocks("initialCapacities"):
        config = worker.block("initialCapacityConfig")
        count, shape = config.number("workerCount"), config.block("workerConfiguration")
        cpu += count * _size(shape.text("cpu"))
        memory += count * _size(shape.text("memory"))
        disk += count * max(_size(shape.text("disk", "20 GB")) - 20, Decimal(0))
    limit = props.block("maximumCapacity")
    if not cpu and not limit:
        raise UnpriceableError("neither initialCapacities nor maximumCapacity is set: there is no size to price")
    top_cpu = max(_size(limit.text("cpu")), cpu) if limit else cpu
    top_memory = max(_size(limit.text("memory")), memory) if limit else memory

    def amount(usual: Decimal, most: Decimal) -> Quantity:
        # An application that starts with nothing is expected to work at a quarter of what it may reach.
        middle = usual or most / 4
        return Quantity(middle * hours.low, middle * hours.expected, most * hours.peak, hours.assumption)

    service = "AmazonEMRServerless"
    return Lines(
        (
            Line("vCPU", service, "vCPU", region, amount(cpu, top_cpu)),
            Line("memory", service, "memory", region, amount(memory, top_memory)),
            Line("disk above 20 GB a worker", service, "storage", region, amount(disk, disk)),
        )
    )


def _size(text: str) -> Decimal:
    return Decimal(text.split()[0].removesuffix("GB").removesuffix("vCPU"))


_WORKERS = {"Standard": Decimal(1), "G.025X": Decimal("0.25"), "G.1X": Decimal(1), "G.2X": Decimal(2),
            "G.4X": Decimal(4), "G.8X": Decimal(8), "G.12X": Decimal(12), "G.16X": Decimal(16)}  # fmt: skip


def glue_job(resource: Resource, stack: Stack) -> Priced:
    """DPU-hours of its workers (https://aws.amazon.com/glue/pricing/)."""
    props, region = Props.of(resource), stack.region(resource)
    kind = props.text("workerType", "")
    if kind:
        if kind not in _WORKERS:
            raise UnpriceableError(f"workerType {kind} has no price rule")
        units = props.number("numberOfWorkers") * _WORKERS[kind]
    else:
        shell = props.block("command").text("name", "glueetl") == "pythonshell"
        units = props.number("maxCapacity", "0.0625" if shell else 10)
    hours = stack.quantity(resource, "glue", "job_hours")
    return Lines((Line("DPU hours", "AWSGlue", "DPU", region, hours.times(units)),))


def glue_crawler(resource: Resource, stack: Stack) -> Priced:
    """A crawler runs on two DPUs."""
    hours = stack.quantity(resource, "glue", "crawler_hours")
    return Lines((Line("DPU hours", "AWSGlue", "DPU", stack.region(resource), hours.times(2)),))


def glue_database(resource: Resource, stack: Stack) -> Priced:
    """Objects and requests of the catalog; the account's first million of each is free and taken off here."""
    region = stack.region(resource)
    objects = stack.quantity(resource, "glue", "catalog_objects").times(Decimal("0.00001"))
    calls = stack.quantity(resource, "glue", "catalog_requests").times(MILLIONTH)
    return Lines(
        (
            Line("catalog objects", "AWSGlue", "catalog objects", region, objects, free=Decimal(10)),
            Line("catalog requests", "AWSGlue", "catalog requests", region, calls, free=Decimal(1)),
        )
    )


def glue_ruleset(resource: Resource, stack: Stack) -> Priced:
    """DPU-hours of the runs that judge a table by it (https://aws.amazon.com/glue/pricing/): the rules are free."""
    hours = stack.quantity(resource, "glue", "quality_hours")
    return Lines((Line("DPU hours", "AWSGlue", "DPU", stack.region(resource), hours),))


def glue_catalog_entry(resource: Resource, stack: Stack) -> Priced:
    """Tables and partitions are objects of their database's line."""
    return FREE


def provisioned_concurrency(resource: Resource, stack: Stack) -> Priced:
    """Kept-warm functions, by GB-second."""
    props, region = Props.of(resource), stack.region(resource)
    owner = stack.referenced(resource, "functionName", "aws:lambda/function:Function")
    if owner is None:
        raise UnpriceableError("functionName is not in this stack: the function's memory is not known")
    memory = Props.of(owner).number("memorySize", 128) / 1024
    amount = props.number("provisionedConcurrentExecutions") * memory * 3600
    return Lines(
        (hourly("provisioned concurrency", "AWSLambda", "provisioned concurrency", region, Quantity.of(amount)),)
    )


ADAPTERS = {
    "aws:lambda/function:Function": function,
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": provisioned_concurrency,
    "aws:sfn/stateMachine:StateMachine": state_machine,
    "aws:emrserverless/application:Application": emr_application,
    "aws:glue/job:Job": glue_job,
    "aws:glue/crawler:Crawler": glue_crawler,
    "aws:glue/catalogDatabase:CatalogDatabase": glue_database,
    "aws:glue/catalogTable:CatalogTable": glue_catalog_entry,
    "aws:glue/dataQualityRuleset:DataQualityRuleset": glue_ruleset,
    "aws:glue/partition:Partition": glue_catalog_entry,
    "aws:glue/partitionIndex:PartitionIndex": glue_catalog_entry,
}
