"""Photos that people send: where they were taken, and the picture without saying so."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from PIL import ExifTags, Image, ImageOps

from onegrid.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_PIXELS_MAX: Final = 50_000_000  # a phone's; more is meant to fill the memory
_SIDE_MAX: Final = 1600
_QUALITY: Final = 85


@dataclass(frozen=True)
class Photo:
    """A picture as JPEG without any metadata, and where it was taken (lon/lat), if it said."""

    jpeg: bytes
    place: tuple[float, float] | None


def read_photo(content: bytes) -> Photo:
    """Read a photo; nothing that it says besides the picture is kept.

    Raises
    ------
    InputError
        ``PHOTO`` if it is none, or too large.
    """
    remedy = "send a JPEG, PNG or WebP of a phone"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library's own remarks on size and metadata
            image = Image.open(BytesIO(content), formats=_FORMATS)
            _refuse_huge(image)
            place = _place(image)
            upright = ImageOps.exif_transpose(image)
            picture = Image.new("RGB", upright.size, "white")
            picture.paste(upright.convert("RGB"))  # a new picture: nothing hangs on it
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise InputError(Problem("PHOTO", "not a picture", remedy=remedy)) from None
    picture.thumbnail((_SIDE_MAX, _SIDE_MAX))
    made = BytesIO()
    picture.save(made, "JPEG", quality=_QUALITY)
    return Photo(made.getvalue(), place)


def _refuse_huge(image: Image.Image) -> None:
    if image.width * image.height > _PIXELS_MAX:
        what = f"a picture of {image.width} × {image.height} pixels"
        raise InputError(Problem("PHOTO", what, remedy="send a smaller one"))


def _place(image: Image.Image) -> tuple[float, float] | None:
    told = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    tags = ExifTags.GPS
    lon = _degrees(told, tags.GPSLongitude, tags.GPSLongitudeRef, limit=180.0)
    lat = _degrees(told, tags.GPSLatitude, tags.GPSLatitudeRef, limit=90.0)
    return None if lon is None or lat is None else (lon, lat)


def _degrees(told: Mapping[int, Any], tag: int, side: int, *, limit: float) -> float | None:
    """Return degrees from degrees, minutes and seconds; None where they make no sense."""
    try:
        degrees, minutes, seconds = (float(part) for part in told[tag])
        sign = -1.0 if str(told[side]).strip("\0 ").upper() in ("S", "W") else 1.0
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    value = sign * (degrees + minutes / 60 + seconds / 3600)
    return value if abs(value) <= limit else None  # nor is what is not a number
