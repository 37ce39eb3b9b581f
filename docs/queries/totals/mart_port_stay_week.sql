-- Stays between a move in and the next move of the box at the same place, where that one is out.
WITH pair AS (
  SELECT *, lead(move) OVER box AS next_move, lead(moved_at) OVER box AS next_at, lead(week_of(moved_on_local)) OVER box AS next_week,
    lead(has_vgm) OVER box AS next_vgm, lead(is_out) OVER box AS next_is_out
  FROM move
  WINDOW box AS (PARTITION BY facility, container_no ORDER BY moved_at, is_out, move, full_empty NULLS FIRST)
), stay AS (
  SELECT next_week AS iso_week, facility,
    CASE WHEN move = 'DISC' AND next_move = 'LOAD' THEN 'transhipment' WHEN move = 'DISC' THEN 'import'
         WHEN next_move = 'LOAD' THEN 'export' ELSE 'inland' END AS stay,
    seconds(moved_at, next_at) AS s, move = 'RAIL_UNLD' OR next_move = 'RAIL_LOAD' AS is_by_rail,
    EXISTS (SELECT 1 FROM actual e WHERE e.facility = p.facility AND e.container_no = p.container_no
      AND e.event_code IN ('INSP', 'CUSI') AND e.event_at_utc BETWEEN p.moved_at AND p.next_at) AS is_inspected,
    CASE WHEN next_move = 'LOAD' AND move <> 'DISC' THEN has_vgm OR next_vgm OR EXISTS (
      SELECT 1 FROM actual e WHERE e.facility = p.facility AND e.container_no = p.container_no
      AND e.event_code = 'VGM' AND e.event_at_utc BETWEEN p.moved_at AND p.next_at) END AS is_vgm_known
  FROM pair p WHERE NOT is_out AND next_is_out
), grouped AS (
  SELECT iso_week, facility, stay, count(*) AS stays, sum(s) AS sum_s, list_sort(list(s)) AS ordered,
    sum(s::HUGEINT * s) AS squares,
    count(*) FILTER (WHERE s > 86400 * (SELECT value FROM setting WHERE name = 'port_free_days')) AS over_free_time,
    count(*) FILTER (WHERE is_by_rail) AS by_rail, count(*) FILTER (WHERE is_inspected) AS inspected,
    CASE WHEN count(is_vgm_known) > 0 THEN count(*) FILTER (WHERE is_vgm_known) END AS vgm_known
  FROM stay GROUP BY iso_week, facility, stay
)
SELECT iso_week, facility, stay, stays, sum_s, half_even(sum_s, stays::HUGEINT) AS mean_s,
  at_place(ordered, 50) AS median_s, p90_of(ordered) AS p90_s, ordered[1] AS min_s, ordered[-1] AS max_s,
  cv_of(stays::HUGEINT, sum_s, squares) AS cv_ppm, over_free_time, by_rail, inspected, vgm_known
FROM grouped
