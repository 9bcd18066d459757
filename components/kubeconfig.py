"""The kubeconfig of an EKS cluster."""

import json


def kubeconfig(cluster_name: str, arn: str, endpoint: str, certificate_authority: str) -> str:
    """A kubeconfig for the cluster: no secret in it, `aws eks get-token` is asked for one at each use."""
    region = arn.split(":")[3]
    command = ["--region", region, "eks", "get-token", "--cluster-name", cluster_name, "--output", "json"]
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": cluster_name,
            "clusters": [
                {
                    "name": cluster_name,
                    "cluster": {"server": endpoint, "certificate-authority-data": certificate_authority},
                }
            ],
            "contexts": [{"name": cluster_name, "context": {"cluster": cluster_name, "user": cluster_name}}],
            "users": [
                {
                    "name": cluster_name,
                    "user": {
                        "exec": {
                            "apiVersion": "client.authentication.k8s.io/v1beta1",
                            "command": "aws",
                            "args": command,
                            "interactiveMode": "Never",
                        }
                    },
                }
            ],
        },
        indent=2,
    )
