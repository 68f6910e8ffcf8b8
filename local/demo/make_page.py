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

STYLE = Style(face="serif", size=40, width=1280, margin=130, leading=1.2, verse=True, titles=2)
CAMERA = Camera(
    tilt=1.3,
    perspective=0.05,
    curl=0.012,
    shade=0.5,
    shadow=0.3,
    noise=6,
    blur=0.8,
    desk=0.07,
    paper=(250, 240, 214),
    seed=1603,
)


def demo_page() -> Image.Image:
    """The photographed page, in RGB."""
    return photograph(typeset(TEXT.read_text(encoding="utf-8"), STYLE), CAMERA)


def main() -> None:
    """Write the picture."""
    demo_page().save(PICTURE, quality=80, optimize=True)
    sys.stdout.write(f"{PICTURE.name}: {PICTURE.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
