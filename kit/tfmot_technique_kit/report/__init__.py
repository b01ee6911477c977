"""Turns run files into tables, plots and the results in the documents."""
