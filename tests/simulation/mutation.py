"""Deliberate bugs: one line of a module replaced while a simulation runs."""

from __future__ import annotations

import importlib
import inspect
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


@dataclass(frozen=True)
class Mutation:
    """A bug.

    Attributes:
        name: What is wrong then.
        module: Where.
        old: The source as it is; it must occur exactly once.
        new: What stands there instead.
        breaks: The promises that say what is wrong; one of them has to be the one that is broken.
        more: Further such pairs, where one line has to move.
        first: The first of the histories that it is looked for in: one that is met seldom is met soon from there.
    """

    name: str
    module: str
    old: str
    new: str
    breaks: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()
    first: int = 0

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Have the module's functions run the replaced source.

        Raises:
            LookupError: The source to be replaced is not there (any more), or it changes nothing.
        """
        module = importlib.import_module(self.module)
        source = mutated = inspect.getsource(module)
        for old, new in ((self.old, self.new), *self.more):
            if source.count(old) != 1:
                raise LookupError(f"{self.name}: {old!r} occurs {source.count(old)} times in {self.module}")
            mutated = mutated.replace(old, new)
        changed = list(_changed(module, source, mutated))
        if not changed:
            raise LookupError(f"{self.name}: nothing of {self.module} is changed by it")
        were = [(function, function.__code__) for function, _ in changed]
        for function, code in changed:
            function.__code__ = code
        try:
            yield
        finally:
            for function, code in were:
                function.__code__ = code


def _changed(module: ModuleType, source: str, mutated: str) -> Iterator[tuple[FunctionType, CodeType]]:
    were = dict(_functions(compile(source, "source", "exec", dont_inherit=True)))
    for name, code in _functions(compile(mutated, f"{module.__name__} (mutated)", "exec", dont_inherit=True)):
        if name not in were or not _same(code, were[name]):
            yield _live(module, name), code


def _functions(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """The functions and methods of a module, by qualified name; what is nested in a function is a part of it."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & inspect.CO_NEWLOCALS:
                yield constant.co_qualname, constant
            else:
                yield from _functions(constant)


def _same(one: CodeType, other: CodeType) -> bool:
    """Whether two pieces of code do the same, wherever they stand."""
    if (one.co_code, one.co_names, one.co_varnames) != (other.co_code, other.co_names, other.co_varnames):
        return False
    pairs = list(zip(one.co_consts, other.co_consts, strict=False))
    return len(one.co_consts) == len(other.co_consts) and all(
        _same(mine, theirs) if isinstance(mine, CodeType) and isinstance(theirs, CodeType) else mine == theirs
        for mine, theirs in pairs
    )


def _live(module: ModuleType, qualified: str) -> FunctionType:
    found: object = module
    for name in qualified.split("."):
        found = inspect.getattr_static(found, name)
        # What lies under a property, a class method or a static one.
        found = found.fget if isinstance(found, property) else getattr(found, "__func__", found)
    if not isinstance(found, FunctionType):
        raise LookupError(f"{module.__name__}.{qualified} is no function")  # noqa: TRY004  it is not there to be replaced
    return found
