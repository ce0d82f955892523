"""The street office's report: composed once, written as xlsx, docx or self-contained html."""

from onegrid.reports.content import ReportOptions, compose
from onegrid.reports.inputs import ReportTables

__all__ = ["ReportOptions", "ReportTables", "compose"]
