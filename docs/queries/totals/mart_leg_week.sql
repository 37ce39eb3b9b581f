-- Every trip on the three legs of its train; lengths are shortest ways over the table of legs.
WITH leg AS (
  SELECT service_id, direction, origin AS a, border_in AS b, true AS is_first FROM way
  UNION ALL SELECT service_id, direction, border_in, border_out, false FROM way
  UNION ALL SELECT service_id, direction, border_out, destination, false FROM way
), wagons AS (
  SELECT iso_week, service_id, direction, sum(wagons) AS wagons FROM train GROUP BY ALL
), sums AS (
  SELECT departure_week AS iso_week, service_id, direction, count(*) AS boxes, coalesce(sum(teu_x100), 0) AS teu,
    coalesce(sum(cargo_gross_g), 0) AS gross
  FROM trip GROUP BY ALL
)
SELECT sums.iso_week, service_id, direction, a || '-' || b AS leg, boxes,
  CASE WHEN is_first THEN wagons.wagons END AS wagons, CASE WHEN a = b THEN 0 ELSE km END AS leg_km,
  teu * leg_km AS teu_x100_km, gross * leg_km AS cargo_gross_g_km
FROM sums JOIN leg USING (service_id, direction)
LEFT JOIN distance ON from_node = a AND to_node = b
LEFT JOIN wagons USING (iso_week, service_id, direction)
