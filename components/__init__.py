"""Pulumi component resources, one a file: `from components.kafka_cluster import KafkaCluster`."""
