"""Pictures: pixels of a sane size, and nothing else under their name."""

import base64
import binascii
import struct

MAX_BASE64 = 12_000_000
MAX_SIDE = 20_000
MAX_PIXELS = 50_000_000  # a small file can unpack to far more, in the marker's browser
TYPES = ("image/png", "image/jpeg", "image/gif")


def picture(mime, data):
    """The base64 text of a picture, or None if it is none, or too large to be shown."""
    data = "".join(data) if isinstance(data, list) and all(map(_is_text, data)) else data
    if mime not in TYPES or not _is_text(data) or len(data) > MAX_BASE64:
        return None
    data = "".join(data.split())
    try:
        content = base64.b64decode(data, validate=True)
        width, height = SIZES[mime](content)
    except (binascii.Error, ValueError, struct.error, IndexError):
        return None
    fits = 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS
    return data if fits else None


def _is_text(data):
    return isinstance(data, str)


def _png(content):
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        raise ValueError("no PNG")
    return struct.unpack(">II", content[16:24])


def _gif(content):
    if content[:6] not in (b"GIF87a", b"GIF89a"):
        raise ValueError("no GIF")
    return struct.unpack("<HH", content[6:10])


def _jpeg(content):
    if content[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    place = 2
    while content[place] == 0xFF:
        kind = content[place + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + struct.unpack(">H", content[place + 2 : place + 4])[0]
    raise ValueError("no JPEG")


SIZES = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif}
