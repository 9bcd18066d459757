"""The engine, the AWS and the Kubernetes of a machine that has none. Nothing imports it; make starts it."""
