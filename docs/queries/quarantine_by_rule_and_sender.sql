-- Open rows of the quarantine by sender and rule: who has to mend what, the most frequent first.
-- A row that breaks two rules is in two lines here; v_quarantine has each row once.
SELECT sender_id, rule_id, count(DISTINCT quarantine_id) AS open_rows, count(DISTINCT file_name) AS files
FROM v_quarantine_rule
WHERE state = 'open'
GROUP BY sender_id, rule_id
ORDER BY open_rows DESC, sender_id, rule_id
