"""A report as a workbook: every row of every table, with filters, formats and charts."""

from __future__ import annotations

import io
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import xlsxwriter

from onegrid.reports.model import HIDDEN, is_missing

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from onegrid.reports.model import Report, Table

_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # same input, same bytes
_FORMATS: Final = {
    "count": "#,##0",
    "area": "#,##0",
    "metres": "#,##0",
    "minutes": "0.0",
    "share": "0.0%",
    "number": "0.000",
}
_BARS_AT_MOST: Final = 40  # more cannot be read
_HEAD_ROW: Final = 2
_LINE_ROOM, _LINE_POINTS, _TITLE_POINTS = 110, 16, 24  # of the summary
_WIDEST: Final = 42  # characters of a column: longer text is broken into lines
_WIDE: Final = ("W", "F")  # characters that take the room of two


def xlsx(report: Report) -> bytes:
    """Return the bytes of a workbook: a summary, then a worksheet for each table."""
    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": report.title, "created": _MADE})
    styles = _Styles(book)
    _summary(book.add_worksheet("摘要"), report, styles)
    for table in report.tables():
        _sheet(book, table, styles)
    book.close()
    return raw.getvalue()


class _Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        base = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
        self.title = book.add_format({**base, "bold": True, "font_size": 16})
        self.head = book.add_format(
            {**base, "bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True}
        )
        self.part = book.add_format({**base, "bold": True, "font_size": 12})
        self.text = book.add_format({**base, "text_wrap": True})
        self.note = book.add_format({**base, "italic": True, "font_color": "#666666"})
        self.hidden = book.add_format({**base, "font_color": "#888888", "align": "right"})
        self._figures = {
            form: book.add_format({**base, "num_format": code}) for form, code in _FORMATS.items()
        }
        self._plain = book.add_format(base)

    def of(self, form: str) -> Format:
        """Return the format of a column."""
        return self._figures.get(form, self._plain)


def _summary(sheet: Worksheet, report: Report, styles: _Styles) -> None:
    sheet.set_column(0, 0, _LINE_ROOM)
    sheet.set_row(0, _TITLE_POINTS)
    sheet.write_string(0, 0, report.title, styles.title)
    row = 1
    for notice in report.notices:
        sheet.write_string(row, 0, notice, styles.note)
        row += 1
    for section in report.sections:
        row += 1
        sheet.write_string(row, 0, section.title, styles.part)
        row += 1
        for text in section.text:
            sheet.set_row(row, _LINE_POINTS * -(-_room([text]) // _LINE_ROOM))
            sheet.write_string(row, 0, text, styles.text)
            row += 1
        for table in section.tables:
            link = f"internal:'{table.key}'!A1"
            sheet.write_url(row, 0, link, string=f"见工作表：{table.title}")
            row += 1
    _paper(sheet, report.title)


def _sheet(book: Workbook, table: Table, styles: _Styles) -> None:
    sheet = book.add_worksheet(table.key)
    sheet.write_string(0, 0, table.title, styles.part)
    sheet.write_string(1, 0, table.note, styles.note)
    for at, column in enumerate(table.columns):
        values = list(table.rows[column.field])
        room = _room(values) if column.form == "text" else 0
        sheet.set_column(at, at, min(max(column.width, room), _WIDEST))
        sheet.write_string(_HEAD_ROW, at, column.label, styles.head)
        style = styles.text if room > _WIDEST else styles.of(column.form)
        _column(sheet, at, values, (style, styles.hidden))
    last = _HEAD_ROW + max(len(table.rows), 1)
    sheet.autofilter(_HEAD_ROW, 0, last, len(table.columns) - 1)
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    _paper(sheet, table.title)
    if table.bars is not None and len(table.rows):
        sheet.print_area(0, 0, last, len(table.columns) - 1)  # on paper the table stands alone
        _chart(book, sheet, table)


def _room(values: list[object]) -> int:
    """Return how many narrow characters the longest text of a column takes."""
    texts = {value for value in values if isinstance(value, str)}
    wide = (sum(unicodedata.east_asian_width(c) in _WIDE for c in text) for text in texts)
    return max((len(text) + more + 1 for text, more in zip(texts, wide, strict=True)), default=0)


def _column(sheet: Worksheet, at: int, values: list[object], styles: tuple[Format, Format]) -> None:
    """Write the values of a column; the second style is that of what is hidden."""
    plain, hidden = styles
    for row, value in enumerate(values, start=_HEAD_ROW + 1):
        if is_missing(value):
            sheet.write_blank(row, at, None, plain)
        elif isinstance(value, str):
            sheet.write_string(row, at, value, hidden if value == HIDDEN else plain)
        else:
            sheet.write_number(row, at, float(value), plain)  # type: ignore[arg-type]  # a figure


def _paper(sheet: Worksheet, title: str) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{title.replace('&', '&&')}&R第 &P 页，共 &N 页")


def _chart(book: Workbook, sheet: Worksheet, table: Table) -> None:
    assert table.bars is not None  # noqa: S101  (for the type checker)
    names = [column.field for column in table.columns]
    first, last = _HEAD_ROW + 1, _HEAD_ROW + min(len(table.rows), _BARS_AT_MOST)
    chart = book.add_chart({"type": "bar"})
    category = names.index(table.bars.category)
    for field in table.bars.fields:
        at = names.index(field)
        chart.add_series(
            {
                "name": table.columns[at].label,
                "categories": [table.key, first, category, last, category],
                "values": [table.key, first, at, last, at],
            }
        )
    chart.set_title({"name": table.bars.title})
    chart.set_y_axis({"reverse": True})
    if len(table.bars.fields) == 1:
        chart.set_legend({"none": True})  # the title says it
    chart.set_size({"width": 640, "height": 160 + 18 * (last - first + 1)})
    sheet.insert_chart(_HEAD_ROW, len(table.columns) + 1, chart)
