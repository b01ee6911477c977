"""The experiments that a technique is accepted on: plans, runs, sweeps and their files."""
