#!/usr/bin/env python3
"""Holds the operation catalogue against the models that AWS publishes with botocore: every operation, member, type,
required member, wrapper, element name and error code of schemas/operations/ must be in them as it is here. What is only
in the models is no fault: the catalogue leaves out what no machine needs, except members that a request must have.

usage: botocore_models.py [DIRECTORY]      by default the source tree's schemas/operations
"""
import os
import pathlib
import sys

import botocore.session
import yaml

SCALARS = {"string": "string", "character": "string", "integer": "integer", "long": "integer", "float": "float",
           "double": "float", "boolean": "boolean", "timestamp": "timestamp", "blob": "blob"}
PROTOCOLS = {"query": {"element": "member"}, "ec2": {"element": "item"}}


class Report:
    """Counts what was compared and says what differs, with the path to it."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def fault(self, sentence):
        self.failed += 1
        print(sentence)
        return False

    def equal(self, where, what, ours, theirs):
        if ours == theirs:
            self.passed += 1
            return True
        return self.fault(f"{where}: {what} is {ours!r} here and {theirs!r} in the model")

    def present(self, where, what, name, names):
        if name in names:
            self.passed += 1
            return True
        return self.fault(f"{where}: {what} {name!r} is not in the model")


def boolean(value):
    return value is True or value == "true"


def member_of(notation):
    """A member as a map, whichever of its three notations it is written in."""
    if isinstance(notation, str):
        return {"type": notation.removesuffix("!"), "required": notation.endswith("!")}
    if isinstance(notation, list):
        return {"list": notation[0]}
    return dict(notation, required=boolean(notation.get("required")))


class Service:
    """One catalogue file beside the model of its service."""

    def __init__(self, path, report):
        self.report = report
        # Every scalar as text: what it means is decided by who reads it, as in the engine.
        self.file = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
        self.name = self.file["service"]
        self.types = self.file.get("types", {})
        self.ec2 = self.file["protocol"] == "ec2"
        self.model = botocore.session.get_session().get_service_model(self.name, self.file["api_version"])
        self.compared = set()

    def check(self):
        self.check_description()
        for name, operation in self.file["operations"].items():
            self.check_operation(f"{self.name}:{name}", name, operation)
        used = {name for name, _, _ in self.compared}
        for name in self.types:
            if name not in used:
                self.report.fault(f"{self.name}: type {name!r} is used by no operation")
        self.check_errors(f"{self.name}: errors", self.file.get("errors", []), self.all_error_codes())

    def check_description(self):
        metadata = self.model.metadata
        where = f"{self.name}: description"
        service_id = metadata["serviceId"].upper().replace(" ", "_")
        self.report.equal(where, "protocol", self.file["protocol"], metadata["protocol"])
        self.report.equal(where, "endpoint_prefix", self.file["endpoint_prefix"], metadata["endpointPrefix"])
        self.report.equal(where, "signing_name", self.file.get("signing_name", self.file["endpoint_prefix"]),
                          metadata.get("signingName", metadata["endpointPrefix"]))
        self.report.equal(where, "environment_name", self.file["environment_name"], service_id)
        self.report.equal(where, "global_endpoint", boolean(self.file.get("global_endpoint")),
                          "globalEndpoint" in metadata)

    def check_operation(self, where, name, operation):
        if not self.report.present(where, "operation", name, self.model.operation_names):
            return
        model = self.model.operation_model(name)
        output = model.output_shape
        self.report.equal(where, "wrapper", operation.get("wrapper"),
                          output.serialization.get("resultWrapper") if output else None)
        self.report.equal(where, "anonymous", boolean(operation.get("anonymous")), model.auth_type == "none")
        self.check_structure(f"{where} input", operation.get("input") or {}, model.input_shape, is_input=True)
        self.check_structure(f"{where} output", operation.get("output") or {}, output, is_input=False)
        own = {self.code_of(shape) for shape in model.error_shapes}
        self.check_errors(f"{where} errors", operation.get("errors", []), own | {"ValidationError"})

    def check_structure(self, where, members, shape, is_input):
        model = shape.members if shape else {}
        required = set(shape.required_members) if shape else set()
        for name, notation in members.items():
            if self.report.present(where, "member", name, model):
                member = member_of(notation)
                self.report.equal(f"{where}.{name}", "required", member.get("required", False), name in required)
                self.check_wire(f"{where}.{name}", name, member, model[name], is_input)
                self.check_member(f"{where}.{name}", member, model[name], is_input)
        for name in sorted(required):
            self.report.present(f"{where}: of the catalogue", "required member", name, members)

    def check_wire(self, where, name, member, shape, is_input):
        serialization = shape.serialization
        if not self.ec2:
            self.report.equal(where, "wire", member.get("wire", name), serialization.get("name", name))
            return
        ours = member.get("wire", name)
        if is_input:
            theirs = serialization.get("queryName") or serialization.get("name", name)
            self.report.equal(where, "wire in requests", ours[0].upper() + ours[1:], theirs[0].upper() + theirs[1:])
        else:
            self.report.equal(where, "wire in answers", member.get("wire", name[0].lower() + name[1:]),
                              serialization.get("name", name))

    def check_member(self, where, member, shape, is_input):
        if "list" in member:
            self.check_list(where, member, shape, is_input)
        elif "map" in member:
            self.check_map(where, member, shape, is_input)
        elif member["type"] in self.types:
            if self.report.equal(where, "type", "structure", shape.type_name):
                self.check_type(member["type"], shape, is_input)
        else:
            self.report.equal(where, "type", member["type"], SCALARS.get(shape.type_name, shape.type_name))

    def check_type(self, name, shape, is_input):
        """A type, once for each shape of the model that it stands for, each way."""
        key = (name, shape.name, is_input)
        if key in self.compared:
            return
        self.compared.add(key)
        self.check_structure(f"{self.name}: {name}", self.types[name], shape, is_input)

    def check_list(self, where, member, shape, is_input):
        if not self.report.equal(where, "type", "list", shape.type_name):
            return
        default = PROTOCOLS[self.file["protocol"]]["element"]
        # A request of the ec2 protocol writes no element names at all.
        if not (self.ec2 and is_input):
            self.report.equal(where, "element", member.get("element", default),
                              shape.member.serialization.get("name", "member"))
        self.report.equal(where, "flattened", boolean(member.get("flattened")),
                          shape.serialization.get("flattened", False))
        self.check_member(where + "[]", member_of(member["list"]), shape.member, is_input)

    def check_map(self, where, member, shape, is_input):
        if not self.report.equal(where, "type", "map", shape.type_name):
            return
        self.report.equal(where, "key", member.get("key", "key"), shape.key.serialization.get("name", "key"))
        self.report.equal(where, "element", member.get("element", "value"),
                          shape.value.serialization.get("name", "value"))
        self.report.equal(where, "flattened", boolean(member.get("flattened")),
                          shape.serialization.get("flattened", False))
        self.check_member(where + "{}", member_of(member["map"]), shape.value, is_input)

    @staticmethod
    def code_of(shape):
        return shape.metadata.get("error", {}).get("code", shape.name)

    def all_error_codes(self):
        shapes = [self.model.shape_for(name) for name in self.model.shape_names]
        return {self.code_of(shape) for shape in shapes if shape.metadata.get("exception")} | {"ValidationError"}

    def check_errors(self, where, rows, known):
        # EC2 publishes none of its hundreds of codes; ValidationError is of all services and modelled by none.
        if self.ec2:
            return
        for row in rows:
            codes = row["code"] if isinstance(row["code"], list) else [row["code"]]
            for code in codes:
                self.report.present(where, "error code", code, known)


def main():
    top = pathlib.Path(os.environ.get("TIDEGATE_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
    directory = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else top / "schemas" / "operations"
    report = Report()
    for path in sorted(directory.glob("*.yaml")):
        if path.name not in ("common.yaml", "local.yaml"):  # errors of all services; what is no service of AWS
            Service(path, report).check()
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
