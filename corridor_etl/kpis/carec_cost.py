"""CAREC TFI2 and TFI3, the costs of crossing and of a section: not available, and said so."""

from __future__ import annotations

from corridor_etl.kpis._kpi import Kpi, Translated

KPI = Kpi(
    name="carec_cost",
    title=Translated(
        en="Cost at the border and per section (CAREC TFI2, TFI3)",
        zh="口岸与区段费用（CAREC TFI2、TFI3）",
        ru="Затраты на границе и на участке (ЦАРЭС, TFI2, TFI3)",
        kk="Шекарадағы және учаскедегі шығындар (ОАӨЫ, TFI2, TFI3)",
    ),
    formula="TFI2: mean cost per shipment at a crossing, USD. TFI3: mean cost of a section per 500 km and 20 t, USD",
    unit="USD",
    basis="Receipts of fees and freight, official or not.",
    is_additive=False,
    week_date="Departure from the far border station",
    zone="Far border station",
    caveat=Translated(
        en="No source of this platform carries costs of transport. Not available is not zero.",
        zh="本平台的数据来源均不含运输费用。不可用不等于零。",
        ru="Ни один источник платформы не содержит транспортных затрат. Нет данных — не ноль.",
        kk="Платформаның бірде-бір дереккөзінде тасымал шығындары жоқ. Дерек жоқ деген нөл емес.",
    ),
    small_number_rule="There are no figures.",
    mart="",
    dimensions=(),
    columns=(),
    unavailable="No record kind has costs of transport; a source of fees and freight would be needed",
)
