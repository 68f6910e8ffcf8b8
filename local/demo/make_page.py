"""Makes the demo's picture: `python -m local.demo.make_page` writes page.jpg beside page.txt.

Hamlet's soliloquy, as Clark and Wright printed it in 1864. The picture is committed; run this after changing the text
or the way it is photographed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from local.demo.photograph import Camera, photograph
from local.demo.typesetting import Style, typeset

if TYPE_CHECKING:
    from PIL import Image

TEXT = Path(__file__).with_name("page.txt")
PICTURE = Path(__file__).with_name("page.jpg")

STYLE = Style(face="serif", size=40, width=1240, margin=150, leading=1.3, verse=True)
CAMERA = Camera(
    tilt=1.4,
    perspective=0.05,
    curl=0.012,
    shade=0.52,
    shadow=0.34,
    noise=7,
    blur=0.8,
    desk=0.07,
    seed=1603,
)


def demo_page() -> Image.Image:
    """The photographed page, in RGB."""
    return photograph(typeset(TEXT.read_text(encoding="utf-8"), STYLE), CAMERA)


def main() -> None:
    """Write the picture."""
    demo_page().save(PICTURE, quality=82, optimize=True)
    sys.stdout.write(f"{PICTURE.name}: {PICTURE.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
