"""Uploads, images, results, notifications and mail: what the use cases rely on."""

from __future__ import annotations

import time
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from runtime.core.bounce import MailKind, MessageTags
from runtime.core.dead_letter import DeadLetter, Queue
from runtime.core.errors import Absent, Changed
from runtime.core.transcript import Transcript, TranscriptRow
from runtime.core.types import Claim, Content, Request
from runtime.core.word_count import tally
from tests.runtime.fakes import etag_of

if TYPE_CHECKING:
    from tests.runtime.contract.conftest import Ports

UPLOAD = "uploads/" + "a" * 32
DATA = b"picture"
CONTENT = Content.of(DATA)
KEY = CONTENT.md5
CLAIM = Claim(KEY, 2, "attempt")
TRANSCRIPT = Transcript(2, (TranscriptRow(1, 1, "don't", 99.1), TranscriptRow(2, 2, "हिन्दी", 19.0)))


def test_an_upload_is_read_if_it_has_the_bytes_that_were_asked_for(ports: Ports) -> None:
    etag = ports.put_upload(UPLOAD, DATA)
    assert ports.uploads.read(UPLOAD, etag) == DATA


def test_an_upload_that_was_overwritten_is_absent_under_its_old_etag(ports: Ports) -> None:
    old = ports.put_upload(UPLOAD, DATA)
    new = ports.put_upload(UPLOAD, b"other")
    with pytest.raises(Changed):
        ports.uploads.read(UPLOAD, old)
    assert ports.uploads.read(UPLOAD, new) == b"other"


def test_an_upload_that_is_gone_is_absent_and_can_be_deleted_again(ports: Ports) -> None:
    etag = ports.put_upload(UPLOAD, DATA)
    ports.uploads.delete(UPLOAD, etag)
    ports.uploads.delete(UPLOAD, etag)
    assert not ports.has_upload(UPLOAD)
    with pytest.raises(Absent) as gone:
        ports.uploads.read(UPLOAD, etag)
    assert not isinstance(gone.value, Changed)


def test_a_form_is_for_one_key_and_one_type(ports: Ports) -> None:
    form = ports.uploads.form(UPLOAD, "image/png", 600)
    assert form.url.startswith("https://")
    assert (form.fields["key"], form.fields["Content-Type"]) == (UPLOAD, "image/png")


def test_an_image_is_kept_once_and_other_bytes_do_not_replace_it(ports: Ports) -> None:
    assert ports.images.keep(KEY, DATA, CONTENT)
    assert ports.images.keep(KEY, DATA, CONTENT)
    assert not ports.images.keep(KEY, b"twin", Content.of(b"twin"))
    assert ports.has_image(KEY)


def test_an_image_can_be_deleted_and_deleted_again(ports: Ports) -> None:
    ports.images.keep(KEY, DATA, CONTENT)
    ports.images.delete(KEY)
    ports.images.delete(KEY)
    assert not ports.has_image(KEY)
    assert ports.images.keep(KEY, b"twin", Content.of(b"twin"))


def test_the_oldest_image_is_known(ports: Ports) -> None:
    assert ports.images.oldest() is None
    before = time.time() - 2
    for key in (KEY, "0" * 32):
        ports.images.keep(key, DATA, CONTENT)
    oldest = ports.images.oldest()
    assert oldest is not None
    assert before <= oldest <= time.time() + 1
    for key in (KEY, "0" * 32):
        ports.images.delete(key)
    assert ports.images.oldest() is None


def test_a_transcript_is_read_back_as_it_was_written_with_its_page_count(ports: Ports) -> None:
    ports.results.write_transcript(CLAIM, TRANSCRIPT)
    assert ports.results.read_transcript(KEY, 2) == TRANSCRIPT


def test_a_deleted_transcript_is_absent_and_its_other_generation_is_not(ports: Ports) -> None:
    ports.results.write_transcript(CLAIM, TRANSCRIPT)
    ports.results.delete_transcript(KEY, 1)
    assert ports.results.read_transcript(KEY, 2) == TRANSCRIPT
    ports.results.delete_transcript(KEY, 2)
    with pytest.raises(Absent):
        ports.results.read_transcript(KEY, 2)


def test_a_text_is_read_back_as_it_was_written(ports: Ports) -> None:
    with pytest.raises(Absent):
        ports.results.read_text(KEY)
    ports.results.write_text(KEY, "co\u00adop “ﬁnance”\n")
    assert ports.results.read_text(KEY) == "co\u00adop “ﬁnance”\n"


def test_a_word_count_is_read_back_with_its_generation(ports: Ports) -> None:
    with pytest.raises(Absent):
        ports.results.read_count(KEY)
    assert ports.results.write_count(tally(KEY, TRANSCRIPT), 7)
    stored = ports.results.read_count(KEY)
    assert (stored.count, stored.generation) == (tally(KEY, TRANSCRIPT), 7)


def test_a_word_count_is_overwritten_by_its_own_or_a_later_generation_alone(ports: Ports) -> None:
    old, new = tally(KEY, Transcript(1, ())), tally(KEY, TRANSCRIPT)
    assert ports.results.write_count(old, 2)
    assert ports.results.write_count(new, 2)
    assert not ports.results.write_count(old, 1)
    assert ports.results.read_count(KEY).count == new
    assert ports.results.write_count(old, 3)
    assert ports.results.read_count(KEY).generation == 3


def test_what_is_there_is_known_whatever_it_holds(ports: Ports) -> None:
    assert not ports.results.has_transcript(KEY, 2)
    assert ports.results.counted(KEY) is None
    ports.results.write_transcript(CLAIM, TRANSCRIPT)
    ports.results.write_count(tally(KEY, TRANSCRIPT), 7)
    assert ports.results.has_transcript(KEY, 2)
    assert not ports.results.has_transcript(KEY, 20)
    counted = ports.results.counted(KEY)
    assert counted
    assert (counted.generation, counted.etag) == (7, etag_of(tally(KEY, TRANSCRIPT).dump()))


def test_a_result_is_complete_with_text_and_count(ports: Ports) -> None:
    assert not ports.results.complete(KEY)
    ports.results.write_count(tally(KEY, TRANSCRIPT), 1)
    assert not ports.results.complete(KEY)
    ports.results.write_text(KEY, "text")
    assert ports.results.complete(KEY)


def test_a_notification_names_its_request(ports: Ports) -> None:
    ports.notifications.send("a" * 32)
    assert ports.notified() == ["a" * 32]


def test_a_stage_is_woken_for_what_was_written_before(ports: Ports) -> None:
    request = Request("a" * 32, "ann@example.com", "page.png", "hash", 1.0, 2.0, etag=CONTENT.md5, content=CONTENT)
    ports.stages.uploaded(request)
    ports.stages.transcribed(KEY, 7)
    ports.stages.counted(KEY)
    assert sorted(ports.woken()) == [
        (f"results/{KEY}/word-count.json", ""),
        (f"transcripts/{KEY}/7.jsonl", ""),
        (UPLOAD, CONTENT.md5),
    ]


def test_a_dead_letter_goes_back_into_its_queue_as_it_was(ports: Ports) -> None:
    ports.replays.send(DeadLetter("m", Queue.NOTIFY, "arn", '{"odd": "ü"}', 200, 1.0))
    assert ports.replayed() == ['{"odd": "ü"}']


def test_mail_goes_to_a_proven_address(ports: Ports) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "from@example.com", "ann@example.com", "Hello"
    message.set_content("text")
    both = ["ann@example.com", "bob@example.com"]
    assert ports.mailer.verified(both) == set()
    ports.prove("ann@example.com")
    assert ports.mailer.verified(both) == {"ann@example.com"}
    assert ports.mailer.send(message, "ann@example.com", MessageTags(MailKind.RESULT, "a" * 32, "b" * 32))


def test_deleting_an_upload_by_its_old_etag_leaves_the_new_bytes(ports: Ports) -> None:
    old = ports.put_upload(UPLOAD, DATA)
    ports.put_upload(UPLOAD, b"other")
    ports.uploads.delete(UPLOAD, old)
    assert ports.has_upload(UPLOAD)


def test_ses_is_asked_to_verify_an_address_and_to_forget_it(ports: Ports) -> None:
    ports.mailer.ask_to_verify("eve@example.com")
    ports.mailer.ask_to_verify("eve@example.com")
    assert ports.asked("eve@example.com")
    ports.mailer.forget("eve@example.com")
    ports.mailer.forget("nobody@example.com")
    assert not ports.asked("eve@example.com")


def test_a_proof_wakes_who_sends_its_mail(ports: Ports) -> None:
    ports.notifications.prove("0" * 32)
    assert ports.to_prove() == ["0" * 32]
