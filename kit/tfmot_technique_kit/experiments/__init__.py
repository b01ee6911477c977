"""The experiments that a technique is accepted on: `python -m experiments`."""
