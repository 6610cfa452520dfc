"""QR codes: drawn into a page, or as a file for a printer."""

from __future__ import annotations

import io

from markupsafe import Markup


def draw_qr(text: str, *, error: str = "m", scale: int = 8, border: int = 2) -> Markup:
    """Draw *text* as a QR code (ISO/IEC 18004) that scales with the page, black on white.

    *error* is how much of it may be lost: "l" 7 %, "m" 15 %, "q" 25 %, "h" 30 %. *scale* is the
    size of a module in pixels, *border* its margin in modules.
    """
    import segno  # takes 1 MB of every process that loads it

    drawn = segno.make(text, error=error, micro=False).svg_inline(
        scale=scale, border=border, omitsize=True, dark="#000", light="#fff"
    )
    return Markup(drawn)  # noqa: S704 - drawn from our own words


def save_qr(text: str, kind: str, *, error: str = "q", scale: int = 8) -> bytes:
    """Write *text* as a QR code into a file of *kind*, such as "png" or "svg"."""
    import segno

    written = io.BytesIO()
    segno.make(text, error=error, micro=False).save(written, kind=kind, scale=scale)
    return written.getvalue()
