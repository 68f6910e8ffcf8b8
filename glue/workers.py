"""Spark's Python workers, each of which does many tasks: what Python would do again before every one is done once."""

from __future__ import annotations

import functools
import gc
import sys
from zipimport import zipimporter


def settle_in() -> None:
    """Have this worker begin its next tasks at once; to be called in each.

    Before a task, a worker has Python forget which modules there are, and collects garbage. To forget a zip, Python
    3.11 reads its whole directory again, and once for each of the packages in Spark's: longer than a small task takes.
    (Later versions wait until a module is asked for, https://github.com/python/cpython/issues/103200.) So the zips'
    finders are dropped: who asks for a module makes one, from the directory that is known. And what a worker is made of
    is no garbage.
    """
    for path, finder in list(sys.path_importer_cache.items()):
        if isinstance(finder, zipimporter):
            del sys.path_importer_cache[path]
    _keep_what_is_there()


@functools.cache
def _keep_what_is_there() -> None:
    gc.freeze()
