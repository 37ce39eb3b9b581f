-- Booked slots against those offered, by service, direction and week of planned departure.
SELECT service_name, direction_name, iso_week, booked_teu, capacity_teu, 100 * booked_teu / nullif(capacity_teu, 0) AS booked_pct
FROM bi_booking_week
ORDER BY service_name, direction_name, iso_week
