from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.picture import load, named
from runtime.core.reasons import MAX_BYTES


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"%PDF-1.7", "image/png"),
        (b"", "image/png"),
    ],
)
def test_what_a_file_is_sent_as_is_told_from_its_bytes_alone(tmp_path: Path, data: bytes, kind: str) -> None:
    file = tmp_path / "picture.gif"
    file.write_bytes(data)
    picture = load(str(file))
    assert picture.content_type == kind
    assert (picture.data, picture.size, picture.filename) == (data, len(data), "picture.gif")


def test_a_name_that_is_no_unicode_is_sent_as_well_as_it_can_be(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\n.png")
    Path(path).write_bytes(b"x")
    assert load(path).filename == named(path) == "caf\N{REPLACEMENT CHARACTER}\n.png"


def test_of_a_file_that_is_too_large_the_size_is_told_but_not_all_is_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.png"
    with file.open("wb") as sparse:
        sparse.truncate(1 << 40)
    picture = load(str(file))
    assert picture.size == 1 << 40
    assert len(picture.data) == MAX_BYTES + 1


def test_a_pipe_is_read_to_its_end() -> None:
    read, write = os.pipe()
    os.write(write, b"\xff\xd8\xff")
    os.close(write)
    try:
        assert load(f"/dev/fd/{read}").size == 3
    finally:
        os.close(read)


@pytest.mark.parametrize(
    ("path", "said"), [("", "folder"), ("absent.png", "check its path"), ("a\0b", "cannot be read")]
)
def test_a_file_that_cannot_be_read_is_bad_usage_and_said_with_a_remedy(tmp_path: Path, path: str, said: str) -> None:
    with pytest.raises(CommandError, match=said) as error:
        load(f"{tmp_path}/{path}")
    assert error.value.exit_code == 2
