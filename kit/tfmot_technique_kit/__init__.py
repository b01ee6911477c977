"""What all techniques share: experiments, checks, documents and export."""

__version__ = "0.5.0"
