"""What happened, joined across the sources: trips, trains, declared goods, booked departures.

Facts are pure functions of the current records; they know no week tables and no KPI. Adding facts up into
weeks belongs to ``corridor_etl.kpis``.
"""
