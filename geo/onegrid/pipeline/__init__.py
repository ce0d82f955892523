"""The table of contents of the product: what each command reads, computes and writes.

One module per command; each composes the stages and knows nothing of how they work.
"""
