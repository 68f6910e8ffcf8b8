"""DynamoDB's attribute values, answered as they are.

moto looks for each of the ten things that a value can be under each of five names, in every value of every row: four
fifths of what a read of a row took.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from moto.core.serialize import BaseJSONSerializer

if TYPE_CHECKING:
    from moto.core.model import StructureShape

moto_structure: Final = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001 - it has no public name


def install() -> None:
    """Have moto answer so, once a process."""
    BaseJSONSerializer._serialize_type_structure = _structure  # type: ignore[method-assign]  # noqa: SLF001


def as_json(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute value as its JSON has it: bytes in Base64, all else as it is."""
    ((kind, held),) = value.items()
    if kind == "B":
        return {kind: _base64(held)}
    if kind == "BS":
        return {kind: [_base64(each) for each in held]}
    if kind == "L":
        return {kind: [as_json(each) for each in held]}
    if kind == "M":
        return {kind: {name: as_json(each) for name, each in held.items()}}
    return value


def _base64(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def _structure(self: Any, serialized: Any, value: Any, shape: StructureShape, key: str) -> None:  # noqa: ANN401 - moto's own signature
    if shape.name == "AttributeValue" and key and value:
        self._default_serialize(serialized, as_json(value), shape, key)
    else:
        moto_structure(self, serialized, value, shape, key)
