"""A bill as rows with the columns of FOCUS 1.2 (https://focus.finops.org/focus-specification/v1-2/)."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

from apex.pricing.estimate import Bill, PricedResource
from apex.pricing.lines import Component

COLUMNS = (
    "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeDescription",
    "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost",
    "ContractedUnitPrice", "EffectiveCost", "BilledCost", "ListCost", "ListUnitPrice", "PricingCategory",
    "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "RegionId", "ResourceId", "ResourceName",
    "ResourceType", "ServiceCategory", "ServiceName", "Tags",
)  # fmt: skip

_SERVICES = {
    "AmazonEC2": ("Amazon Elastic Compute Cloud", "Compute"),
    "AmazonEBS": ("Amazon Elastic Block Store", "Storage"),
    "AmazonEKS": ("Amazon Elastic Kubernetes Service", "Compute"),
    "AmazonS3": ("Amazon Simple Storage Service", "Storage"),
    "AmazonMSK": ("Amazon Managed Streaming for Apache Kafka", "Integration"),
    "AmazonVPC": ("Amazon Virtual Private Cloud", "Networking"),
    "AWSDataTransfer": ("AWS Data Transfer", "Networking"),
    "ElasticLoadBalancing": ("Elastic Load Balancing", "Networking"),
    "AmazonRDS": ("Amazon Relational Database Service", "Databases"),
    "AmazonAurora": ("Amazon Aurora", "Databases"),
    "AmazonDynamoDB": ("Amazon DynamoDB", "Databases"),
    "AmazonElastiCache": ("Amazon ElastiCache", "Databases"),
    "AmazonOpenSearch": ("Amazon OpenSearch Service", "Databases"),
    "AmazonOpenSearchServerless": ("Amazon OpenSearch Serverless", "Databases"),
    "AmazonCloudWatch": ("Amazon CloudWatch", "Management and Governance"),
    "AWSCloudTrail": ("AWS CloudTrail", "Management and Governance"),
    "AWSConfig": ("AWS Config", "Management and Governance"),
    "AWSBudgets": ("AWS Budgets", "Management and Governance"),
    "AWSKMS": ("AWS Key Management Service", "Security"),
    "AWSSecretsManager": ("AWS Secrets Manager", "Security"),
    "AWSLambda": ("AWS Lambda", "Compute"),
    "AWSStepFunctions": ("AWS Step Functions", "Integration"),
    "AWSGlue": ("AWS Glue", "Analytics"),
    "AmazonEMRServerless": ("Amazon EMR Serverless", "Analytics"),
    "AmazonKinesis": ("Amazon Kinesis Data Streams", "Analytics"),
    "AmazonKinesisFirehose": ("Amazon Data Firehose", "Analytics"),
    "AmazonKinesisAnalytics": ("Amazon Managed Service for Apache Flink", "Analytics"),
    "AmazonTranscribe": ("Amazon Transcribe", "AI and Machine Learning"),
    "AmazonRekognition": ("Amazon Rekognition", "AI and Machine Learning"),
    "AmazonComprehend": ("Amazon Comprehend", "AI and Machine Learning"),
    "AmazonECR": ("Amazon Elastic Container Registry", "Compute"),
    "AmazonEFS": ("Amazon Elastic File System", "Storage"),
    "AmazonSNS": ("Amazon Simple Notification Service", "Integration"),
    "AmazonSQS": ("Amazon Simple Queue Service", "Integration"),
    "AmazonRoute53": ("Amazon Route 53", "Networking"),
}


def service_of(code: str) -> tuple[str, str]:
    """FOCUS's ServiceName and ServiceCategory of a service of the catalogue."""
    return _SERVICES.get(code, (code, "Other"))


def focus_rows(bill: Bill, month: date) -> Iterator[dict[str, str]]:
    """A row for each component's expected cost in the month that `month` lies in."""
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)
    for resource in bill.resources:
        for component in resource.components:
            yield _row(bill, resource, component, _text(start), _text(end))


def focus_csv(bill: Bill, month: date) -> str:
    """The rows as CSV, columns in the order of `COLUMNS`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(focus_rows(bill, month))
    return out.getvalue()


def _row(bill: Bill, resource: PricedResource, part: Component, start: str, end: str) -> dict[str, str]:
    name, category = service_of(part.service)
    effective = part.monthly.expected
    listed = effective if part.list_price is None else part.quantity.expected * part.list_price
    price = part.unit_price if part.list_price is None else part.list_price
    spot = part.name.endswith("spot)")
    return {
        "BillingCurrency": bill.currency,
        "BillingPeriodStart": start,
        "BillingPeriodEnd": end,
        "ChargePeriodStart": start,
        "ChargePeriodEnd": end,
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ChargeDescription": part.name,
        "ConsumedQuantity": f"{part.quantity.expected:f}",
        "ConsumedUnit": part.unit,
        "PricingQuantity": f"{part.quantity.expected:f}",
        "PricingUnit": part.unit,
        "PricingCategory": "Dynamic" if spot else "Committed" if "Savings Plan" in part.name else "Standard",
        "ListUnitPrice": f"{price:f}",
        "ContractedUnitPrice": f"{part.unit_price:f}",
        "ListCost": f"{listed:f}",
        "ContractedCost": f"{effective:f}",
        "EffectiveCost": f"{effective:f}",
        "BilledCost": f"{effective:f}",
        "ProviderName": "AWS",
        "PublisherName": "AWS",
        "RegionId": part.region,
        "ResourceId": resource.urn,
        "ResourceName": resource.name,
        "ResourceType": resource.type,
        "ServiceName": name,
        "ServiceCategory": category,
        "Tags": json.dumps(dict(resource.tags), sort_keys=True),
    }


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
