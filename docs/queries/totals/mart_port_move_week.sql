-- Moves at ports and terminals, from the events of the lake.
SELECT week_of(event_on_local) AS iso_week, facility, event_code AS move, coalesce(full_empty, '?') AS full_empty,
  count(*) AS moves, count(*) - count(teu) AS moves_unknown_size,
  coalesce(CAST(sum(teu) * 100 AS BIGINT), 0) AS teu_x100
FROM actual WHERE event_code IN ('GTIN', 'GTOT', 'LOAD', 'DISC', 'RAIL_LOAD', 'RAIL_UNLD') GROUP BY ALL
