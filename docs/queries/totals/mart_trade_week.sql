-- Released items of Chinese declarations, from the lake, at the market rate of their release or the last one at most
-- seven days before; each item is rounded by itself. The statistical value is that of prices which hold what they have to
-- (exports FOB or EXW, imports CIF) or whose terms are not known; charges that have to come off or on are not computed.
WITH item AS (
  SELECT *, week_of(released_on_local) AS iso_week, coalesce(service_id, 'UNKNOWN') AS service,
    CASE ie_flag WHEN 'E' THEN 'W' ELSE 'E' END AS direction,
    CASE WHEN ie_flag = 'E' THEN CASE WHEN origin_country = 'CN' THEN 'EXPORT_DOMESTIC' ELSE 'RE_EXPORT' END
         ELSE CASE WHEN origin_country = 'CN' THEN 'RE_IMPORT' ELSE 'IMPORT' END END AS flow,
    left(hs_code, 2) AS hs_chapter,
    coalesce(CAST(total_price * 100 AS HUGEINT), 0) AS price_minor
  FROM declared
  WHERE regime = 'CN' AND ie_flag IN ('E', 'I') AND supervision_mode IS DISTINCT FROM '9600'
    AND released_on_local IS NOT NULL
), rated AS (
  SELECT item.*, own.per_usd_e8 AS own_e8, own.rate_on AS own_on, cny.per_usd_e8 AS cny_e8, cny.rate_on AS cny_on
  FROM item
  ASOF LEFT JOIN rate own ON own.quote = item.currency AND own.rate_on <= item.released_on_local
  ASOF LEFT JOIN (SELECT * FROM rate WHERE quote = 'CNY') cny ON cny.rate_on <= item.released_on_local
), fresh AS (
  SELECT *,
    CASE WHEN currency = 'USD' THEN 100000000
         WHEN date_diff('day', own_on, released_on_local) <= (SELECT value FROM setting WHERE name = 'fx_max_age_days')
         THEN own_e8 END::HUGEINT AS from_e8,
    CASE WHEN date_diff('day', cny_on, released_on_local) <= (SELECT value FROM setting WHERE name = 'fx_max_age_days')
         THEN cny_e8 END::HUGEINT AS to_e8
  FROM rated
), worth AS (
  SELECT *, CASE WHEN currency = 'CNY' THEN price_minor ELSE half_even(price_minor * to_e8, from_e8) END AS cny,
    CASE WHEN currency = 'USD' THEN price_minor ELSE half_even(price_minor * 100000000, from_e8) END AS usd,
    from_e8 IS NULL OR to_e8 IS NULL AS lacks_rate,
    CASE WHEN ie_flag = 'E' THEN transaction_mode IN ('3', '7') ELSE transaction_mode = '1' END AS is_whole
  FROM fresh
)
SELECT iso_week, service AS service_id, direction, flow, hs_chapter, count(*) AS items,
  count(DISTINCT declaration_no) AS declarations,
  coalesce(sum(cny), 0) AS value_cny_fen, coalesce(sum(usd), 0) AS value_usd_cent,
  sum(CASE WHEN first_unit_code = '035'
      THEN coalesce(half_even(CAST(first_quantity * 100000 AS HUGEINT), 100::HUGEINT), 0) ELSE 0 END) AS net_g,
  count(*) FILTER (WHERE lacks_rate) AS items_without_rate,
  coalesce(sum(cny), 0) AS stat_value_cny_fen,
  coalesce(sum(cny) FILTER (WHERE is_whole IS NOT TRUE), 0) AS as_declared_cny_fen
FROM worth GROUP BY ALL
