-- Weight with containers from the container trips, beside the capacity of the trains that left.
WITH load AS (
  SELECT departure_week AS iso_week, service_id, direction, count(*) AS boxes,
    count(*) FILTER (WHERE tare_g IS NOT NULL AND (cargo_gross_g IS NOT NULL OR full_empty = 'E')) AS boxes_weighed,
    coalesce(sum(coalesce(cargo_gross_g, 0) + tare_g)
      FILTER (WHERE cargo_gross_g IS NOT NULL OR full_empty = 'E'), 0) AS gross_gross_g,
    coalesce(sum(teu_x100), 0) AS teu_x100,
    coalesce(sum(teu_x100) FILTER (WHERE full_empty = 'F'), 0) AS laden_teu_x100
  FROM trip GROUP BY ALL
), offered AS (
  SELECT iso_week, service_id, direction, sum(100 * capacity_teu) AS capacity_teu_x100
  FROM train JOIN dim_service USING (service_id) GROUP BY ALL
)
SELECT load.*, capacity_teu_x100, ppm(teu_x100, capacity_teu_x100) AS fill_ppm,
  ppm(laden_teu_x100, capacity_teu_x100) AS fill_laden_ppm
FROM load LEFT JOIN offered USING (iso_week, service_id, direction)
