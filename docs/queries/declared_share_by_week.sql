-- Share of laden containers that a customs declaration names, by service and week of departure.
SELECT service_name, iso_week, laden_boxes, declared_boxes, declared_pct
FROM bi_match_week
ORDER BY service_name, iso_week
