"""The simulation sees: each deliberate bug breaks a promise within as many histories as `make test` runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulation.coverage import ENOUGH
from tests.simulation.many import one_after_the_other, workers
from tests.simulation.mutation import Mutation
from tests.simulation.mutations import MUTATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from tests.simulation.many import Done


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, Future[Done]]]:
    """What each bug breaks, by its name; all are under way at once."""
    with workers(2) as pool:
        yield {each.name: pool.submit(one_after_the_other, each.first, ENOUGH, each) for each in MUTATIONS}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_deliberate_bug_is_seen(mutation: Mutation, found: dict[str, Future[Done]]) -> None:
    done = found[mutation.name].result()
    assert done.failed is not None, f"{done.histories} histories, and nothing seen"
    assert done.broken.partition(":")[0] in mutation.breaks, done.broken


def test_a_bug_in_source_that_is_not_there_is_refused() -> None:
    mutation = Mutation("nothing", "runtime.core.use_cases.count", "this is nowhere", "", breaks=())
    with pytest.raises(LookupError, match="occurs 0 times"), mutation.applied():
        pass


def test_a_bug_that_changes_nothing_is_refused() -> None:
    comment = '"""A transcript is counted'
    mutation = Mutation("nothing", "runtime.core.use_cases.count", comment, f"{comment} again", breaks=())
    with pytest.raises(LookupError, match="nothing of"), mutation.applied():
        pass
