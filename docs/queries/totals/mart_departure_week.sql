-- Trains, wagons and punctuality, each train once, from the container trips; planned trains from bookings as well.
WITH left_train AS (
  SELECT iso_week, service_id, direction, count(*) AS trains, sum(wagons) AS wagons, count(delay_s) AS trains_timed,
    count(*) FILTER (WHERE abs(delay_s) <= 60 * (SELECT value FROM setting WHERE name = 'departure_on_time_minutes'))
      AS trains_on_time,
    coalesce(sum(delay_s), 0) AS delay_s_sum
  FROM train GROUP BY ALL
), named AS (
  SELECT service_id, direction, train_no, departure_on_local FROM booking
  UNION SELECT service_id, direction, train_no, departure_on_local FROM train
), planned AS (
  SELECT week_of(departure_on_local) AS iso_week, service_id, direction, count(*) AS trains_planned,
    count(*) - count(train.iso_week) AS trains_not_left
  FROM named LEFT JOIN train USING (service_id, direction, train_no, departure_on_local)
  WHERE departure_on_local <= (SELECT max(departed_on_local) FROM trip)
  GROUP BY week_of(departure_on_local), service_id, direction
)
SELECT iso_week, service_id, direction, coalesce(trains, 0) AS trains, coalesce(wagons, 0) AS wagons,
  coalesce(trains_timed, 0) AS trains_timed, coalesce(trains_on_time, 0) AS trains_on_time,
  coalesce(delay_s_sum, 0) AS delay_s_sum, coalesce(trains_planned, 0) AS trains_planned,
  coalesce(trains_not_left, 0) AS trains_not_left
FROM left_train FULL JOIN planned USING (iso_week, service_id, direction)
