-- Weeks for which nothing has come from a source that is expected, between the first and the last train.
SELECT s.source_id, s.source_name, w.iso_week, w.monday_on, w.holidays
FROM (SELECT source_id, max(source_name) AS source_name FROM dim_sender WHERE is_expected GROUP BY source_id) s
JOIN dim_iso_week w ON w.iso_week >= (SELECT min(iso_week) FROM mart_departure_week)
                   AND w.iso_week <= (SELECT max(iso_week) FROM mart_departure_week)
LEFT JOIN v_coverage c ON c.source_id = s.source_id AND c.iso_week = w.iso_week
WHERE c.iso_week IS NULL
ORDER BY s.source_id, w.iso_week
