-- Way and time of the trains' trips whose four instants are in order, in the week of arrival.
WITH sums AS (
  SELECT week_of(arrived_on_local) AS iso_week, service_id, direction, count(*) AS trips,
    sum(1000 * km) AS way_m_sum,
    sum(seconds(departed_at_utc, border_arrived_at_utc) + seconds(border_departed_at_utc, arrived_at_utc))
      AS moving_s_sum,
    sum(seconds(departed_at_utc, arrived_at_utc)) AS total_s_sum
  FROM laden_trip JOIN way USING (service_id, direction)
  JOIN distance ON from_node = origin AND to_node = destination
  WHERE departed_at_utc <= border_arrived_at_utc AND border_arrived_at_utc <= border_departed_at_utc
    AND border_departed_at_utc <= arrived_at_utc
  GROUP BY ALL
)
SELECT *,
  CASE WHEN moving_s_sum > 0 THEN half_even(way_m_sum * 3600, moving_s_sum) END AS swod_m_per_hour,
  CASE WHEN total_s_sum > 0 THEN half_even(way_m_sum * 3600, total_s_sum) END AS swd_m_per_hour,
  1000000 - ppm(moving_s_sum, total_s_sum) AS delay_ppm
FROM sums
