"""Rules with one part left out or turned round: what the examples must notice, or they prove nothing.

A function's code is changed in place, so whoever imported it sees the change.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final, cast

from tests.components import rules
from tests.components.mutations import instead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

    from tests.components.rules import Rule

MODULES: Final[tuple[ModuleType, ...]] = tuple(
    importlib.import_module(f"{rules.__name__}.{found.name}") for found in pkgutil.iter_modules(rules.__path__)
)


@dataclass(frozen=True)
class Part:
    """A function of the rules, or a table that they look into."""

    module: ModuleType
    name: str
    tree: ast.FunctionDef | ast.AnnAssign

    def __str__(self) -> str:
        return f"{self.module.__name__.rpartition('.')[2]}.{self.name}"


def parts() -> Iterator[Part]:
    """All functions and tables of the rules."""
    for module in MODULES:
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.FunctionDef):
                yield Part(module, node.name, node)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
                yield Part(module, node.target.id, node)


def edits(part: Part) -> Iterator[tuple[str, ast.FunctionDef | ast.AnnAssign]]:
    """Each way to leave out or turn round something in it: in words, and the whole with it, until the next is taken."""
    silent = {id(below) for node in ast.walk(part.tree) for top in _silent(node) for below in ast.walk(top)}
    for node, put in list(_places(part.tree)):
        for new in instead(node) if id(node) not in silent else ():
            put(ast.fix_missing_locations(ast.copy_location(new, node)))
            try:
                yield f"{ast.unparse(node)} → {ast.unparse(new)}", part.tree
            finally:
                put(node)


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], None]]]:
    """Each node below this one, and what puts another into its place."""
    for above in ast.walk(tree):
        for field, value in ast.iter_fields(above):
            if isinstance(value, ast.AST):
                yield value, functools.partial(setattr, above, field)
            elif isinstance(value, list):
                for at, node in enumerate(value):
                    if isinstance(node, ast.AST):
                        yield node, functools.partial(value.__setitem__, at)


def _silent(node: ast.AST) -> Sequence[ast.AST]:
    """What decides nothing: what a sentence says, what a type is, what is told to the reader."""
    match node:
        case ast.JoinedStr():
            return [node]
        case ast.FunctionDef(args=args, body=body):
            return [args, *filter(None, [node.returns]), *(body[:1] if ast.get_docstring(node) else [])]
        case ast.Call(ast.Name("Kind"), args):
            return args[:1]
        case ast.AnnAssign(ast.Name("ON_EVERYTHING"), annotation, ast.Dict(values=reasons)):
            return [annotation, *reasons]
        case ast.AnnAssign(annotation=annotation):
            return [annotation]
        case _:
            return []


@contextmanager
def changed_to(part: Part, tree: ast.FunctionDef | ast.AnnAssign) -> Iterator[None]:
    """With a part of the rules so."""
    stale = [found for found in _cached() if part.name in names_reached(found)]
    for cached in stale:
        cached.cache_clear()
    if isinstance(tree, ast.FunctionDef):
        change = _coded(inspect.unwrap(getattr(part.module, part.name)), _code_of(tree))
    else:
        change = _valued(part, tree)
    try:
        with change:
            yield
    finally:
        for cached in stale:
            cached.cache_clear()


def _cached() -> list[Any]:
    return [found for module in MODULES for found in vars(module).values() if hasattr(found, "cache_clear")]


@contextmanager
def minding_nothing(rule: Rule) -> Iterator[None]:
    """With a rule that says nothing."""

    def silent(stack: object) -> Iterator[str]:  # noqa: ARG001 - as a rule has it
        yield from ()

    with _coded(cast("FunctionType", rule), silent.__code__):
        yield


@contextmanager
def _coded(function: FunctionType, code: CodeType) -> Iterator[None]:
    old = function.__code__
    function.__code__ = code
    try:
        yield
    finally:
        function.__code__ = old


def _code_of(tree: ast.FunctionDef) -> CodeType:
    module = compile(ast.Module([tree], []), "<mutant>", "exec")
    return next(each for each in module.co_consts if isinstance(each, CodeType) and each.co_name == tree.name)


@contextmanager
def _valued(part: Part, tree: ast.AnnAssign) -> Iterator[None]:
    old = getattr(part.module, part.name)
    code = compile(ast.Expression(cast("ast.expr", tree.value)), "<mutant>", "eval")
    new = eval(code, dict(vars(part.module)))  # noqa: S307 - our own source, with one thing changed
    holders = [module for module in MODULES if getattr(module, part.name, None) is old]
    for module in holders:
        setattr(module, part.name, new)
    try:
        yield
    finally:
        for module in holders:
            setattr(module, part.name, old)


def users(part: Part) -> list[Rule]:
    """The rules that come to a part, by the names in their code."""
    return [rule for rule in rules.RULES if part.name in names_reached(rule)]


@functools.cache
def names_reached(function: Callable[..., Any]) -> frozenset[str]:
    """The names in a function's code, and in that of the rules' functions among them, and so on."""
    reached: set[str] = set()
    ahead = {function.__name__: [function]}
    while ahead:
        name, below = ahead.popitem()
        reached.add(name)
        found = {other for each in below for other in _names_in(inspect.unwrap(each).__code__)} - reached
        ahead |= {other: [each for each in _all_named(other) if callable(each)] for other in found}
    return frozenset(reached)


def _all_named(name: str) -> list[Any]:
    found = [vars(module)[name] for module in MODULES if name in vars(module)]
    return [each for each in found if isinstance(inspect.unwrap(each), FunctionType)]


def _names_in(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names_in(constant)
    return names
