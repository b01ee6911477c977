"""Puts the technique into a checkout of TFMOT; see README.md.

`plan` says what the files there have to be, from the manifest, the project and
the checkout; `checkout` writes them, `series` makes patches of them, and
`verify` proves that they work there.
"""
