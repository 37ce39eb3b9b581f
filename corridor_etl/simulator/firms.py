"""Invented firms in Chinese, Russian and English. Any likeness to a real one is chance."""

from __future__ import annotations

from random import Random

_CHINESE = (
    ("宁波", "杭州", "温州", "台州", "绍兴", "金华"),
    ("晨帆", "云杉", "海沐", "景川", "瑞枫", "明渡", "欣禾", "翎远"),
    ("照明", "家居用品", "进出口", "日用制品", "电器", "新能源"),
    ("有限公司",),
)
_RUSSIAN = (
    ("ТОО",),
    ("«Жетысу", "«Тулпар", "«Алтын", "«Керуен", "«Шанырак", "«Сарыарка"),
    ("Импорт", "Трейдинг", "Логистик", "Снаб", "Маркет"),
    ("Пример»",),
)
_ENGLISH = (
    ("Northgate", "Riverbend", "Blue Heron", "Lindenhof", "Castell", "Westmark"),
    ("Trading", "Components", "Household", "Foods", "Industrial"),
    ("Sample GmbH", "Sample Ltd", "Sample S.L."),
)
_OF_COUNTRY = {"CN": _CHINESE, "KZ": _RUSSIAN, "UZ": _RUSSIAN, "KG": _RUSSIAN}


def firm(source: Random, country: str) -> str:
    """The name of an invented firm, in the writing of its country."""
    parts = _OF_COUNTRY.get(country, _ENGLISH)
    words = [source.choice(p) for p in parts]
    return "".join(words) if parts is _CHINESE else " ".join(words)
