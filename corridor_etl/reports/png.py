"""Makes a picture for a mail small: true colour to at most 256 colours, best compression, no metadata.

Reads what the chart renderer writes: 8-bit RGBA or RGB, not interlaced, rows unfiltered or filtered by Sub or Up.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from corridor_etl.errors import ReportCheckFailed

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {2: 3, 6: 4}
_COLOURS = 256

Pixels = npt.NDArray[np.uint8]


def small(png: bytes) -> bytes:
    """The same picture with a palette; its pixels keep the exact 256 most frequent colours, others the nearest."""
    pixels = decode(png)
    return _encode(*_paletted(pixels[:, :, :3]))


def decode(png: bytes) -> Pixels:
    """Height x width x channels; ``ReportCheckFailed`` for a PNG of another make."""
    header, data = b"", b""
    for kind, body in _chunks(png):
        header = body if kind == b"IHDR" else header
        data += body if kind == b"IDAT" else b""
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if depth != 8 or colour not in _CHANNELS or interlaced:
        raise _unknown(f"colour type {colour} with {depth} bits")
    channels = _CHANNELS[colour]
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + width * channels)
    return _unfiltered(rows[:, 0], rows[:, 1:].reshape(height, width, channels))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(SIGNATURE)
    while position < len(png):
        length = int.from_bytes(png[position : position + 4], "big")
        yield png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        position += 12 + length


def _unfiltered(filters: Pixels, rows: Pixels) -> Pixels:
    if not np.isin(filters, (0, 1, 2)).all():
        raise _unknown(f"row filter {int(filters.max())}")
    pixels = rows.copy()
    by_sub = filters == 1
    pixels[by_sub] = np.cumsum(rows[by_sub], axis=1, dtype=np.uint8)
    for y in np.flatnonzero(filters == 2):
        pixels[y] += pixels[y - 1] if y else 0
    return pixels


def _unknown(what: str) -> ReportCheckFailed:
    return ReportCheckFailed(
        f"a chart came as a PNG with {what}",
        expected="8-bit true colour, rows unfiltered or filtered by Sub or Up",
        fix="Pin the chart renderer to the version of requirements.lock.",
    )


def _paletted(pixels: Pixels) -> tuple[Pixels, Pixels]:
    height, width, _ = pixels.shape
    red, green, blue = (pixels[:, :, n].astype(np.uint32).ravel() for n in range(3))
    runs, lengths = _runs(red << np.uint32(16) | green << np.uint32(8) | blue)
    colours, index = np.unique(runs, return_inverse=True)
    counts = np.bincount(index, weights=lengths).astype(np.int64)
    kept = np.sort(np.lexsort((colours, -counts))[:_COLOURS])
    palette = _channels(colours[kept])
    distance = ((_channels(colours)[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
    nearest = distance.argmin(axis=1).astype(np.uint8)
    return np.repeat(nearest[index], lengths).reshape(height, width), palette.astype(np.uint8)


def _runs(packed: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """The colour and the length of each run of equal pixels: a chart has few, and they are quick to sort."""
    starts = np.flatnonzero(np.concatenate([[True], packed[1:] != packed[:-1]]))
    return packed[starts], np.diff(starts, append=packed.size)


def _channels(packed: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
    return np.stack([packed >> 16, (packed >> 8) & 255, packed & 255], axis=1).astype(np.int32)


def _encode(indices: Pixels, palette: Pixels) -> bytes:
    height, width = indices.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), indices], axis=1).tobytes()
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height
