"""Even light: black ink on white paper, whatever the lamp, the shadow and the pencil were."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter, ImageMath, ImageStat

# How much farther light must stand out than dark before a picture counts as light on dark.
_LIGHTER = 1.5
# At least so much of a page is ink. Where that is fainter than print, it is made darker; never more than to _FAINTEST
# of 255, for there the paper's own grain begins.
_INK_SHARE, _PRINT, _FAINTEST = 0.01, 110, 200
# Rows of pixels that are worked on at a time.
_BAND = 256


def even(image: Image.Image) -> Image.Image:
    """Each pixel as a share of the paper around it: a shadow darkens both alike, and so goes away.

    The paper is the brightest that lies near, smoothed. A picture that is light on dark is turned round first.
    """
    if _light_on_dark(image):
        image = ImageChops.invert(image)
    reduced = image.resize((max(1, image.width // 8), max(1, image.height // 8)), Image.Resampling.BOX)
    paper = reduced.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.MedianFilter(5))
    paper = paper.filter(ImageFilter.GaussianBlur(6)).resize(image.size, Image.Resampling.BICUBIC)
    return _darkened(_shares(image, paper))


def within(image: Image.Image, longest: int) -> Image.Image:
    """The image reduced or enlarged until its longer side is that long; no side vanishes."""
    factor = longest / max(image.size)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BOX)


def _shares(image: Image.Image, paper: Image.Image) -> Image.Image:
    """A band at a time: as floating point, a whole picture takes sixteen times its own memory."""
    shares = Image.new("L", image.size)
    for top in range(0, image.height, _BAND):
        band = (0, top, image.width, min(top + _BAND, image.height))
        share = ImageMath.lambda_eval(
            lambda of: of["convert"](
                of["min"](of["float"](of["image"]) * 255 / of["max"](of["float"](of["paper"]), 1), 255), "L"
            ),
            image=image.crop(band),
            paper=paper.crop(band),
        )
        shares.paste(share, band)
    return shares


def _light_on_dark(image: Image.Image) -> bool:
    """Whether what stands out from its surroundings is mostly lighter than they are.

    Around the local mean there is as much light as dark; but ink is the rarer, and so lies farther from the mean.
    """
    reduced = within(image, 800)
    around = reduced.filter(ImageFilter.BoxBlur(12))
    lighter = ImageStat.Stat(ImageChops.subtract(reduced, around)).sum2[0]
    darker = ImageStat.Stat(ImageChops.subtract(around, reduced)).sum2[0]
    return lighter > _LIGHTER * darker


def _darkened(shares: Image.Image) -> Image.Image:
    counts = shares.histogram()
    ink, seen = 0, 0
    while seen < _INK_SHARE * sum(counts):
        seen += counts[ink]
        ink += 1
    if ink <= _PRINT:
        return shares
    black = min(ink, _FAINTEST)
    return shares.point([max(0, round((level - black) * 255 / (255 - black))) for level in range(256)])
