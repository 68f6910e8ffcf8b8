"""A clean page made to look photographed: paper, tilt, perspective, a curl, uneven light, noise, blur.

Everything random comes from a seed, so the same page and settings give the same picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Camera:
    """How a page was photographed. All of it may be 0 for a flat scan.

    Attributes:
        tilt: Degrees by which the page lies turned, clockwise.
        perspective: How much narrower the far edge is than the near one, as a share of the width.
        curl: How far the page bends down towards its left edge, as a share of its height.
        shade: How much darker the darkest corner is than the light, from 0 to 1.
        shadow: How dark the shadow that falls across the page is, from 0 to 1.
        noise: The sensor noise's spread, in grey levels.
        blur: The lens blur's radius in pixels.
        desk: How much of the desk shows around the page, as a share of the page's width.
        paper: The colour of the paper.
        ink: The colour of the ink.
        seed: What everything random comes from.
    """

    tilt: float = 0.0
    perspective: float = 0.0
    curl: float = 0.0
    shade: float = 0.0
    shadow: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    desk: float = 0.0
    paper: Colour = (247, 241, 226)
    ink: Colour = (44, 38, 36)
    seed: int = 1


def photograph(page: Image.Image, camera: Camera) -> Image.Image:
    """The page (mode L, black on white) as that camera would show it, in RGB."""
    random = Random(camera.seed)  # noqa: S311 - it makes noise, not keys
    border = round(page.width * camera.desk)
    sheet = _printed(page, camera, random)
    ground = _desk((page.width + 2 * border, page.height + 2 * border), random)
    where = (border, border, border + page.width, border + page.height)
    if border:
        cast = Image.new("L", ground.size, 0)
        ImageDraw.Draw(cast).rectangle((where[0] + 6, where[1] + 10, where[2] + 14, where[3] + 18), fill=150)
        ground.paste((14, 9, 6), mask=cast.filter(ImageFilter.GaussianBlur(12)))
    ground.paste(sheet, where[:2])
    view = _bent(ground, camera.curl)
    view = _seen(view, camera)
    view = ImageChops.multiply(view, _light(view.size, camera, random))
    if camera.blur:
        view = view.filter(ImageFilter.GaussianBlur(camera.blur))
    return _noisy(view, camera.noise, random)


def _printed(page: Image.Image, camera: Camera, random: Random) -> Image.Image:
    paper = Image.new("RGB", page.size, camera.paper)
    if camera.noise:  # paper has a grain of its own, coarser than the sensor's
        grain = _grain((page.width // 3, page.height // 3), 3.0, random).resize(page.size, Image.Resampling.BICUBIC)
        mottle = _grain((24, 32), 3.0, random).resize(page.size, Image.Resampling.BICUBIC)
        for layer in (grain, mottle):
            paper = ImageChops.add(paper, Image.merge("RGB", (layer, layer, layer)), offset=-128)
    paper.paste(camera.ink, mask=ImageChops.invert(page))
    return paper


def _desk(size: tuple[int, int], random: Random) -> Image.Image:
    """Dark wood: the grain is noise drawn out along the board."""
    streaks = _grain((6, max(1, size[1] // 5)), 16.0, random).resize(size, Image.Resampling.BICUBIC)
    fine = _grain((max(1, size[0] // 40), size[1]), 6.0, random).resize(size, Image.Resampling.BICUBIC)
    wood = ImageChops.add(Image.new("L", size, 86), streaks, offset=-128)
    wood = ImageChops.add(wood, fine, offset=-128)
    return Image.merge(
        "RGB", [wood.point([round(level * share) for level in range(256)]) for share in (1.0, 0.72, 0.5)]
    )


def _bent(image: Image.Image, curl: float) -> Image.Image:
    """The left edge sinks towards the spine, as an open book's page does."""
    if not curl:
        return image
    strips = 48
    width, height = image.size
    drop = [curl * height * (1 - number / strips) ** 3 for number in range(strips + 1)]
    mesh = []
    for number in range(strips):
        left, right = width * number // strips, width * (number + 1) // strips
        here, there = drop[number], drop[number + 1]
        quad = (left, -here, left, height - here, right, height - there, right, -there)
        mesh.append(((left, 0, right, height), quad))
    return image.transform(image.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC, fillcolor=(40, 28, 20))


def _seen(image: Image.Image, camera: Camera) -> Image.Image:
    if camera.tilt:
        image = image.rotate(-camera.tilt, Image.Resampling.BICUBIC, expand=not camera.desk, fillcolor=_edge(camera))
    if camera.perspective:
        width, height = image.size
        inset = camera.perspective * width / 2
        corners: list[Point] = [(0, 0), (width, 0), (width, height), (0, height)]
        seen: list[Point] = [(inset, inset / 2), (width - inset * 0.7, 0), (width, height), (0, height - inset / 3)]
        image = image.transform(
            image.size,
            Image.Transform.PERSPECTIVE,
            _homography(seen, corners),
            Image.Resampling.BICUBIC,
            fillcolor=_edge(camera),
        )
    return image


def _edge(camera: Camera) -> Colour:
    return (58, 41, 29) if camera.desk else camera.paper


def _homography(sources: Sequence[Point], targets: Sequence[Point]) -> tuple[float, ...]:
    """The eight numbers that take each source point to its target: Gauss-Jordan on the 8 x 9 system."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(sources, targets, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        lead = rows[column][column]
        rows[column] = [value / lead for value in rows[column]]
        for row in range(8):
            factor = rows[row][column]
            if row != column and factor:
                rows[row] = [value - factor * own for value, own in zip(rows[row], rows[column], strict=True)]
    return tuple(row[8] for row in rows)


def _light(size: tuple[int, int], camera: Camera, random: Random) -> Image.Image:
    """A warm lamp from the upper right, and the soft shadow of whoever leans over the page."""
    across, down = 32, 40
    levels: list[int] = []
    for y in range(down):
        for x in range(across):
            away = ((x / across - 0.72) ** 2 + (y / down - 0.28) ** 2) / 1.04
            levels.append(round(255 * (1 - camera.shade * min(1.0, away) ** 0.8)))
    lamp = Image.new("L", (across, down))
    lamp.putdata(levels)
    lamp = lamp.resize(size, Image.Resampling.BICUBIC)
    if camera.shadow:
        shadow = Image.new("L", (200, 200), 255)
        reach = random.uniform(60, 90)
        shape = [(0, 200), (0, 200 - reach * 1.5), (reach * 0.8, 200 - reach), (reach * 1.6, 200)]
        ImageDraw.Draw(shadow).polygon(shape, fill=round(255 * (1 - camera.shadow)))
        shadow = shadow.filter(ImageFilter.GaussianBlur(9)).resize(size, Image.Resampling.BICUBIC)
        lamp = ImageChops.multiply(lamp, shadow)
    # What the lamp does not reach is lit by the window: shade is a little cooler than light.
    cool = lamp.point([round(255 - (255 - level) * 0.92) for level in range(256)])
    return Image.merge("RGB", (lamp, lamp, cool))


def _noisy(image: Image.Image, spread: float, random: Random) -> Image.Image:
    if not spread:
        return image
    bands = []
    for band in image.split():
        noise = _grain(image.size, spread, random).filter(ImageFilter.GaussianBlur(0.6))
        bands.append(ImageChops.add(band, noise, offset=-128))
    return Image.merge(image.mode, bands)


def _grain(size: tuple[int, int], spread: float, random: Random) -> Image.Image:
    """Noise around 128: the mean of three uniform ones, near enough to normal. Pillow's own has no seed."""
    count = size[0] * size[1]
    first, second, third = (Image.frombytes("L", size, random.randbytes(count)) for _ in range(3))
    mean = Image.blend(Image.blend(first, second, 0.5), third, 1 / 3)
    # Three uniform values of spread 73.9 average to a spread of 42.7.
    return mean.point([max(0, min(255, round(128 + (level - 127.5) * spread / 42.7))) for level in range(256)])
