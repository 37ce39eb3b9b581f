-- Laden and empty lengths each way, from the container trips.
WITH sums AS (
  SELECT departure_week AS iso_week, service_id,
    coalesce(sum(teu_x100) FILTER (WHERE full_empty = 'F' AND direction = 'W'), 0) AS laden_west_teu_x100,
    coalesce(sum(teu_x100) FILTER (WHERE full_empty = 'F' AND direction = 'E'), 0) AS laden_east_teu_x100,
    coalesce(sum(teu_x100) FILTER (WHERE full_empty = 'E' AND direction = 'W'), 0) AS empty_west_teu_x100,
    coalesce(sum(teu_x100) FILTER (WHERE full_empty = 'E' AND direction = 'E'), 0) AS empty_east_teu_x100
  FROM trip WHERE full_empty IN ('F', 'E') GROUP BY ALL
)
SELECT *, laden_west_teu_x100 - laden_east_teu_x100 AS balance_teu_x100,
  ppm(empty_east_teu_x100, empty_east_teu_x100 + laden_east_teu_x100) AS empty_east_ppm,
  ppm(laden_east_teu_x100, laden_west_teu_x100) AS backhaul_ppm
FROM sums
