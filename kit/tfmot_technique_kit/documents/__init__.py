"""Writes into the documents what the code says: `python -m tools.documents`."""
