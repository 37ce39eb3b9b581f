-- Days on which trains left, with the holidays of the day: a join of the fact with the calendar.
SELECT d.date_on, d.weekday_name, d.holidays, count(DISTINCT t.service_id || ' ' || t.train_no) AS trains, count(*) AS boxes
FROM fct_container_trip t
JOIN dim_date d ON d.date_on = t.departed_on_local
GROUP BY d.date_on, d.weekday_name, d.holidays
ORDER BY d.date_on
