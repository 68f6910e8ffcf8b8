"""The promises hold in very many bad histories."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.runtime.histories import Faults, History, promises

KINDS = {
    "nothing fails": Faults(),
    "late and twice": Faults(meanwhile=0.1, twice=0.3),
    "busy services": Faults(busy=0.05),
    "crashes": Faults(crash=0.02),
    "everything": Faults(crash=0.01, busy=0.02, meanwhile=0.06, twice=0.2),
}


def broken(seed: int, kind: str) -> tuple[list[str], History]:
    history = History(seed, KINDS[kind])
    history.run(people=1 + seed % 4)
    return list(promises(history)), history


@pytest.mark.parametrize("kind", KINDS)
def test_every_promise_holds_at_rest_whatever_happened(kind: str) -> None:
    seen: Counter[str] = Counter()
    for seed in range(400):
        wrong, history = broken(seed, kind)
        assert not wrong, f"history {seed} of {kind!r}: {wrong}\n" + "\n".join(history.told)
        seen += history.counts
    for what in ("crash before", "crash after"):
        assert any(name.startswith(what) for name in seen) == (KINDS[kind].crash > 0)
    assert any(name.startswith("busy") for name in seen) == (KINDS[kind].busy > 0)
