"""Pictures of known text, for every suite: `to_bytes(page("The quick brown fox"), "PNG")`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

from PIL import ExifTags
from PIL.Image import Transpose

from local.demo.typesetting import Style, typeset

if TYPE_CHECKING:
    from PIL.Image import Image

Format = Literal["PNG", "JPEG", "TIFF"]

# How a page is laid down so that the orientation sets it upright again.
_LAID: dict[int, Transpose | None] = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}
_SMALL = Style(size=32, width=900, margin=60)


def page(text: str, style: Style = _SMALL) -> Image:
    """The text in black on a white page (mode L); without text, a blank one."""
    return typeset(text, style)


def to_bytes(picture: Image, kind: Format, **options: Any) -> bytes:  # noqa: ANN401 - they are Pillow's
    """The picture's file.

    Args:
        picture: What to save.
        kind: The file's format.
        options: Pillow's for that format: `save_all=True, append_images=[…]` for a TIFF of several pages,
            `exif=…`, `quality=…`.
    """
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def turned_by_exif(picture: Image, orientation: int) -> bytes:
    """A JPEG whose pixels lie otherwise than the page, and whose EXIF orientation (1-8) says how."""
    laid = _LAID[orientation]
    exif = picture.getexif()
    exif[ExifTags.Base.Orientation] = orientation
    return to_bytes(picture.transpose(laid) if laid is not None else picture, "JPEG", exif=exif, quality=92)
