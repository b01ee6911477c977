"""Puts the technique into a checkout of TFMOT.

`plan` says what the files there have to be, from the project and the checkout; `checkout` writes
them, `series` makes patches of them, and `verify` proves that they work there.
"""
