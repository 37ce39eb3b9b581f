-- Confirmed bookings by departure, from the lake: what was sold, and how long it took until nothing was left.
WITH sold AS (
  SELECT *, sum(teu) OVER (
      PARTITION BY service_id, direction, train_no, departure_on_local ORDER BY booked_at_utc, booking_no
    ) AS so_far
  FROM booking WHERE booking_status = 'confirmed'
), departure AS (
  SELECT b.service_id, direction, train_no, departure_on_local, count(*) AS bookings, sum(teu) AS teu,
    any_value(s.capacity_teu) AS capacity_teu,
    seconds(min(booked_at_utc), min(booked_at_utc) FILTER (WHERE so_far >= s.capacity_teu)) AS sell_out_s
  FROM sold b JOIN dim_service s USING (service_id) GROUP BY ALL
)
SELECT week_of(departure_on_local) AS iso_week, service_id, direction, count(*) AS departures,
  sum(bookings) AS bookings, CAST(sum(teu) * 100 AS BIGINT) AS booked_teu_x100,
  100 * sum(capacity_teu) AS capacity_teu_x100,
  at_place(list_sort(list(sell_out_s) FILTER (WHERE sell_out_s IS NOT NULL)), 50) AS sell_out_s_median,
  count(sell_out_s) AS departures_sold_out
FROM departure GROUP BY ALL
