"""Commands for those who change the template: `python -m maintenance.<command>`."""
