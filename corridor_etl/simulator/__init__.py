"""A simulated corridor: files as real senders write them, and the truth about what they say.

The story (trains, boxes, moves, papers) is told first, in records; files and truth both follow from it, on different
roads. Nothing here reads a file or knows the platform's pipeline.
"""

from corridor_etl.simulator.port import Stream, simulate_port
from corridor_etl.simulator.run import SimulationResult, simulate

__all__ = ["SimulationResult", "Stream", "simulate", "simulate_port"]
