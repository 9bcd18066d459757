"""The sandbox's Kubernetes provider: what the real one does, on the sandbox's own API server."""
