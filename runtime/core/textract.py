"""Read an answer of Amazon Textract's DetectDocumentText or GetDocumentTextDetection.

Source: https://docs.aws.amazon.com/textract/latest/dg/API_Block.html, and real answers, which differ from it: blocks of
synchronous calls carry no `Page`; stored answers write absent fields as null; a WORD's text may contain a space; child
ids may dangle; ids may repeat from one page to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.core.transcript import Reading, ReadLine, ReadWord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def parse(answer: Mapping[str, Any]) -> Reading:
    """The reading in one answer (a synchronous one, or one with all pages of an asynchronous one).

    Lines keep Textract's order, which is reading order. A word that no line claims is a line of its own, after the
    lines of its page, so that nothing that was read goes uncounted.
    """
    blocks: list[Mapping[str, Any]] = [block for block in answer.get("Blocks") or [] if block]
    words = {(_page(block), str(block.get("Id"))): block for block in blocks if block.get("BlockType") == "WORD"}
    claimed: set[tuple[int, str]] = set()
    lines: list[ReadLine] = []
    for block in blocks:
        if block.get("BlockType") != "LINE":
            continue
        ids = [(_page(block), child) for child in _children(block)]
        found = [identity for identity in ids if identity in words]
        claimed.update(found)
        lines.append(ReadLine(_page(block), block.get("Text") or "", tuple(_word(words[each]) for each in found)))
    lines += [
        ReadLine(_page(block), _word(block).text, (_word(block),))
        for each, block in words.items()
        if each not in claimed
    ]
    return Reading(pages=_pages(answer, blocks), lines=tuple(sorted(lines, key=lambda line: line.page)))


def _pages(answer: Mapping[str, Any], blocks: Iterable[Mapping[str, Any]]) -> int:
    told = (answer.get("DocumentMetadata") or {}).get("Pages")
    return int(told or max((_page(block) for block in blocks), default=1))


def _page(block: Mapping[str, Any]) -> int:
    return int(block.get("Page") or 1)


def _children(block: Mapping[str, Any]) -> list[str]:
    related = block.get("Relationships") or []
    return [str(child) for each in related if each.get("Type") == "CHILD" for child in each.get("Ids") or []]


def _word(block: Mapping[str, Any]) -> ReadWord:
    return ReadWord(text=block.get("Text") or "", confidence=float(block.get("Confidence") or 0.0))
