"""Pictures that were taken in: decoded and encoded again.

Import it where a picture is at hand: Pillow takes 4 MB of every process that loads it.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from console.errors import Refused
from console.i18n import _

MOST_PIXELS = 40_000_000
#: The longest side of a picture that is kept.
LONGEST_SIDE = 2400
warnings.simplefilter("error", Image.DecompressionBombWarning)


def draw_anew(data: bytes) -> tuple[bytes, str]:
    """Decode a picture and encode it again: whatever else was in the file is gone."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused(_("The picture has too many pixels."))
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            out = io.BytesIO()
            if picture.has_transparency_data:
                picture.convert("RGBA").save(out, "PNG", optimize=True)
                return out.getvalue(), "image/png"
            picture.convert("RGB").save(out, "JPEG", quality=85, optimize=True)
            return out.getvalue(), "image/jpeg"
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise Refused(_("The picture has too many pixels.")) from problem
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as problem:
        raise Refused(_("The picture cannot be read.")) from problem
