"""Tells what of the contribution is done, and what to do next."""
