"""What can go wrong when the technique is exported."""


class ExportError(ValueError):
    """The technique cannot be exported; the message says why in one line."""
