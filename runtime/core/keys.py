"""Where things lie in S3. Every key is made and read here.

    uploads bucket   uploads/<request_id>                      written by a presigned form, deleted once kept
    results bucket   images/<key>                              the kept bytes, until the transcript is durable
                     transcripts/<key>/<generation>.jsonl      what OCR read; wakes `count`
                     results/<key>/text.txt
                     results/<key>/word-count.json             written last; wakes `publish`
                     bulk/<run>.jsonl                          what a run on Glue is to count, and beside it
                     bulk/<run>.outcomes.jsonl                 … what became of it

`<key>` is the cache's key of a picture: the MD5 of its bytes, or for a twin `<md5>-<first 16 of its SHA-256>`.
"""

from __future__ import annotations

import re
from typing import Final

IMAGES: Final = "images/"
"""Where all kept bytes lie."""

_REQUEST_ID: Final = r"[0-9a-f]{32}"
_KEY: Final = r"[0-9a-f]{32}(?:-[0-9a-f]{16})?"
_UPLOAD: Final = re.compile(rf"uploads/({_REQUEST_ID})")
_TRANSCRIPT: Final = re.compile(rf"transcripts/({_KEY})/([1-9][0-9]{{0,9}})\.jsonl")
_COUNT: Final = re.compile(rf"results/({_KEY})/word-count\.json")


def upload(request_id: str) -> str:
    """The one object that a request's form can write."""
    return f"uploads/{request_id}"


def is_request_id(text: str) -> bool:
    """Whether this may name a request."""
    return re.fullmatch(_REQUEST_ID, text) is not None


def request_of_upload(object_key: str) -> str | None:
    """The request that an upload belongs to; None when the object is no upload of ours."""
    found = _UPLOAD.fullmatch(object_key)
    return found[1] if found else None


def image(key: str) -> str:
    """The kept bytes, which no form can write."""
    return f"{IMAGES}{key}"


def transcript(key: str, generation: int) -> str:
    """What one attempt's OCR read."""
    return f"transcripts/{key}/{generation}.jsonl"


def parse_transcript(object_key: str) -> tuple[str, int] | None:
    """Cache key and generation of a transcript's object; None when it is none."""
    found = _TRANSCRIPT.fullmatch(object_key)
    return (found[1], int(found[2])) if found else None


def named_transcript(uri: str) -> tuple[str, int] | None:
    """Cache key and generation of a transcript by its address, in whatever bucket; None when it is none."""
    _, folder, rest = uri.rpartition("transcripts/")
    return parse_transcript(folder + rest)


def text(key: str) -> str:
    """The text, line by line, as OCR gave it."""
    return f"results/{key}/text.txt"


def word_count(key: str) -> str:
    """The word count, written last."""
    return f"results/{key}/word-count.json"


def key_of_word_count(object_key: str) -> str | None:
    """The cache key of a word count's object; None when it is none."""
    found = _COUNT.fullmatch(object_key)
    return found[1] if found else None


def manifest(run: str) -> str:
    """What a run is to count."""
    return f"bulk/{run}.jsonl"


def outcomes(run: str) -> str:
    """What became of it."""
    return f"bulk/{run}.outcomes.jsonl"
