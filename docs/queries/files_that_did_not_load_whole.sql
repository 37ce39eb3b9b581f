-- Files that were rejected, or of which rows are still held back, with their balance.
SELECT delivery_no, file_name, status, reason, rows_read, rows_loaded, rows_quarantined, rows_duplicate, rows_open
FROM v_balance
WHERE status = 'rejected' OR rows_open > 0
ORDER BY delivery_no
