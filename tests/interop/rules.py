"""AWS's rules that moto does not keep, kept in front of it: what is refused and with which words, and what a change in
one service brings about in another. The facts are those of AWS's user guides; moto 5.2 is meant."""
import re
import uuid
from xml.sax.saxutils import escape

NAMESPACES = {
    "autoscaling": "http://autoscaling.amazonaws.com/doc/2011-01-01/",
    "elb": "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
    "elbv2": "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
    "ec2": "http://ec2.amazonaws.com/doc/2016-11-15/",
}


class Answer:
    def __init__(self, status, body, headers=()):
        self.status = status
        self.body = body if isinstance(body, bytes) else body.encode()
        self.headers = dict(headers)


def error_answer(service, status, code, message):
    sender = "Sender" if status < 500 else "Receiver"
    body = (
        f'<ErrorResponse xmlns="{NAMESPACES.get(service, "")}"><Error><Type>{sender}</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    )
    return Answer(status, body, {"Content-Type": "text/xml"})


def empty_answer(service, action):
    body = (
        f'<{action}Response xmlns="{NAMESPACES[service]}"><{action}Result/><ResponseMetadata>'
        f"<RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>"
    )
    return Answer(200, body, {"Content-Type": "text/xml"})


class Rules:
    """`refuse` answers a request in moto's place; `follow` does what AWS would do after it; `mend` corrects an answer.
    `aws` makes clients that talk to moto itself."""

    def __init__(self, aws, drain_polls=0):
        self.autoscaling = aws("autoscaling")
        self.elb = aws("elb")
        self.elbv2 = aws("elbv2")
        self.drain_polls = drain_polls  # how many answers show a target as draining before it is gone
        self.draining = {}  # (target group, instance): answers left
        self.shown_drain = "draining"
        self.initial_polls = 0  # how many answers show a new target as not yet healthy
        self.initial = {}  # the same way
        self.shown_health = {}  # instance: (state, reason) that Describe shows instead of moto's, which knows but one
        self.shown_states = {}  # instance: the lifecycle state that Describe shows instead of moto's
        self.refusals = {
            ("autoscaling", "EnterStandby"): self.refuse_enter_standby,
            ("autoscaling", "ExitStandby"): self.refuse_exit_standby,
            ("elbv2", "DeregisterTargets"): self.allow_absent_targets,
        }
        self.consequences = {
            ("autoscaling", "EnterStandby"): self.leave_balancers,
            ("autoscaling", "ExitStandby"): self.join_balancers,
            ("autoscaling", "UpdateAutoScalingGroup"): self.raise_desired,
            ("autoscaling", "TerminateInstanceInAutoScalingGroup"): self.forget_target,
        }
        self.corrections = {
            ("elb", "DescribeInstanceHealth"): self.not_registered_is_out_of_service,
            ("elbv2", "DescribeTargetHealth"): self.show_health,
            ("autoscaling", "DescribeAutoScalingGroups"): self.show_states,
            ("autoscaling", "DescribeAutoScalingInstances"): self.show_states,
        }

    def refuse(self, service, action, parameters):
        rule = self.refusals.get((service, action))
        return rule(parameters) if rule else None

    def follow(self, service, action, parameters):
        rule = self.consequences.get((service, action))
        if rule:
            rule(parameters)

    def mend(self, service, action, parameters, answer):
        rule = self.corrections.get((service, action))
        return rule(parameters, answer) if rule else answer

    def group(self, name):
        return self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]

    def invalid(self, message):
        return error_answer("autoscaling", 400, "ValidationError", message)

    def refuse_enter_standby(self, parameters):
        group = self.group(parameters["AutoScalingGroupName"])
        states = {i["InstanceId"]: i["LifecycleState"] for i in group["Instances"]}
        instances = parameters["InstanceIds"]
        for instance in instances:
            if states.get(instance) != "InService":
                return self.invalid(f"The instance {instance} is not in InService.")
        left = group["DesiredCapacity"] - len(instances)
        if parameters["ShouldDecrementDesiredCapacity"] and left < group["MinSize"]:
            return self.invalid(
                f"AutoScalingGroup {group['AutoScalingGroupName']} has min-size={group['MinSize']}, "
                f"max-size={group['MaxSize']}, and desired-size={group['DesiredCapacity']}. To place into standby "
                f"{len(instances)} instance, please update the AutoScalingGroup sizes appropriately."
            )
        return None

    def refuse_exit_standby(self, parameters):
        group = self.group(parameters["AutoScalingGroupName"])
        states = {i["InstanceId"]: i["LifecycleState"] for i in group["Instances"]}
        for instance in parameters["InstanceIds"]:
            if states.get(instance) != "Standby":
                return self.invalid(f"The instance {instance} is not in Standby.")
        if any(p["ProcessName"] == "Launch" for p in group["SuspendedProcesses"]):
            return self.invalid("ExitStandby is not possible while the Launch process is suspended.")
        return None

    def allow_absent_targets(self, parameters):
        registered = self.registered(parameters["TargetGroupArn"])
        if any(target["Id"] not in registered for target in parameters["Targets"]):
            return empty_answer("elbv2", "DeregisterTargets")
        return None

    def registered(self, arn):
        health = self.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        return {row["Target"]["Id"] for row in health}

    def forget_target(self, parameters):
        for group in self.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]:
            for arn in group["TargetGroupARNs"]:
                if parameters["InstanceId"] in self.registered(arn):
                    self.elbv2.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": parameters["InstanceId"]}])

    def leave_balancers(self, parameters):
        group = self.group(parameters["AutoScalingGroupName"])
        self.settle_classic(group)  # first, as moto then registers the group's instances as targets again
        for arn in group["TargetGroupARNs"]:
            for instance in parameters["InstanceIds"]:
                self.draining[(arn, instance)] = self.drain_polls
                self.end_drain(arn, instance)

    def end_drain(self, arn, instance):
        if self.draining.get((arn, instance)) == 0:
            del self.draining[(arn, instance)]
            self.elbv2.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": instance}])

    def join_balancers(self, parameters):
        group = self.group(parameters["AutoScalingGroupName"])
        for arn in group["TargetGroupARNs"]:
            for instance in parameters["InstanceIds"]:
                self.draining.pop((arn, instance), None)
                self.initial[(arn, instance)] = self.initial_polls
                self.elbv2.register_targets(TargetGroupArn=arn, Targets=[{"Id": instance}])
        self.settle_classic(group)

    def settle_classic(self, group):
        # moto brings classic balancers in line with the group only when the desired capacity is set.
        self.autoscaling.set_desired_capacity(
            AutoScalingGroupName=group["AutoScalingGroupName"], DesiredCapacity=group["DesiredCapacity"]
        )

    def raise_desired(self, parameters):
        group = self.group(parameters["AutoScalingGroupName"])
        if group["MinSize"] > group["DesiredCapacity"]:
            self.autoscaling.set_desired_capacity(
                AutoScalingGroupName=group["AutoScalingGroupName"], DesiredCapacity=group["MinSize"]
            )

    def not_registered_is_out_of_service(self, parameters, answer):
        def mend_member(match):
            member = match.group(0)
            if b"<State>Unknown</State>" not in member:
                return member
            for tag, text in (
                (b"State", b"OutOfService"),
                (b"ReasonCode", b"Instance"),
                (b"Description", b"Instance is not currently registered with the LoadBalancer."),
            ):
                member = re.sub(b"<%s>.*?</%s>" % (tag, tag), b"<%s>%s</%s>" % (tag, text, tag), member)
            return member

        answer.body = re.sub(rb"<member>.*?</member>", mend_member, answer.body, flags=re.DOTALL)
        return answer

    def show_health(self, parameters, answer):
        arn = parameters["TargetGroupArn"]
        for instance, (state, reason) in self.shown_health.items():
            self.show(answer, instance, state, reason)
        for left, state, reason in (
            (self.draining, self.shown_drain, "Target.DeregistrationInProgress"),
            (self.initial, "initial", "Elb.RegistrationInProgress"),
        ):
            for instance in [i for (a, i), answers in left.items() if a == arn and answers > 0]:
                left[(arn, instance)] -= 1
                self.show(answer, instance, state, reason)
                if left is self.draining:
                    self.end_drain(arn, instance)
        return answer

    def show(self, answer, instance, state, reason):
        health = rf"\1<State>{state}</State><Reason>{reason}</Reason><Description>{state}</Description>\2"
        pattern = rf"(<Id>{instance}</Id>.*?<TargetHealth>).*?(</TargetHealth>)"
        answer.body = re.sub(pattern.encode(), health.encode(), answer.body, flags=re.DOTALL)

    def show_states(self, parameters, answer):
        for instance, state in self.shown_states.items():

            def mend_member(match):
                member = match.group(0)
                if f"<InstanceId>{instance}</InstanceId>".encode() not in member:
                    return member
                shown = f"<LifecycleState>{state}</LifecycleState>".encode()
                return re.sub(rb"<LifecycleState>.*?</LifecycleState>", shown, member)

            innermost = rb"<member>(?:(?!</?member>).)*</member>"
            answer.body = re.sub(innermost, mend_member, answer.body, flags=re.DOTALL)
        return answer
