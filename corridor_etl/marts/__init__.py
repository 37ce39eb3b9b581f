"""The weekly tables the reports read, put together from the KPIs. Storing them belongs to the warehouse."""
