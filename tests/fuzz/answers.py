"""Textract's answers: sound ones, and what may be wrong with one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.fuzz import trees
from tests.fuzz.texts import odd_text
from tests.shared_data import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

WORDS: Final = ("To", "be,", "or", "not", "to", "be:", "don’t", "1,000.50", "state-of-the-art", "naïve", "—", "हिन्दी")


def sound(rng: Random, mark: str, pages: int = 1) -> dict[str, Any]:
    """A page of a few lines, in which one word is `mark`."""
    blocks: list[dict[str, Any]] = []
    for page in range(1, pages + 1):
        on_page = {} if pages == 1 else {"Page": page}
        lines = [[rng.choice(WORDS) for _ in range(rng.randint(1, 6))] for _ in range(rng.randint(1, 4))]
        lines[0].append(mark)
        ids = [[f"{page}-{number}-{at}" for at in range(len(line))] for number, line in enumerate(lines)]
        related = [{"Type": "CHILD", "Ids": [f"{page}-{number}" for number in range(len(lines))]}]
        blocks.append({"BlockType": "PAGE", "Id": f"{page}", "Relationships": related, **on_page})
        blocks += [
            {
                "BlockType": "LINE",
                "Id": f"{page}-{number}",
                "Confidence": 98.5,
                "Text": " ".join(line),
                "Relationships": [{"Type": "CHILD", "Ids": of_line}],
                **on_page,
            }
            for number, (line, of_line) in enumerate(zip(lines, ids, strict=True))
        ]
        blocks += [
            {
                "BlockType": "WORD",
                "Id": id_,
                "Confidence": 99.0 - at / 7,
                "Text": word,
                "TextType": "PRINTED",
                **on_page,
            }
            for line, of_line in zip(lines, ids, strict=True)
            for at, (word, id_) in enumerate(zip(line, of_line, strict=True))
        ]
    return {"DocumentMetadata": {"Pages": pages}, "Blocks": blocks, "DetectDocumentTextModelVersion": "1.0"}


def stored() -> list[dict[str, Any]]:
    """Real answers without their geometry, where there are any; none of them is ours to commit."""
    answers: list[dict[str, Any]] = []
    for path in files("textract", "*.json"):
        told = json.loads(path.read_text(encoding="utf-8"))
        for answer in told if isinstance(told, list) else [told]:
            for block in answer["Blocks"]:
                block.pop("Geometry", None)
            answers.append(answer)
    return answers


def mutated(rng: Random, answer: dict[str, Any]) -> Any:  # noqa: ANN401  it may be no answer any more
    """The answer with something wrong in it."""
    pick = rng.random()
    if pick < 0.05:
        return answer
    if pick < 0.45:
        return trees.mutated(rng, answer, rng.choice((1, 1, 2, 5, 20)))
    changed = trees.mutated(rng, answer, 0)
    for _ in range(rng.choice((1, 1, 2, 4))):
        rng.choice(_CHANGES)(rng, changed)
    return changed


def _of_kind(answer: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [block for block in answer["Blocks"] if isinstance(block, dict) and block.get("BlockType") in kinds]


def _texts(rng: Random, answer: dict[str, Any]) -> None:
    for block in _of_kind(answer, "LINE", "WORD"):
        if rng.random() < 0.4:
            block["Text"] = odd_text(rng)


def _confidences(rng: Random, answer: dict[str, Any]) -> None:
    odd: list[Any] = [*trees.NUMBERS, *trees.NO_NUMBERS, "99.5", None, [], {}, True, 10**400, 100.00000000001]
    for block in _of_kind(answer, "WORD"):
        block["Confidence"] = rng.choice(odd)


def _pages(rng: Random, answer: dict[str, Any]) -> None:
    pages: list[Any] = [0, -1, None, "1", 10**20, 1.5]
    metadata: list[Any] = [{}, None, [], *({"Pages": each} for each in pages)]
    answer["DocumentMetadata"] = rng.choice(metadata)
    for block in _of_kind(answer, "PAGE", "LINE", "WORD"):
        if rng.random() < 0.5:
            block["Page"] = rng.choice([*pages, "2", 2, 3000, 3001, [1]])


def _children(rng: Random, answer: dict[str, Any]) -> None:
    """Dangling, repeated, cyclic, of another kind."""
    blocks = _of_kind(answer, "PAGE", "LINE", "WORD")
    ids: list[Any] = [*(block.get("Id") for block in blocks), "gone", None, 7, []]
    for block in blocks:
        if rng.random() < 0.5:
            children = [*rng.choices(ids, k=rng.choice((0, 1, 5, 5, 100))), block.get("Id")]
            related = {"Type": rng.choice(("CHILD", "CHILD", "VALUE", None)), "Ids": children}
            block["Relationships"] = [related] * rng.choice((1, 1, 2))


def _ids(rng: Random, answer: dict[str, Any]) -> None:
    ids: list[Any] = ["same", None, 7, [], {}, "", "1-0-0"]
    for block in _of_kind(answer, "LINE", "WORD"):
        if rng.random() < 0.5:
            block["Id"] = rng.choice(ids)


def _kinds(rng: Random, answer: dict[str, Any]) -> None:
    kinds: list[Any] = ["TABLE", "CELL", "KEY_VALUE_SET", "word", "", None, 5, ["WORD"], "LINE", "WORD"]
    for block in _of_kind(answer, "PAGE", "LINE", "WORD"):
        if rng.random() < 0.3:
            block["BlockType"] = rng.choice(kinds)


def _order(rng: Random, answer: dict[str, Any]) -> None:
    rng.shuffle(answer["Blocks"])


def _many(rng: Random, answer: dict[str, Any]) -> None:
    answer["Blocks"] = answer["Blocks"] * rng.choice((2, 3, 3, 40))
    if rng.random() < 0.05:
        answer["Blocks"] += list(_thousands(rng))


def _thousands(rng: Random) -> Iterator[dict[str, Any]]:
    for number in range(rng.choice((1000, 5000))):
        yield {"BlockType": "WORD", "Id": f"more{number}", "Text": odd_text(rng, 12), "Confidence": 50}


def _long(rng: Random, answer: dict[str, Any]) -> None:
    piece = rng.choice(("a", "a-", "1,", "字", "a\u0301", "ﷺ", " ", "'", "x y "))
    for block in _of_kind(answer, "WORD")[:1]:
        block["Text"] = piece * rng.choice((1000, 20_000))


def _deep(rng: Random, answer: dict[str, Any]) -> None:
    nest: Any = "end"
    for _ in range(rng.choice((50, 5000))):
        nest = [nest] if rng.random() < 0.5 else {"Blocks": nest}
    rng.choice(answer["Blocks"])[rng.choice(("Relationships", "Text", "Id", "Page", "Query"))] = nest


_CHANGES: Final[tuple[Callable[[Random, dict[str, Any]], None], ...]] = (
    _texts,
    _texts,
    _confidences,
    _pages,
    _children,
    _children,
    _ids,
    _kinds,
    _order,
    _many,
    _long,
    _deep,
)
