-- Trains, wagons and punctuality, each train once, from the container trips.
SELECT iso_week, service_id, direction, count(*) AS trains, sum(wagons) AS wagons, count(delay_s) AS trains_timed,
  count(*) FILTER (WHERE abs(delay_s) <= 60 * (SELECT value FROM setting WHERE name = 'departure_on_time_minutes'))
    AS trains_on_time,
  coalesce(sum(delay_s), 0) AS delay_s_sum
FROM train GROUP BY ALL
