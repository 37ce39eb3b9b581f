-- Trains, how many of those with a timetable left on time, and their mean delay in hours, by service and direction.
SELECT service_name, direction_name, sum(trains) AS trains, sum(trains_timed) AS trains_timed,
       sum(trains_on_time) AS trains_on_time, sum(delay_hours_sum) / nullif(sum(trains_timed), 0) AS delay_hours_mean
FROM bi_departure_week
GROUP BY service_name, direction_name
ORDER BY service_name, direction_name
