"""Wagon numbers by the network of the station: seven digits in China, eight on 1520 mm, twelve in Europe."""

from __future__ import annotations

from random import Random

from corridor_etl.reference.place import nodes


def wagon_numbers(source: Random, origin: str, consist: tuple[int, int]) -> list[str]:
    """One number for each box: a forty-foot box has a wagon of its own, two twenty-foot boxes share one."""
    forties, doubles = consist
    wagons = [_number(source, origin) for _ in range(forties + doubles)]
    return wagons[:forties] + [w for w in wagons[forties:] for _ in range(2)]


def _number(source: Random, origin: str) -> str:
    node = nodes()[origin]
    if node["gauge_mm"] == "1520":
        return with_luhn(f"94{source.randint(0, 99_999):05d}")
    if node["country"] == "CN":
        return f"5{source.randint(200_000, 899_999)}"
    return with_luhn(f"31804{source.randint(500_000, 599_999)}")


def with_luhn(digits: str) -> str:
    """A number of 7 or 11 digits with its check digit: digit sums of the digits times 2, 1, 2, ... from the right."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if i % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return f"{digits}{-total % 10}"
