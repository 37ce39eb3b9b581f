"""What travels: goods with their codes, densities and unit values.

Unit values lie inside the plausibility bands the rules use (lamps 5-40 USD/kg, PV modules 1-8, ...), and a full
forty-foot box of the Almaty service is worth about 0.93 million CNY, as its operator reported.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Goods:
    """One kind of goods. ``net_t`` is the load of a forty-foot box; ``second_hs`` a line often sent along."""

    hs_code: str
    second_hs: str
    name_en: str
    name_zh: str
    usd_per_kg: float
    net_t: tuple[float, float]
    package: str
    kg_per_package: float
    unit_code: str
    kg_per_unit: float
    first_unit_code: str = "035"
    origin: str = "CN"


Mix = tuple[tuple[Goods, int], ...]

TABLEWARE = Goods(
    "6911101900", "6907219000", "Porcelain tableware", "瓷餐具", 2.5, (18, 21), "CT", 14, "035", 1
)
TILES = Goods(
    "6907219000", "6911101900", "Ceramic wall tiles", "陶瓷墙砖", 2.3, (20, 22.5), "PX", 900, "035", 1
)
CERAMICS: Mix = ((TABLEWARE, 3), (TILES, 2))

LAMPS = Goods(
    "9405419000", "9405990000", "LED lamps and luminaires", "LED灯具", 15.5, (7.6, 8.8), "CT", 9, "007", 0.8
)
RADIATORS = Goods(
    "7322190000", "7322900000", "Steel panel radiators", "钢制散热器", 7.6, (15.5, 18), "PX", 640, "011", 21
)
HEATERS = Goods(
    "8516299000", "8516900000", "Electric oil radiators", "电热油汀", 10.8, (11, 12.6), "CT", 11, "001", 9.5
)
UMBRELLAS = Goods(
    "6601910000", "6601990000", "Folding umbrellas", "折叠伞", 13.6, (8.6, 10.2), "CT", 18, "016", 0.36
)
TOYS = Goods(
    "9503006000",
    "9503008900",
    "Plastic toys and building sets",
    "塑料玩具",
    17.5,
    (6.6, 7.9),
    "CT",
    8,
    "006",
    0.7,
)
PV_MODULES = Goods(
    "8541430000",
    "8541900000",
    "Photovoltaic modules",
    "光伏组件",
    5.4,
    (22, 24.4),
    "PX",
    980,
    "020",
    27.5,
    "020",
)
VACUUMS = Goods(
    "8508110000", "8508701000", "Vacuum cleaners", "吸尘器", 13.2, (8.8, 10.4), "CT", 7, "001", 5.2, "001"
)
AUTO_PARTS_JP = Goods(
    "8708299000",
    "8708709900",
    "Vehicle body parts",
    "汽车车身零件",
    9.8,
    (12, 14),
    "CS",
    240,
    "035",
    1,
    origin="JP",
)
INSTRUMENTS_JP = Goods(
    "9031809090",
    "9031900090",
    "Measuring instruments",
    "测量仪器",
    31.0,
    (3.6, 4.4),
    "CS",
    60,
    "001",
    18,
    "001",
    "JP",
)
COSMETICS_KR = Goods(
    "3304990039",
    "3304990029",
    "Skin care preparations",
    "护肤品",
    16.0,
    (7.4, 8.6),
    "CT",
    12,
    "035",
    1,
    origin="KR",
)
AUTO_PARTS_KR = Goods(
    "8708309990",
    "8708809000",
    "Brake and suspension parts",
    "汽车制动零件",
    9.2,
    (13, 15),
    "PX",
    520,
    "035",
    1,
    origin="KR",
)

WEST_ALMATY: Mix = (
    (LAMPS, 20), (RADIATORS, 10), (HEATERS, 9), (UMBRELLAS, 11), (TOYS, 14), (PV_MODULES, 10), (VACUUMS, 10),
    (AUTO_PARTS_JP, 6), (INSTRUMENTS_JP, 2), (COSMETICS_KR, 5), (AUTO_PARTS_KR, 3),
)  # fmt: skip

CATHODES = Goods(
    "7403111900",
    "7403190000",
    "Copper cathodes",
    "阴极铜",
    9.1,
    (23, 25),
    "BE",
    2000,
    "070",
    1000,
    origin="KZ",
)
ZINC = Goods(
    "7901119000", "7901120000", "Unwrought zinc", "锌锭", 2.9, (23, 25), "BE", 1000, "070", 1000, origin="KZ"
)
COPPER_ORE = Goods(
    "2603000090",
    "2608000090",
    "Copper concentrate",
    "铜精矿",
    2.1,
    (22, 24.5),
    "BG",
    1000,
    "070",
    1000,
    origin="KZ",
)
FLOUR = Goods(
    "1101000001", "1103110001", "Wheat flour", "小麦粉", 0.36, (21, 23.5), "BG", 50, "070", 1000, origin="KZ"
)
SUNFLOWER = Goods(
    "1206009000",
    "1204000000",
    "Sunflower seeds",
    "葵花籽",
    0.62,
    (19, 21.5),
    "BG",
    40,
    "070",
    1000,
    origin="KZ",
)
LENTILS = Goods(
    "0713409000", "0713909000", "Lentils", "扁豆", 0.72, (21, 23), "BG", 25, "070", 1000, origin="KZ"
)
DRIED_FRUIT = Goods(
    "0813100000",
    "0806200000",
    "Dried apricots and raisins",
    "杏干葡萄干",
    2.6,
    (18, 20),
    "CT",
    10,
    "035",
    1,
    origin="UZ",
)
BEANS_KG = Goods(
    "0713339000", "0713339000", "Kidney beans", "芸豆", 0.95, (21, 23), "BG", 50, "070", 1000, origin="KG"
)
EAST_ALMATY: Mix = (
    (CATHODES, 22), (ZINC, 12), (COPPER_ORE, 14), (FLOUR, 16), (SUNFLOWER, 14), (LENTILS, 9), (DRIED_FRUIT, 8),
    (BEANS_KG, 5),
)  # fmt: skip

BAGS = Goods(
    "4202129000", "4202920000", "Suitcases and bags", "箱包", 6.5, (9, 11), "CT", 15, "007", 2.4, "035"
)
HOUSEHOLD = Goods(
    "3924900000", "3924100000", "Plastic household articles", "塑料家居用品", 3.4, (9, 12), "CT", 10, "035", 1
)
FURNITURE = Goods(
    "9403200000", "9403990000", "Metal furniture", "金属家具", 3.8, (10, 13), "CT", 22, "011", 14, "035"
)
GARMENTS = Goods(
    "6109100010", "6109909050", "Knitted shirts", "针织T恤", 9.5, (8, 10), "CT", 16, "011", 0.18, "011"
)
PUMPS = Goods(
    "8414809090", "8414909090", "Air compressors", "空气压缩机", 6.0, (13, 16), "CS", 180, "001", 34, "001"
)
WEST_EUROPE: Mix = (
    (BAGS, 16), (HOUSEHOLD, 20), (FURNITURE, 14), (GARMENTS, 14), (TOYS, 14), (LAMPS, 12), (PUMPS, 10),
)  # fmt: skip

AUTO_PARTS_DE = Goods(
    "8708409990",
    "8708999990",
    "Gear boxes and parts",
    "变速箱零件",
    11.0,
    (13, 16),
    "CS",
    320,
    "035",
    1,
    origin="DE",
)
MACHINES_DE = Goods(
    "8414100090", "8414909090", "Vacuum pumps", "真空泵", 22.0, (9, 12), "CS", 260, "001", 48, "001", "DE"
)
WINE_ES = Goods(
    "2204210000", "2204290000", "Wine in bottles", "葡萄酒", 4.2, (15, 18), "CT", 9, "035", 1, origin="ES"
)
DETERGENT_DE = Goods(
    "3402500090",
    "3402900090",
    "Washing preparations",
    "洗涤剂",
    1.9,
    (17, 20),
    "PX",
    600,
    "035",
    1,
    origin="DE",
)
EAST_EUROPE: Mix = ((AUTO_PARTS_DE, 9), (MACHINES_DE, 5), (WINE_ES, 5), (DETERGENT_DE, 5))

RE_EXPORTED: Mix = tuple((g, w) for g, w in WEST_ALMATY if g.origin != "CN")
ALPHA3 = {
    "CN": "CHN",
    "JP": "JPN",
    "KR": "KOR",
    "KZ": "KAZ",
    "UZ": "UZB",
    "KG": "KGZ",
    "DE": "DEU",
    "ES": "ESP",
}
PACKAGE_WORDS = {"CT": "纸箱", "PX": "托盘", "CS": "木箱", "BE": "捆", "BG": "袋"}
