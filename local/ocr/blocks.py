"""Lines of words as Textract's Blocks: PAGE, then every LINE, then every WORD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from local.ocr.engine import Line, Point


class BoundingBox(TypedDict):
    """The smallest upright box, as shares of the page's width and height."""

    Width: float
    Height: float
    Left: float
    Top: float


class PolygonPoint(TypedDict):
    """A corner, as shares of the page's width and height."""

    X: float
    Y: float


class Geometry(TypedDict):
    """Where a block lies; the polygon starts at the text's own top left and goes clockwise."""

    BoundingBox: BoundingBox
    Polygon: list[PolygonPoint]


class Relationship(TypedDict):
    """The blocks that a block is made of."""

    Type: Literal["CHILD"]
    Ids: list[str]


class Block(TypedDict):
    """One PAGE, LINE or WORD; a synchronous answer's blocks carry no Page."""

    BlockType: Literal["PAGE", "LINE", "WORD"]
    Confidence: NotRequired[float]
    Text: NotRequired[str]
    TextType: NotRequired[Literal["PRINTED"]]
    Geometry: Geometry
    Id: str
    Relationships: NotRequired[list[Relationship]]


def blocks(lines: Sequence[Line], size: tuple[int, int]) -> list[Block]:
    """The blocks of one page.

    Args:
        lines: What was read, in reading order; no line is empty.
        size: The picture's width and height in pixels.
    """
    line_blocks: list[Block] = []
    word_blocks: list[Block] = []
    for line in lines:
        words: list[Block] = [
            {
                "BlockType": "WORD",
                "Confidence": word.confidence,
                "Text": word.text,
                "TextType": "PRINTED",
                "Geometry": _geometry(word.corners, size),
                "Id": str(uuid4()),
            }
            for word in line
        ]
        word_blocks += words
        first, last = line[0].corners, line[-1].corners
        line_blocks.append(
            {
                "BlockType": "LINE",
                "Confidence": sum(word.confidence for word in line) / len(line),
                "Text": " ".join(word.text for word in line),
                "Geometry": _geometry((first[0], last[1], last[2], first[3]), size),
                "Id": str(uuid4()),
                "Relationships": _children(words),
            }
        )
    corners = ((0, 0), (size[0], 0), size, (0, size[1]))
    page: Block = {"BlockType": "PAGE", "Geometry": _geometry(corners, size), "Id": str(uuid4())}
    if line_blocks:
        page["Relationships"] = _children(line_blocks)
    return [page, *line_blocks, *word_blocks]


def _children(of: Iterable[Block]) -> list[Relationship]:
    return [{"Type": "CHILD", "Ids": [block["Id"] for block in of]}]


def _geometry(corners: Sequence[Point], size: tuple[int, int]) -> Geometry:
    polygon: list[PolygonPoint] = [{"X": _share(x, size[0]), "Y": _share(y, size[1])} for x, y in corners]
    left, top = min(point["X"] for point in polygon), min(point["Y"] for point in polygon)
    right, bottom = max(point["X"] for point in polygon), max(point["Y"] for point in polygon)
    box: BoundingBox = {"Width": right - left, "Height": bottom - top, "Left": left, "Top": top}
    return {"BoundingBox": box, "Polygon": polygon}


def _share(at: float, length: int) -> float:
    return min(1.0, max(0.0, at / length))
