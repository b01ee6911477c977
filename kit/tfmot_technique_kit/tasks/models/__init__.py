"""Models that tasks can build."""
