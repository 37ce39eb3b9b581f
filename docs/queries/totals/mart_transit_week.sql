-- Door to door and border of laden trips that have both ends, and legs of those with all six milestones.
WITH stretch AS (
  SELECT 'door_to_door' AS measure, gate_in_at_utc AS a, delivered_at_utc AS b, delivered_on_local AS day, *
  FROM laden_trip
  UNION ALL
  SELECT 'border', border_arrived_at_utc, border_departed_at_utc, border_departed_on_local, * FROM laden_trip
  UNION ALL
  SELECT leg.measure, leg.a, leg.b, delivered_on_local, t.*
  FROM laden_trip t, unnest([
    {'measure': 'leg_origin', 'a': gate_in_at_utc, 'b': departed_at_utc},
    {'measure': 'leg_to_border', 'a': departed_at_utc, 'b': border_arrived_at_utc},
    {'measure': 'leg_border', 'a': border_arrived_at_utc, 'b': border_departed_at_utc},
    {'measure': 'leg_from_border', 'a': border_departed_at_utc, 'b': arrived_at_utc},
    {'measure': 'leg_delivery', 'a': arrived_at_utc, 'b': delivered_at_utc}
  ]) AS legs(leg)
  WHERE gate_in_at_utc IS NOT NULL AND departed_at_utc IS NOT NULL AND border_arrived_at_utc IS NOT NULL
    AND border_departed_at_utc IS NOT NULL AND arrived_at_utc IS NOT NULL AND delivered_at_utc IS NOT NULL
), took AS (
  SELECT week_of(day) AS iso_week, service_id, direction, measure, seconds(a, b) AS s FROM stretch WHERE b >= a
), grouped AS (
  SELECT iso_week, service_id, direction, measure, count(*) AS trips, sum(s) AS sum_s, list_sort(list(s)) AS ordered,
    CASE measure WHEN 'door_to_door' THEN
      count(*) FILTER (WHERE s <= 86400 * (SELECT value FROM setting WHERE name = 'door_to_door_days')) END
      AS within_target
  FROM took GROUP BY iso_week, service_id, direction, measure
)
SELECT iso_week, service_id, direction, measure, trips, sum_s, half_even(sum_s, trips::HUGEINT) AS mean_s,
  at_place(ordered, 50) AS median_s, p90_of(ordered) AS p90_s, ordered[1] AS min_s, ordered[-1] AS max_s, within_target,
  CASE measure WHEN 'door_to_door' THEN half_even(
    ((86400 * (SELECT value FROM setting WHERE name = 'baseline_days') - at_place(ordered, 50)) * 1000000)::HUGEINT,
    (86400 * (SELECT value FROM setting WHERE name = 'baseline_days'))::HUGEINT) END AS saving_ppm
FROM grouped
