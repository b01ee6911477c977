"""Compares what the template mirrors with what TFMOT is now: `python -m maintenance.drift`."""
