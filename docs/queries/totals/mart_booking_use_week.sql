-- Lead times of confirmed bookings, and what was laden on the same trains, by planned departure.
WITH sold AS (
  SELECT b.service_id, b.direction, b.train_no, b.departure_on_local, CAST(teu * 100 AS BIGINT) AS teu_x100,
    seconds(booked_at_utc, planned_at_utc) AS lead_s
  FROM booking b LEFT JOIN train USING (service_id, direction, train_no, departure_on_local)
  WHERE booking_status = 'confirmed'
), lead AS (
  SELECT week_of(departure_on_local) AS iso_week, service_id, direction, count(lead_s) AS bookings_timed,
    list_sort(list(lead_s) FILTER (WHERE lead_s IS NOT NULL)) AS ordered
  FROM sold GROUP BY ALL
), laden AS (
  SELECT service_id, direction, train_no, departure_on_local, coalesce(sum(teu_x100), 0) AS loaded
  FROM laden_trip GROUP BY ALL
), both_sides AS (
  SELECT service_id, direction, train_no, departure_on_local, sum(teu_x100) AS booked, any_value(loaded) AS loaded
  FROM sold JOIN laden USING (service_id, direction, train_no, departure_on_local) GROUP BY ALL
), used AS (
  SELECT week_of(departure_on_local) AS iso_week, service_id, direction, count(*) AS departures_loaded,
    sum(booked) AS booked_teu_x100, sum(loaded) AS loaded_teu_x100, sum(greatest(booked - loaded, 0)) AS short_teu_x100
  FROM both_sides GROUP BY ALL
)
SELECT iso_week, service_id, direction, bookings_timed, at_place(ordered, 50) AS lead_s_median,
  p90_of(ordered) AS lead_s_p90, coalesce(used.departures_loaded, 0) AS departures_loaded,
  coalesce(used.booked_teu_x100, 0) AS booked_teu_x100, coalesce(used.loaded_teu_x100, 0) AS loaded_teu_x100,
  ppm(used.loaded_teu_x100, used.booked_teu_x100) AS load_factor_ppm,
  coalesce(used.short_teu_x100, 0) AS short_teu_x100, ppm(used.short_teu_x100, used.booked_teu_x100) AS short_ppm
FROM lead LEFT JOIN used USING (iso_week, service_id, direction)
