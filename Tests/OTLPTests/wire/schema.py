"""Compares a descriptor set of our schema with the official descriptors: schema.py DESCRIPTOR_SET

Ours may lack messages, fields and enum values; what it has must be the official ones. Writes the number of fields
compared, or exits with 1 and says what differs.
"""

import sys

import google.rpc.status_pb2  # Registers its descriptors, as the next does.
import opentelemetry.proto.collector.metrics.v1.metrics_service_pb2  # noqa: F401
from google.protobuf import descriptor_pb2, descriptor_pool


# Messages that OTLP has and the official package for Python, which is older, does not have yet.
NEWER = {"opentelemetry.proto.processcontext.v1development.ProcessContext"}


def oneof(field):
    """The oneof that a field is in; protoc makes one of each `optional`, and ours are written out."""
    return field.containing_oneof.name if field.containing_oneof else None


def signature(field):
    return {
        "name": field.name,
        "number": field.number,
        "type": field.type,
        "message": field.message_type.full_name if field.message_type else None,
        "enum": field.enum_type.full_name if field.enum_type else None,
        "repeated": field.is_repeated,
        "packed": field.is_packed,
        "presence": field.has_presence,
        "oneof": oneof(field),
    }


def messages(parent):
    for message in parent:
        yield message
        yield from messages(message.nested_types)


def main(path):
    with open(path, "rb") as file:
        ours = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    official = descriptor_pool.Default()
    differences, compared = [], 0
    for proto in ours.file:
        pool.Add(proto)
        file = pool.FindFileByName(proto.name)
        for message in messages(file.message_types_by_name.values()):
            if message.full_name in NEWER:
                try:
                    official.FindMessageTypeByName(message.full_name)
                except KeyError:
                    continue
                differences.append(f"{message.full_name} is in the official package now; remove it from NEWER")
            theirs = official.FindMessageTypeByName(message.full_name).fields_by_number
            for field in message.fields:
                compared += 1
                expected = signature(theirs[field.number]) if field.number in theirs else None
                if signature(field) != expected:
                    differences.append(f"{field.full_name}: {signature(field)}, officially {expected}")
        for enum in file.enum_types_by_name.values():
            theirs = official.FindEnumTypeByName(enum.full_name).values_by_name
            for value in enum.values:
                compared += 1
                if value.name not in theirs or theirs[value.name].number != value.number:
                    differences.append(f"{enum.full_name}: {value.name} = {value.number}")
    if differences:
        sys.exit("\n".join(differences))
    print(compared)


main(*sys.argv[1:])
