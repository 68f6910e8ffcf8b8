"""What a person, or a program, may send to open a request: names, addresses, whole bodies, headers."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from runtime.core.reasons import MAX_BYTES
from tests.fuzz import blobs, trees
from tests.fuzz.texts import odd_text
from tests.fuzz.world import shape

if TYPE_CHECKING:
    from random import Random

ATOMS = "abcxyzABC019!#$%&'*+/=?^_`{|}~-"


def filename(rng: Random, mark: str) -> str:
    """A file's name with a mark in it."""
    name = odd_text(rng)
    at = rng.randrange(len(name) + 1)
    return (name[:at] + mark + name[at:])[:1024] + rng.choice((".png", ".JPG", "", ".tiff", ".exe", odd_text(rng, 4)))


def address(rng: Random, mark: str) -> str:
    """An address with a mark in it: an ordinary one, one that only looks odd, or none."""
    pick = rng.random()
    if pick < 0.4:
        atoms = ["".join(rng.choice(ATOMS) for _ in range(rng.randint(1, 12))) for _ in range(rng.randint(1, 3))]
        domain = rng.choice(("example.com", "xn--bcher-kva.example", "a-b.c-d.example", "1.2", "A.B"))
        return f"{mark}{'.'.join(atoms)}@{domain}"
    if pick < 0.5:
        domain = "y" * rng.choice((1, 63, 64)) + "." + "z" * rng.choice((1, 63, 180))
        return f"{mark}{'x' * rng.choice((40, 64, 65, 300))}@{domain}"
    if pick < 0.6:
        return f"{odd_text(rng)}{mark}@example.com"
    if pick < 0.7:
        return f"{mark}@{odd_text(rng)}.com"
    sound = f"{mark}@example.com"
    return rng.choice(
        (
            f" {sound}",
            f"{sound}\n",
            f"{sound}\r\nBcc: all@example.com",
            f"{sound}, all@example.com",
            f"<{sound}>",
            f"Ann <{sound}>",
            f'"{mark}"@example.com',
            f"{mark}@[127.0.0.1]",
            f"{mark}@example",
            f"{mark}@@example.com",
            f".{sound}",
            f"{mark}.@example.com",
            f"{mark}@-example.com",
            f"{mark}@example.com.",
            f"=?utf-8?q?{mark}?=@example.com",
            f"{mark}(comment)@example.com",
            f"{mark}\0@example.com",
            f"{mark}é@example.com",
            f"{mark}@exämple.com",
            mark,
            "",
        )
    )


def wish(rng: Random, mark: str) -> dict[str, Any]:
    """The body's object, each of its fields odd or not."""
    return {
        "email": address(rng, mark) if rng.random() < 0.5 else f"{mark}@example.com",
        "filename": filename(rng, mark),
        "content_type": rng.choice(("image/png",) * 9 + ("image/tiff", "image/gif", odd_text(rng))),
        "size": rng.choice((1000,) * 9 + (MAX_BYTES, MAX_BYTES + 1, 0, -1, 10**30)),
    }


def opening(rng: Random, wished: Any, *, sound: bool) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """The gateway's event of a request with this body, which is mutated unless it is to be sound."""
    text = json.dumps(wished, ensure_ascii=rng.random() < 0.5)
    raw = text.encode("utf-8", "surrogatepass")
    if not sound:
        pick = rng.random()
        if pick < 0.4:
            text = json.dumps(trees.mutated(rng, wished, rng.choice((1, 2, 5))))
            raw = text.encode()
        elif pick < 0.6:
            raw = blobs.mutated(rng, raw, [raw])
            text = raw.decode("utf-8", "replace")
        elif pick < 0.7:
            text = rng.choice(("[", '{"a":', '"', "-")) * rng.choice((1, 1000, 200_000))
            raw = text.encode()
    asked = shape("http_api_post_uploads")
    if rng.random() < 0.3:
        encoded = base64.b64encode(raw).decode()
        return {
            **asked,
            "isBase64Encoded": True,
            "body": encoded if sound else rng.choice((encoded, encoded[1:], text)),
        }
    asked["body"] = text
    if not sound and rng.random() < 0.1:
        asked["body"] = rng.choice((None, "", "null", "0", '"text"', "[]", "{}"))
    return asked


def asking(rng: Random, request_id: str, access_token: str) -> dict[str, Any]:
    """The gateway's event of somebody who asks for a request without its token, or without a request."""
    asked = shape("http_api_get_request")
    asked["pathParameters"]["request_id"] = rng.choice(
        (request_id, request_id.upper(), odd_text(rng), "0" * 32, f"{request_id}\n")
    )
    other = access_token[:-1] + rng.choice("0123456789abcdef".replace(access_token[-1], ""))
    asked["headers"]["authorization"] = rng.choice(
        (f"Bearer {other}", f"Basic {access_token}", "Bearer", "bearer  ", odd_text(rng), f"Bearer {odd_text(rng)}")
    )
    if rng.random() < 0.2:
        del asked["headers"]["authorization"]
    return asked
