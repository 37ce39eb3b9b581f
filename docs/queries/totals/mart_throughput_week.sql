-- Containers and cargo that left, per departure week and kind of goods, from the container trips.
SELECT departure_week AS iso_week, service_id, direction, flow, hs_chapter, coalesce(full_empty, '?') AS full_empty,
  count(*) AS boxes, count(*) - count(teu_x100) AS boxes_unknown_size, coalesce(sum(teu_x100), 0) AS teu_x100,
  coalesce(sum(cargo_gross_g), 0) AS cargo_gross_g, coalesce(sum(cargo_net_g), 0) AS cargo_net_g
FROM trip GROUP BY ALL
