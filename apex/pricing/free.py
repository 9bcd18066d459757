"""Types that are known to cost nothing by themselves, and where that is said.

A type that is neither here nor among the adapters is unpriced: nobody has looked at it.
"""

from collections.abc import Mapping

ALIASES: Mapping[str, str] = {
    "aws:s3/bucketV2:BucketV2": "aws:s3/bucket:Bucket",
    "aws:alb/loadBalancer:LoadBalancer": "aws:lb/loadBalancer:LoadBalancer",
    "aws:applicationloadbalancing/loadBalancer:LoadBalancer": "aws:lb/loadBalancer:LoadBalancer",
    "aws:elasticloadbalancingv2/loadBalancer:LoadBalancer": "aws:lb/loadBalancer:LoadBalancer",
    "aws:elasticloadbalancing/loadBalancer:LoadBalancer": "aws:elb/loadBalancer:LoadBalancer",
    "aws:elasticsearch/domain:Domain": "aws:opensearch/domain:Domain",
    "kubernetes:extensions/v1beta1:Deployment": "kubernetes:apps/v1:Deployment",
    "kubernetes:batch/v1beta1:CronJob": "kubernetes:batch/v1:CronJob",
    "kubernetes:karpenter.sh/v1beta1:NodePool": "kubernetes:karpenter.sh/v1:NodePool",
}  # fmt: skip
"""Older spellings of a type, and the one whose adapter reads it."""

_MODULES: Mapping[str, str] = {
    "pulumi:pulumi": "groups resources; no cloud resource stands behind it",
    "pulumi:providers": "configures the program",
    "aws:iam": "https://aws.amazon.com/iam/ (offered at no additional charge)",
    "aws:appautoscaling": "https://aws.amazon.com/autoscaling/pricing/ (no charge of its own)",
    "aws:costexplorer": "https://aws.amazon.com/aws-cost-management/pricing/ (rules and categories are free)",
    "aws:lakeformation": "https://aws.amazon.com/lake-formation/pricing/ (no charge for permissions and tags)",
    "aws:resourcegroups": "https://aws.amazon.com/resourcegroups/faqs/ (no additional charge)",
    "aws:acm": "https://aws.amazon.com/certificate-manager/pricing/ (public certificates are free)",
    "aws:ram": "https://aws.amazon.com/ram/faqs/ (no additional charge)",
    "random:index": "held in the program's state",
    "tls:index": "held in the program's state",
    "command:local": "runs where the program runs",
    "std:index": "computed in the program",
    "kubernetes:rbac.authorization.k8s.io": "an object in the cluster's API server",
    "kubernetes:networking.k8s.io": "an object in the cluster's API server",
    "kubernetes:policy": "an object in the cluster's API server",
    "kubernetes:scheduling.k8s.io": "an object in the cluster's API server",
    "kubernetes:storage.k8s.io": "an object in the cluster's API server; the volumes are claimed elsewhere",
    "kubernetes:autoscaling": "an object in the cluster's API server; it bounds a workload's replicas",
    "kubernetes:apiextensions.k8s.io": "an object in the cluster's API server",
    "kubernetes:admissionregistration.k8s.io": "an object in the cluster's API server",
    "kubernetes:certificates.k8s.io": "an object in the cluster's API server",
    "kubernetes:coordination.k8s.io": "an object in the cluster's API server",
    "kubernetes:karpenter.k8s.aws": "an object in the cluster's API server; NodePools launch the machines",
    "kubernetes:keda.sh": "an object in the cluster's API server; it bounds a workload's replicas",
    "kubernetes:monitoring.coreos.com": "an object in the cluster's API server",
    "kubernetes:external-secrets.io": "an object in the cluster's API server",
    "kubernetes:kyverno.io": "an object in the cluster's API server",
}

_VPC = "https://aws.amazon.com/vpc/pricing/ (no charge for the VPC's own parts)"
_SETTING = "a setting of another resource, where its cost shows"
_OBJECT = "an object in the cluster's API server"

_GROUPS: tuple[tuple[str, str, str], ...] = (
    (_VPC, "aws:ec2/",
     "defaultNetworkAcl defaultRouteTable defaultSecurityGroup defaultSubnet defaultVpc defaultVpcDhcpOptions "
     "egressOnlyInternetGateway internetGateway internetGatewayAttachment mainRouteTableAssociation managedPrefixList "
     "managedPrefixListEntry networkAcl networkAclAssociation networkAclRule networkInterface "
     "networkInterfaceAttachment "
     "networkInterfaceSecurityGroupAttachment peeringConnectionOptions placementGroup route routeTable "
     "routeTableAssociation securityGroup securityGroupAssociation securityGroupRule subnet subnetCidrReservation "
     "vpcBlockPublicAccessOptions vpcBlockPublicAccessExclusion vpcDhcpOptions vpcDhcpOptionsAssociation "
     "vpcEndpointConnectionAccepter vpcEndpointConnectionNotification vpcEndpointPolicy "
     "vpcEndpointRouteTableAssociation "
     "vpcEndpointSubnetAssociation vpcEndpointService vpcEndpointServiceAllowedPrinciple vpcIpv4CidrBlockAssociation "
     "vpcIpv6CidrBlockAssociation vpcPeeringConnection vpcPeeringConnectionAccepter vpcSecurityGroupRulesExclusive "
     "customerGateway vpnGateway vpnGatewayAttachment vpnGatewayRoutePropagation vpnConnectionRoute flowLog "
     "natGatewayEipAssociation"),
    (_SETTING, "aws:ec2/",
     "eipAssociation keyPair tag volumeAttachment amiLaunchPermission snapshotCreateVolumePermission "
     "imageBlockPublicAccess instanceMetadataDefaults serialConsoleAccess allowedImagesSettings "
     "defaultCreditSpecification spotDatafeedSubscription availabilityZoneGroup"),
    (_VPC, "aws:vpc/",
     "securityGroupEgressRule securityGroupIngressRule securityGroupVpcAssociation endpointPrivateDns"),
    (_SETTING, "aws:ebs/", "defaultKmsKey encryptionByDefault snapshotBlockPublicAccess"),
    (_SETTING, "aws:autoscaling/",
     "attachment lifecycleHook notification policy schedule tag trafficSourceAttachment"),
    ("https://aws.amazon.com/eks/pricing/ (access and identity carry no charge)", "aws:eks/",
     "accessEntry accessPolicyAssociation identityProviderConfig podIdentityAssociation"),
    ("https://aws.amazon.com/msk/pricing/ (brokers and storage are what is billed)", "aws:msk/",
     "clusterPolicy configuration scramSecretAssociation singleScramSecretAssociation topic"),
    ("https://aws.amazon.com/msk/pricing/ (workers are what is billed)", "aws:mskconnect/",
     "customPlugin workerConfiguration"),
    ("https://aws.amazon.com/s3/pricing/ (what objects do is billed, at their bucket)", "aws:s3/",
     "accessPoint accountPublicAccessBlock bucketAbac bucketAcl bucketAclV2 bucketCorsConfiguration "
     "bucketCorsConfigurationV2 bucketLifecycleConfiguration bucketLifecycleConfigurationV2 bucketLogging "
     "bucketLoggingV2 "
     "bucketNotification bucketObjectLockConfiguration bucketObjectLockConfigurationV2 "
     "bucketOwnershipControls bucketPolicy bucketPublicAccessBlock "
     "bucketRequestPaymentConfiguration bucketServerSideEncryptionConfiguration "
     "bucketServerSideEncryptionConfigurationV2 bucketVersioning bucketVersioningV2 bucketWebsiteConfiguration "
     "bucketWebsiteConfigurationV2 bucketMetric"),
    ("https://aws.amazon.com/kms/pricing/ (keys and requests are billed)", "aws:kms/",
     "alias grant keyPolicy ciphertext customKeyStore"),
    (_SETTING, "aws:secretsmanager/", "secretPolicy secretRotation secretVersion tag"),
    (_SETTING, "aws:lb/", "listener listenerCertificate listenerRule targetGroup targetGroupAttachment"),
    (_SETTING, "aws:alb/", "listener listenerCertificate listenerRule targetGroup targetGroupAttachment"),
    ("https://aws.amazon.com/cloudwatch/pricing/ (logs, metrics, alarms and dashboards are billed)", "aws:cloudwatch/",
     "alarmMuteRule eventBusPolicy eventConnection eventPermission eventRule eventTarget eventBus logAccountPolicy "
     "logDataProtectionPolicy logDestination logDestinationPolicy logIndexPolicy logResourcePolicy logStream "
     "logSubscriptionFilter logDelivery logDeliverySource logDeliveryDestination "
     "logDeliveryDestinationPolicy queryDefinition"),
    (_SETTING, "aws:rds/",
     "clusterEndpoint clusterParameterGroup clusterRoleAssociation eventSubscription instanceDesiredState optionGroup "
     "parameterGroup proxyDefaultTargetGroup proxyTarget roleAssociation subnetGroup certificate"),
    ("https://aws.amazon.com/opensearch-service/pricing/ (units and storage are billed)", "aws:opensearch/",
     "authorizeVpcEndpointAccess domainPolicy domainSamlOptions inboundConnectionAccepter outboundConnection package "
     "packageAssociation serverlessAccessPolicy serverlessCollectionGroup serverlessLifecyclePolicy "
     "serverlessSecurityConfig serverlessSecurityPolicy"),
    (_SETTING, "aws:elasticache/", "parameterGroup subnetGroup user userGroup userGroupAssociation"),
    (_SETTING, "aws:dynamodb/", "resourcePolicy tableItem tag kinesisStreamingDestination"),
    (_SETTING, "aws:lambda/",
     "alias codeSigningConfig eventSourceMapping functionEventInvokeConfig functionRecursionConfig "
     "functionUrl invocation "
     "layerVersion layerVersionPermission permission runtimeManagementConfig resourcePolicy"),
    (_SETTING, "aws:sfn/", "activity alias"),
    ("https://aws.amazon.com/glue/pricing/ (the schema registry is free)", "aws:glue/",
     "registry schema classifier connection dataCatalogEncryptionSettings resourcePolicy securityConfiguration trigger "
     "userDefinedFunction workflow"),
    (_SETTING, "aws:kinesis/", "resourcePolicy accountSettings"),
    (_SETTING, "aws:kinesisanalyticsv2/", "applicationSnapshot"),
    ("https://aws.amazon.com/transcribe/pricing/ (minutes are billed)", "aws:transcribe/",
     "vocabularyFilter medicalVocabulary"),
    (_SETTING, "aws:ecr/",
     "accountSetting lifecyclePolicy pullThroughCacheRule registryPolicy registryScanningConfiguration "
     "replicationConfiguration repositoryCreationTemplate repositoryPolicy"),
    (_SETTING, "aws:efs/", "accessPoint backupPolicy fileSystemPolicy mountTarget"),
    (_SETTING, "aws:cfg/",
     "aggregateAuthorization configurationAggregator deliveryChannel recorderStatus remediationConfiguration "
     "retentionConfiguration"),
    (_SETTING, "aws:sns/", "dataProtectionPolicy platformApplication smsPreferences topicPolicy topicSubscription"),
    (_SETTING, "aws:sqs/", "queuePolicy redriveAllowPolicy redrivePolicy"),
    (_SETTING, "aws:ssm/", "document association patchBaseline patchGroup maintenanceWindow maintenanceWindowTarget "
     "maintenanceWindowTask resourceDataSync serviceSetting defaultPatchBaseline"),
    ("https://aws.amazon.com/eventbridge/pricing/ (14 million scheduled calls a month are free)", "aws:scheduler/",
     "schedule scheduleGroup"),
    (_SETTING, "aws:route53/", "record zoneAssociation"),
    (_SETTING, "aws:cloudtrail/", "organizationDelegatedAdminAccount"),
)  # fmt: skip

_KUBERNETES = (
    "kubernetes:core/v1:", _OBJECT,
    "ConfigMap Endpoints LimitRange Namespace NamespacePatch PersistentVolume ResourceQuota Secret ServiceAccount "
    "ServiceAccountPatch ConfigMapPatch PodTemplate",
)  # fmt: skip
_CUSTOM = {
    "kubernetes:argoproj.io/v1alpha1:Application": _OBJECT,
    "kubernetes:argoproj.io/v1alpha1:ApplicationSet": _OBJECT,
    "kubernetes:argoproj.io/v1alpha1:AppProject": _OBJECT,
    "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate": _OBJECT,
    "kubernetes:argoproj.io/v1alpha1:ClusterAnalysisTemplate": _OBJECT,
    "kubernetes:scheduling.k8s.io/v1:PriorityClass": _OBJECT,
    "kubernetes:kueue.x-k8s.io/v1beta1:ClusterQueue": _OBJECT,
}


def _tokens() -> dict[str, str]:
    found = dict(_CUSTOM)
    for source, module, names in _GROUPS:
        for name in names.split():
            found[f"{module}{name}:{name[0].upper()}{name[1:]}"] = source
    prefix, source, names = _KUBERNETES
    found.update({prefix + name: source for name in names.split()})
    return found


FREE_TYPES: Mapping[str, str] = _tokens()
"""Why each listed type is free."""


def why_free(token: str) -> str | None:
    """Why a type costs nothing by itself; None where that is not known."""
    found = FREE_TYPES.get(token)
    if found is not None:
        return found
    module = token.rpartition(":")[0]
    return _MODULES.get(module) or _MODULES.get(module.partition("/")[0])
