"""Pulumi's wire format, in which a program's values reach its monitor, as plain values.

The format marks what JSON has no word for by a signature in an object. Key and signatures are fixed by Pulumi's
protocol: sdk/go/common/resource/sig/sig.go in https://github.com/pulumi/pulumi.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format

from local.deploy.packed import Archive, Asset

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - it says that a value is secret, and is none
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def plain(message: Struct) -> dict[str, Any]:
    """The values of a message: secrets unwrapped, a resource as its id, whole numbers as integers."""
    return {key: _plain(value) for key, value in json_format.MessageToDict(message).items()}


def unknown_paths(value: object, path: str = "") -> list[str]:
    """Where values stand that were not known when they were sent."""
    if isinstance(value, dict):
        dot = "." if path else ""
        return [found for key, item in value.items() for found in unknown_paths(item, f"{path}{dot}{key}")]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in unknown_paths(item, f"{path}[{index}]")]
    return [path] if value == UNKNOWN else []


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return _signed(value) if SIGNATURE in value else {key: _plain(item) for key, item in value.items()}
    return value


def _signed(value: dict[str, Any]) -> object:
    signature = value[SIGNATURE]
    if signature in (SECRET, OUTPUT):
        return _plain(value.get("value", UNKNOWN))
    if signature == RESOURCE:
        return value.get("id") or value["urn"]
    if signature in (ASSET, ARCHIVE):
        return _packed(value)
    raise ValueError(f"a value of Pulumi's with the unknown signature {signature}")


def _packed(value: dict[str, Any]) -> Asset | Archive:
    path = Path(value["path"]) if "path" in value else None
    if value[SIGNATURE] == ASSET:
        return Asset(path, value.get("text"))
    return Archive(
        path, {name: _packed(member) for name, member in value["assets"].items()} if "assets" in value else None
    )
