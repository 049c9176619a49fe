"""The world of the suite: moto's server, and in it three instances in one group with a classic load balancer and a
target group, AZRebalance suspended by an operator. Looked at and changed as an operator would, past the proxy."""
import dataclasses
import os
import pathlib
import subprocess
import sys
import urllib.request

import boto3

REGION = "eu-west-1"
ACCOUNT = "111122223333"
GROUP = "web prod"  # a space, as L16 wants it


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """What must come back as it was."""

    minimum: int
    desired: int
    suspended: tuple
    instances: tuple  # (instance, lifecycle state)
    targets: tuple  # instances that the target group holds
    classic: tuple  # instances that the classic load balancer holds


class Moto:
    def __init__(self):
        runner = pathlib.Path(__file__).with_name("moto_server.py")
        # Its list of machine images takes seconds to load and is of no use here.
        environment = {**os.environ, "MOTO_ACCOUNT_ID": ACCOUNT, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
        self.process = subprocess.Popen(
            [sys.executable, runner], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        self.clients = {}

    def aws(self, service):
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,
                endpoint_url=self.url,
                region_name=REGION,
                aws_access_key_id="operator",
                aws_secret_access_key="operator",
            )
        return self.clients[service]

    def forget(self):
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")).close()

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class World:
    def __init__(self, moto):
        self.moto = moto
        self.autoscaling = moto.aws("autoscaling")
        self.elb = moto.aws("elb")
        self.elbv2 = moto.aws("elbv2")

    def build(self, target_groups=1, group=GROUP):
        self.moto.forget()
        self.name = group
        ec2 = self.moto.aws("ec2")
        subnets = ec2.describe_subnets(Filters=[{"Name": "defaultForAz", "Values": ["true"]}])["Subnets"][:2]
        arns = self.make_balancers([s["AvailabilityZone"] for s in subnets], subnets[0]["VpcId"], target_groups)
        self.target_group = arns[0]
        self.autoscaling.create_launch_configuration(
            LaunchConfigurationName="web", ImageId="ami-0a1b2c3d4e5f60718", InstanceType="m5.large"
        )
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=self.name,
            LaunchConfigurationName="web",
            MinSize=3,
            DesiredCapacity=3,
            MaxSize=6,
            VPCZoneIdentifier=",".join(s["SubnetId"] for s in subnets),
            LoadBalancerNames=["web-classic"],
            TargetGroupARNs=arns,
        )
        self.autoscaling.suspend_processes(AutoScalingGroupName=self.name, ScalingProcesses=["AZRebalance"])
        self.instance = sorted(i["InstanceId"] for i in self.group()["Instances"])[0]
        return self

    def make_balancers(self, zones, vpc, target_groups):
        listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 8080}
        self.elb.create_load_balancer(LoadBalancerName="web-classic", Listeners=[listener], AvailabilityZones=zones)
        names = ["web-http", *(f"web-{number}" for number in range(2, target_groups + 1))]
        made = [
            self.elbv2.create_target_group(Name=name, Protocol="HTTP", Port=8080, VpcId=vpc)["TargetGroups"][0]
            for name in names
        ]
        return [group["TargetGroupArn"] for group in made]

    def add_target_group(self, name):
        """One that is attached to no group."""
        vpc = self.elbv2.describe_target_groups()["TargetGroups"][0]["VpcId"]
        made = self.elbv2.create_target_group(Name=name, Protocol="HTTP", Port=8080, VpcId=vpc)
        return made["TargetGroups"][0]["TargetGroupArn"]

    def targets(self, arn):
        """(instance, port) of each registration."""
        health = self.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        return sorted((row["Target"]["Id"], row["Target"]["Port"]) for row in health)

    def group(self):
        return self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.name])["AutoScalingGroups"][0]

    def state_of(self, instance):
        return dict(self.look().instances).get(instance)

    def look(self):
        group = self.group()
        balancer = self.elb.describe_load_balancers(LoadBalancerNames=["web-classic"])["LoadBalancerDescriptions"][0]
        return Snapshot(
            minimum=group["MinSize"],
            desired=group["DesiredCapacity"],
            suspended=tuple(sorted(p["ProcessName"] for p in group["SuspendedProcesses"])),
            instances=tuple(sorted((i["InstanceId"], i["LifecycleState"]) for i in group["Instances"])),
            targets=tuple(instance for instance, _ in self.targets(self.target_group)),
            classic=tuple(sorted(i["InstanceId"] for i in balancer["Instances"])),
        )
