"""Read an answer of Amazon Textract's DetectDocumentText or GetDocumentTextDetection.

Source: https://docs.aws.amazon.com/textract/latest/dg/API_Block.html, and real answers, which differ from it: blocks of
synchronous calls carry no `Page`; stored answers write absent fields as null; a WORD's text may contain a space; child
ids may dangle; ids may repeat from one page to the next.

What is not of its documented type counts as absent, so that one odd block costs no more than itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from runtime.core.transcript import Reading, ReadLine, ReadWord

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PAGES: Final = 3000
"""The most pages of a document: Textract's limit for asynchronous calls."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # JSON can spell half a character, which UTF-8 cannot


def parse(answer: Mapping[str, Any]) -> Reading:
    """The reading in one answer (a synchronous one, or one with all pages of an asynchronous one).

    Lines keep Textract's order, which is reading order. A word that no line claims is a line of its own, after the
    lines of its page, so that nothing that was read goes uncounted; one that several claim is the first one's, so that
    nothing is counted twice.

    Raises:
        TypeError: There are no blocks, not even a list without any: that is no answer, and no blank page.
    """
    told = answer.get("Blocks")
    if not isinstance(told, list):
        raise TypeError("no answer of Textract's: it has no list of blocks")
    blocks = [block for block in told if isinstance(block, Mapping)]
    words = {_identity(block): _word(block) for block in blocks if block.get("BlockType") == "WORD"}
    unclaimed = dict.fromkeys(words)
    lines: list[ReadLine] = []
    for block in blocks:
        if block.get("BlockType") != "LINE":
            continue
        found: list[ReadWord] = []
        for identity in _children(block):
            if identity in unclaimed:
                del unclaimed[identity]
                found.append(words[identity])
        text = _text(block) or " ".join(word.text for word in found)
        lines.append(ReadLine(_page(block), text, tuple(found)))
    lines += [ReadLine(identity[0], words[identity].text, (words[identity],)) for identity in unclaimed]
    return Reading(pages=_pages(answer, blocks), lines=tuple(sorted(lines, key=lambda line: line.page)))


def _pages(answer: Mapping[str, Any], blocks: Iterable[Mapping[str, Any]]) -> int:
    metadata = answer.get("DocumentMetadata")
    told = metadata.get("Pages") if isinstance(metadata, Mapping) else None
    return _page_number(told) or max((_page(block) for block in blocks), default=1)


def _page(block: Mapping[str, Any]) -> int:
    return _page_number(block.get("Page")) or 1


def _page_number(told: object) -> int | None:
    return told if type(told) is int and 1 <= told <= MAX_PAGES else None  # True is an int too


def _identity(block: Mapping[str, Any]) -> tuple[int, str | int]:
    """An id is unique on its page only; a block without one is itself."""
    told = block.get("Id")
    return _page(block), told if isinstance(told, str) else id(block)


def _children(block: Mapping[str, Any]) -> list[tuple[int, str | int]]:
    page = _page(block)
    return [
        (page, child)
        for related in _list(block.get("Relationships"))
        if isinstance(related, Mapping) and related.get("Type") == "CHILD"
        for child in _list(related.get("Ids"))
        if isinstance(child, str)
    ]


def _list(told: object) -> list[Any]:
    return told if isinstance(told, list) else []


def _word(block: Mapping[str, Any]) -> ReadWord:
    return ReadWord(text=_text(block), confidence=_confidence(block))


def _text(block: Mapping[str, Any]) -> str:
    """In one line, whatever it holds."""
    told = block.get("Text")
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", " ".join(told.splitlines())) if isinstance(told, str) else ""


def _confidence(block: Mapping[str, Any]) -> float:
    """From 0 to 100; 0 if there is none."""
    told = block.get("Confidence")
    return float(min(100, max(0, told))) if isinstance(told, int | float) else 0.0  # in this order NaN is 0
