from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.components.examples.changes import but
from tests.components.examples.example import lets_pass, minds
from tests.components.rules.callers import schedules_call_a_function
from tests.components.rules.kinds import EVENT_RULE

if TYPE_CHECKING:
    from tests.components.examples.example import Example

_EXACTLY_ONE: Final = "exactly one of day-of-month and day-of-week must be ?"

_TAKEN: Final = (
    "rate(1 minute)",
    "rate(2 minutes)",
    "rate(1 hour)",
    "rate(12 hours)",
    "rate(1 day)",
    "rate(10 days)",
    "cron(0 10 * * ? *)",
    "cron(15 12 ? * * *)",
    "cron(0 18 ? * MON-FRI *)",
    "cron(0 8 1 * ? *)",
    "cron(0/15 * * * ? *)",
    "cron(*/10 * ? * SUN,SAT 2026)",
    "cron(0-30/5 8-17 ? JAN-MAR 2-6 2026-2030)",
    "cron(0,30 2-20/3 L * ? *)",
    "cron(0 0 3W DEC ? 1970)",
    "cron(59 23 31W 12 ? 2199)",
    "cron(0 0 ? 1,6 6L *)",
    "cron(0 0 ? * L *)",
    "cron(0 0 ? * FRIL *)",
    "cron(0 0 ? * 3#2 *)",
    "cron(0 0 ? * TUE#5 *)",
    "cron(0  0   31 * ? *)",
    "cron(5-5 0 1 * ? *)",
    "cron(0 23 1 1 ? *)",
    "cron(0 23 ? * 2-MON *)",
    "cron(0 23 ? 12 1 *)",
    "cron(0 23 ? 12 7 *)",
)

_REFUSED: Final = {
    "": "'' is no rate(…) and no cron(…)",
    "every minute": "'every minute' is no rate(…) and no cron(…)",
    "rate(5 seconds)": "'rate(5 seconds)' is no rate(…) and no cron(…)",
    "rate(1.5 hours)": "'rate(1.5 hours)' is no rate(…) and no cron(…)",
    "rate(-1 hours)": "'rate(-1 hours)' is no rate(…) and no cron(…)",
    "rate(5minutes)": "'rate(5minutes)' is no rate(…) and no cron(…)",
    "rate(05 minutes)": "'rate(05 minutes)' is no rate(…) and no cron(…)",
    "rate(5 minutes) ": "'rate(5 minutes) ' is no rate(…) and no cron(…)",
    "0 10 * * ? *": "'0 10 * * ? *' is no rate(…) and no cron(…)",
    "rate(0 minutes)": "a rate is of 1 or more",
    "rate(1 minutes)": "1 minutes: the unit of 1 is singular, of more plural",
    "rate(1 hours)": "1 hours: the unit of 1 is singular, of more plural",
    "rate(2 day)": "2 day: the unit of 1 is singular, of more plural",
    "cron(0 10 * * ?)": "5 fields, not 6",
    "cron(0 0 10 * * ? *)": "7 fields, not 6",
    "cron(0 10 * * * *)": _EXACTLY_ONE,
    "cron(0 10 1 * MON *)": _EXACTLY_ONE,
    "cron(0 10 ? * ? *)": _EXACTLY_ONE,
    "cron(60 10 * * ? *)": "minutes is '60'",
    "cron(-1 10 * * ? *)": "minutes is '-1'",
    "cron(? 10 * * ? *)": "minutes is '?'",
    "cron(5, 10 * * ? *)": "minutes is '5,'",
    "cron(5- 10 * * ? *)": "minutes is '5-'",
    "cron(1-2-3 10 * * ? *)": "minutes is '1-2-3'",
    "cron(30-10 10 * * ? *)": "minutes is '30-10'",
    "cron(5-60 10 * * ? *)": "minutes is '5-60'",
    "cron(0/ 10 * * ? *)": "minutes is '0/'",
    "cron(0/0 10 * * ? *)": "minutes is '0/0'",
    "cron(*/x 10 * * ? *)": "minutes is '*/x'",
    "cron(60/5 10 * * ? *)": "minutes is '60/5'",
    "cron(*-5 10 * * ? *)": "minutes is '*-5'",
    "cron(0 24 * * ? *)": "hours is '24'",
    "cron(0 10 0 * ? *)": "day-of-month is '0'",
    "cron(0 10 32 * ? *)": "day-of-month is '32'",
    "cron(0 10 32W * ? *)": "day-of-month is '32W'",
    "cron(0 10 1,L * ? *)": "day-of-month is '1,L'",
    "cron(0 10 1 0 ? *)": "month is '0'",
    "cron(0 10 1 13 ? *)": "month is '13'",
    "cron(0 10 1 JUNE ? *)": "month is 'JUNE'",
    "cron(0 10 1 MAR-JAN ? *)": "month is 'MAR-JAN'",
    "cron(0 10 1 MON ? *)": "month is 'MON'",
    "cron(0 10 ? * 0 *)": "day-of-week is '0'",
    "cron(0 10 ? * 8 *)": "day-of-week is '8'",
    "cron(0 10 ? * 3W *)": "day-of-week is '3W'",
    "cron(0 10 ? * 3#6 *)": "day-of-week is '3#6'",
    "cron(0 10 ? * 3#1,6#3 *)": "day-of-week is '3#1,6#3'",
    "cron(0 10 * * ? 1969)": "year is '1969'",
    "cron(0 10 * * ? 2200)": "year is '2200'",
    "cron(0 10 * * ? 2026-2025)": "year is '2026-2025'",
}

EXAMPLES: Final[dict[str, Example]] = {
    **{
        f"the schedule {expression!r}": lets_pass(
            schedules_call_a_function, but(EVENT_RULE, "mend-sweeps", scheduleExpression=expression)
        )
        for expression in _TAKEN
    },
    **{
        f"the schedule {expression!r}": minds(
            schedules_call_a_function,
            but(EVENT_RULE, "mend-sweeps", scheduleExpression=expression),
            f"mend-sweeps has a schedule that EventBridge refuses: {why}",
        )
        for expression, why in _REFUSED.items()
    },
}
