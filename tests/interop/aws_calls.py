"""What test_simulator.py asks of two AWS that are none, call by call, and where they may differ: each row says who is
right and by which page of AWS's documentation. `$one` to `$three` are the group's instances, `$targets` is the target
group's ARN, `$stranger` an instance that does not exist."""
import dataclasses

from world import GROUP

IN_GROUP = {"AutoScalingGroupName": GROUP}
CLASSIC = {"LoadBalancerName": "web-classic"}
ONE = {"InstanceIds": ["$one"]}
LEAVE = {**IN_GROUP, **ONE, "ShouldDecrementDesiredCapacity": True}
IN_TARGETS = {"TargetGroupArn": "$targets"}
TAG_NAMED = {"ResourceId": GROUP, "ResourceType": "auto-scaling-group", "Key": "owner"}
TAG = {**TAG_NAMED, "Value": "web", "PropagateAtLaunch": True}
UNKNOWN_ARN = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/none/0123456789abcdef"
LOOK_AT_GROUP = ("autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroupNames": [GROUP]})
LOOK_AT_ONE = ("autoscaling", "DescribeAutoScalingInstances", ONE)
LOOK_AT_HEALTH = ("elbv2", "DescribeTargetHealth", IN_TARGETS)
LOOK_AT_MEMBERS = ("elb", "DescribeInstanceHealth", CLASSIC)
TWO_PROCESSES = {**IN_GROUP, "ScalingProcesses": ["ReplaceUnhealthy", "ScheduledActions"]}
ALL_BUT_AZ_REBALANCE = [
    "Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh",
    "ReplaceUnhealthy", "ScheduledActions",
]  # fmt: skip

# In this order, in one world: what changes something is followed by a look at what it changed.
CALLS = [
    ("sts", "GetCallerIdentity", {}),
    ("autoscaling", "DescribeAutoScalingGroups", {}),
    LOOK_AT_GROUP,
    ("autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroupNames": ["none"]}),
    ("autoscaling", "DescribeAutoScalingGroups", {"MaxRecords": 1}),
    ("autoscaling", "DescribeAutoScalingInstances", {}),
    LOOK_AT_ONE,
    ("autoscaling", "DescribeAutoScalingInstances", {"InstanceIds": ["$stranger"]}),
    ("autoscaling", "DescribeAutoScalingInstances", {"MaxRecords": 2}),
    ("autoscaling", "DescribeLoadBalancers", IN_GROUP),
    ("autoscaling", "DescribeLoadBalancerTargetGroups", IN_GROUP),
    ("autoscaling", "DescribeLifecycleHooks", IN_GROUP),
    ("autoscaling", "DescribeTags", {}),
    ("elb", "DescribeLoadBalancers", {}),
    ("elb", "DescribeLoadBalancers", {"LoadBalancerNames": ["web-classic"]}),
    ("elb", "DescribeLoadBalancers", {"LoadBalancerNames": ["none"]}),
    ("elb", "DescribeLoadBalancerAttributes", CLASSIC),
    LOOK_AT_MEMBERS,
    ("elb", "DescribeInstanceHealth", {**CLASSIC, "Instances": [{"InstanceId": "$one"}]}),
    ("elb", "DescribeInstanceHealth", {**CLASSIC, "Instances": [{"InstanceId": "$stranger"}]}),
    ("elb", "DescribeInstanceHealth", {"LoadBalancerName": "none"}),
    ("elb", "DescribeTags", {"LoadBalancerNames": ["web-classic"]}),
    ("elbv2", "DescribeTargetGroups", {}),
    ("elbv2", "DescribeTargetGroups", {"TargetGroupArns": ["$targets"]}),
    ("elbv2", "DescribeTargetGroups", {"Names": ["web-http"]}),
    ("elbv2", "DescribeTargetGroups", {"Names": ["none"]}),
    ("elbv2", "DescribeTargetGroups", {"TargetGroupArns": [UNKNOWN_ARN]}),
    ("elbv2", "DescribeTargetGroupAttributes", IN_TARGETS),
    ("elbv2", "DescribeTargetGroupAttributes", {"TargetGroupArn": UNKNOWN_ARN}),
    LOOK_AT_HEALTH,
    ("elbv2", "DescribeTargetHealth", {**IN_TARGETS, "Targets": [{"Id": "$two"}]}),
    ("elbv2", "DescribeTargetHealth", {"TargetGroupArn": UNKNOWN_ARN}),
    ("elbv2", "DescribeTags", {"ResourceArns": ["$targets"]}),
    ("ec2", "DescribeInstances", ONE),
    ("ec2", "DescribeInstances", {"InstanceIds": ["$stranger"]}),
    ("ec2", "DescribeTags", {"Filters": [{"Name": "resource-id", "Values": ["$one"]}]}),
    ("ec2", "DescribeInstanceStatus", ONE),
    ("autoscaling", "SuspendProcesses", TWO_PROCESSES),
    LOOK_AT_GROUP,
    ("autoscaling", "SuspendProcesses", TWO_PROCESSES),
    LOOK_AT_GROUP,
    ("autoscaling", "ResumeProcesses", TWO_PROCESSES),
    LOOK_AT_GROUP,
    ("autoscaling", "SuspendProcesses", {"AutoScalingGroupName": "none"}),
    ("autoscaling", "SuspendProcesses", IN_GROUP),
    LOOK_AT_GROUP,
    ("autoscaling", "ResumeProcesses", {**IN_GROUP, "ScalingProcesses": ALL_BUT_AZ_REBALANCE}),
    LOOK_AT_GROUP,
    ("autoscaling", "UpdateAutoScalingGroup", {**IN_GROUP, "MinSize": 2}),
    ("autoscaling", "UpdateAutoScalingGroup", {"AutoScalingGroupName": "none", "MinSize": 2}),
    LOOK_AT_GROUP,
    ("autoscaling", "EnterStandby", LEAVE),
    LOOK_AT_GROUP,
    LOOK_AT_ONE,
    LOOK_AT_HEALTH,
    LOOK_AT_MEMBERS,
    ("elb", "DescribeInstanceHealth", {**CLASSIC, "Instances": [{"InstanceId": "$one"}]}),
    ("autoscaling", "DescribeScalingActivities", {**IN_GROUP, "MaxRecords": 1}),
    ("autoscaling", "ExitStandby", {**IN_GROUP, **ONE}),
    LOOK_AT_GROUP,
    LOOK_AT_ONE,
    LOOK_AT_HEALTH,
    LOOK_AT_MEMBERS,
    ("autoscaling", "UpdateAutoScalingGroup", {**IN_GROUP, "MinSize": 3}),
    LOOK_AT_GROUP,
    ("autoscaling", "SetDesiredCapacity", {**IN_GROUP, "DesiredCapacity": 3}),
    ("autoscaling", "SetInstanceProtection", {**IN_GROUP, **ONE, "ProtectedFromScaleIn": True}),
    LOOK_AT_ONE,
    ("autoscaling", "SetInstanceHealth", {"InstanceId": "$one", "HealthStatus": "Healthy"}),
    ("autoscaling", "CreateOrUpdateTags", {"Tags": [TAG]}),
    ("autoscaling", "DescribeTags", {}),
    ("autoscaling", "DeleteTags", {"Tags": [TAG_NAMED]}),
    ("autoscaling", "DescribeTags", {}),
    ("elb", "DeregisterInstancesFromLoadBalancer", {**CLASSIC, "Instances": [{"InstanceId": "$two"}]}),
    LOOK_AT_MEMBERS,
    ("elb", "DeregisterInstancesFromLoadBalancer", {**CLASSIC, "Instances": [{"InstanceId": "$stranger"}]}),
    ("elb", "RegisterInstancesWithLoadBalancer", {**CLASSIC, "Instances": [{"InstanceId": "$two"}]}),
    ("elb", "RegisterInstancesWithLoadBalancer", {**CLASSIC, "Instances": [{"InstanceId": "$two"}]}),
    LOOK_AT_MEMBERS,
    ("elbv2", "DeregisterTargets", {**IN_TARGETS, "Targets": [{"Id": "$two"}]}),
    LOOK_AT_HEALTH,
    ("elbv2", "DescribeTargetHealth", {**IN_TARGETS, "Targets": [{"Id": "$two"}]}),
    ("elbv2", "RegisterTargets", {**IN_TARGETS, "Targets": [{"Id": "$two"}]}),
    LOOK_AT_HEALTH,
    ("elbv2", "DeregisterTargets", {**IN_TARGETS, "Targets": [{"Id": "$two", "Port": 9090}]}),
    ("elbv2", "RegisterTargets", {**IN_TARGETS, "Targets": [{"Id": "$stranger"}]}),
    ("elbv2", "DeregisterTargets", {"TargetGroupArn": UNKNOWN_ARN, "Targets": [{"Id": "$two"}]}),
    # What moto does where AWS refuses it: last, as the worlds are not the same behind it.
    ("autoscaling", "SetDesiredCapacity", {**IN_GROUP, "DesiredCapacity": 2}),
    ("autoscaling", "EnterStandby", LEAVE),
    ("autoscaling", "EnterStandby", LEAVE),
    ("autoscaling", "SuspendProcesses", {**IN_GROUP, "ScalingProcesses": ["Sleep"]}),
    ("autoscaling", "UpdateAutoScalingGroup", {**IN_GROUP, "MinSize": 8}),
    ("autoscaling", "SetDesiredCapacity", {**IN_GROUP, "DesiredCapacity": 7}),
]  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Difference:
    """`operation` and `path` are patterns as a shell's; `how` is "differs", "moto only" or "simulator only"."""

    operation: str
    path: str
    how: str
    right: str  # "simulator", "moto", or "both" where AWS leaves it open
    why: str
    page: str  # its title in AWS's documentation


OPTIONAL = "AWS answers with it, and the simulator may leave out what is not required and no machine asks for"
NOT_DOCUMENTED = "AWS documents the code and not the words; the simulator's are those that AWS was seen to answer with"
GROUP_PAGE = "AutoScalingGroup - Amazon EC2 Auto Scaling"
CLASSIC_PAGE = "LoadBalancerDescription - Elastic Load Balancing (version 2012-06-01)"
TARGETS_PAGE = "TargetGroup - Elastic Load Balancing (version 2015-12-01)"
STANDBY_PAGE = "Temporarily remove instances from your Auto Scaling group - Amazon EC2 Auto Scaling"
INSTANCE_PAGE = "Instance - Amazon Elastic Compute Cloud"
HEALTH_PAGE = "DescribeInstanceHealth - Elastic Load Balancing (version 2012-06-01)"


def only_moto(operation, members, page):
    return [Difference(operation, member, "moto only", "both", OPTIONAL, page) for member in members]


def refused(operation, why, page):
    """moto does it."""
    return [Difference(operation, member, "simulator only", "simulator", why, page) for member in ("Code", "Message")]


DIFFERENCES = [
    Difference(
        "GetCallerIdentity", "Arn", "differs", "both", "A role's session is as good a caller as a user.",
        "GetCallerIdentity - AWS Security Token Service",
    ),
    Difference(
        "GetCallerIdentity", "UserId", "differs", "both", "A role's session is as good a caller as a user.",
        "GetCallerIdentity - AWS Security Token Service",
    ),
    *only_moto(
        "DescribeAutoScalingGroups",
        [f"AutoScalingGroups.*.{name}" for name in ("CapacityRebalance", "ServiceLinkedRoleARN", "VPCZoneIdentifier")],
        GROUP_PAGE,
    ),
    Difference(
        "DescribeAutoScalingGroups", "AutoScalingGroups.*.HealthCheckGracePeriod", "differs", "simulator",
        "A group made by the API without one has 0 seconds; 300 is the console's.",
        "CreateAutoScalingGroup - Amazon EC2 Auto Scaling",
    ),
    Difference(
        "DescribeAutoScalingGroups", "AutoScalingGroups.*.SuspendedProcesses.*.SuspensionReason", "differs",
        "simulator", "There is a reason, with its time.", "SuspendedProcess - Amazon EC2 Auto Scaling",
    ),
    Difference(
        "DescribeAutoScalingInstances", "AutoScalingInstances.*.HealthStatus", "differs", "simulator",
        "Here it is in capitals, unlike in DescribeAutoScalingGroups.",
        "describe-auto-scaling-instances - AWS CLI Command Reference",
    ),
    Difference(
        "DescribeAutoScalingInstances", "AutoScalingInstances.*", "moto only", "simulator",
        "MaxRecords is how many come back; moto gives all.", "DescribeAutoScalingInstances - Amazon EC2 Auto Scaling",
    ),
    Difference(
        "DescribeAutoScalingInstances", "NextToken", "simulator only", "simulator",
        "Where there are more, a token says so.", "DescribeAutoScalingInstances - Amazon EC2 Auto Scaling",
    ),
    *only_moto(
        "DescribeLoadBalancers",
        [
            f"LoadBalancerDescriptions.*.{name}"
            for name in (
                "AvailabilityZones", "CanonicalHostedZoneName", "Policies",
                "SecurityGroups", "SourceSecurityGroup", "Subnets", "VPCId",
            )
        ],
        CLASSIC_PAGE,
    ),
    Difference(
        "DescribeLoadBalancers", "LoadBalancerDescriptions.*.DNSName", "differs", "both", "A name, and any will do.",
        CLASSIC_PAGE,
    ),
    Difference(
        "DescribeLoadBalancers", "LoadBalancerDescriptions.*.HealthCheck", "simulator only", "simulator",
        "Each has one, configured or by default.", CLASSIC_PAGE,
    ),
    Difference(
        "DescribeLoadBalancers", "Message", "differs", "both", NOT_DOCUMENTED,
        "DescribeLoadBalancers - Elastic Load Balancing (version 2012-06-01)",
    ),
    Difference(
        "DescribeLoadBalancerAttributes", "LoadBalancerAttributes.ConnectionDraining.Timeout", "simulator only",
        "simulator", "It is shown while draining is off, too.",
        "describe-load-balancer-attributes - AWS CLI Command Reference",
    ),
    *refused("DescribeInstanceHealth", "An instance that was never registered is InvalidInstance.", HEALTH_PAGE),
    Difference(
        "DescribeInstanceHealth", "InstanceStates", "moto only", "simulator",
        "An instance that was never registered is InvalidInstance.", HEALTH_PAGE,
    ),
    *[
        Difference(
            "DescribeInstanceHealth", f"InstanceStates.$one.{name}", "differs", "simulator",
            "One that has left is OutOfService, and the description says why.",
            "InstanceState - Elastic Load Balancing (version 2012-06-01)",
        )
        for name in ("Description", "ReasonCode", "State")
    ],
    Difference(
        "DescribeInstanceHealth", "InstanceStates.$two", "moto only", "simulator",
        "Without a list the health of the registered instances is told; moto tells the group's.", HEALTH_PAGE,
    ),
    *only_moto(
        "DescribeTargetGroups",
        [f"TargetGroups.*.{name}" for name in ("HealthCheckPath", "IpAddressType", "Matcher", "ProtocolVersion")],
        TARGETS_PAGE,
    ),
    *[
        Difference(
            "DescribeTargetGroups", f"TargetGroups.*.{name}", "differs", "both", "An ID, and any will do.", TARGETS_PAGE
        )
        for name in ("LoadBalancerArns.0", "VpcId")
    ],
    *only_moto(
        "DescribeTargetGroupAttributes", ["Attributes.*"],
        "TargetGroupAttribute - Elastic Load Balancing (version 2015-12-01)",
    ),
    Difference(
        "DescribeTargetHealth", "TargetHealthDescriptions.*.HealthCheckPort", "differs", "simulator",
        "It is the port that is used, not the word that was configured.",
        "describe-target-health - AWS CLI Command Reference",
    ),
    Difference(
        "DescribeTargetHealth", "TargetHealthDescriptions.$one", "moto only", "simulator",
        "An instance in Standby is deregistered from its target groups.", STANDBY_PAGE,
    ),
    *only_moto("DescribeInstances", ["Reservations.*.Instances.*"], INSTANCE_PAGE),
    Difference(
        "DescribeInstances", "Reservations.*.ReservationId", "differs", "both", "An ID, and any will do.",
        "Reservation - Amazon Elastic Compute Cloud",
    ),
    *only_moto(
        "DescribeInstanceStatus",
        ["InstanceStatuses.*.InstanceStatus.Details", "InstanceStatuses.*.SystemStatus.Details"],
        "InstanceStatusSummary - Amazon Elastic Compute Cloud",
    ),
    *[
        Difference(
            "SuspendProcesses", name, "differs", "simulator",
            "A group that does not exist is a ValidationError; moto fails with a 500 and no XML.",
            "Common Errors - Amazon EC2 Auto Scaling",
        )
        for name in ("Code", "Message")
    ],
    *refused(
        "SuspendProcesses", "The processes are nine, by name.", "SuspendProcesses - Amazon EC2 Auto Scaling"
    ),
    Difference(
        "UpdateAutoScalingGroup", "Message", "differs", "both", NOT_DOCUMENTED,
        "Common Errors - Amazon EC2 Auto Scaling",
    ),
    *refused(
        "UpdateAutoScalingGroup", "A minimum above the maximum is refused.",
        "UpdateAutoScalingGroup - Amazon EC2 Auto Scaling",
    ),
    *refused(
        "SetDesiredCapacity", "The desired size lies between the minimum and the maximum.",
        "Set scaling limits for your Auto Scaling group - Amazon EC2 Auto Scaling",
    ),
    *refused(
        "EnterStandby", "The desired size may not fall under the minimum; a second call finds it not InService.",
        STANDBY_PAGE,
    ),
    Difference(
        "EnterStandby", "Activities", "moto only", "simulator",
        "The desired size may not fall under the minimum; a second call finds it not InService.", STANDBY_PAGE,
    ),
    *[
        Difference(
            operation, f"Activities.*.{name}", "differs", "simulator", "The page shows AWS's words.", STANDBY_PAGE
        )
        for operation in ("EnterStandby", "ExitStandby")
        for name in ("Cause", "Description")
    ],
    *[
        Difference(
            operation, "Activities.*.EndTime", "moto only", "simulator", "It has begun, and not ended.", STANDBY_PAGE
        )
        for operation in ("EnterStandby", "ExitStandby")
    ],
    *[
        Difference(
            operation, "Activities.*.Details", "simulator only", "simulator", "It names the zone.",
            "Activity - Amazon EC2 Auto Scaling",
        )
        for operation in ("EnterStandby", "ExitStandby")
    ],
    Difference(
        "DescribeScalingActivities", "Activities.*", "simulator only", "simulator",
        "What EnterStandby began is one of the group's activities.",
        "DescribeScalingActivities - Amazon EC2 Auto Scaling",
    ),
    *[
        Difference(
            f"{verb}LoadBalancer", "Instances.*", "simulator only", "simulator",
            "It answers with the instances that are registered then; moto with none.",
            f"{verb}LoadBalancer - Elastic Load Balancing (version 2012-06-01)",
        )
        for verb in ("RegisterInstancesWith", "DeregisterInstancesFrom")
    ],
    *refused(
        "DeregisterInstancesFromLoadBalancer", "An instance that never was registered is InvalidInstance.",
        "DeregisterInstancesFromLoadBalancer - Elastic Load Balancing (version 2012-06-01)",
    ),
    *refused(
        "RegisterTargets", "A target that does not exist is InvalidTarget.",
        "RegisterTargets - Elastic Load Balancing (version 2015-12-01)",
    ),
]
