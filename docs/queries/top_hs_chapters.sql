-- The ten HS chapters of the highest declared value, with their share of the whole.
-- Value is counted in the week of release at that day's rate; goods in transit have none.
SELECT hs_chapter, max(hs_chapter_name) AS hs_chapter_name, sum(value_cny) AS value_cny,
       100 * sum(value_cny) / (SELECT sum(value_cny) FROM bi_trade_week) AS share_pct
FROM bi_trade_week
GROUP BY hs_chapter
ORDER BY value_cny DESC, hs_chapter
LIMIT 10
