"""The pictures of the demo's stores, drawn by ourselves."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

SIZE = (1200, 800)
SKY, PAVEMENT, WALL, GLASS, LIGHT = "#dfe9ef", "#b9b4ac", "#f4efe8", "#cfe3ea", "#fff6df"


def draw_storefront(colour: str) -> bytes:
    """Draw a shop window with an awning of this colour, as PNG."""
    picture = Image.new("RGB", SIZE, SKY)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 680, *SIZE), fill=PAVEMENT)
    pen.rectangle((120, 180, 1080, 680), fill=WALL)
    pen.rectangle((120, 180, 1080, 260), fill=colour)
    for left in range(120, 1080, 80):
        stripe = colour if left // 80 % 2 else "white"
        pen.polygon([(left, 260), (left + 80, 260), (left + 72, 340), (left + 8, 340)], fill=stripe)
    pen.rectangle((180, 380, 680, 640), fill=GLASS, outline=colour, width=8)
    pen.rectangle((760, 380, 1000, 680), fill=GLASS, outline=colour, width=8)
    pen.line((880, 380, 880, 680), fill=colour, width=6)
    for left in (250, 430, 610):
        pen.line((left, 380, left, 430), fill=colour, width=4)
        pen.ellipse((left - 26, 424, left + 26, 476), fill=LIGHT, outline=colour, width=4)
    for left in (60, 1100):
        pen.rectangle((left, 640, left + 60, 700), fill=colour)
        pen.ellipse((left - 20, 540, left + 80, 650), fill="#6f9a6a")
    kept = io.BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()
