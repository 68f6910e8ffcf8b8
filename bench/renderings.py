"""Pictures of known text, made as people make them: scans, photographs, receipts, screens, pages turned round.

They are what the OCR is tuned on, beside the public pictures: no parameter may be right for one file alone.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Literal

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from local.demo.photograph import Camera, photograph
from local.demo.typesetting import Style, typeset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXTS = Path(__file__).parent / "texts"

_PHOTO = Camera(tilt=1.2, perspective=0.04, curl=0.01, shade=0.45, shadow=0.3, noise=6, blur=0.8, desk=0.06)
_ORDINARY = Style(justify=True)
_FAX_THRESHOLD = 140
_RECEIPT = Style(face="typewriter", size=36, width=900, margin=60, tabs=True)


@dataclass(frozen=True)
class Rendering:
    """One picture and what stands in it.

    Attributes:
        name: What it is, for the table.
        truth: The text that was set; empty where the picture has none.
        draw: Makes the picture.
        encoding: What kind of file it becomes.
        quality: JPEG's quality.
    """

    name: str
    truth: str
    draw: Callable[[], Image.Image]
    encoding: Literal["PNG", "JPEG", "TIFF"] = "JPEG"
    quality: int = 85

    def file(self) -> bytes:
        """The picture's file."""
        out = io.BytesIO()
        if self.encoding == "JPEG":
            self.draw().save(out, "JPEG", quality=self.quality)
        else:
            self.draw().save(out, self.encoding)
        return out.getvalue()


def renderings() -> Iterator[Rendering]:
    """All of them, the same ones every time."""
    yield from _scans()
    yield from _photographs()
    yield from _turned()
    yield from _languages()
    yield from _odd()
    yield from _without_text()


def text(name: str) -> str:
    """One of the texts, whole."""
    return (TEXTS / f"{name}.txt").read_text(encoding="utf-8")


def _part(words: int, name: str = "english") -> str:
    """The text's first paragraphs, to about that many words."""
    taken: list[str] = []
    for paragraph in text(name).split("\n\n"):
        missing = words - sum(len(own.split()) for own in taken)
        if missing <= 0:
            break
        taken.append(" ".join(paragraph.split()[:missing]))
    return "\n\n".join(taken)


def _scan(name: str, words: str, style: Style, encoding: Literal["PNG", "JPEG", "TIFF"] = "PNG") -> Rendering:
    return Rendering(f"scan, {name}", words, lambda: typeset(words, style), encoding)


def _photo(name: str, words: str, style: Style, camera: Camera, quality: int = 85) -> Rendering:
    return Rendering(f"photo, {name}", words, lambda: photograph(typeset(words, style), camera), quality=quality)


def _scans() -> Iterator[Rendering]:
    yield _scan("500 words", text("english"), replace(_ORDINARY, size=36, width=1700))
    yield _scan("sans", _part(250), Style(face="sans", size=30))
    yield _scan("italic", _part(200), Style(face="italic"))
    yield _scan("typewriter", _part(200), Style(face="typewriter", size=28))
    yield _scan("two columns", text("english"), Style(face="serif", size=30, width=1700, columns=2, justify=True))
    yield _scan("three columns, sans", text("english"), Style(face="sans", size=24, width=1900, columns=3))
    yield _scan("700 px wide", _part(200), Style(size=18, width=700, margin=40))
    yield _scan("480 px wide, sans", _part(80), Style(face="sans", size=14, width=480, margin=20))
    yield _scan("4,800 px wide", _part(250), Style(size=110, width=4800, margin=400, justify=True), "JPEG")
    yield Rendering("scan, 1 bit", _part(200), lambda: typeset(_part(200), _ORDINARY).convert("1"), "TIFF")
    fax = typeset(_part(200), _ORDINARY)
    worn = Camera(noise=40, paper=(255, 255, 255), ink=(0, 0, 0), blur=0.5, seed=7)
    yield Rendering(
        "scan, noisy fax",
        _part(200),
        lambda: (
            photograph(fax, worn)
            .convert("L")
            .point([255 * (level > _FAX_THRESHOLD) for level in range(256)])
            .convert("1")
        ),
        "TIFF",
    )
    small = Style(size=20, width=900, margin=60)
    yield Rendering("scan, JPEG quality 15", _part(150), lambda: typeset(_part(150), small), quality=15)


def _two_levels(picture: Image.Image) -> Image.Image:
    return picture.convert("L").point([255 * (level > _FAX_THRESHOLD) for level in range(256)]).convert("1")


def _photographs() -> Iterator[Rendering]:
    words = _part(250)
    yield _photo("a book's page", words, _ORDINARY, _PHOTO)
    yield _photo("500 words", text("english"), replace(_ORDINARY, size=36, width=1700), replace(_PHOTO, seed=3))
    yield _photo("deep shadow", words, _ORDINARY, replace(_PHOTO, shadow=0.6, shade=0.6, seed=5))
    dim = replace(_PHOTO, paper=(104, 96, 84), ink=(30, 26, 24), noise=8, seed=9)
    yield _photo("dim room", words, _ORDINARY, dim)
    yield _photo("close, no desk", words, Style(face="sans", size=32), replace(_PHOTO, desk=0, seed=11))
    yield _photo("blurred", words, _ORDINARY, replace(_PHOTO, blur=1.8, noise=4, seed=13))
    yield _photo("grainy", words, _ORDINARY, replace(_PHOTO, noise=18, seed=15))
    yield _photo("faint pencil", words, _ORDINARY, replace(_PHOTO, ink=(168, 162, 150), noise=4, seed=17))
    yield _photo("steep", words, _ORDINARY, replace(_PHOTO, perspective=0.16, tilt=0.5, seed=19))
    yield _photo("small, quality 40", _part(150), Style(size=18, width=760, margin=50), replace(_PHOTO, blur=0.4), 40)
    big = Style(size=80, width=3200, margin=280, justify=True)
    yield _photo("12 megapixels", words, big, replace(_PHOTO, blur=2, seed=21))
    yield _photo("receipt", text("receipt"), _RECEIPT, replace(_PHOTO, desk=0.3, seed=23))
    yield _photo("receipt, small", text("receipt"), replace(_RECEIPT, size=15, width=380, margin=24), _PHOTO)


def _turned() -> Iterator[Rendering]:
    words = _part(150)
    for degrees in (1, 2, 4, 8, 15):
        yield _photo(f"{degrees}° askew", words, _ORDINARY, replace(_PHOTO, tilt=degrees, seed=degrees))
        yield Rendering(
            f"scan, {degrees}° askew",
            words,
            lambda degrees=degrees: typeset(words, _ORDINARY).rotate(
                degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255
            ),
        )
    for quarter in (90, 180, 270):
        yield Rendering(
            f"photo, turned by {quarter}°",
            words,
            lambda quarter=quarter: photograph(typeset(words, _ORDINARY), replace(_PHOTO, seed=quarter)).rotate(
                quarter, expand=True
            ),
        )
        yield Rendering(
            f"scan, turned by {quarter}°",
            words,
            lambda quarter=quarter: typeset(words, Style(face="sans", size=30)).rotate(quarter, expand=True),
            "PNG",
        )


def _languages() -> Iterator[Rendering]:
    for name in ("german", "french", "spanish", "italian", "portuguese"):
        yield _scan(name, text(name), _ORDINARY)
        yield _photo(name, text(name), Style(face="sans", size=28), replace(_PHOTO, seed=len(name)))


def _odd() -> Iterator[Rendering]:
    words = _part(120)
    dark = Style(face="sans", size=28)
    yield Rendering("screen, light on dark", words, lambda: ImageChops.invert(typeset(words, dark)), "PNG")
    neon = Camera(paper=(28, 30, 52), ink=(220, 226, 160), noise=6, blur=0.6, tilt=0.7, shade=0.3)
    yield _photo("light on dark", words, dark, neon)
    pale = Camera(paper=(240, 240, 240), ink=(176, 176, 176))
    yield _photo("grey on grey", words, dark, pale, 92)
    loud = Camera(paper=(60, 120, 200), ink=(235, 60, 50))
    yield _photo("red on blue", words, dark, loud, 92)
    yield Rendering("one word, large", "Tesseract", lambda: _sign("Tesseract", 160))
    yield Rendering("one word, small", "Welcome", lambda: _sign("Welcome", 22))
    half = typeset(words, Style(face="sans", size=26, width=900, margin=50))
    yield Rendering("half dark, half light", f"{words} {words}", lambda: _halves(half), "PNG")


def _sign(word: str, size: int) -> Image.Image:
    return typeset(word, Style(face="sans", size=size, width=size * 8, margin=size))


def _halves(page: Image.Image) -> Image.Image:
    both = Image.new("L", (page.width, 2 * page.height))
    both.paste(page, (0, 0))
    both.paste(ImageChops.invert(page), (0, page.height))
    return both


def _without_text() -> Iterator[Rendering]:
    blank = Image.new("L", (1200, 900), 255)
    yield Rendering("no text: white", "", lambda: blank, "PNG")
    yield Rendering("no text: a sheet on a desk", "", lambda: photograph(blank, replace(_PHOTO, noise=12)))
    yield Rendering("no text: noise", "", lambda: photograph(blank, Camera(noise=90, blur=0.8)))
    for seed in range(1, 7):
        yield Rendering(f"no text: leaves {seed}", "", lambda seed=seed: _leaves(Random(seed)))  # noqa: S311 - a drawing
    yield Rendering("no text: bricks", "", _bricks)
    yield Rendering("no text: bars", "", _bars)
    yield Rendering("no text: pebbles", "", lambda: _pebbles(Random(2)))  # noqa: S311 - a drawing


def _leaves(random: Random) -> Image.Image:
    """Blades and stalks in greens, as a camera sees a hedge."""
    picture = Image.new("RGB", (1000, 750), (70, 90, 60))
    draw = ImageDraw.Draw(picture)
    for _ in range(220):
        x, y = random.randrange(1000), random.randrange(750)
        length, girth = random.randrange(30, 260), random.randrange(6, 60)
        blade = Image.new("L", (length, girth), 0)
        ImageDraw.Draw(blade).ellipse((0, 0, length - 1, girth - 1), fill=255)
        ImageDraw.Draw(blade).line((0, girth // 2, length, girth // 2), fill=170, width=2)
        blade = blade.rotate(random.uniform(0, 360), Image.Resampling.BICUBIC, expand=True)
        green = (random.randrange(30, 200), random.randrange(80, 220), random.randrange(30, 140))
        picture.paste(green, (x - blade.width // 2, y - blade.height // 2), blade)
        draw.line((x, y, x + random.randrange(-90, 90), y + random.randrange(-90, 90)), fill=(40, 50, 30), width=3)
    return photograph(picture.convert("L"), Camera(noise=6, blur=1.0, shade=0.4, seed=random.randrange(99)))


def _bricks() -> Image.Image:
    picture = Image.new("RGB", (1200, 900), (196, 188, 176))
    draw = ImageDraw.Draw(picture)
    random = Random(4)  # noqa: S311 - a drawing
    for row in range(15):
        for column in range(-1, 9):
            left, top = column * 150 + (row % 2) * 75, row * 60
            red = random.randrange(130, 190)
            draw.rectangle((left + 5, top + 5, left + 145, top + 55), fill=(red, red // 2, red // 3))
    return picture.filter(ImageFilter.GaussianBlur(1))


def _bars() -> Image.Image:
    """A chart without a label."""
    picture = Image.new("RGB", (1000, 700), "white")
    draw = ImageDraw.Draw(picture)
    draw.line((80, 40, 80, 620, 960, 620), fill="black", width=3)
    for number, height in enumerate((120, 300, 80, 420, 510, 260, 40, 390)):
        draw.rectangle((120 + number * 100, 620 - height, 180 + number * 100, 620), fill=(50, 90, 160))
    return picture


def _pebbles(random: Random) -> Image.Image:
    picture = Image.new("L", (1200, 900), 150)
    draw = ImageDraw.Draw(picture)
    for _ in range(3000):
        x, y, wide, high = (
            random.randrange(1200),
            random.randrange(900),
            random.randrange(3, 40),
            random.randrange(3, 26),
        )
        draw.ellipse((x, y, x + wide, y + high), fill=random.randrange(60, 240), outline=random.randrange(30, 90))
    return picture.filter(ImageFilter.GaussianBlur(0.8))
