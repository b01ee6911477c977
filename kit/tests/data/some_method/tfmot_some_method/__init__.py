"""A small technique, for tests."""
