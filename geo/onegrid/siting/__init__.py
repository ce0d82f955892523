"""Where a facility may go, which places to choose, and why, each choice with a proven bound.

Pure functions on reached pairs of door and candidate: walking times come in from ``circles``,
chosen sites with a bound and an explanation go out. Start at `solve.choose_sites`.
"""
