"""Which changes make the service build a new resource.

The SDK's documentation says it for some properties; for the rest of what people run, this table does. Its source is
the ForceNew flag of the same arguments in terraform-provider-aws, on which the real provider stands.
"""

from sandbox.aws.schema import Property

# A name identifies a resource in almost every service; these rename in place, or treat it as a label.
_RENAMED_IN_PLACE = frozenset(
    {
        "aws:lightsail/instance:Instance",
        "aws:servicecatalog/portfolio:Portfolio",
        "aws:apigateway/restApi:RestApi",
        "aws:apigatewayv2/api:Api",
        "aws:cognito/userPoolClient:UserPoolClient",
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
        "aws:iam/group:Group",
        "aws:iam/user:User",
        "aws:route53/resolverEndpoint:ResolverEndpoint",
        "aws:route53/resolverRule:ResolverRule",
        "aws:appsync/graphQLApi:GraphQLApi",
        "aws:backup/reportPlan:ReportPlan",
        "aws:backup/plan:Plan",
        "aws:ssoadmin/application:Application",
        "aws:rds/instance:Instance",
    }
)

_TABLE: dict[str, frozenset[str]] = {
    "aws:budgets/budget:Budget": frozenset({"budgetType", "accountId"}),
    "aws:cloudwatch/logGroup:LogGroup": frozenset({"logGroupClass"}),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": frozenset(
        {"monitorDimension", "monitorSpecification", "monitorType"}
    ),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": frozenset({"accountId"}),
    "aws:dynamodb/table:Table": frozenset({"hashKey", "rangeKey", "importTable", "localSecondaryIndexes"}),
    "aws:ebs/volume:Volume": frozenset({"availabilityZone", "encrypted", "kmsKeyId", "snapshotId", "outpostArn"}),
    "aws:ec2/eip:Eip": frozenset({"domain", "publicIpv4Pool", "networkBorderGroup", "customerOwnedIpv4Pool"}),
    "aws:ec2/flowLog:FlowLog": frozenset(
        {
            "deliverCrossAccountRole",
            "destinationOptions",
            "eniId",
            "iamRoleArn",
            "logDestination",
            "logDestinationType",
            "logFormat",
            "maxAggregationInterval",
            "subnetId",
            "trafficType",
            "vpcId",
            "transitGatewayId",
            "transitGatewayAttachmentId",
        }
    ),
    "aws:ec2/instance:Instance": frozenset(
        {
            "ami",
            "associatePublicIpAddress",
            "availabilityZone",
            "hibernation",
            "keyName",
            "placementGroup",
            "privateIp",
            "subnetId",
            "tenancy",
            "networkInterfaces",
            "ephemeralBlockDevices",
        }
    ),
    "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment": frozenset({"internetGatewayId", "vpcId"}),
    "aws:ec2/launchTemplate:LaunchTemplate": frozenset({"namePrefix"}),
    "aws:ec2/natGateway:NatGateway": frozenset(
        {"allocationId", "subnetId", "connectivityType", "privateIp", "availabilityMode", "vpcId"}
    ),
    "aws:ec2/networkAcl:NetworkAcl": frozenset({"vpcId"}),
    "aws:ec2/route:Route": frozenset(
        {
            "routeTableId",
            "destinationCidrBlock",
            "destinationIpv6CidrBlock",
            "destinationPrefixListId",
        }
    ),
    "aws:ec2/routeTable:RouteTable": frozenset({"vpcId"}),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": frozenset({"subnetId", "gatewayId"}),
    "aws:ec2/securityGroup:SecurityGroup": frozenset({"description", "vpcId", "namePrefix"}),
    "aws:ec2/securityGroupRule:SecurityGroupRule": frozenset(
        {
            "cidrBlocks",
            "fromPort",
            "ipv6CidrBlocks",
            "prefixListIds",
            "protocol",
            "securityGroupId",
            "self",
            "sourceSecurityGroupId",
            "toPort",
            "type",
        }
    ),
    "aws:ec2/subnet:Subnet": frozenset(
        {
            "availabilityZone",
            "availabilityZoneId",
            "cidrBlock",
            "vpcId",
            "ipv6Native",
            "outpostArn",
            "ipv4IpamPoolId",
            "ipv6IpamPoolId",
            "ipv4NetmaskLength",
            "ipv6NetmaskLength",
        }
    ),
    "aws:ec2/vpc:Vpc": frozenset({"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": frozenset(
        {"serviceName", "serviceRegion", "vpcEndpointType", "vpcId", "resourceConfigurationArn"}
    ),
    "aws:ecr/repository:Repository": frozenset({"encryptionConfigurations"}),
    "aws:efs/fileSystem:FileSystem": frozenset(
        {"availabilityZoneName", "creationToken", "encrypted", "kmsKeyId", "performanceMode"}
    ),
    "aws:efs/mountTarget:MountTarget": frozenset({"fileSystemId", "ipAddress", "subnetId"}),
    "aws:eks/accessEntry:AccessEntry": frozenset({"clusterName", "principalArn", "type"}),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": frozenset(
        {"accessScope", "clusterName", "policyArn", "principalArn"}
    ),
    "aws:eks/addon:Addon": frozenset({"addonName", "clusterName"}),
    "aws:eks/cluster:Cluster": frozenset(
        {
            "accessConfig.bootstrapClusterCreatorAdminPermissions",
            "bootstrapSelfManagedAddons",
            "kubernetesNetworkConfig.ipFamily",
            "kubernetesNetworkConfig.serviceIpv4Cidr",
            "outpostConfig",
            "roleArn",
            "encryptionConfig.resources",
            "encryptionConfig.provider",
        }
    ),
    "aws:eks/nodeGroup:NodeGroup": frozenset(
        {
            "amiType",
            "capacityType",
            "clusterName",
            "diskSize",
            "instanceTypes",
            "nodeGroupName",
            "nodeGroupNamePrefix",
            "nodeRoleArn",
            "remoteAccess",
            "subnetIds",
            "launchTemplate.id",
            "launchTemplate.name",
        }
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": frozenset({"clusterName", "namespace", "serviceAccount"}),
    "aws:elasticache/cluster:Cluster": frozenset({"clusterId", "subnetGroupName", "port", "snapshotArns"}),
    "aws:elasticache/replicationGroup:ReplicationGroup": frozenset(
        {"replicationGroupId", "atRestEncryptionEnabled", "kmsKeyId", "port", "subnetGroupName"}
    ),
    "aws:glue/catalogTable:CatalogTable": frozenset({"databaseName", "catalogId"}),
    "aws:glue/schema:Schema": frozenset({"schemaName", "registryArn", "dataFormat"}),
    "aws:glue/registry:Registry": frozenset({"registryName"}),
    "aws:iam/instanceProfile:InstanceProfile": frozenset({"path", "namePrefix"}),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": frozenset({"url"}),
    "aws:iam/policy:Policy": frozenset({"description", "path", "namePrefix"}),
    "aws:iam/role:Role": frozenset({"path", "namePrefix"}),
    "aws:iam/rolePolicy:RolePolicy": frozenset({"role", "namePrefix"}),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": frozenset({"role", "policyArn"}),
    "aws:kms/alias:Alias": frozenset({"namePrefix"}),
    "aws:kms/grant:Grant": frozenset({"keyId", "granteePrincipal", "operations", "constraints", "retiringPrincipal"}),
    "aws:kms/key:Key": frozenset({"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"}),
    "aws:lambda/function:Function": frozenset({"packageType"}),
    "aws:lambda/permission:Permission": frozenset(
        {
            "action",
            "eventSourceToken",
            "function",
            "functionUrlAuthType",
            "principal",
            "principalOrgId",
            "qualifier",
            "sourceAccount",
            "sourceArn",
            "statementId",
            "statementIdPrefix",
        }
    ),
    "aws:lb/listener:Listener": frozenset({"loadBalancerArn"}),
    "aws:lb/loadBalancer:LoadBalancer": frozenset({"internal", "loadBalancerType", "namePrefix"}),
    "aws:lb/targetGroup:TargetGroup": frozenset(
        {"port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType", "namePrefix"}
    ),
    "aws:msk/cluster:Cluster": frozenset(
        {
            "brokerNodeGroupInfo.azDistribution",
            "brokerNodeGroupInfo.clientSubnets",
            "brokerNodeGroupInfo.securityGroups",
            "clusterName",
            "encryptionInfo.encryptionAtRestKmsKeyArn",
            "encryptionInfo.encryptionInTransit.inCluster",
        }
    ),
    "aws:msk/configuration:Configuration": frozenset({"kafkaVersions"}),
    "aws:msk/serverlessCluster:ServerlessCluster": frozenset({"clientAuthentication", "clusterName", "vpcConfigs"}),
    "aws:msk/topic:Topic": frozenset({"clusterArn", "topicName", "replicationFactor"}),
    "aws:msk/scramSecretAssociation:ScramSecretAssociation": frozenset({"clusterArn"}),
    "aws:opensearch/domain:Domain": frozenset({"domainName"}),
    "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy": frozenset({"type"}),
    "aws:opensearch/serverlessCollection:ServerlessCollection": frozenset({"type", "standbyReplicas"}),
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": frozenset({"type"}),
    "aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint": frozenset({"vpcId"}),
    "aws:rds/cluster:Cluster": frozenset(
        {
            "availabilityZones",
            "clusterIdentifier",
            "databaseName",
            "dbSubnetGroupName",
            "engine",
            "kmsKeyId",
            "masterUsername",
            "snapshotIdentifier",
            "storageEncrypted",
            "sourceRegion",
        }
    ),
    "aws:rds/clusterInstance:ClusterInstance": frozenset(
        {"availabilityZone", "clusterIdentifier", "dbSubnetGroupName", "engine", "identifier"}
    ),
    "aws:rds/instance:Instance": frozenset(
        {
            "availabilityZone",
            "backupTarget",
            "characterSetName",
            "dbName",
            "engine",
            "kmsKeyId",
            "ncharCharacterSetName",
            "storageEncrypted",
            "timezone",
            "username",
            "snapshotIdentifier",
        }
    ),
    "aws:rds/subnetGroup:SubnetGroup": frozenset({"namePrefix"}),
    "aws:s3/bucket:Bucket": frozenset({"bucket", "bucketPrefix", "bucketNamespace", "objectLockEnabled"}),
    "aws:s3/bucketV2:BucketV2": frozenset({"bucket", "bucketPrefix", "objectLockEnabled"}),
    "aws:secretsmanager/secret:Secret": frozenset({"namePrefix"}),
    "aws:secretsmanager/secretVersion:SecretVersion": frozenset({"secretId", "secretString", "secretBinary"}),
    "aws:sns/topic:Topic": frozenset({"fifoTopic", "namePrefix"}),
    "aws:sns/topicSubscription:TopicSubscription": frozenset({"endpoint", "protocol", "topic"}),
    "aws:sqs/queue:Queue": frozenset({"fifoQueue", "namePrefix"}),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": frozenset({"securityGroupId"}),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": frozenset({"securityGroupId"}),
}

# A part belongs to its whole for life: `bucket` of a bucket's configurations, the cluster of a node group.
_WHOLES = frozenset({"bucket", "clusterName", "clusterArn", "vpcId", "region"})


def forces_new(token: str, path: str, prop: Property) -> bool:
    """Whether a change of this path (without list indexes) replaces a resource of this type."""
    if prop.forces_new or path in _TABLE.get(token, ()):
        return True
    if path in _WHOLES:
        return not _updates_in_place(token, path)
    return path == "name" and prop.type.kind == "str" and token not in _RENAMED_IN_PLACE


def _updates_in_place(token: str, path: str) -> bool:
    return (token, path) in {
        ("aws:ec2/internetGateway:InternetGateway", "vpcId"),
        ("aws:route53/zone:Zone", "vpcId"),
    }
