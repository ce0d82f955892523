"""What import noticed about a file: the rows of the import doctor's report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One kind of doubt about a file.

    ``code`` is stable and English, ``count`` says how many features (or pairs of them) it
    concerns, ``where`` names some of them, and ``remedy`` says, in Chinese, what a repair would
    change.

    Examples
    --------
    >>> Finding("SLIVER", 1, "0101", "并入相邻网格").as_row()["code"]
    'SLIVER'
    """

    code: str
    count: int
    where: str
    remedy: str

    def as_row(self) -> dict[str, str | int]:
        """Return the finding as a row of a table or an object of JSON."""
        return {
            "code": self.code,
            "count": self.count,
            "where": self.where,
            "remedy": self.remedy,
        }
