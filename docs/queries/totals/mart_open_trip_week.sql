-- Trips handed over in the nine weeks up to the end of each week, as they stood then. The median is that of Kaplan and
-- Meier: the product of survival shares as a sum of logarithms, and the first time at which it is at most a half.
WITH handed AS (SELECT * FROM laden_trip WHERE gate_in_at_utc IS NOT NULL), last AS (
  SELECT max(greatest(gate_in_at_utc, departed_at_utc, border_arrived_at_utc, border_departed_at_utc, arrived_at_utc,
    delivered_at_utc)) AS at FROM handed
), seen AS (
  SELECT h.*, week_of(ends - INTERVAL 1 DAY) AS iso_week, least(ends, last.at) AS until
  FROM last, (
    SELECT *, date_trunc('week', gate_in_at_utc AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + to_days(CAST(7 * n AS INTEGER))
      AS ends
    FROM handed, range(1, 10) AS weeks(n)
  ) h
  WHERE ends - INTERVAL 7 DAY <= last.at
), state AS (
  SELECT *, delivered_at_utc IS NULL OR delivered_at_utc > until AS is_open,
    seconds(gate_in_at_utc, CASE WHEN is_open THEN until ELSE delivered_at_utc END) AS s
  FROM seen WHERE s >= 0
), step AS (
  SELECT iso_week, service_id, direction, s, count(*) FILTER (WHERE NOT is_open) AS ended, count(*) AS left_here,
    sum(count(*)) OVER (PARTITION BY iso_week, service_id, direction ORDER BY s DESC) AS at_risk
  FROM state GROUP BY iso_week, service_id, direction, s
), survival AS (
  SELECT iso_week, service_id, direction, s, ended, sum(CASE WHEN ended = at_risk THEN -1e9
      ELSE ln((at_risk - ended) / at_risk) END) OVER (PARTITION BY iso_week, service_id, direction ORDER BY s) AS logs
  FROM step
), median AS (
  SELECT iso_week, service_id, direction, min(s) AS median_s FROM survival
  WHERE logs <= ln(0.5) + 1e-9 AND ended > 0 GROUP BY ALL
)
SELECT iso_week, service_id, direction, count(*) AS trips, count(*) FILTER (WHERE NOT is_open) AS trips_delivered,
  count(*) FILTER (WHERE is_open) AS trips_open, max(s) FILTER (WHERE is_open) AS oldest_open_s,
  any_value(median_s) AS median_s,
  count(*) FILTER (WHERE NOT is_open AND departed_at_utc IS NOT NULL AND border_arrived_at_utc IS NOT NULL
    AND border_departed_at_utc IS NOT NULL AND arrived_at_utc IS NOT NULL) AS trips_complete,
  ppm(trips_complete, trips_delivered) AS coverage_ppm
FROM state LEFT JOIN median USING (iso_week, service_id, direction) GROUP BY iso_week, service_id, direction
