"""Small mistakes: for a piece of a program, each of what might stand there instead."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEGATED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_SHIFTED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}


@functools.singledispatch
def instead(node: ast.AST) -> Iterator[ast.AST]:  # noqa: ARG001 - most have no such mistake
    """What might stand in a node's place."""
    yield from ()


@instead.register
def _(node: ast.BoolOp) -> Iterator[ast.AST]:
    """One condition less."""
    for kept in _each_less(node.values):
        yield kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)


@instead.register
def _(node: ast.Compare) -> Iterator[ast.AST]:
    """The other way round; one further or one less far; without one end."""
    for at, op in enumerate(node.ops):
        for turned in (_NEGATED.get(type(op)), _SHIFTED.get(type(op))):
            if turned is not None:
                yield ast.Compare(node.left, [*node.ops[:at], turned(), *node.ops[at + 1 :]], node.comparators)
    if len(node.ops) > 1:
        yield ast.Compare(node.left, node.ops[:-1], node.comparators[:-1])
        yield ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])


@instead.register
def _(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not):
        yield node.operand


@instead.register
def _(node: ast.BinOp) -> Iterator[ast.AST]:
    yield node.left
    yield node.right


@instead.register(ast.Yield)
@instead.register(ast.YieldFrom)
def _(_: ast.AST) -> Iterator[ast.AST]:
    """Nothing is said."""
    yield ast.YieldFrom(ast.Tuple([], ast.Load()))


@instead.register
def _(node: ast.IfExp) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse


@instead.register
def _(node: ast.If) -> Iterator[ast.AST]:
    """Never; always."""
    for always in (False, True):
        yield ast.If(ast.Constant(value=always), node.body, node.orelse)


@instead.register
def _(node: ast.While) -> Iterator[ast.AST]:
    yield ast.While(ast.Constant(value=False), node.body, node.orelse)


@instead.register
def _(node: ast.For) -> Iterator[ast.AST]:
    """Over nothing."""
    yield ast.For(node.target, ast.Tuple([], ast.Load()), node.body, node.orelse)


@instead.register
def _(node: ast.comprehension) -> Iterator[ast.AST]:
    """Over nothing; with one condition less."""
    yield ast.comprehension(node.target, ast.Tuple([], ast.Load()), node.ifs, node.is_async)
    for kept in _each_less(node.ifs):
        yield ast.comprehension(node.target, node.iter, kept, node.is_async)


@instead.register(ast.Tuple)
@instead.register(ast.List)
def _(node: ast.Tuple | ast.List) -> Iterator[ast.AST]:
    """One element less, where it is not assigned to."""
    for kept in _each_less(node.elts) if isinstance(node.ctx, ast.Load) else ():
        yield type(node)(kept, ast.Load())


@instead.register
def _(node: ast.Set) -> Iterator[ast.AST]:
    for kept in _each_less(node.elts):
        yield ast.Set(kept) if kept else ast.Call(ast.Name("set", ast.Load()), [], [])


@instead.register
def _(node: ast.Dict) -> Iterator[ast.AST]:
    for keys, values in zip(_each_less(node.keys), _each_less(node.values), strict=True):
        yield ast.Dict(keys, values)


@instead.register
def _(node: ast.Call) -> Iterator[ast.AST]:
    """All for any, any for all."""
    others = {"any": "all", "all": "any"}
    if isinstance(node.func, ast.Name) and node.func.id in others:
        yield ast.Call(ast.Name(others[node.func.id], ast.Load()), node.args, node.keywords)


@instead.register
def _(node: ast.Constant) -> Iterator[ast.AST]:
    """Yes for no; a number beside it; another text. An empty text stands for nothing, and any other would do."""
    if isinstance(node.value, bool):
        yield ast.Constant(value=not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(value=node.value + 1)
        yield ast.Constant(value=node.value - 1)
    elif isinstance(node.value, str) and node.value:
        yield ast.Constant(value=f"{node.value}§")


@instead.register
def _(_: ast.Continue) -> Iterator[ast.AST]:
    """It goes on."""
    yield ast.Pass()


@instead.register
def _(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is None:
        yield ast.Pass()


def _each_less(nodes: Sequence[Any]) -> Iterator[list[Any]]:
    """A list without each of its elements in turn."""
    for at in range(len(nodes)):
        yield [*nodes[:at], *nodes[at + 1 :]]
