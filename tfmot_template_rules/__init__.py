"""What the template knows: English word forms, derived names, valid answers.

Nothing here imports more than the standard library and python-slugify, which
Cookiecutter brings along, so that hooks can use it too.
"""
