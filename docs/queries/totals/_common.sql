-- What the statements beside this file share: exact arithmetic, current records of the lake, places and ways.
-- Expected: fct_container_trip, dim_node, dim_service, dim_leg as in the warehouse; lake_<kind>, a view of the live
-- files of the kind; rate(quote, rate_on, per_usd_e8), rates per US dollar; setting(name, value) out of corridor.toml.
CREATE MACRO half_even(top, bottom) AS CAST(
  top // bottom - CASE WHEN top % bottom < 0 THEN 1 ELSE 0 END
  + CASE
      WHEN 2 * (((top % bottom) + bottom) % bottom) > bottom THEN 1
      WHEN 2 * (((top % bottom) + bottom) % bottom) = bottom
        AND (top // bottom - CASE WHEN top % bottom < 0 THEN 1 ELSE 0 END) % 2 <> 0 THEN 1
      ELSE 0
    END AS BIGINT);
CREATE MACRO ppm(part, whole) AS CASE WHEN whole > 0 THEN half_even(part::HUGEINT * 1000000, whole::HUGEINT) END;
CREATE MACRO at_place(sorted_values, percent) AS half_even(
  (sorted_values[((len(sorted_values) - 1) * percent) // 100 + 1] * (100 - ((len(sorted_values) - 1) * percent) % 100)
   + sorted_values[least(((len(sorted_values) - 1) * percent) // 100 + 2, len(sorted_values))]
     * (((len(sorted_values) - 1) * percent) % 100))::HUGEINT, 100::HUGEINT);
CREATE MACRO p90_of(sorted_values) AS CASE
  WHEN len(sorted_values) >= (SELECT value FROM setting WHERE name = 'percentile_min_trips')
  THEN at_place(sorted_values, 90) END;
-- The largest whole number whose square times total squared stays within (n * squares - total squared) * 10^12.
CREATE MACRO cv_of(n, total, squares) AS CASE WHEN n >= 2 AND total > 0 THEN CAST(
  floor(sqrt(((n * squares - total * total)::DOUBLE) * 1e12) / total + 1e-9) AS BIGINT) END;
CREATE MACRO seconds(a, b) AS (epoch_us(b) - epoch_us(a)) // 1000000;
CREATE MACRO week_of(day) AS strftime(day, '%G-W%V');

CREATE VIEW booking AS
SELECT * FROM lake_booking
QUALIFY row_number() OVER (PARTITION BY booking_no ORDER BY version DESC, snapshot, delivery_id, line_no) = 1
  AND action <> 'cancel';
CREATE VIEW declared AS
SELECT * FROM lake_declaration_item
QUALIFY row_number() OVER (
  PARTITION BY regime, declaration_no, item_no ORDER BY version DESC, snapshot, delivery_id, line_no
) = 1 AND action <> 'cancel';
CREATE VIEW event AS
WITH whole AS (SELECT document_key, max(version) AS latest FROM lake_port_event WHERE action = 'replace' GROUP BY 1)
SELECT e.* FROM lake_port_event e LEFT JOIN whole USING (document_key)
WHERE whole.latest IS NULL OR e.version >= whole.latest OR e.action = 'cancel'
QUALIFY row_number() OVER (
  PARTITION BY container_no, event_code, event_at_utc, facility_code, classifier
  ORDER BY version DESC, snapshot, delivery_id, line_no
) = 1 AND action <> 'cancel';
CREATE VIEW actual AS
SELECT coalesce(facility_node, facility_code) AS facility, * FROM event WHERE classifier = 'ACT';
CREATE VIEW stop AS
SELECT * FROM lake_terminal_visit
QUALIFY row_number() OVER (
  PARTITION BY visit_ref, inbound_action, outbound_action ORDER BY version DESC, snapshot, delivery_id, line_no
) = 1 AND action <> 'cancel';
CREATE VIEW slot AS
WITH whole AS (
  SELECT document_key, max(version) AS latest FROM lake_stowage_position WHERE action = 'replace' GROUP BY 1
)
SELECT p.* FROM lake_stowage_position p LEFT JOIN whole USING (document_key)
WHERE whole.latest IS NULL OR p.version >= whole.latest OR p.action = 'cancel'
QUALIFY row_number() OVER (
  PARTITION BY plan_type, conveyance_name, voyage_no, departure_port_code, handling_code, slot_code
  ORDER BY version DESC, snapshot, delivery_id, line_no
) = 1 AND action <> 'cancel';
-- A stop is listed once per pair of actions before and after it; its two gate moves count once, and not where an event of
-- the same day tells of them.
CREATE VIEW move AS
WITH told AS (
  SELECT facility, container_no, event_code AS move, event_at_utc AS moved_at, event_on_local AS moved_on_local,
    full_empty, teu, coalesce(vgm_kg, gross_gross_kg) AS weight_kg, vgm_kg IS NOT NULL AS has_vgm
  FROM actual WHERE event_code IN ('GTIN', 'GTOT', 'LOAD', 'DISC', 'RAIL_LOAD', 'RAIL_UNLD')
), listed AS (
  SELECT DISTINCT ON (visit_ref) * FROM stop ORDER BY visit_ref, inbound_action, outbound_action
), gate AS (
  SELECT coalesce(facility_code, 'UNKNOWN') AS facility, coalesce(container_no, 'stop ' || visit_ref) AS container_no,
    unnest(['GTIN', 'GTOT']) AS move, unnest([gated_in_at_utc, gated_out_at_utc]) AS moved_at, timezone, full_empty, teu
  FROM listed
), dated AS (
  SELECT *, CAST(CASE WHEN timezone IS NULL THEN moved_at AT TIME ZONE 'UTC' ELSE timezone(timezone, moved_at) END AS DATE)
    AS moved_on_local
  FROM gate WHERE moved_at IS NOT NULL
)
SELECT *, move IN ('GTOT', 'LOAD', 'RAIL_LOAD') AS is_out FROM told
UNION ALL
SELECT facility, container_no, move, moved_at, moved_on_local, full_empty, teu, NULL, false, move = 'GTOT'
FROM dated d WHERE NOT EXISTS (SELECT 1 FROM told t WHERE t.facility = d.facility AND t.container_no = d.container_no
  AND t.move = d.move AND t.moved_on_local = d.moved_on_local);

-- Nodes of the train in both directions: eastbound is the mirror.
CREATE VIEW way AS
SELECT service_id, 'W' AS direction, origin, border_in, border_out, destination, door_destination FROM dim_service
UNION ALL
SELECT service_id, 'E', destination, border_out, border_in, origin, door_origin FROM dim_service;
CREATE VIEW distance AS
WITH RECURSIVE hop AS (
  SELECT from_node, to_node, distance_km AS km FROM dim_leg WHERE distance_km IS NOT NULL
  UNION SELECT to_node, from_node, distance_km FROM dim_leg WHERE distance_km IS NOT NULL
), path(from_node, to_node, km, passed) AS (
  SELECT from_node, to_node, km, [from_node, to_node] FROM hop
  UNION ALL
  SELECT p.from_node, h.to_node, p.km + h.km, list_append(p.passed, h.to_node)
  FROM path p JOIN hop h ON h.from_node = p.to_node WHERE NOT list_contains(p.passed, h.to_node)
)
SELECT from_node, to_node, min(km) AS km FROM path GROUP BY ALL;

CREATE VIEW trip AS
SELECT t.*, CAST(timezone(far.timezone, t.arrived_at_utc) AS DATE) AS arrived_on_local,
  CAST(timezone(door.timezone, t.empty_returned_at_utc) AS DATE) AS returned_on_local
FROM fct_container_trip t
JOIN way USING (service_id, direction)
LEFT JOIN dim_node far ON far.node_id = way.destination
LEFT JOIN dim_node door ON door.node_id = way.door_destination;
CREATE VIEW laden_trip AS SELECT * FROM trip WHERE full_empty IS DISTINCT FROM 'E';
CREATE VIEW train AS
SELECT service_id, direction, train_no, departure_on_local, week_of(min(departed_on_local)) AS iso_week,
  count(DISTINCT wagon_no) AS wagons, seconds(min(planned_departure_at_utc), min(departed_at_utc)) AS delay_s,
  min(planned_departure_at_utc) AS planned_at_utc
FROM trip GROUP BY ALL;
