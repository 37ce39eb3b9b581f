-- Containers in the occupied slots of stowage plans, each once per departure.
WITH box AS (
  SELECT * FROM slot WHERE plan_type = 'OCCUPIED' AND container_no IS NOT NULL
  QUALIFY row_number() OVER (
    PARTITION BY conveyance_name, voyage_no, departure_port_code, container_no
    ORDER BY planned_on_local DESC, line_no DESC, slot_code DESC
  ) = 1
)
SELECT week_of(planned_on_local) AS iso_week, departure_port_code AS facility, coalesce(load_port_code, '?') AS load_port,
  coalesce(discharge_port_code, '?') AS discharge_port, coalesce(full_empty, '?') AS full_empty, count(*) AS boxes,
  count(*) - count(teu) AS boxes_unknown_size, coalesce(CAST(sum(teu) * 100 AS BIGINT), 0) AS teu_x100,
  count(coalesce(vgm_kg, gross_gross_kg)) AS boxes_weighed,
  coalesce(CAST(sum(coalesce(vgm_kg, gross_gross_kg)) * 1000 AS BIGINT), 0) AS gross_gross_g
FROM box GROUP BY ALL
