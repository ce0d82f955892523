"""A report as a Word document after an office's usual template, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from copy import deepcopy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.shape import CT_Inline
from docx.shared import Emu, Mm, Pt, RGBColor

from onegrid.reports.model import shown
from onegrid.reports.png import png, swatch_png

if TYPE_CHECKING:
    from docx.document import Document as Written
    from docx.shared import Length
    from docx.table import _Cell
    from docx.text.run import Run

    from onegrid.reports.model import Picture, Report, Sheet, Table

_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_BODY, _HEAD = "宋体", "黑体"  # what an office prints with
_UPRIGHT: Final = (8, 120)  # columns, characters: a larger table goes on a page turned sideways
_PLACEHOLDER: Final = "·"
_MOST_MM: Final = 102.0  # high: two maps with their legends on one page
_ALONE_MM: Final = 185.0  # high: one map on a page of its own
_HEAD_SHADE: Final = "DCE6F1"  # as in the page and the workbook
_MARGIN: Final = Mm(20)
_A4: Final = (Mm(210), Mm(297))


def docx(report: Report) -> bytes:
    """Return the bytes of a document: title, sections, then a page for each cell."""
    document = Document()
    _styles(document)
    images = _Images(document)
    if report.sections:
        _head(document, report)
    for number, section in enumerate(report.sections, start=1):
        document.add_heading(f"{number}  {section.title}", level=1)
        for text in section.text:
            document.add_paragraph(text)
        most_mm = _ALONE_MM if len(section.pictures) == 1 else _MOST_MM
        for picture in section.pictures:
            _picture(document, images, picture, width_mm=165, most_mm=most_mm)
        for table in section.printed():
            _turned(document, sideways=_is_wide(table))
            document.add_heading(table.title, level=2)
            _table(document, table)
        _turned(document, sideways=False)
    for order, sheet in enumerate(report.sheets):
        _sheet(document, images, sheet, new_page=bool(report.sections) or order > 0)
    core = document.core_properties
    core.title, core.author, core.created, core.modified = report.title, "", _MADE, _MADE
    return _same_bytes(document)


def _is_wide(table: Table) -> bool:
    columns, characters = _UPRIGHT
    return len(table.columns) > columns or sum(c.width for c in table.columns) > characters


def _head(document: Written, report: Report) -> None:
    title = document.add_paragraph(report.title, style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for notice in report.notices:
        run = document.add_paragraph().add_run(notice)
        run.italic, run.font.color.rgb = True, RGBColor(0x99, 0x55, 0x00)


def _styles(document: Written) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = _A4
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = _MARGIN
    for name, font, size in (
        ("Normal", _BODY, 11),
        ("Title", _HEAD, 20),
        ("Heading 1", _HEAD, 15),
        ("Heading 2", _HEAD, 12),
    ):
        style: Any = document.styles[name]
        style.font.name, style.font.size = font, Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _turned(document: Written, *, sideways: bool) -> None:
    """Start a page of the asked orientation, if the last one has another."""
    last = document.sections[-1]
    if sideways == (last.orientation == WD_ORIENT.LANDSCAPE):
        return
    page = document.add_section()
    page.orientation = WD_ORIENT.LANDSCAPE if sideways else WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = _A4[::-1] if sideways else _A4


class _Images:
    """Pictures of a document: each stored once, numbered without a search of all that is there."""

    def __init__(self, document: Written) -> None:
        self._document, self._count = document, 0
        self._stored: dict[object, tuple[str, Any]] = {}

    def add(self, run: Run, raw: bytes, *, height: Length, key: object = None) -> None:
        """Put an image of a height in a run of text; equal keys are equal images."""
        stored = self._stored.get(key)
        if key is None or stored is None:
            stored = self._document.part.get_or_add_image(io.BytesIO(raw))
            self._stored[key] = stored
        self._count += 1
        place, image = stored
        width, tall = image.scaled_dimensions(None, height)
        inline = CT_Inline.new_pic_inline(self._count, place, image.filename, width, tall)
        run._r.add_drawing(inline)  # noqa: SLF001  (docx numbers pictures by a search of all)


def _picture(
    document: Written,
    images: _Images,
    picture: Picture,
    *,
    width_mm: float,
    most_mm: float = _MOST_MM,
) -> None:
    high = Mm(min(width_mm * picture.height / picture.width, most_mm))
    drawn = document.add_paragraph()
    drawn.paragraph_format.keep_with_next = True  # a map stays with its legend
    drawn.alignment = WD_ALIGN_PARAGRAPH.CENTER
    images.add(drawn.add_run(), png(picture), height=high)
    caption = document.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.add_run(f"{picture.title}　").bold = True
    for sign in picture.legend:
        images.add(caption.add_run(), swatch_png(sign), height=Pt(8), key=sign)
        caption.add_run(f" {sign.label}　").font.size = Pt(9)


def _table(document: Written, table: Table) -> None:
    rows = table.rows
    grid = document.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    grid.autofit = False
    page = document.sections[-1]
    room = int(page.page_width or 0) - 2 * _MARGIN
    widths = [int(room * c.width / sum(c.width for c in table.columns)) for c in table.columns]
    for cell, column, width in zip(grid.rows[0].cells, table.columns, widths, strict=True):
        _fill(cell, column.label, bold=True)
        _shade(cell)
        cell.width = Emu(width)
    for column, width in zip(grid.columns, widths, strict=True):  # other programs read these
        column.width = Emu(width)
    _repeat(grid.rows[0])
    pattern = grid.add_row()._tr  # noqa: SLF001  (docx has no public way to copy a row)
    for cell, column, width in zip(grid.rows[1].cells, table.columns, widths, strict=True):
        _fill(cell, _PLACEHOLDER, right=column.form != "text")
        cell.width = Emu(width)
    grid._tbl.remove(pattern)  # noqa: SLF001  (as above)
    values = [[shown(v, column.form) for v in rows[column.field]] for column in table.columns]
    for row in zip(*values, strict=True):  # filling cells one by one takes minutes
        filled = deepcopy(pattern)
        for place, text in zip(filled.iter(qn("w:t")), row, strict=True):
            place.text = text
        grid._tbl.append(filled)  # noqa: SLF001  (as above)
    if table.note:
        document.add_paragraph().add_run(table.note).font.size = Pt(9)


def _fill(
    cell: _Cell, text: str, *, bold: bool = False, right: bool = False, points: float = 8
) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    paragraph.paragraph_format.space_before = Pt(1)
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(points)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _shade(cell: _Cell) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _HEAD_SHADE)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001  (docx has no public way)


def _repeat(row: Any) -> None:  # noqa: ANN401  (docx names no public type for it)
    """Repeat the heading on every page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001  (docx has no public way)


def _sheet(document: Written, images: _Images, sheet: Sheet, *, new_page: bool) -> None:
    if new_page:
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.add_heading(sheet.title, level=1)
    grid = document.add_table(rows=0, cols=4, style="Table Grid")
    facts = list(sheet.facts)
    for at in range(0, len(facts), 2):
        cells = grid.add_row().cells
        for offset, (label, value, form) in enumerate(facts[at : at + 2]):
            _fill(cells[2 * offset], label, bold=True, points=10)
            _shade(cells[2 * offset])
            _fill(cells[2 * offset + 1], shown(value, form), points=10)
    _picture(document, images, sheet.picture, width_mm=110)
    for table in sheet.tables:
        document.add_heading(table.title, level=2)
        _table(document, table.on_paper())
    document.add_paragraph().add_run(sheet.note).font.size = Pt(8)


def _same_bytes(document: Written) -> bytes:
    """Return the file with the clock taken out of its archive."""
    raw, fixed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _ZIP_TIME), old.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
