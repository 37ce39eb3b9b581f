-- All trips of one container with the line each came from: here of the one with most trips; put a number in its place.
SELECT container_no, train_no, departed_on_local, direction_name, origin_name, destination_name, full_empty_name,
       door_to_door_hours, file_name, line_no
FROM bi_trip
WHERE container_no = (SELECT container_no FROM bi_trip GROUP BY container_no ORDER BY count(*) DESC, container_no LIMIT 1)
ORDER BY departed_on_local, train_no
