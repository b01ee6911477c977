"""The commands of `technique`, one module for each: thin over functions that can be imported."""
