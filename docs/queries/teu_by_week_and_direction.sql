-- Containers, TEU and gross tonnes that left the origin, by service, ISO week and direction.
-- All of these add up over weeks, services and directions.
SELECT service_name, iso_week, direction_name, sum(boxes) AS boxes, sum(teu) AS teu, sum(cargo_gross_t) AS cargo_gross_t
FROM bi_throughput_week
GROUP BY service_name, iso_week, direction_name
ORDER BY service_name, iso_week, direction_name
