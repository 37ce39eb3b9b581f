-- Laden boxes and those a declaration names, from the container trips.
SELECT departure_week AS iso_week, service_id, count(*) AS laden_boxes,
  count(*) FILTER (WHERE flow <> 'UNDECLARED') AS declared_boxes
FROM trip WHERE full_empty = 'F' GROUP BY ALL
