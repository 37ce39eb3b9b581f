-- Moves at ports and terminals, from events of the lake and the stops that terminals list.
SELECT week_of(moved_on_local) AS iso_week, facility, move, coalesce(full_empty, '?') AS full_empty, count(*) AS moves,
  count(*) - count(teu) AS moves_unknown_size, coalesce(CAST(sum(teu) * 100 AS BIGINT), 0) AS teu_x100,
  count(weight_kg) AS moves_weighed, coalesce(CAST(sum(weight_kg) * 1000 AS BIGINT), 0) AS gross_gross_g
FROM move GROUP BY ALL
