"""Writes into the documents what the code says, and makes pages of the API."""
