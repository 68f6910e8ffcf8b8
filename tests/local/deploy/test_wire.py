"""Pulumi's own serialisation, read back as plain values."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc

from local.deploy.packed import Archive, Asset
from local.deploy.wire import plain, unknown_paths

if TYPE_CHECKING:
    from pulumi import Inputs


def _sent(values: Inputs) -> dict[str, Any]:
    return plain(asyncio.run(rpc.serialize_properties(values, {})))


def test_numbers_texts_and_lists_arrive_as_they_were() -> None:
    values = {"whole": 3, "part": 0.5, "yes": True, "text": "ü", "list": [1, {"deep": [2]}]}

    arrived = _sent(values)

    assert arrived == values
    assert isinstance(arrived["whole"], int)


def test_assets_and_archives_arrive_as_such() -> None:
    archive = pulumi.AssetArchive({"a.py": pulumi.StringAsset("a"), "lib": pulumi.FileArchive("lib.zip")})

    arrived = _sent({"code": archive, "page": pulumi.FileAsset("index.html")})

    assert arrived["code"] == Archive(members={"a.py": Asset(text="a"), "lib": Archive(path=Path("lib.zip"))})
    assert arrived["page"] == Asset(path=Path("index.html"))


def test_secrets_are_unwrapped_at_every_depth() -> None:
    message = Struct()
    message.update({"a": rpc.wrap_rpc_secret("b"), "list": [rpc.wrap_rpc_secret({"c": rpc.wrap_rpc_secret(1)})]})

    assert plain(message) == {"a": "b", "list": [{"c": 1}]}


def test_what_was_unknown_is_found_at_every_depth() -> None:
    message = Struct()
    message.update({"a": {"b": [1, rpc.UNKNOWN]}, "c": rpc.UNKNOWN, "d": "known"})

    assert sorted(unknown_paths(plain(message))) == ["a.b[1]", "c"]
