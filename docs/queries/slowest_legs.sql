-- The parts of the way by their mean time over all weeks, the slowest first.
-- Means of weeks cannot be averaged, so the mean is made from summed hours and counted trips.
SELECT service_name, direction_name, measure_name, sum(trips) AS trips, sum(sum_hours) / sum(trips) AS mean_hours,
       max(max_hours) AS max_hours
FROM bi_transit_week
WHERE measure LIKE 'leg_%'
GROUP BY service_name, direction_name, measure_name
ORDER BY mean_hours DESC, service_name, direction_name, measure_name
