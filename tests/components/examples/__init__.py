"""What each rule minds, shown on the dev stack changed in one thing, and what it has to let pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.components.examples import (
    alarms,
    callers,
    dashboards,
    events,
    functions,
    limits,
    metrics,
    naming,
    policies,
    queues,
    rights,
    schedules,
    site,
    storage,
)

if TYPE_CHECKING:
    from tests.components.examples.example import Example

_SUBJECTS: Final = (
    queues.EXAMPLES,
    limits.EXAMPLES,
    storage.EXAMPLES,
    policies.EXAMPLES,
    events.EXAMPLES,
    rights.EXAMPLES,
    functions.EXAMPLES,
    callers.EXAMPLES,
    schedules.EXAMPLES,
    alarms.EXAMPLES,
    dashboards.EXAMPLES,
    metrics.EXAMPLES,
    naming.EXAMPLES,
    site.EXAMPLES,
)

EXAMPLES: Final[dict[str, Example]] = {name: example for subject in _SUBJECTS for name, example in subject.items()}

if len(EXAMPLES) != sum(map(len, _SUBJECTS)):
    raise ValueError("two examples have one name")
