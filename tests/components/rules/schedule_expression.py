"""The schedules that EventBridge takes. moto and the provider take any text.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_RATE: Final = re.compile(r"rate\((0|[1-9][0-9]*) (minutes?|hours?|days?)\)")
_CRON: Final = re.compile(r"cron\(([^()]*)\)")

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@dataclass(frozen=True)
class _Field:
    """A field of a cron expression.

    Attributes:
        name: What it is called.
        least: The least number.
        most: The greatest number.
        words: Names of the numbers from the least on.
        special: A pattern of what else may stand in its place, alone.
    """

    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()
    special: str = r"(?!)"


_FIELDS: Final = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day-of-month", 1, 31, special=r"\?|L|(?:[1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day-of-week", 1, 7, _DAYS, special=rf"\?|(?:[1-7]|{'|'.join(_DAYS)})?L|(?:[1-7]|{'|'.join(_DAYS)})#[1-5]"),
    _Field("year", 1970, 2199),
)


def refusal(expression: str) -> str | None:
    """Why EventBridge would refuse a schedule, if it would."""
    if rate := _RATE.fullmatch(expression):
        number, unit = int(rate[1]), rate[2]
        if number == 0:
            return "a rate is of 1 or more"
        singular = not unit.endswith("s")
        return None if singular == (number == 1) else f"{number} {unit}: the unit of 1 is singular, of more plural"
    if cron := _CRON.fullmatch(expression):
        return _refusal_of_cron(cron[1].split())
    return f"{expression!r} is no rate(…) and no cron(…)"


def _refusal_of_cron(given: list[str]) -> str | None:
    if len(given) != len(_FIELDS):
        return f"{len(given)} fields, not 6"
    for field, text in zip(_FIELDS, given, strict=True):
        if not re.fullmatch(field.special, text) and not all(_is_part(field, part) for part in text.split(",")):
            return f"{field.name} is {text!r}"
    if [given[2], given[4]].count("?") != 1:
        return "exactly one of day-of-month and day-of-week must be ?"
    return None


def _is_part(field: _Field, part: str) -> bool:
    """Whether a part of a list is a value, a range, everything, or steps from one of those on."""
    start, slash, step = part.partition("/")
    if slash and not re.fullmatch(r"[1-9][0-9]*", step):
        return False
    if start == "*":
        return True
    texts = start.split("-")
    values = [value for text in texts if (value := _value(field, text)) is not None]
    return len(texts) <= 2 and len(values) == len(texts) and values == sorted(values)


def _value(field: _Field, text: str) -> int | None:
    """The number that a value stands for."""
    if text in field.words:
        return field.least + field.words.index(text)
    if not re.fullmatch(r"[0-9]{1,4}", text):
        return None
    return int(text) if field.least <= int(text) <= field.most else None
