import json
from datetime import date
from decimal import Decimal

import pytest

from apex.errors import InputError
from apex.plan import UNKNOWN
from components import kubernetes_cluster
from components.cluster_access import ClusterPermission
from components.eks_versions import VERSIONS, addon_versions, problem_with_version
from components.kubeconfig import kubeconfig
from components.kubernetes_cluster import KubernetesCluster

TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch):
    class Clock(kubernetes_cluster.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(TODAY.year, TODAY.month, TODAY.day, tzinfo=tz)

    monkeypatch.setattr(kubernetes_cluster, "datetime", Clock)


@pytest.fixture
def args(cost_tags):
    return {
        "tags": cost_tags,
        "version": "1.34",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "system_instance_types": ["m6i.large"],
        "system_min_size": 2,
        "system_max_size": 4,
    }


@pytest.fixture
def refusal(args):
    def refuse(**changes):
        registered = []
        with pytest.raises(InputError) as error:
            KubernetesCluster("main", {**args, **changes})
            registered.append(True)
        assert not registered
        return str(error.value)

    return refuse


def test_children_and_parents_are_the_contract_with_existing_stacks(provision, args):
    access = [
        {"name": "ops", "principal_arn": "arn:aws:iam::123456789012:role/ops", "permission": ClusterPermission.ADMIN}
    ]
    recording = provision(lambda: KubernetesCluster("main", {**args, "access": access}))
    tags = ("cost-center", "data-modality", "environment", "managed-by", "project", "team")
    assert sorted(recording.tree()) == sorted(
        [
            "apex-dev > apex:index:KubernetesCluster main",
            "main > aws:cloudwatch/logGroup:LogGroup main-logs",
            "main > aws:ec2/launchTemplate:LaunchTemplate main-system-template",
            "main > aws:eks/accessEntry:AccessEntry main-access-ops",
            "main > aws:eks/accessPolicyAssociation:AccessPolicyAssociation main-access-ops-policy",
            "main > aws:eks/addon:Addon main-aws-ebs-csi-driver",
            "main > aws:eks/addon:Addon main-coredns",
            "main > aws:eks/addon:Addon main-eks-pod-identity-agent",
            "main > aws:eks/addon:Addon main-kube-proxy",
            "main > aws:eks/addon:Addon main-metrics-server",
            "main > aws:eks/addon:Addon main-vpc-cni",
            "main > aws:eks/cluster:Cluster main-cluster",
            "main > aws:eks/nodeGroup:NodeGroup main-system",
            "main > aws:iam/openIdConnectProvider:OpenIdConnectProvider main-oidc",
            "main > aws:iam/role:Role main-aws-ebs-csi-driver-role",
            "main > aws:iam/role:Role main-node-role",
            "main > aws:iam/role:Role main-role",
            "main > aws:iam/role:Role main-vpc-cni-role",
            "main > aws:iam/rolePolicyAttachment:RolePolicyAttachment main-aws-ebs-csi-driver-role-volumes",
            "main > aws:iam/rolePolicyAttachment:RolePolicyAttachment main-node-role-images",
            "main > aws:iam/rolePolicyAttachment:RolePolicyAttachment main-node-role-worker",
            "main > aws:iam/rolePolicyAttachment:RolePolicyAttachment main-role-cluster",
            "main > aws:iam/rolePolicyAttachment:RolePolicyAttachment main-vpc-cni-role-network",
            "main > aws:kms/alias:Alias main-key-alias",
            "main > aws:kms/key:Key main-key",
            "main > kubernetes:storage.k8s.io/v1:StorageClass main-gp3",
            "main > pulumi:providers:kubernetes main-kubernetes",
            *(f"main > aws:autoscaling/tag:Tag main-system-asg-{tag}" for tag in tags),
        ]
    )


def test_the_control_plane_is_private_encrypted_and_logged(provision, args):
    recording = provision(lambda: KubernetesCluster("main", args))
    cluster = recording.one("main-cluster").inputs
    assert cluster["name"] == "main"
    assert cluster["version"] == "1.34"
    assert cluster["vpcConfig"] == {
        "subnetIds": ["subnet-a", "subnet-b"],
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
    }
    assert cluster["encryptionConfig"] == {
        "provider": {"keyArn": "arn:aws:kms:us-east-1:123456789012:main-key"},
        "resources": ["secrets"],
    }
    assert cluster["accessConfig"] == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True}
    assert cluster["enabledClusterLogTypes"] == ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    assert cluster["bootstrapSelfManagedAddons"] is False
    assert cluster["upgradePolicy"] == {"supportType": "STANDARD"}
    logs = recording.one("main-logs").inputs
    assert (logs["name"], logs["retentionInDays"]) == ("/aws/eks/main/cluster", 30)
    assert logs["kmsKeyId"] == "arn:aws:kms:us-east-1:123456789012:main-key"
    key = recording.one("main-key").inputs
    assert key["enableKeyRotation"] is True
    _, logging, control_plane = json.loads(key["policy"])["Statement"]
    assert control_plane["Principal"]["AWS"].startswith("arn:aws:iam::123456789012:role/main-role")
    assert "kms:Decrypt" in control_plane["Action"]
    assert logging["Condition"]["ArnEquals"] == {
        "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/eks/main/cluster"
    }


def test_the_endpoint_is_public_only_for_networks_that_are_named(provision, args):
    public = {**args, "public_access_cidrs": ["203.0.113.0/24"]}
    vpc = provision(lambda: KubernetesCluster("main", public)).one("main-cluster").inputs["vpcConfig"]
    assert (vpc["endpointPublicAccess"], vpc["publicAccessCidrs"]) == (True, ["203.0.113.0/24"])


def test_every_taggable_child_and_all_it_launches_carry_the_cost_tags(provision, args, cost_tags):
    recording = provision(lambda: KubernetesCluster("main", args))
    assert recording.untagged(cost_tags) == []
    template = recording.one("main-system-template").inputs
    specifications = {each["resourceType"]: each["tags"] for each in template["tagSpecifications"]}
    assert sorted(specifications) == ["instance", "network-interface", "volume"]
    assert all(cost_tags.items() <= tags.items() for tags in specifications.values())
    propagated = [each.inputs["tag"] for each in recording.of("aws:autoscaling/tag:Tag")]
    assert cost_tags.items() <= {each["key"]: each["value"] for each in propagated}.items()
    assert all(each["propagateAtLaunch"] for each in propagated)
    storage = recording.one("main-gp3").inputs
    written = {value for key, value in storage["parameters"].items() if key.startswith("tagSpecification_")}
    assert {f"{key}={value}" for key, value in cost_tags.items()} <= written
    assert (storage["parameters"]["type"], storage["parameters"]["encrypted"]) == ("gp3", "true")
    driver = json.loads(recording.one("main-aws-ebs-csi-driver").inputs["configurationValues"])
    assert cost_tags.items() <= driver["controller"]["extraVolumeTags"].items()


def test_system_nodes_are_tainted_and_their_role_is_out_of_reach_of_pods(provision, args):
    recording = provision(lambda: KubernetesCluster("main", args))
    nodes = recording.one("main-system")
    assert nodes.inputs["taints"] == [{"key": "CriticalAddonsOnly", "value": "true", "effect": "NO_SCHEDULE"}]
    assert nodes.inputs["scalingConfig"] == {"minSize": 2, "maxSize": 4, "desiredSize": 2}
    assert nodes.inputs["amiType"] == "AL2023_x86_64_STANDARD"
    assert nodes.ignore_changes == ("scalingConfig.desiredSize",)
    template = recording.one("main-system-template").inputs
    assert template["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
        "instanceMetadataTags": "disabled",
    }
    assert template["blockDeviceMappings"] == [
        {
            "deviceName": "/dev/xvda",
            "ebs": {"volumeType": "gp3", "volumeSize": 50, "encrypted": "true", "deleteOnTermination": "true"},
        }
    ]


def test_graviton_nodes_take_the_graviton_image(provision, args):
    graviton = {**args, "system_instance_types": ["m7g.large", "c6gn.large"]}
    nodes = provision(lambda: KubernetesCluster("main", graviton)).one("main-system").inputs
    assert nodes["amiType"] == "AL2023_ARM_64_STANDARD"


def test_addons_are_pinned_and_call_aws_by_roles_of_their_own(provision, args):
    changed = {**args, "addon_versions": {"coredns": "v1.12.9-eksbuild.1"}}
    recording = provision(lambda: KubernetesCluster("main", changed))
    addons = {each.inputs["addonName"]: each.inputs for each in recording.of("aws:eks/addon:Addon")}
    expected = addon_versions(VERSIONS["1.34"]) | {"coredns": "v1.12.9-eksbuild.1"}
    assert {name: each["addonVersion"] for name, each in addons.items()} == expected
    assert addons["vpc-cni"]["podIdentityAssociations"] == [
        {"roleArn": "arn:aws:iam:us-east-1:123456789012:main-vpc-cni-role", "serviceAccount": "aws-node"}
    ]
    # Without this NetworkPolicies are accepted and enforced by nobody.
    assert json.loads(addons["vpc-cni"]["configurationValues"]) == {"enableNetworkPolicy": "true"}
    node_policies = [
        each.inputs["policyArn"]
        for each in recording.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if each.name.startswith("main-node-role")
    ]
    assert sorted(node_policies) == [
        "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
        "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy",
    ]


def test_access_is_scoped_to_namespaces(provision, args):
    access = [
        {
            "name": "vision",
            "principal_arn": "arn:aws:iam::123456789012:role/vision",
            "permission": "AmazonEKSEditPolicy",
            "namespaces": ["vision"],
        }
    ]
    association = provision(lambda: KubernetesCluster("main", {**args, "access": access})).one(
        "main-access-vision-policy"
    )
    assert association.inputs["accessScope"] == {"type": "namespace", "namespaces": ["vision"]}
    assert association.inputs["policyArn"] == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"


def test_a_team_s_role_is_tied_to_the_groups_of_its_namespace(provision, args):
    role = "arn:aws:iam::123456789012:role/vision"
    access = [{"name": "vision", "principal_arn": role, "kubernetes_groups": ["vision-developers"]}]
    recording = provision(lambda: KubernetesCluster("main", {**args, "access": access}))
    entry = recording.one("main-access-vision").inputs
    assert (entry["principalArn"], entry["kubernetesGroups"]) == (role, ["vision-developers"])
    assert recording.of("aws:eks/accessPolicyAssociation:AccessPolicyAssociation") == []


def test_at_preview_the_plan_is_whole_and_computed_outputs_are_unknown(provision, args, unknown):
    recording = provision(lambda: KubernetesCluster("main", {**args, "subnet_ids": unknown()}), preview=True)
    assert recording.one("main-cluster").inputs["vpcConfig"]["subnetIds"] is UNKNOWN
    assert recording.one("main-system").inputs["instanceTypes"] == ["m6i.large"]
    assert recording.outputs["kubeconfig"] is UNKNOWN
    assert recording.outputs["cluster_name"] == "main"


def test_the_storage_class_goes_to_the_cluster_itself(provision, args):
    recording = provision(lambda: KubernetesCluster("main", args))
    assert "pulumi:providers:kubernetes::main-kubernetes" in recording.one("main-gp3").provider


def test_the_kubeconfig_holds_no_secret_and_asks_for_a_token():
    config = json.loads(kubeconfig("main", "arn:aws:eks:eu-west-1:123456789012:cluster/main", "https://x", "Y2E="))
    assert config["clusters"][0]["cluster"] == {"server": "https://x", "certificate-authority-data": "Y2E="}
    user = config["users"][0]["user"]
    assert list(user) == ["exec"]
    assert user["exec"]["args"] == [
        "--region", "eu-west-1", "eks", "get-token", "--cluster-name", "main", "--output", "json",
    ]  # fmt: skip


def test_sizes_may_arrive_as_floats(provision, args):
    nodes = provision(lambda: KubernetesCluster("main", {**args, "system_min_size": 3.0})).one("main-system")
    assert nodes.inputs["scalingConfig"]["minSize"] == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "1.12"}, 'main.version: "1.12" is not an EKS version known here; use one of 1.33, 1.34, 1.35'),
        (
            {"version": "1.32"},
            'main.version: "1.32" left standard support on 2026-03-23 and costs six times as much per hour since; '
            "use one of 1.33, 1.34, 1.35, or set extended_support",
        ),
        (
            {"system_min_size": 5},
            "main.system_max_size: 4 is below system_min_size 5; raise it or lower the other",
        ),
        (
            {"system_instance_types": ["m7g.large", "m6i.large"]},
            "main.system_instance_types: ['m7g.large', 'm6i.large'] mixes x86 and Graviton, which take different "
            "images; name only one kind",
        ),
        ({"system_instance_types": []}, "main.system_instance_types: is empty; name at least one instance type"),
        (
            {"access": [{"name": "ops", "principal_arn": "arn"}]},
            "main.access[0].permission: and kubernetes_groups are both missing; name one of them",
        ),
        (
            {"access": [{"name": "ops", "principal_arn": "arn", "kubernetes_groups": ["system:masters"]}]},
            'main.access[0].kubernetes_groups: "system:masters" is a group of Kubernetes itself; name a team\'s own',
        ),
        (
            {"access": [{"name": "ops", "principal_arn": "arn", "kubernetes_groups": ["a"], "namespaces": ["a"]}]},
            "main.access[0].namespaces: bound a permission, and there is none; name one or leave them out",
        ),
        (
            {
                "access": [
                    {
                        "name": "ops",
                        "principal_arn": "arn",
                        "permission": ClusterPermission.CLUSTER_ADMIN,
                        "namespaces": ["vision"],
                    }
                ]
            },
            "main.access[0].permission: AmazonEKSClusterAdminPolicy knows no namespaces; use AmazonEKSAdminPolicy",
        ),
        (
            {"access": [{"name": "ops", "principal_arn": "arn", "permission": "root"}]},
            'main.access[0].permission: "root" is not known; use one of AmazonEKSViewPolicy, AmazonEKSEditPolicy, '
            "AmazonEKSAdminPolicy, AmazonEKSClusterAdminPolicy",
        ),
        (
            {"access": [{"name": "ops", "principal_arn": "arn", "kubernetes_groups": ["a"]}] * 2},
            'main.access[1].name: "ops" cannot name one entry; use distinct names of a-z, 0-9 and -',
        ),
        (
            {"public_access_cidrs": ["0.0.0.0/0"]},
            'main.public_access_cidrs: "0.0.0.0/0" is the whole internet; name your own networks, or none',
        ),
        (
            {"log_retention_days": 45},
            "main.log_retention_days: 45 is not a retention CloudWatch Logs has; use 60",
        ),
        (
            {"cluster_name": "my cluster"},
            'main.cluster_name: "my cluster" is not an EKS name; use at most 100 letters, digits, - and _',
        ),
        ({"system_max_size": 2.5}, "main.system_max_size: 2.5 is not a whole number; write one, such as 4"),
    ],
)
def test_refusals(refusal, changes, message):
    assert refusal(**changes) == message


def test_a_misspelt_argument_is_refused(refusal):
    assert refusal(log_retention=30).startswith(
        "main.log_retention: is not an argument; use one of access, addon_versions"
    )


def test_missing_cost_tags_are_refused(refusal):
    assert refusal(tags={}).splitlines()[0] == "tags.cost-center: missing; add cost-center to the cost tags"


@pytest.mark.parametrize(
    ("version", "extended", "today", "problem"),
    [
        ("1.34", False, date(2026, 12, 2), None),
        ("1.34", False, date(2026, 12, 3), "left standard support on 2026-12-02"),
        ("1.34", True, date(2026, 12, 3), None),
        ("1.34", True, date(2027, 12, 3), "left extended support on 2027-12-02"),
        ("1.35", False, date(2030, 1, 1), "add the newer ones to components/eks_versions.py"),
    ],
)
def test_support_ends_on_a_day(version, extended, today, problem):
    found = problem_with_version(version, extended, today)
    assert (found is None) if problem is None else (problem in found)


def test_support_windows_are_in_order():
    rows = list(VERSIONS.values())
    assert [Decimal(row.version) for row in rows] == sorted(Decimal(row.version) for row in rows)
    assert all(row.standard_until < row.extended_until for row in rows)
    assert all(row.kube_proxy.startswith(f"v{row.version}.") for row in rows)
