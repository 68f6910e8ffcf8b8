"""What moto works out again and again, worked out once: it answers the same, in a fraction of the time."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from moto import backends
from moto.core import responses
from moto.core import utils as moto_utils
from moto.core.loaders import create_loader
from moto.core.serialize import AttributePicker, BaseJSONSerializer, XFormedAttributePicker
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from werkzeug.routing import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.core.loaders import Loader
    from moto.core.model import StructureShape
    from moto.core.serialize import AttributePickerContext
    from moto.dynamodb.parsing.ast_nodes import UpdateExpression

_list_moto_modules: Final = backends.list_of_moto_modules
_method_names: Final = moto_utils.method_names_from_class
_pick: Final = AttributePicker.__call__
_serialize_structure: Final = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001 - it has no public name
_nodes_to_be_processed: Final = DepthFirstTraverser.nodes_to_be_processed
_parse_update: Final = UpdateExpressionParser.make
_compile_builder: Final = Rule._compile_builder  # noqa: SLF001 - it has no public name
_names: dict[tuple[object, str], tuple[str, ...]] = {}
_nodes: dict[type, tuple[type, ...]] = {}
_AS_THEY_ARE: Final = frozenset({"S", "N", "BOOL", "NULL"})
"""The kinds of DynamoDB's values that moto keeps as they go over the wire."""


def install() -> None:
    """Change moto, as it is loaded in this process. More than once is fine."""
    moto_utils.create_loader = _loader
    backends.list_of_moto_modules = _moto_modules
    responses.method_names_from_class = _methods
    XFormedAttributePicker.__call__ = _pick_quickly  # type: ignore[method-assign]
    BaseJSONSerializer._serialize_type_structure = _serialize_quickly  # type: ignore[method-assign]  # noqa: SLF001 - the same
    DepthFirstTraverser.nodes_to_be_processed = _nodes_quickly  # type: ignore[method-assign]
    UpdateExpressionParser.make = _updates  # type: ignore[method-assign]
    Rule._compile_builder = _build_when_asked  # type: ignore[method-assign]  # noqa: SLF001 - it has no public name


@functools.cache
def _loader() -> Loader:
    """All of botocore's folders, which moto lists for each service: 40 ms."""
    return create_loader()


@functools.cache
def _moto_modules() -> frozenset[str]:
    """Its own folders, which it lists for each request: 1.5 ms."""
    return frozenset(_list_moto_modules())


@functools.cache
def _methods(kind: type) -> list[str]:
    """A class's operations, which it looks through for each request."""
    return _method_names(kind)


def _pick_quickly(picker: XFormedAttributePicker, context: AttributePickerContext) -> Any:  # noqa: ANN401 - as moto's own
    """A member of an answer, under whichever of its names it has: for a dictionary, these are always the same."""
    if type(context.obj) is not dict or context.shape is None or picker.response_transformers:
        return _pick(picker, context)
    known = context.shape, context.key
    if known not in _names:
        _names[known] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
    if any("." in name for name in _names[known]):  # a path
        return _pick(picker, context)
    for name in _names[known]:
        if name in context.obj:
            return context.obj[name]
    return None


def _serialize_quickly(
    serializer: BaseJSONSerializer, serialized: dict[str, Any], value: object, shape: StructureShape, key: str
) -> None:
    """A structure of an answer: a value of DynamoDB's is one of ten members, and moto looks for all of them."""
    if shape.name == "AttributeValue" and type(value) is dict and value.keys() <= _AS_THEY_ARE:
        serialized[key] = value
    else:
        _serialize_structure(serializer, serialized, value, shape, key)


def _nodes_quickly(traverser: DepthFirstTraverser) -> tuple[type, ...]:
    """What one that goes through update expressions looks for, which moto says is kept, and is made for each node."""
    kind = type(traverser)
    if kind not in _nodes:
        _nodes[kind] = _nodes_to_be_processed(traverser)
    return _nodes[kind]


@functools.lru_cache(1000)
def _updates(expression: str) -> UpdateExpression:
    """What an update expression says, which moto reads twice for each request, and copies before it changes it."""
    return _parse_update(expression)


def _build_when_asked(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - as werkzeug's own
    """What builds a rule's URLs: moto never asks for one, and compiling it takes longer than all else of a route."""

    def build(_rule: Rule, **values: object) -> tuple[str, str]:
        return _compile_builder(rule, append_unknown)(rule, **values)

    return build
