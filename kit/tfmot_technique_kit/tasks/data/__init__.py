"""Data that tasks can load."""
