-- Laden containers, TEU and gross tonnes by the country the goods come from, as the loading lists say.
SELECT origin_country, max(origin_country_name) AS origin_country_name, count(*) AS boxes, sum(teu) AS teu,
       sum(cargo_gross_t) AS cargo_gross_t
FROM bi_trip
WHERE full_empty = 'F'
GROUP BY origin_country
ORDER BY boxes DESC, coalesce(origin_country, '')
