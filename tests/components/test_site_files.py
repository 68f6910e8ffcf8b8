"""What the page's files are uploaded as, and how they find each other there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pulumi
import pytest

from components import site_files
from components.site_files import SiteFilesError, has_front_page, read

if TYPE_CHECKING:
    from pathlib import Path

    from components.site_files import SiteFile

PAGE = '<link rel="stylesheet" href="style.css"><script type="module" src="./app/main.js"></script>'
FILES = {"index.html": PAGE, "style.css": "h1 {}", "app/main.js": 'import "./more.js";', "app/more.js": "export {};"}


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def keys(folder: Path) -> dict[str, str]:
    return {file.path: file.key for file in read(folder)}


def page(files: list[SiteFile], path: str = "index.html") -> str:
    (content,) = (file.content for file in files if file.path == path)
    assert isinstance(content, pulumi.StringAsset)
    return str(content.text)


def test_all_but_pages_lies_in_one_folder_of_the_hash_of_all_of_it(tmp_path: Path) -> None:
    found = keys(written(tmp_path, FILES))

    assert found["index.html"] == "index.html"
    assert re.fullmatch(r"assets/[0-9a-f]{16}/app/main\.js", found["app/main.js"])
    folders = {key.removesuffix(path) for path, key in found.items() if path != "index.html"}
    assert len(folders) == 1


def test_a_page_points_to_where_its_files_are(tmp_path: Path) -> None:
    files = read(written(tmp_path, FILES))
    found = {file.path: file.key for file in files}

    assert page(files) == (
        f'<link rel="stylesheet" href="/{found["style.css"]}">'
        f'<script type="module" src="/{found["app/main.js"]}"></script>'
    )


@pytest.mark.parametrize("changed", ["app/more.js", "style.css"])
def test_whatever_changes_all_of_it_moves(tmp_path: Path, changed: str) -> None:
    before = keys(written(tmp_path, FILES))
    after = keys(written(tmp_path, {changed: "/* other */"}))

    assert {path for path in FILES if before[path] != after[path]} == set(FILES) - {"index.html"}


def test_what_is_the_same_stays_where_it_is(tmp_path: Path) -> None:
    before = keys(written(tmp_path, FILES))
    after = keys(written(tmp_path, {"index.html": PAGE + "<p>New</p>", "README.md": "new", "jsconfig.json": "{}"}))

    assert before == after


@pytest.mark.parametrize(
    "reference",
    [
        'href="#top"',
        'href="https://example.com/style.css"',
        'href="//example.com/style.css"',
        'href="mailto:words@example.com"',
        'src="data:image/png;base64,AA=="',
        'href="/api/openapi.json"',
        'href=""',
        'href="/"',
        'data-href="nothing.css"',
    ],
)
def test_what_leads_elsewhere_is_left_alone(tmp_path: Path, reference: str) -> None:
    text = f"<a {reference}>x</a>"

    assert page(read(written(tmp_path, {"index.html": text}))) == text


def test_references_may_have_a_query_or_a_fragment_and_come_from_a_folder(tmp_path: Path) -> None:
    text = "<img src='../mark.svg#one'><a href='/index.html?x=1'>x</a><a href='index.html'>y</a>"
    files = read(written(tmp_path, {"index.html": "", "mark.svg": "<svg/>", "about/index.html": text}))
    mark = next(file.key for file in files if file.path == "mark.svg")

    assert page(files, "about/index.html") == (
        f"<img src='/{mark}#one'><a href='/index.html?x=1'>x</a><a href='/about/index.html'>y</a>"
    )


def test_a_page_that_points_to_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SiteFilesError, match=r"^index\.html points to \./stlye\.css, and there is no stlye\.css beside"
    ):
        read(written(tmp_path, {"index.html": '<link href="./stlye.css">'}))


def test_a_kind_of_file_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SiteFilesError, match=r"/clip\.mp4 cannot be uploaded: what it is is not known\. There are \.css, "
    ):
        read(written(tmp_path, {"clip.mp4": ""}))


def test_what_is_for_those_who_write_the_page_is_not_uploaded(tmp_path: Path) -> None:
    names = ("README.md", "jsconfig.json", "types.d.ts", ".gitignore", "app/.hidden.js", "package.json")

    assert read(written(tmp_path, dict.fromkeys(names, ""))) == []


def test_pages_come_last_and_only_hashed_files_stay(tmp_path: Path) -> None:
    files = read(written(tmp_path, {**FILES, "robots.txt": "", "about.html": ""}))

    assert [file.path for file in files][-2:] == ["about.html", "index.html"]
    assert {file.path for file in files if not file.stays} == {"about.html", "index.html", "robots.txt"}
    assert {file.path: file.cache_control for file in files if not file.stays} == {
        "about.html": "no-cache",
        "index.html": "no-cache",
        "robots.txt": "public, max-age=86400",
    }


def test_it_is_told_whether_there_is_a_page_to_come_to(tmp_path: Path) -> None:
    assert not has_front_page(read(tmp_path))
    assert not has_front_page(read(written(tmp_path, {"about/index.html": ""})))
    assert has_front_page(read(written(tmp_path, {"index.html": ""})))


def test_our_own_page_can_be_uploaded() -> None:
    from tests.components.recorder import PROJECT  # noqa: PLC0415 - the recorder is slow to import, and needed here only

    assert all(file.key and file.content_type for file in site_files.read(PROJECT / "web"))
