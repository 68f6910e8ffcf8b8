"""What a case of each kind is: a service of its own, something odd, and the promises at the end."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageDraw

from runtime.core.dead_letter import Queue
from runtime.core.errors import Rejected
from runtime.core.reasons import Reason
from runtime.core.types import RequestState
from runtime.core.words import find, normalise
from tests.fuzz import answers, names, pictures, trees
from tests.fuzz.texts import odd_text
from tests.fuzz.visits import Visit, answer_of, check_log, check_rest
from tests.fuzz.world import QUEUES, World, shape

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.fuzz.pictures import Seed

OF_A_PICTURE: Final = {
    None,
    Reason.EMPTY,
    Reason.NOT_AN_IMAGE,
    Reason.UNSUPPORTED_TYPE,
    Reason.TOO_LARGE,
    Reason.TOO_MANY_PIXELS,
    Reason.UNREADABLE,
    Reason.MULTIPLE_PAGES,
}


def mark(rng: Random) -> str:
    """A word that is nowhere else."""
    return "zq" + "".join(rng.choice("bcdfghjkmnpqrstvwxz") for _ in range(12))


def wish(rng: Random, mark_: str) -> dict[str, Any]:
    """A sound one."""
    name = f"{mark_} page.png" if rng.random() < 0.7 else names.filename(rng, mark_)
    return {"email": f"{mark_}@example.com", "filename": name[:1024], "content_type": "image/png", "size": 1000}


@cache
def seeds() -> tuple[list[Seed], list[Seed], list[bytes]]:
    """Sound files of our formats and of others, and all of their bytes."""
    picture = Image.new("L", (24, 16), 255)
    ImageDraw.Draw(picture).line((2, 2, 20, 12), fill=0, width=2)
    ours, others = pictures.seeds(picture), pictures.foreign(picture)
    return ours, others, [seed.data for seed in (*ours, *others)]


def png(rng: Random) -> bytes:
    """A picture like no other."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 20, 10) + rng.randbytes(16)


def images(rng: Random) -> None:
    """Mutated files, now and then the same one twice."""
    world, mark_ = World(), mark(rng)
    ours, others, all_bytes = seeds()
    seed = rng.choice(ours if rng.random() < 0.8 else others)
    data = pictures.heavy(rng, seed) if rng.random() < 0.004 else pictures.mutated(rng, seed, all_bytes)
    refusal = Rejected(rng.choice((Reason.UNREADABLE, Reason.UNSUPPORTED_TYPE, Reason.TOO_LARGE)))
    world.service.reader.answer = refusal if rng.random() < 0.3 else answers.sound(rng, mark_)
    visits = [Visit.open(world, wish(rng, mark_)) for _ in range(rng.choice((1, 1, 1, 2)))]
    for visit in visits:
        visit.send(data, late=rng.random() < 0.1)
        if rng.random() < 0.5:
            world.settle()
    world.settle()
    reasons = {visit.check().reason for visit in visits}
    assert len(reasons) == 1, f"the same picture had several outcomes: {reasons}"
    assert reasons <= OF_A_PICTURE, reasons
    check_rest(world)
    check_log(world, mark_, *(visit.access_token for visit in visits))


def events(rng: Random) -> None:
    """Messages that nobody should send, among sound ones, in every queue."""
    world, mark_ = World(), mark(rng)
    world.service.reader.answer = answers.sound(rng, mark_)
    visits = [Visit.open(world, wish(rng, mark_)) for _ in range(rng.choice((1, 2)))]
    sound = [visit.upload(png(rng)) for visit in visits]
    bodies = [
        *((Queue.INGEST, json.dumps(each)) for each in sound),
        *((Queue.DEADLINE, json.dumps(each)) for each in sound if rng.random() < 0.2),
        *((rng.choice(QUEUES), odd_body(rng, world, rng.choice(sound), visits)) for _ in range(rng.randint(1, 6))),
    ]
    rng.shuffle(bodies)
    for queue, body in bodies:
        world.put(queue, body)
    world.settle()
    for visit in visits:
        assert visit.check().reason in OF_A_PICTURE, visit.row.reason
    check_rest(world)
    check_log(world, mark_, *(visit.access_token for visit in visits))


def odd_body(rng: Random, world: World, sound: dict[str, Any], visits: list[Visit]) -> str:
    """A message's body: what another queue should hold, S3's notification with something wrong, or no JSON at all."""
    pick = rng.random()
    if pick < 0.5:
        told = trees.mutated(rng, sound, 0)
        rng.choice((_odd_key, _odd_event_name, _odd_bytes, _repeated))(rng, told, visits)
        told = trees.mutated(rng, told, rng.choice((0, 0, 1, 1, 2, 4)))
    elif pick < 0.6:
        told = shape("s3_test_event")
    elif pick < 0.7:
        told = {"request_id": rng.choice((visits[0].request_id, "0" * 32, odd_text(rng), trees.odd_value(rng)))}
    elif pick < 0.85:
        digest = f"{rng.getrandbits(128):032x}"
        made = (f"transcripts/{digest}/{rng.choice((1, 10**9, 10**12))}.jsonl", f"results/{digest}/word-count.json")
        told = world.s3_event(rng.choice((*made, f"uploads/{digest}", odd_text(rng))))
    else:
        told = trees.odd_value(rng)
    text = json.dumps(told)
    if rng.random() < 0.1:
        long = ("[" * 100_000, '"' + "x" * 300_000, "9" * 5000)
        text = rng.choice((text[:-1], "", "{" * 9, text * 2, odd_text(rng), *long))
    return text


def _odd_key(rng: Random, told: dict[str, Any], visits: list[Visit]) -> None:
    request_id = rng.choice(visits).request_id
    key = rng.choice(
        (
            f"uploads%2F{request_id}",
            f"uploads/{request_id}%0A",
            f"uploads/{request_id.upper()}",
            f"uploads//{request_id}",
            f"/uploads/{request_id}",
            f"uploads/../uploads/{request_id}",
            f"uploads/{request_id}/x",
            f"uploads/{request_id[:-1]}",
            f"images/{request_id}",
            f"%75ploads/{request_id}",
            "%ff%fe%zz%",
            "+" * 2000,
            odd_text(rng),
        )
    )
    told["Records"][0]["s3"]["object"]["key"] = key


def _odd_event_name(rng: Random, told: dict[str, Any], _visits: list[Visit]) -> None:
    told["Records"][0]["eventName"] = rng.choice(
        ("ObjectRemoved:Delete", "ObjectCreated:", "ObjectCreated:Copy", "s3:ObjectCreated:Put", "", odd_text(rng))
    )


def _odd_bytes(rng: Random, told: dict[str, Any], _visits: list[Visit]) -> None:
    s3_object = told["Records"][0]["s3"]["object"]
    s3_object["size"] = rng.choice((s3_object["size"], 0, -1, 10_485_760, 10_485_761, 10**30, "7", "x", None))
    etag: str = s3_object["eTag"]
    s3_object["eTag"] = rng.choice((etag, f'"{etag}"', etag.upper(), f"{etag}-2", "", None, 7, "0" * 32, odd_text(rng)))
    if rng.random() < 0.3:
        del s3_object[rng.choice(("size", "eTag"))]
    if rng.random() < 0.3:
        told["Records"][0]["eventTime"] = rng.choice(_TIMES)


_TIMES: Final = (
    "2026-11-23T10:20:30.123Z", "2026-11-23", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "0001-01-01",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "yesterday", "", 1_795_429_230,
    None,
)  # fmt: skip


def _repeated(rng: Random, told: dict[str, Any], _visits: list[Visit]) -> None:
    told["Records"] *= rng.choice((0, 2, 30))


def openings(rng: Random) -> None:
    """Names and addresses, whole bodies and headers."""
    world, mark_ = World(), mark(rng)
    world.service.reader.answer = answers.sound(rng, mark_)
    wished = json.loads(json.dumps(names.wish(rng, mark_)))  # halves of a character that meet become one
    sound = rng.random() < 0.8
    visit = Visit.ask(world, names.opening(rng, wished, sound=sound), wished)
    if visit is None:
        assert not world.service.requests.rows, "what was refused left a row"
        check_log(world, mark_)
        return
    if visit.row.state is RequestState.OPEN:
        visit.send(png(rng) if rng.random() < 0.8 else odd_text(rng).encode("utf-8", "replace"))
    world.settle()
    row = visit.check()
    if sound:
        assert row.email == wished["email"].lower()
        assert row.filename == wished["filename"].encode("utf-8", "replace").decode()
    local, _, domain = row.email.rpartition("@")
    assert row.email.isascii() and row.email.isprintable() and local and "." in domain, ascii(row.email)  # noqa: PT018
    status, _ = answer_of(world, names.asking(rng, visit.request_id, visit.access_token))
    assert status in (401, 404), status
    check_rest(world)
    check_log(world, mark_, visit.access_token, row.email)


def textract(rng: Random) -> None:
    """Answers of OCR."""
    world, mark_ = World(), mark(rng)
    told = answers.sound(rng, mark_, rng.choice((1, 1, 1, 3)))
    if real() and rng.random() < 0.1:
        told = rng.choice(real())
    answer = answers.mutated(rng, told)
    world.service.reader.answer = answer
    visit = Visit.open(world, wish(rng, mark_))
    visit.send(png(rng))
    world.settle()
    row = visit.check()
    is_answer = isinstance(answer, Mapping) and isinstance(answer.get("Blocks"), list)
    assert row.reason is (None if is_answer else Reason.INTERNAL), row.reason
    if row.key and row.reason is None:
        counted = dict(world.service.results.read_count(row.key).count.words)
        texts = [normalise(text.encode("utf-8", "replace").decode()) for text in _texts(answer["Blocks"])]
        assert set(counted) == {word for text in texts for word in find(text)}
    check_rest(world)
    check_log(world, mark_, visit.access_token)


def _texts(blocks: list[Any]) -> list[str]:
    """Of the words; of those with the same id on the same page, the last one's."""
    texts: dict[object, Any] = {}
    for number, block in enumerate(blocks):
        if isinstance(block, Mapping) and block.get("BlockType") == "WORD":
            page, id_ = block.get("Page"), block.get("Id")
            on = page if isinstance(page, int) and 1 <= page <= 3000 else 1
            texts[(on, id_) if isinstance(id_, str) else number] = block.get("Text")
    return [text for text in texts.values() if isinstance(text, str)]


@cache
def real() -> list[dict[str, Any]]:
    """Real answers, if there are any here."""
    return answers.stored()


KINDS: Final[dict[str, Callable[[Random], None]]] = {
    "images": images,
    "events": events,
    "names": openings,
    "answers": textract,
}
