"""The awsQuery form of a request, read back with botocore's published service models: what a request log shows, and what
the AWS CLI takes by --cli-input-json."""
import functools
import urllib.parse

import botocore.session

# One signing name stands for two services; the API version tells them apart.
SERVICES = {
    "2011-01-01": "autoscaling",
    "2012-06-01": "elb",
    "2015-12-01": "elbv2",
    "2011-06-15": "sts",
    "2016-11-15": "ec2",
}
SCALARS = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": lambda text: text == "true",
}


@functools.cache
def service_model(service):
    return botocore.session.get_session().get_service_model(service)


def decode(body):
    """(service, action, parameters) of a request's form."""
    form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
    action = form.pop("Action", "")
    service = SERVICES.get(form.pop("Version", ""), "unknown")
    if service in ("unknown", "ec2"):
        return service, action, form
    shape = service_model(service).operation_model(action).input_shape
    return service, action, decode_value(form, "", shape) if shape else {}


def decode_value(form, prefix, shape):
    if shape.type_name == "structure":
        members = {}
        for name, member in shape.members.items():
            key = f"{prefix}.{name}" if prefix else name
            if any(k == key or k.startswith(key + ".") for k in form):
                members[name] = decode_value(form, key, member)
        return members
    if shape.type_name == "list":
        return decode_list(form, prefix, shape)
    return SCALARS.get(shape.type_name, str)(form[prefix])


def decode_list(form, prefix, shape):
    if prefix in form:  # `Names=`: an empty list on the wire
        return []
    items = []
    while True:
        key = f"{prefix}.member.{len(items) + 1}"
        if not any(k == key or k.startswith(key + ".") for k in form):
            return items
        items.append(decode_value(form, key, shape.member))
