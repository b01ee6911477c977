<% include 'license_header.txt' %>
"""Writes into the documents what the code says: `python -m tools.documents`."""
