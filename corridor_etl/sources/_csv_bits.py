"""Bytes of a piece as bits, eight of them to a byte: which are quotes, which stand inside a quoted field.

Sixty-four bytes are judged by one operation, so a whole piece costs less than finding its quotes one by one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]

_WINDOW = 1 << 20  # small enough for the flags of one window to stay in the processor's cache
_SHIFTS = tuple(np.uint64(1 << n) for n in range(6))
_ZERO, _ONE, _TOP = np.uint64(0), np.uint64(1), np.uint64(63)


def where(comparison: Callable[[Bytes, int], npt.NDArray[np.bool_]], text: Bytes, code: int) -> Bits:
    """The bytes for which a comparison with ``code`` holds; bits beyond the text are not set."""
    packed = np.zeros(-(-len(text) // 64) * 8, np.uint8)
    for at in range(0, len(text), _WINDOW):
        bits = np.packbits(comparison(text[at : at + _WINDOW], code), bitorder="little")
        packed[at // 8 : at // 8 + len(bits)] = bits
    return packed.view(np.uint64)


def count(bits: Bits) -> int:
    """How many are set."""
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


def places(bits: Bits) -> npt.NDArray[np.int64]:
    """Where they are set."""
    return np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little").view(np.bool_))


def before(bits: Bits, at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many are set before each of these places."""
    totals = np.concatenate([[0], np.cumsum(np.bitwise_count(bits), dtype=np.int64)])
    words, rest = at // 64, (at % 64).astype(np.uint64)
    padded = np.append(bits, _ZERO)
    return totals[words] + np.bitwise_count(padded[words] & ((_ONE << rest) - _ONE))


def last(bits: Bits) -> int:
    """Where the last one is set, -1 where none is."""
    words = np.flatnonzero(bits)
    return int(words[-1]) * 64 + int(bits[words[-1]]).bit_length() - 1 if len(words) else -1


def upto(bits: Bits, size: int) -> Bits:
    """Those of the first ``size`` bytes."""
    kept = bits.copy()
    kept[-(-size // 64) :] = 0
    if size % 64:
        kept[size // 64] &= np.uint64((1 << size % 64) - 1)
    return kept


def running_parity(bits: Bits) -> Bits:
    """Set where an odd number of ``bits`` are set up to and including that place."""
    parity = bits.copy()
    for shift in _SHIFTS:
        parity ^= parity << shift
    before = np.bitwise_xor.accumulate(parity >> _TOP)
    parity[1:] ^= _ZERO - before[:-1]
    return parity


def moved_on(bits: Bits) -> Bits:
    """Each at the place behind it."""
    moved = bits << _ONE
    moved[1:] |= bits[:-1] >> _TOP
    return moved
