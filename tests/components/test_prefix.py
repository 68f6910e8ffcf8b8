from __future__ import annotations

import pulumi
import pytest

from components.prefix import Folder, RowKind
from tests.components.recorder import record_program


def test_a_folder_opens_its_objects_and_no_other_folder() -> None:
    stack = record_program(lambda: pulumi.export("opened", Folder("results/").objects_in("arn:aws:s3:::b")))
    assert stack.exports["opened"] == "arn:aws:s3:::b/results/*"


def test_a_kind_of_row_opens_its_rows() -> None:
    assert RowKind("REQUEST#").pattern == "REQUEST#*"


@pytest.mark.parametrize(
    "prefix", ["", "/", "results", "/results/", "results//", "re*/", "re?/", "${aws:username}/", "A/"]
)
def test_a_prefix_that_opens_more_than_a_folder_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="is no folder of object keys"):
        Folder(prefix)


@pytest.mark.parametrize("prefix", ["", "#", "REQUEST", "REQ*#", "REQUEST#a", "request#"])
def test_a_prefix_that_opens_more_than_a_kind_of_row_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="is no kind of row"):
        RowKind(prefix)
