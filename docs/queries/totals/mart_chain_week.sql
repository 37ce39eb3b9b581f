-- Stretches of the whole chain between two instants of the container trips, in the week of the date that ends them.
WITH part AS (
  SELECT *, coalesce(domestic_departed_at_utc <= departed_at_utc, false) AS is_before FROM laden_trip
), stretch AS (
  SELECT 'train_to_train' AS measure, service_id, direction, departed_at_utc AS a, arrived_at_utc AS b,
    arrived_on_local AS day FROM part
  UNION ALL
  SELECT x.measure, service_id, direction, x.a, x.b, departed_on_local FROM part, unnest([
    {'measure': 'stop_door_origin', 'a': gate_in_at_utc, 'b': domestic_departed_at_utc},
    {'measure': 'leg_domestic', 'a': domestic_departed_at_utc, 'b': origin_arrived_at_utc},
    {'measure': 'stop_origin', 'a': origin_arrived_at_utc, 'b': departed_at_utc}]) AS u(x) WHERE is_before
  UNION ALL
  SELECT x.measure, service_id, direction, x.a, x.b, x.day FROM part, unnest([
    {'measure': 'stop_destination', 'a': arrived_at_utc, 'b': domestic_departed_at_utc, 'day': arrived_on_local},
    {'measure': 'leg_domestic', 'a': domestic_departed_at_utc, 'b': door_arrived_at_utc, 'day': delivered_on_local},
    {'measure': 'stop_door_destination', 'a': door_arrived_at_utc, 'b': delivered_at_utc, 'day': delivered_on_local}
  ]) AS u(x) WHERE NOT is_before
  UNION ALL
  SELECT x.measure, service_id, direction, x.a, x.b, border_departed_on_local FROM part, unnest([
    {'measure': 'tfi1_near_side', 'a': border_arrived_at_utc, 'b': border_in_departed_at_utc},
    {'measure': 'tfi1_crossing', 'a': border_in_departed_at_utc, 'b': border_out_arrived_at_utc},
    {'measure': 'tfi1_far_side', 'a': border_out_arrived_at_utc, 'b': border_departed_at_utc},
    {'measure': 'tfi1_both_sides', 'a': border_arrived_at_utc, 'b': border_departed_at_utc},
    {'measure': 'border_wait_for_lift', 'a': border_arrived_at_utc, 'b': transshipped_at_utc},
    {'measure': 'border_after_lift', 'a': transshipped_at_utc, 'b': border_departed_at_utc}]) AS u(x)
  UNION ALL
  SELECT 'empty_return', service_id, direction, delivered_at_utc, empty_returned_at_utc, returned_on_local FROM part
  UNION ALL
  SELECT 'turn', service_id, direction, departed_at_utc, lead(departed_at_utc) OVER box,
    lead(departed_on_local) OVER box
  FROM trip WHERE direction = 'W'
  WINDOW box AS (PARTITION BY container_no ORDER BY departed_at_utc NULLS FIRST, trip_id)
), took AS (
  SELECT week_of(day) AS iso_week, service_id, direction, measure, seconds(a, b) AS s
  FROM stretch WHERE b >= a AND day IS NOT NULL
), grouped AS (
  SELECT iso_week, service_id, direction, measure, count(*) AS trips, sum(s) AS sum_s, list_sort(list(s)) AS ordered,
    sum(s::HUGEINT * s) AS squares,
    CASE measure WHEN 'tfi1_both_sides' THEN count(*) FILTER (WHERE s <= 3 * 86400) END AS within_limit
  FROM took GROUP BY iso_week, service_id, direction, measure
)
SELECT iso_week, service_id, direction, measure, trips, sum_s, half_even(sum_s, trips::HUGEINT) AS mean_s,
  at_place(ordered, 50) AS median_s, p90_of(ordered) AS p90_s, ordered[1] AS min_s, ordered[-1] AS max_s,
  cv_of(trips::HUGEINT, sum_s, squares) AS cv_ppm, within_limit
FROM grouped
