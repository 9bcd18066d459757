# ruff: noqa: E501 - a table is read row by row
"""What each price fact is called in the catalogue.

A row: service and item of the fact (the item is a regular expression that must match whole), then the catalogue's
service, item and unit, the number that the fact's price is multiplied by to fit that unit, and the quantity at which
the tier begins. Facts that match no row are not used by any adapter and stay out of the catalogue.
"""

from typing import NamedTuple


class Name(NamedTuple):
    """One way a fact is named, and what it becomes."""

    service: str
    pattern: str
    to_service: str
    item: str
    unit: str
    factor: str = "1"
    start: str = "0"


_REQUESTS = {"GET, SELECT, and all other requests": "GET requests", "PUT, COPY, POST, LIST requests": "PUT requests"}
_S3_CLASSES = {
    "Standard": "Standard",
    "Standard - infrequent access": "Standard-IA",
    "One zone - infrequent access": "One Zone-IA",
    "Intelligent tiering": "Intelligent-Tiering",
    "Glacier instant retrieval": "Glacier Instant Retrieval",
    "Glacier flexible retrieval": "Glacier Flexible Retrieval",
    "Glacier deep archive": "Glacier Deep Archive",
}


def _s3() -> list[Name]:
    names = []
    for fact, label in _S3_CLASSES.items():
        names.append(Name("AmazonS3", f"{fact} / Storage", "AmazonS3", f"{label} storage", "GB-month"))
        names += [
            Name("AmazonS3", f"{fact} / {long}", "AmazonS3", f"{label} {short}", "1k requests")
            for long, short in _REQUESTS.items()
        ]
        names.append(
            Name("AmazonS3", f"{fact} / Lifecycle transition", "AmazonS3", f"{label} transition", "1k requests")
        )
        names.append(
            Name("AmazonS3", rf"{fact} / Retrievals(?: \(standard\))?", "AmazonS3", f"{label} retrieval", "GB")
        )
    tiers = {
        "frequent": "frequent access storage",
        "infrequent": "infrequent access storage",
        "archive instant": "archive instant access storage",
        "archive": "archive access storage",
        "deep archive": "deep archive access storage",
    }
    names += [
        Name("AmazonS3", rf"Intelligent tiering / Storage \({fact} access\)", "AmazonS3",
             f"Intelligent-Tiering {item}", "GB-month")
        for fact, item in tiers.items()
    ]  # fmt: skip
    return [
        *names,
        Name("AmazonS3", r"Intelligent tiering / Monitoring and automation", "AmazonS3", "Intelligent-Tiering monitoring", "1k objects"),
        Name("AmazonS3", r"\$0\.023 per GB - first 50 TB / month of storage used", "AmazonS3", "Standard storage", "GB-month"),
        Name("AmazonS3", r"\$0\.004 per 10,000 GET and all other requests", "AmazonS3", "Standard GET requests", "1k requests", "1000"),
        Name("AmazonS3", r"\$0\.005 per 1,000 PUT, COPY, POST, or LIST requests", "AmazonS3", "Standard PUT requests", "1k requests", "1000"),
        Name("AmazonS3", r"Replication Time Control data transfer", "AmazonS3", "replication time control", "GB"),
        Name("AmazonS3", r"Objects listed", "AmazonS3", "inventory objects", "1M objects"),
    ]  # fmt: skip


def _ebs() -> list[Name]:
    names = []
    for kind, text in {
        "gp2": r"Storage \(general purpose SSD, gp2\)|gp2 storage|\$[\d.]+ per GB-month of General Purpose SSD \(gp2\).*",
        "gp3": r"Storage \(general purpose SSD, gp3\)|gp3 storage|\$[\d.]+ per GB-month of General Purpose \(gp3\).*",
        "io1": r"Storage \(provisioned IOPS SSD, io1\)|io1 storage",
        "io2": r"Storage \(provisioned IOPS SSD, io2\)|io2 storage",
        "st1": r"Storage \(throughput optimized HDD, st1\)|st1 storage",
        "sc1": r"Storage \(cold HDD, sc1\)|sc1 storage",
        "standard": r"Storage \(magnetic\)|\$[\d.]+ per GB-month of Magnetic.*",
        "snapshot": r"EBS snapshot storage|snapshot storage|\$[\d.]+ per GB-Month of snapshot data stored.*",
    }.items():
        names.append(Name("AmazonEBS", text, "AmazonEBS", f"{kind} storage", "GB-month"))
    gibps = "0.0009765625"  # a GiBps is 1,024 MiBps
    return [
        *names,
        Name("AmazonEBS", r"gp3 [Pp]rovisioned IOPS|\$[\d.]+ per provisioned IOPS-month of gp3.*", "AmazonEBS", "gp3 iops", "IOPS-month"),
        Name("AmazonEBS", r"gp3 provisioned throughput|\$[\d.]+ per provisioned MiBps-month of gp3.*", "AmazonEBS", "gp3 throughput", "MiBps-month", gibps),
        Name("AmazonEBS", r"io2/io1 Provisioned IOPS \(first tier\)|io1 provisioned IOPS", "AmazonEBS", "io1 iops", "IOPS-month"),
        Name("AmazonEBS", r"io2/io1 Provisioned IOPS \(first tier\)|io2 provisioned IOPS \(first tier\)", "AmazonEBS", "io2 iops", "IOPS-month"),
        Name("AmazonEBS", r"I/O requests", "AmazonEBS", "standard I/O", "1M requests"),
        Name("AmazonEBS", r"\$0\.05 per 1 million I/O requests.*", "AmazonEBS", "standard I/O", "1M requests", "1000000"),
    ]  # fmt: skip


_NETWORK = [
    Name("AmazonVPC NAT", r"NAT gateway|\$[\d.]+ per NAT Gateway Hour", "AmazonVPC", "NAT gateway", "hour"),
    Name("AmazonVPC NAT", r"Data processed|NAT gateway data processed|\$[\d.]+ per GB Data Processed by NAT Gateways", "AmazonVPC", "NAT data", "GB"),
    Name("AmazonVPC", r"Public IPv4 address|\$[\d.]+ per In-use public IPv4 address per hour", "AmazonVPC", "public IPv4", "hour"),
    Name("AmazonVPC endpoint", r"Endpoint \(Interface\)", "AmazonVPC", "interface endpoint", "hour"),
    Name("AmazonVPC endpoint", r"Endpoint \(GatewayLoadBalancer\)", "AmazonVPC", "gateway load balancer endpoint", "hour"),
    Name("AmazonVPC endpoint", r"Data processed \(first 1PB\)", "AmazonVPC", "interface endpoint data", "GB"),
    Name("AmazonVPC endpoint", r"Data processed \(next 4PB\)", "AmazonVPC", "interface endpoint data", "GB", "1", "1048576"),
    Name("AmazonVPC endpoint", r"Data processed \(over 5PB\)", "AmazonVPC", "interface endpoint data", "GB", "1", "5242880"),
    Name("AmazonVPC TGW", r"Transit gateway attachment", "AmazonVPC", "transit gateway attachment", "hour"),
    Name("AmazonVPC TGW", r"Data processed", "AmazonVPC", "transit gateway data", "GB"),
    Name("AWSVPN", r"VPN connection", "AmazonVPC", "VPN connection", "hour"),
    Name("AWSDataTransfer", r"Inter-AZ.*|\$0\.010 per GB - regional data transfer.*", "AWSDataTransfer", "inter-zone", "GB"),
    Name("AWSDataTransfer", r"Outbound data transfer to Internet \(first 10TB\)", "AWSDataTransfer", "internet", "GB"),
    Name("AWSDataTransfer", r"Outbound data transfer to Internet \(next 40TB\)", "AWSDataTransfer", "internet", "GB", "1", "10240"),
    Name("AWSDataTransfer", r"Outbound data transfer to Internet \(next 100TB\)", "AWSDataTransfer", "internet", "GB", "1", "51200"),
    Name("AWSDataTransfer", r"Outbound data transfer to Internet \(over 150TB\)", "AWSDataTransfer", "internet", "GB", "1", "153600"),
    Name("AWSDataTransfer", r"Outbound data transfer to other regions", "AWSDataTransfer", "inter-region", "GB"),
    Name("ElasticLoadBalancing", r"Application load balancer|Load Balancer-Application LoadBalancerUsage|\$[\d.]+ per Application LoadBalancer-hour.*", "ElasticLoadBalancing", "application", "hour"),
    Name("ElasticLoadBalancing", r"Network load balancer|Load Balancer-Network LoadBalancerUsage", "ElasticLoadBalancing", "network", "hour"),
    Name("ElasticLoadBalancing", r"Load Balancer-Gateway LoadBalancerUsage", "ElasticLoadBalancing", "gateway", "hour"),
    Name("ElasticLoadBalancing", r"Classic load balancer|Load Balancer LoadBalancerUsage|\$[\d.]+ per LoadBalancer-hour.*", "ElasticLoadBalancing", "classic", "hour"),
    Name("ElasticLoadBalancing", r"ALB LCU.*|Load Balancer-Application LCUUsage|\$[\d.]+ per used Application load balancer capacity.*", "ElasticLoadBalancing", "application capacity", "hour"),
    Name("ElasticLoadBalancing", r"NLB NLCU.*|Load Balancer-Network LCUUsage|\$[\d.]+ per used Network load balancer capacity.*", "ElasticLoadBalancing", "network capacity", "hour"),
    Name("ElasticLoadBalancing", r"Load Balancer-Gateway LCUUsage", "ElasticLoadBalancing", "gateway capacity", "hour"),
    Name("ElasticLoadBalancing", r"Data processed|Load Balancer DataProcessing-Bytes", "ElasticLoadBalancing", "classic data", "GB"),
]  # fmt: skip

_DATABASES = [
    Name("AmazonRDS", r"(db\.\S+) PostgreSQL (Single-AZ|Multi-AZ)", "AmazonRDS", r"\1 PostgreSQL \2", "hour"),
    Name("AmazonRDS", r"gp2/gp3 storage Single-AZ|gp2 storage Single-AZ \(PostgreSQL\)", "AmazonRDS", "gp2 storage Single-AZ", "GB-month"),
    Name("AmazonRDS", r"gp2/gp3 storage Single-AZ|gp3 storage Single-AZ \(PostgreSQL\)", "AmazonRDS", "gp3 storage Single-AZ", "GB-month"),
    Name("AmazonRDS", r"gp3 storage Multi-AZ \(PostgreSQL\)", "AmazonRDS", "gp3 storage Multi-AZ", "GB-month"),
    Name("AmazonRDS", r"io1 storage(?: Single-AZ \(PostgreSQL\))?", "AmazonRDS", "io1 storage Single-AZ", "GB-month"),
    Name("AmazonRDS", r"io1 IOPS(?: Single-AZ \(PostgreSQL\))?|Provisioned IOPS", "AmazonRDS", "io1 iops Single-AZ", "IOPS-month"),
    Name("AmazonRDS", r"Provisioned GP3 IOPS \(above 3,000\)", "AmazonRDS", "gp3 iops Single-AZ", "IOPS-month"),
    Name("AmazonRDS", r"backup storage", "AmazonRDS", "backup storage", "GB-month"),
    Name("AmazonRDS", r"Extended support \(year 1\)", "AmazonRDS", "extended support", "vCPU-hour"),
    Name("AmazonRDS Aurora", r"(db\.\S+) Aurora PostgreSQL \(Standard\)", "AmazonAurora", r"\1", "hour"),
    Name("AmazonRDS Aurora", r"Database instance \(on-demand, (db\.\S+)\)", "AmazonAurora", r"\1", "hour"),
    Name("AmazonRDS Aurora", r"Aurora serverless v2", "AmazonAurora", "serverless v2", "ACU-hour"),
    Name("AmazonRDS Aurora", r"Aurora serverless v2 \(I/O-optimized\)", "AmazonAurora", "serverless v2 I/O-optimized", "ACU-hour"),
    Name("AmazonRDS Aurora", r"Storage", "AmazonAurora", "storage", "GB-month"),
    Name("AmazonRDS Aurora", r"Storage \(I/O-optimized\)", "AmazonAurora", "storage I/O-optimized", "GB-month"),
    Name("AmazonRDS Aurora", r"I/O requests", "AmazonAurora", "I/O requests", "1M requests"),
    Name("AmazonRDS Aurora", r"I/O request", "AmazonAurora", "I/O requests", "1M requests", "1000000"),
    Name("AmazonRDS Aurora", r"Backup storage", "AmazonAurora", "backup storage", "GB-month"),
    Name("AmazonOpenSearch", r"(\S+\.search)", "AmazonOpenSearch", r"\1", "hour"),
    Name("AmazonOpenSearch", r"UltraWarm instance \(on-demand, (\S+)\)", "AmazonOpenSearch", r"\1", "hour"),
    Name("AmazonOpenSearch", r"Storage \((gp2|gp3|io1|standard)\)", "AmazonOpenSearch", r"\1 storage", "GB-month"),
    Name("AmazonOpenSearch", r"Storage IOPS \(io1\)", "AmazonOpenSearch", "io1 iops", "IOPS-month"),
    Name("AmazonOpenSearch", r"Throughput \(gp3\)", "AmazonOpenSearch", "gp3 throughput", "MiBps-month"),
    Name("AmazonOpenSearchServerless", r"OCU.*", "AmazonOpenSearchServerless", "OCU", "hour"),
    Name("AmazonElastiCache", r"(cache\.\S+) (Redis|Valkey)", "AmazonElastiCache", r"\1 \2", "hour"),
    Name("AmazonElastiCache", r"Backup storage", "AmazonElastiCache", "backup storage", "GB-month"),
    Name("AmazonDynamoDB", r"Data storage \(Standard\)", "AmazonDynamoDB", "storage", "GB-month"),
    Name("AmazonDynamoDB", r"On-demand read request units", "AmazonDynamoDB", "read units", "1M units"),
    Name("AmazonDynamoDB", r"On-demand write request units", "AmazonDynamoDB", "write units", "1M units"),
    Name("AmazonDynamoDB", r"Provisioned (RCU|WCU) .*", "AmazonDynamoDB", r"provisioned \1", "hour"),
    Name("AmazonDynamoDB", r"PITR backup storage", "AmazonDynamoDB", "point-in-time recovery", "GB-month"),
]  # fmt: skip

_STREAMS = [
    Name("AmazonMSK", r"Instance \((kafka\.\S+)\)", "AmazonMSK", r"\1", "hour"),
    Name("AmazonMSK", r"(kafka\.\S+)", "AmazonMSK", r"\1", "hour"),
    Name("AmazonMSK", r"Storage", "AmazonMSK", "storage", "GB-month"),
    Name("AmazonMSK", r"Provisioned storage throughput", "AmazonMSK", "storage throughput", "MiBps-month"),
    Name("AmazonMSK", r"Serverless cluster", "AmazonMSK", "serverless cluster", "hour"),
    Name("AmazonMSK", r"Serverless partition", "AmazonMSK", "serverless partition", "hour"),
    Name("AmazonMSK", r"Serverless (data in|data out)", "AmazonMSK", r"serverless \1", "GB"),
    Name("AmazonMSK", r"Serverless storage", "AmazonMSK", "serverless storage", "GB-month"),
    Name("AmazonMSK", r"MSK Connect unit \(MCU\)", "AmazonMSK", "connect unit", "hour"),
    Name("AmazonKinesis", r"Provisioned shard", "AmazonKinesis", "shard", "hour"),
    Name("AmazonKinesis", r"PUT payload unit.*", "AmazonKinesis", "PUT units", "1M units"),
    Name("AmazonKinesis", r"On-demand stream", "AmazonKinesis", "on-demand stream", "hour"),
    Name("AmazonKinesis", r"On-demand data ingested", "AmazonKinesis", "on-demand data in", "GB"),
    Name("AmazonKinesis", r"On-demand data retrieval", "AmazonKinesis", "on-demand data out", "GB"),
    Name("AmazonKinesis", r"Enhanced fan-out", "AmazonKinesis", "fan-out consumer", "hour"),
    Name("AmazonKinesis", r"Long-term retention \(7D\+\)", "AmazonKinesis", "long-term retention", "GB-month"),
    Name("AmazonKinesisFirehose", r"Data ingested \(first (?:tier|500TB)\)", "AmazonKinesisFirehose", "ingest", "GB"),
    Name("AmazonKinesisFirehose", r"Data ingested \(next 1\.5PB\)", "AmazonKinesisFirehose", "ingest", "GB", "1", "512000"),
    Name("AmazonKinesisFirehose", r"Data ingested \(next 3PB\)", "AmazonKinesisFirehose", "ingest", "GB", "1", "2048000"),
    Name("AmazonKinesisFirehose", r"Format conversion", "AmazonKinesisFirehose", "format conversion", "GB"),
    Name("AmazonKinesisFirehose", r"Dynamic partitioning delivery to S3", "AmazonKinesisFirehose", "dynamic partitioning", "GB"),
    Name("AmazonKinesisAnalytics (Flink)", r"Processing \(stream\)", "AmazonKinesisAnalytics", "KPU", "hour"),
    Name("AmazonKinesisAnalytics (Flink)", r"Running storage", "AmazonKinesisAnalytics", "running storage", "GB-month"),
    Name("AmazonKinesisAnalytics (Flink)", r"Backup", "AmazonKinesisAnalytics", "backup", "GB-month"),
]  # fmt: skip

_WATCH = [
    Name("AmazonCloudWatch", r"Data ingested|DataProcessing-Bytes|\$[\d.]+ per GB custom log data ingested in Standard.*", "AmazonCloudWatch", "logs", "GB"),
    Name("AmazonCloudWatch", r"Archival Storage|TimedStorage-ByteHrs|\$[\d.]+ per GB-mo of log storage.*", "AmazonCloudWatch", "log storage", "GB-month"),
    Name("AmazonCloudWatch", r"VendedLog-Bytes", "AmazonCloudWatch", "vended logs", "GB"),
    Name("AmazonCloudWatch", r"VendedLog-Bytes from 10240", "AmazonCloudWatch", "vended logs", "GB", "1", "10240"),
    Name("AmazonCloudWatch", r"VendedLog-Bytes from 30720", "AmazonCloudWatch", "vended logs", "GB", "1", "30720"),
    Name("AmazonCloudWatch", r"VendedLog-Bytes from 51200", "AmazonCloudWatch", "vended logs", "GB", "1", "51200"),
    Name("AmazonCloudWatch", r"CW:AlarmMonitorUsage|\$[\d.]+ per alarm metric month \(standard resolution\).*", "AmazonCloudWatch", "alarm", "alarm-month"),
    Name("AmazonCloudWatch", r"High resolution", "AmazonCloudWatch", "high-resolution alarm", "alarm-month"),
    Name("AmazonCloudWatch", r"Dashboard", "AmazonCloudWatch", "dashboard", "month"),
    Name("AmazonCloudWatch", r"CW:MetricMonitorUsage|\$[\d.]+ per metric-month for the first 10,000 metrics.*", "AmazonCloudWatch", "metric", "metric-month"),
    Name("AmazonCloudWatch", r"CW:MetricMonitorUsage from 10000", "AmazonCloudWatch", "metric", "metric-month", "1", "10000"),
    Name("AmazonCloudWatch", r"CW:MetricMonitorUsage from 250000", "AmazonCloudWatch", "metric", "metric-month", "1", "250000"),
    Name("AmazonCloudWatch", r"CW:MetricMonitorUsage from 1000000", "AmazonCloudWatch", "metric", "metric-month", "1", "1000000"),
    Name("AWSCloudTrail", r"Data events", "AWSCloudTrail", "data events", "100k events"),
    Name("AWSCloudTrail", r"Insight events", "AWSCloudTrail", "insight events", "100k events"),
    Name("AWSCloudTrail", r"Management events \(additional copies\)", "AWSCloudTrail", "management events", "100k events"),
    Name("AWSConfig", r"Config items", "AWSConfig", "configuration items", "record"),
    Name("AWSConfig", r"Rule evaluations \(first 100K\)", "AWSConfig", "rule evaluations", "evaluation"),
    Name("AWSConfig", r"Rule evaluations \(next 400K\)", "AWSConfig", "rule evaluations", "evaluation", "1", "100000"),
    Name("AWSConfig", r"Rule evaluations \(over 500K\)", "AWSConfig", "rule evaluations", "evaluation", "1", "500000"),
]  # fmt: skip

_REST = [
    Name("AmazonEKS", r"EKS cluster(?: \(standard support\))?|Amazon EKS cluster usage.*", "AmazonEKS", "cluster (standard support)", "hour"),
    Name("AmazonEKS", r"EKS cluster \(extended support\)", "AmazonEKS", "cluster (extended support)", "hour"),
    Name("AWSFargate", r"vCPU.*|AWS Fargate - vCPU.*", "AWSFargate", "vCPU", "hour"),
    Name("AWSFargate", r"memory.*|AWS Fargate - Memory.*", "AWSFargate", "memory", "GB-hour"),
    Name("AWSKMS", r"Customer master key|\$1 per customer managed KMS key version.*", "AWSKMS", "key", "month"),
    Name("AWSKMS", r"Requests", "AWSKMS", "requests", "10k requests"),
    Name("AWSKMS", r"Requests \(asymmetric\)", "AWSKMS", "asymmetric requests", "10k requests"),
    Name("AWSSecretsManager", r"Secret", "AWSSecretsManager", "secret", "month"),
    Name("AWSSecretsManager", r"API requests", "AWSSecretsManager", "API requests", "10k requests"),
    Name("AWSSystemsManager", r"API interactions \(advanced\)", "AWSSystemsManager", "parameter interactions", "10k requests"),
    Name("AWSLambda", r"Requests", "AWSLambda", "requests", "1M requests"),
    Name("AWSLambda", r"AWS Lambda - Total Requests.*", "AWSLambda", "requests", "1M requests", "1000000"),
    Name("AWSLambda", r"Duration \(first 6B\)|AWS Lambda - Total Compute - .*-Tier-1", "AWSLambda", "x86 duration", "GB-second"),
    Name("AWSLambda", r"Duration \(next 9B\)", "AWSLambda", "x86 duration", "GB-second", "1", "6000000000"),
    Name("AWSLambda", r"Duration \(over 15B\)", "AWSLambda", "x86 duration", "GB-second", "1", "15000000000"),
    Name("AWSLambda", r"Duration \(first 7\.5B\)", "AWSLambda", "arm duration", "GB-second"),
    Name("AWSLambda", r"Duration \(next 11\.25B\)", "AWSLambda", "arm duration", "GB-second", "1", "7500000000"),
    Name("AWSLambda", r"Duration \(over 18\.75B\)", "AWSLambda", "arm duration", "GB-second", "1", "18750000000"),
    Name("AWSLambda", r"Ephemeral storage", "AWSLambda", "ephemeral storage", "GB-second"),
    Name("AWSStepFunctions", r"Transitions", "AWSStepFunctions", "transitions", "1k transitions"),
    Name("AWSStepFunctions", r"\$0\.000025 per state transition", "AWSStepFunctions", "transitions", "1k transitions", "1000"),
    Name("AWSStepFunctions", r"Requests", "AWSStepFunctions", "express requests", "1M requests"),
    Name("AWSStepFunctions", r"Duration \(first 1K\)", "AWSStepFunctions", "express duration", "GB-hour"),
    Name("AWSStepFunctions", r"Duration \(next 4K\)", "AWSStepFunctions", "express duration", "GB-hour", "1", "1000"),
    Name("AWSStepFunctions", r"Duration \(over 5K\)", "AWSStepFunctions", "express duration", "GB-hour", "1", "5000"),
    Name("AmazonEMR Serverless", r"vCPU", "AmazonEMRServerless", "vCPU", "hour"),
    Name("AmazonEMR Serverless", r"memory", "AmazonEMRServerless", "memory", "GB-hour"),
    Name("AmazonEMR Serverless", r"ephemeral storage above 20 GB", "AmazonEMRServerless", "storage", "GB-hour"),
    Name("AWSGlue", r"Duration", "AWSGlue", "DPU", "hour"),
    Name("AWSGlue", r"Storage", "AWSGlue", "catalog objects", "100k objects"),
    Name("AWSGlue", r"Requests", "AWSGlue", "catalog requests", "1M requests"),
    Name("AmazonTranscribe", r"Standard batch transcription \(tier 1\)", "AmazonTranscribe", "batch", "minute"),
    Name("AmazonTranscribe", r"PII redaction add-on", "AmazonTranscribe", "redaction", "minute"),
    Name("AmazonRekognition", r"Image analysis Group 1 and 2 APIs, first 1M", "AmazonRekognition", "image", "image"),
    Name("AmazonRekognition", r"Stored video .*", "AmazonRekognition", "video", "minute"),
    Name("AmazonRekognition", r"Custom Labels inference", "AmazonRekognition", "custom labels inference", "hour"),
    Name("AmazonECR", r"Storage|\$0\.10 per GB-month of data storage", "AmazonECR", "storage", "GB-month"),
    Name("AmazonEFS", r"Storage \(standard\)", "AmazonEFS", "standard storage", "GB-month"),
    Name("AmazonEFS", r"Storage \(one zone\)", "AmazonEFS", "one zone storage", "GB-month"),
    Name("AmazonEFS", r"Storage \(standard, infrequent access\)", "AmazonEFS", "standard infrequent storage", "GB-month"),
    Name("AmazonEFS", r"Storage \(one zone, infrequent access\)", "AmazonEFS", "one zone infrequent storage", "GB-month"),
    Name("AmazonEFS", r"Provisioned throughput", "AmazonEFS", "provisioned throughput", "MiBps-month"),
    Name("AmazonEFS", r"USD \$0\.03 per GB for Elastic Throughput reads.*", "AmazonEFS", "elastic reads", "GB"),
    Name("AmazonEFS", r"(Read|Write) requests \(infrequent access\)", "AmazonEFS", r"infrequent \1", "GB"),
    Name("AmazonSNS", r"API requests \(over 1M\)", "AmazonSNS", "requests", "1M requests", "1", "1"),
    Name("AmazonSNS", r"HTTP/HTTPS notifications \(over 100k\)", "AmazonSNS", "HTTP notifications", "100k notifications", "1", "1"),
    Name("AmazonSQS", r"\$0\.40 per million Amazon SQS standard requests.*", "AmazonSQS", "standard requests", "1M requests", "1000000"),
    Name("AmazonRoute53", r"Hosted zone", "AmazonRoute53", "hosted zone", "month"),
    Name("AmazonRoute53", r"Standard queries \(first 1B\)", "AmazonRoute53", "queries", "1M queries"),
]  # fmt: skip

NAMES: tuple[Name, ...] = (*_s3(), *_ebs(), *_NETWORK, *_DATABASES, *_STREAMS, *_WATCH, *_REST)
