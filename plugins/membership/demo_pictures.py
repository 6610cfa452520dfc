"""The photo pair of the demo, drawn by ourselves: a face before and after."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (800, 800)
ROOM, HAIR, SKIN, GLOW, SPOT = "#efe6e1", "#3a2a26", "#f0cdb7", "#f8dccb", "#d99b86"


def draw_face(*, cared_for: bool) -> bytes:
    """Draw a face with tired skin, or with the same skin after some treatments, as JPEG."""
    picture = Image.new("RGB", SIZE, ROOM)
    pen = ImageDraw.Draw(picture)
    skin = GLOW if cared_for else SKIN
    pen.ellipse((150, 70, 650, 720), fill=HAIR)
    pen.rectangle((330, 560, 470, 800), fill=skin)
    pen.ellipse((220, 160, 580, 660), fill=skin)
    pen.chord((200, 90, 600, 420), 180, 360, fill=HAIR)
    draw = random.Random(7)  # noqa: S311 - nothing secret is drawn
    for _spot in range(4 if cared_for else 46):
        left, top = draw.randint(260, 530), draw.randint(330, 600)
        size = draw.randint(4, 11)
        pen.ellipse((left, top, left + size, top + size), fill=SPOT)
    for left in (300, 440):
        pen.arc((left, 370, left + 70, 420), 20, 160, fill=HAIR, width=7)
    smile = (20, 160) if cared_for else (200, 340)
    pen.arc((345, 520, 455, 590), *smile, fill="#b5525f", width=8)
    kept = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1.4)).save(kept, "JPEG", quality=82)
    return kept.getvalue()
