from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.main import main
from tests.cli.fake_cloud import RESULT, status

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.fake_cloud import FakeCloud

KEYS = [
    "image",
    "request_id",
    "digest",
    "state",
    "reason",
    "cached",
    "joined",
    "total_words",
    "unique_words",
    "words",
    "mail",
    "ocr_calls",
    "seconds",
]
Run = tuple[int, list[dict[str, Any]], str]


@pytest.fixture
def run_json(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Exit code, objects on stdout, and stderr."""

    def run(*arguments: object) -> Run:
        code = main(["run", "--json", "--out", str(tmp_path / "out"), *map(str, arguments)])
        captured = capfd.readouterr()
        return code, [json.loads(line) for line in captured.out.splitlines()], captured.err

    return run


def test_stdout_holds_one_object_an_image_with_the_promised_keys_in_order(
    fake_cloud: FakeCloud, run_json: Callable[..., Run], png: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(b"II*\0")
    code, objects, errors = run_json(png, other, "--email", "me@example.com")
    assert (code, errors) == (0, "")
    assert [list(each) for each in objects] == [KEYS, KEYS]
    assert [each["image"] for each in objects] == [str(png), str(other)]
    first = objects[0]
    assert first["request_id"] == "request-1"
    assert (first["digest"], first["state"], first["reason"]) == ("d" * 32, "SENT", None)
    assert (first["total_words"], first["unique_words"], first["words"]) == (3, 2, RESULT["words"])
    assert (first["ocr_calls"], objects[1]["ocr_calls"]) == (1, 0)
    assert first["mail"]["to"] == "me@example.com"
    assert first["mail"]["subject"] == "Your OCR Results are Available"
    assert 0 < first["seconds"] < 30
    assert fake_cloud.proven == ["me@example.com"]


def test_each_mail_is_copied_whole_into_its_own_requests_folder(
    fake_cloud: FakeCloud, run_json: Callable[..., Run], png: Path, tmp_path: Path
) -> None:
    _, objects, _ = run_json(png, png, "--parallel", 2)
    for each in objects:
        folder = tmp_path / "out" / each["request_id"]
        assert [Path(path).name for path in each["mail"]["attachments"]] == [
            "word-count.csv",
            "word-count.json",
            "text.txt",
        ]
        assert all(Path(path).parent == folder for path in each["mail"]["attachments"])
        assert (folder / "mail.html").read_text() == f"mail.html of {each['request_id']}"
    assert len(fake_cloud.mails) == 3  # the first is the one that proves the address


def test_the_form_is_sent_as_s3_wants_it_and_the_file_comes_last(
    fake_cloud: FakeCloud, run_json: Callable[..., Run], png: Path
) -> None:
    run_json(png)
    assert fake_cloud.opened == [
        {"email": "reader@example.com", "filename": "page.png", "content_type": "image/png", "size": 24}
    ]
    assert fake_cloud.uploads == [[("key", b"uploads/request-1"), ("policy", b"signed"), ("file", png.read_bytes())]]


def test_a_failure_is_told_with_its_reason_and_its_mail(
    fake_cloud: FakeCloud, run_json: Callable[..., Run], png: Path
) -> None:
    fake_cloud.walk = [status("WAITING"), status("FAILED", reason="unreadable", message="It is damaged. Take another.")]
    fake_cloud.subjects = ("We Could Not Read Your Picture",)
    code, [told], errors = run_json(png)
    assert code == 1
    assert (told["state"], told["reason"], told["words"], told["total_words"]) == ("FAILED", "unreadable", None, None)
    assert told["mail"]["attachments"] == []
    assert "It is damaged. Take another." in errors


def test_what_the_service_does_not_take_is_told_as_failed_and_the_others_go_on(
    fake_cloud: FakeCloud, run_json: Callable[..., Run], png: Path
) -> None:
    fake_cloud.opening = {1: (413, {"code": "too_large", "detail": "The file is larger than 10 MB."})}
    code, [refused, taken], errors = run_json(png, png)
    assert code == 1
    assert list(refused) == KEYS
    assert (refused["state"], refused["reason"], refused["request_id"]) == ("FAILED", "too_large", None)
    assert (refused["mail"], refused["ocr_calls"], refused["seconds"]) == (None, 0, None)
    assert taken["state"] == "SENT"
    assert "larger than 10 MB" in errors


def test_a_busy_service_is_asked_again(fake_cloud: FakeCloud, run_json: Callable[..., Run], png: Path) -> None:
    fake_cloud.opening = dict.fromkeys((1, 2), (503, {"code": "try_again", "detail": "Busy."}))
    assert run_json(png)[0] == 0


def test_what_s3_says_of_a_form_is_passed_on(fake_cloud: FakeCloud, run_json: Callable[..., Run], png: Path) -> None:
    fake_cloud.uploading = (403, b"<Error><Code>AccessDenied</Code><Message>Policy expired.</Message></Error>")
    code, [told], errors = run_json(png)
    assert (code, told["state"], told["request_id"]) == (1, "OPEN", "request-1")
    assert "Policy expired." in errors


def test_who_cannot_be_mailed_is_not_waited_for(fake_cloud: FakeCloud, run_json: Callable[..., Run], png: Path) -> None:
    fake_cloud.walk = [status("UNDELIVERABLE", reason="recipient_not_verified", message="Not verified.", result=RESULT)]
    code, [told], _ = run_json(png)
    assert code == 1
    assert (told["state"], told["reason"], told["mail"]) == ("UNDELIVERABLE", "recipient_not_verified", None)
    assert told["total_words"] == 3


def test_the_result_is_told_even_if_a_late_mail_came_before_it(
    fake_cloud: FakeCloud, run_json: Callable[..., Run], png: Path
) -> None:
    fake_cloud.subjects = ("Error Trying to Get Your Results", "Your OCR Results are Available")
    _, [told], _ = run_json(png)
    assert told["mail"]["subject"] == "Your OCR Results are Available"


def test_nobody_is_waited_for_longer_than_asked(fake_cloud: FakeCloud, run_json: Callable[..., Run], png: Path) -> None:
    fake_cloud.walk = [status("WAITING", digest=None)]
    code, [told], errors = run_json(png, "--timeout", "0.3")
    assert (code, told["state"], told["mail"], told["seconds"]) == (1, "WAITING", None, None)
    assert "within 0.3 s" in errors


def test_objects_come_in_the_images_order_however_they_end(
    fake_cloud: FakeCloud, run_json: Callable[..., Run], tmp_path: Path
) -> None:
    images = [tmp_path / f"{n}.png" for n in range(8)]
    for image in images:
        image.write_bytes(b"\xff\xd8\xff")
    fake_cloud.walk = [status("WAITING"), status("SENT")]
    _, objects, _ = run_json(*images, "--parallel", 4)
    assert [each["image"] for each in objects] == list(map(str, images))


def test_any_file_name_comes_back_as_it_was_given(
    fake_cloud: FakeCloud, run_json: Callable[..., Run], tmp_path: Path
) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff \xe2\x80\xae\n.png")
    Path(path).write_bytes(b"x")
    code, [told], _ = run_json(path)
    assert (code, told["image"]) == (0, path)
    assert fake_cloud.opened[0]["filename"] == "\ufffd \u202e\n.png"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["run"], "IMAGE"),
        (["fly"], "fly"),
        (["run", "page.png", "--parallel", "0"], "at least 1"),
        (["run", "page.png", "--parallel", "many"], "many"),
        (["run", "page.png", "--timeout", "-1"], "more than 0"),
        (["run", "page.png", "--timeout", "nan"], "more than 0"),
        (["up", "--port", "65536"], "0 to 65535"),
        (["run", "page.png", "--email", "nobody"], "typing errors"),
        (["run", "page.png", "--email", "a@b.org\r\nBcc: c@d.org"], "typing errors"),
        (["run", "absent.png"], "check its path"),
        (["run", "page.png", "absent.png"], "check its path"),
        (["run", "."], "folder"),
    ],
)
def test_bad_usage_ends_with_2_and_says_what_is_wrong_before_anything_is_sent(
    fake_cloud: FakeCloud, png: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with contextlib.chdir(png.parent):
        try:
            code: object = main([*arguments, "--json"] if arguments[:1] == ["run"] else arguments)
        except SystemExit as end:
            code = end.code
    captured = capfd.readouterr()
    assert (code, captured.out) == (2, "")
    assert said in captured.err
    assert not fake_cloud.opened


def test_people_see_the_stages_the_words_and_where_the_mail_lies(
    fake_cloud: FakeCloud, png: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    times = {"opened": "2026-01-01T00:00:00.000Z", "uploaded": "2026-01-01T00:00:00.250Z"}
    earlier = {"read": "2025-12-31T23:59:59.000Z"}
    fake_cloud.walk = [
        status("WAITING", times=times | earlier),
        status("SENT", times=times | {"sent": "2026-01-01T00:00:02.500Z"}),
    ]
    with contextlib.chdir(tmp_path):
        assert main(["run", str(png)]) == 0
    said = capfd.readouterr().out
    for expected in (
        "page.png",
        "0.25 s",
        "uploaded",
        "2.50 s",
        "mailed",
        "3 words, 2 different",
        "98.7 %",
        "1 OCR call",
    ):
        assert expected in said
    assert said.count("uploaded") == 1
    assert "  read" not in said
    assert "ocr-wordcount-out/request-1/  mail.html  word-count.csv  word-count.json  text.txt\n" in said
    assert re.search(r"to +2 +█{24}\n +be +1 +█{12}\n", said)


def test_names_and_words_cannot_paint_on_the_terminal(
    fake_cloud: FakeCloud, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    evil = tmp_path / "[red]\x1b[31mred.png"
    evil.write_bytes(b"x")
    words = [{"word": "[link=x]", "count": 2}, {"word": "be", "count": 1}]
    fake_cloud.walk = [status("SENT", result=RESULT | {"words": words})]
    assert main(["run", str(evil), "--out", str(tmp_path / "out")]) == 0
    said = capfd.readouterr().out
    assert "\x1b" not in said
    assert "[red]\ufffd[31mred.png" in said
    assert "[link=x]" in said


def test_pictures_under_way_together_are_told_apart_by_name(
    fake_cloud: FakeCloud, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    images = [tmp_path / "one.png", tmp_path / "two.png"]
    for image in images:
        image.write_bytes(b"x")
    fake_cloud.walk = [status("WAITING"), status("SENT")]
    assert main(["run", *map(str, images), "--parallel", "2", "--out", str(tmp_path / "out")]) == 0
    stages = [line for line in capfd.readouterr().out.splitlines() if "request opened" in line]
    assert sorted(line.split()[2] for line in stages) == ["one.png", "two.png"]
