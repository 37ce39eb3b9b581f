-- Prefect's own database, beside the warehouse; read once, when the cluster is made.
CREATE DATABASE prefect OWNER corridor;
