"""Each reason of the catalogue, by a real file or a real state, as who runs the command meets it, with its mail."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING, Any, Final

import pytest
from PIL import Image

from cli.main import main
from runtime.core.mail.compose import REQUEST_HEADER
from runtime.core.reasons import CAME_BACK, MAX_BYTES, Reason, explain
from tests.pictures import page, to_bytes
from tests.service.visitor import PATIENCE, letter_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from local.cloud import Cloud

pytestmark = pytest.mark.cloud

Run = tuple[int, list[dict[str, Any]]]
EMAIL: Final = "reader@example.com"


def saved(kind: str, size: tuple[int, int] = (40, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def heic() -> bytes:
    """The beginning of what a phone takes (ISO/IEC 23008-12); nothing of ours reads further."""
    brands = b"heic" + b"\0\0\0\0" + b"mif1" + b"heic"
    return (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands + bytes(200)


def half_of(data: bytes) -> bytes:
    return data[: len(data) // 2]


def of_pages(*texts: str) -> bytes:
    first, *others = [page(text) for text in texts]
    return to_bytes(first, "TIFF", save_all=True, append_images=others)


FILES: Final[dict[str, tuple[Reason, Callable[[], bytes]]]] = {
    "nothing.png": (Reason.EMPTY, lambda: b""),
    "letter.png": (Reason.NOT_AN_IMAGE, lambda: b"Dear Sir or Madam, this is no picture.\n"),
    "film.jpg": (Reason.NOT_AN_IMAGE, lambda: b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(100)),
    "paint.bmp": (Reason.UNSUPPORTED_TYPE, lambda: saved("BMP")),
    "web.webp": (Reason.UNSUPPORTED_TYPE, lambda: saved("WEBP")),
    "cat.gif": (Reason.UNSUPPORTED_TYPE, lambda: saved("GIF")),
    "phone.heic": (Reason.UNSUPPORTED_TYPE, heic),
    "new.avif": (Reason.UNSUPPORTED_TYPE, lambda: saved("AVIF")),
    "scan.pdf": (Reason.UNSUPPORTED_TYPE, lambda: saved("PDF")),
    "poster.png": (Reason.TOO_LARGE, lambda: to_bytes(page("Large"), "PNG") + bytes(MAX_BYTES)),
    "banner.png": (Reason.TOO_MANY_PIXELS, lambda: saved("PNG", (10_001, 4))),
    "tower.jpg": (Reason.TOO_MANY_PIXELS, lambda: saved("JPEG", (4, 10_001))),
    "half.png": (Reason.UNREADABLE, lambda: half_of(to_bytes(page("Cut off"), "PNG"))),
    "half.jpg": (Reason.UNREADABLE, lambda: half_of(to_bytes(page("Cut off"), "JPEG"))),
    "book.tif": (Reason.MULTIPLE_PAGES, lambda: of_pages("One", "Two")),
}


@pytest.fixture
def run(
    cloud: Cloud, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Run]]:
    """Exit code, and objects on stdout."""
    monkeypatch.setenv("OCR_WORDCOUNT_STATE", str(cloud.state))

    def command(*arguments: object) -> Run:
        code = main(["run", "--json", "--out", str(tmp_path / "out"), *map(str, arguments)])
        return code, [json.loads(line) for line in capfd.readouterr().out.splitlines()]

    yield command
    cloud.mailbox(EMAIL, None)
    cloud.fail_textract(None)
    cloud.verify(EMAIL)


def letters(cloud: Cloud, request_id: str) -> list[EmailMessage]:
    mails = [mail for mail in cloud.mails() if mail.headers.get(REQUEST_HEADER) == request_id]
    return [letter_of(mail) for mail in mails]


def says_why(letter: EmailMessage, reason: Reason, filename: str) -> bool:
    """Whether a mail tells which picture, why, and what to do, both as text and as HTML."""
    plain, html = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert plain
    assert html
    told = " ".join(plain.get_content().split())
    explained = explain(reason)
    return filename in html.get_content() and all(part in told for part in (filename, explained.what, explained.remedy))


def test_every_reason_has_a_file_or_a_state_here() -> None:
    states = {Reason.RECIPIENT_NOT_VERIFIED, *CAME_BACK, Reason.INTERNAL}
    assert {reason for reason, _ in FILES.values()} | states == set(Reason)


def test_a_file_that_cannot_be_counted_is_told_with_its_reason_and_by_mail(
    cloud: Cloud, run: Callable[..., Run], tmp_path: Path
) -> None:
    for name, (_, data) in FILES.items():
        (tmp_path / name).write_bytes(data())
    code, told = run("--parallel", 4, *(tmp_path / name for name in FILES))
    assert code == 1
    assert {each["image"].rpartition("/")[2]: (each["state"], each["reason"]) for each in told} == {
        name: ("FAILED", reason) for name, (reason, _) in FILES.items()
    }
    for each, (name, (reason, _)) in zip(told, FILES.items(), strict=True):
        (letter,) = letters(cloud, each["request_id"])
        assert (letter["To"], letter["Subject"]) == (EMAIL, each["mail"]["subject"])
        assert says_why(letter, reason, name), f"{name}: {letter.get_body(('plain',))}"
        assert not list(letter.iter_attachments())


def test_a_mail_that_comes_back_is_told_and_its_result_is_kept_and_sent_without_new_ocr(
    cloud: Cloud, run: Callable[..., Run], tmp_path: Path
) -> None:
    file = tmp_path / "page.png"
    file.write_bytes(to_bytes(page("Returned to its sender"), "PNG"))
    cloud.mailbox(EMAIL, "full")
    code, (told,) = run(file)
    assert (code, told["state"], told["reason"], told["mail"]) == (1, "UNDELIVERABLE", "bounced", None)
    assert (told["total_words"], told["ocr_calls"]) == (4, 1)
    assert letters(cloud, told["request_id"]) == []
    cloud.mailbox(EMAIL, None)
    assert main(["resend", told["request_id"], "--out", str(tmp_path / "out")]) == 0
    (letter,) = letters(cloud, told["request_id"])
    assert letter["Subject"] == "Your OCR Results are Available"


def test_an_address_that_is_not_verified_is_told_and_its_result_is_kept_and_sent_without_new_ocr(
    cloud: Cloud, run: Callable[..., Run], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "page.png"
    file.write_bytes(to_bytes(page("Kept until somebody may be told"), "PNG"))
    code, (told,) = run("--unverified", file)
    assert (code, told["state"], told["reason"], told["mail"]) == (1, "UNDELIVERABLE", "recipient_not_verified", None)
    assert (told["total_words"], told["ocr_calls"]) == (6, 1)
    assert letters(cloud, told["request_id"]) == []
    out = ("--out", str(tmp_path / "out"))
    assert main(["resend", told["request_id"], *out]) == 1
    assert "not verified" in capfd.readouterr().err
    assert main(["verify", EMAIL]) == 0
    assert main(["resend", told["request_id"], *out]) == 0
    (letter,) = letters(cloud, told["request_id"])
    assert letter["Subject"] == "Your OCR Results are Available"
    assert cloud.ocr_calls(told["request_id"]) == 1
    assert (tmp_path / "out" / told["request_id"] / "word-count.json").exists()
    assert main(["resend", told["request_id"], *out]) == 1
    assert "sent already" in capfd.readouterr().err


def test_what_goes_wrong_on_our_side_is_told_after_some_attempts(
    cloud: Cloud, run: Callable[..., Run], tmp_path: Path
) -> None:
    file = tmp_path / "unlucky.png"
    file.write_bytes(to_bytes(page("Nothing that you did was wrong"), "PNG"))
    cloud.fail_textract("AccessDeniedException")
    code, (told,) = run("--timeout", 1, file)
    assert (code, told["state"], told["mail"]) == (1, "WAITING", None)
    until = time.monotonic() + PATIENCE
    while not (mails := [mail for mail in letters(cloud, told["request_id"]) if "Could Not" in mail["Subject"]]):
        assert time.monotonic() < until
        cloud.advance(361)  # each attempt's message is hidden for so long
        time.sleep(0.2)
    assert says_why(mails[0], Reason.INTERNAL, "unlucky.png")
    cloud.fail_textract(None)
    while not cloud.local.is_idle():  # a sweep may have woken further attempts, which now succeed
        assert time.monotonic() < until + PATIENCE
        cloud.advance(361)
        time.sleep(0.2)
    _, (again,) = run(file)
    assert (again["state"], again["total_words"]) == ("SENT", 6)
