"""SNS topics and SQS queues."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line
from apex.pricing.resources import Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.stack import Props, Stack

MILLIONTH = Decimal("0.000001")


def topic(resource: Resource, stack: Stack) -> Priced:
    """Requests after the free million, and deliveries over HTTP after the free 100,000
    (https://aws.amazon.com/sns/pricing/). Both are an account's; with few topics the difference is cents."""
    region = stack.region(resource)
    calls = stack.quantity(resource, "sns", "requests").times(MILLIONTH)
    web = stack.quantity(resource, "sns", "http_notifications").times(Decimal("0.00001"))
    return Lines(
        (
            Line("requests", "AmazonSNS", "requests", region, calls),
            Line("HTTP deliveries", "AmazonSNS", "HTTP notifications", region, web),
        )
    )


def queue(resource: Resource, stack: Stack) -> Priced:
    """Requests; the account's free million is not taken off (https://aws.amazon.com/sqs/pricing/)."""
    kind = "fifo requests" if Props.of(resource).flag("fifoQueue") else "standard requests"
    calls = stack.quantity(resource, "sqs", "requests").times(MILLIONTH)
    return Lines((Line("requests", "AmazonSQS", kind, stack.region(resource), calls),))


ADAPTERS = {"aws:sns/topic:Topic": topic, "aws:sqs/queue:Queue": queue}
