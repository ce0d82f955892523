"""A report as a Word document after an office's usual template, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml.ns import qn
from docx.parts.image import ImagePart
from docx.shared import Mm, Pt, RGBColor

from onegrid.reports import docx_xml as xml
from onegrid.reports.model import shown
from onegrid.reports.png import png, swatch_png

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from docx.document import Document as Written

    from onegrid.reports.model import Picture, Report, Section, Sheet, Table

_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_BODY, _HEAD = "宋体", "黑体"  # what an office prints with
_UPRIGHT: Final = (8, 120)  # columns, characters: a larger table goes on a page turned sideways
_WIDTH_MM: Final = 165.0  # of a map
_MOST_MM: Final = 102.0  # high: two maps with their legends on one page
_ALONE_MM: Final = 185.0  # high: one map on a page of its own
_CELL_MAP_MM: Final = 110.0
_SIGN_MM: Final = (4.34, 2.82)  # of a legend: 8 points high
_MARGIN_MM: Final = 20.0
_A4_MM: Final = (210.0, 297.0)
_FACT_COLUMNS: Final = (31.0, 54.0, 31.0, 54.0)
_CENTRED: Final = '<w:jc w:val="center"/>'


def docx(report: Report) -> bytes:
    """Return the bytes of a document: title, sections, then a page for each cell."""
    document = Document()
    _styles(document)
    images = _Images(document)
    if report.sections:
        _head(document, report)
    for number, section in enumerate(report.sections, start=1):
        _section(document, images, section, f"{number}  {section.title}")
    if report.sections and report.sheets:
        _turned(document, sideways=False)
    for order, sheet in enumerate(report.sheets):
        new_page = order > 0 or bool(report.sections)
        xml.append(document, _sheet(images, sheet, new_page=new_page))
    core = document.core_properties
    core.title, core.author, core.created, core.modified = report.title, "", _MADE, _MADE
    return _same_bytes(document)


def _section(document: Written, images: _Images, section: Section, title: str) -> None:
    """Write a section: maps stand upright, words as the page before them or the table below."""
    printed = section.printed()
    if section.pictures:
        _turned(document, sideways=False)
    elif printed:
        _turned(document, sideways=_is_wide(printed[0]))
    told = [xml.heading(title, 1)]
    told += [xml.paragraph(xml.run(text)) for text in section.text]
    most_mm = _ALONE_MM if len(section.pictures) == 1 else _MOST_MM
    told += [_picture(images, p, width_mm=_WIDTH_MM, most_mm=most_mm) for p in section.pictures]
    xml.append(document, "".join(told))
    for table in printed:
        room_mm = _turned(document, sideways=_is_wide(table))
        xml.append(document, xml.heading(table.title, 2) + _table(table, room_mm))


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
    page.page_width, page.page_height = (Mm(x) for x in _A4_MM)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(_MARGIN_MM)
    for name, font, size in (
        ("Normal", _BODY, 11),
        ("Title", _HEAD, 20),
        ("Heading 1", _HEAD, 15),
        ("Heading 2", _HEAD, 12),
    ):
        style: Any = document.styles[name]
        style.font.name, style.font.size = font, Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _turned(document: Written, *, sideways: bool) -> float:
    """Start a page of the asked orientation unless the last one has it; return its room in mm."""
    last = document.sections[-1]
    if sideways != (last.orientation == WD_ORIENT.LANDSCAPE):
        page = document.add_section()
        page.orientation = WD_ORIENT.LANDSCAPE if sideways else WD_ORIENT.PORTRAIT
        page.page_width, page.page_height = (Mm(x) for x in (_A4_MM[::-1] if sideways else _A4_MM))
    return _A4_MM[1 if sideways else 0] - 2 * _MARGIN_MM


class _Images:
    """Pictures of a document: each stored once, numbered without a search of all that is there."""

    def __init__(self, document: Written) -> None:
        self._part, self._count = document.part, 0
        self._stored: dict[Hashable, str] = {}

    def add(self, draw: Callable[[], bytes], size_mm: tuple[float, float], key: Hashable) -> str:
        """Return a run with an image; equal keys are equal images, drawn once."""
        if key not in self._stored:
            name = PackURI(f"/word/media/image{len(self._stored) + 1}.png")
            file = ImagePart(name, "image/png", draw())
            self._stored[key] = self._part.relate_to(file, RELATIONSHIP_TYPE.IMAGE)
        self._count += 1
        width, height = (round(side * xml.EMU_PER_MM) for side in size_mm)
        return xml.image(self._count, self._stored[key], (width, height))


def _picture(
    images: _Images, picture: Picture, *, width_mm: float, most_mm: float = _MOST_MM
) -> str:
    high_mm = min(width_mm * picture.height / picture.width, most_mm)
    size_mm = (high_mm * picture.width / picture.height, high_mm)
    drawn = images.add(lambda: png(picture), size_mm, id(picture))
    legend = [xml.run(f"{picture.title}　", bold=True)]
    for sign in picture.legend:
        legend.append(images.add(partial(swatch_png, sign), _SIGN_MM, sign))
        legend.append(xml.run(f" {sign.label}　", points=9))
    with_legend = f"<w:keepNext/>{_CENTRED}"  # a map stays with its legend
    return xml.paragraph(drawn, form=with_legend) + xml.paragraph("".join(legend), form=_CENTRED)


def _table(table: Table, room_mm: float) -> str:
    share = room_mm * xml.TWIPS_PER_MM / sum(column.width for column in table.columns)
    widths = [int(share * column.width) for column in table.columns]
    heads = [xml.cell(width, points=8, bold=True, shaded=True) for width in widths]
    cells = [
        xml.cell(width, points=8, right=column.form != "text")
        for column, width in zip(table.columns, widths, strict=True)
    ]
    values = [[shown(v, c.form) for v in table.rows[c.field]] for c in table.columns]
    rows = [xml.row(heads, (column.label for column in table.columns), head=True)]
    rows += [xml.row(cells, texts) for texts in zip(*values, strict=True)]
    note = xml.paragraph(xml.run(table.note, points=9)) if table.note else ""
    return xml.table(widths, rows) + note


def _sheet(images: _Images, sheet: Sheet, *, new_page: bool) -> str:
    widths = [int(side * xml.TWIPS_PER_MM) for side in _FACT_COLUMNS]
    cells = [
        xml.cell(width, points=10, bold=label, shaded=label)
        for width, label in zip(widths, (True, False, True, False), strict=True)
    ]
    told = [text for label, fact, form in sheet.facts for text in (label, shown(fact, form))]
    told += [""] * (-len(told) % len(cells))
    rows = [xml.row(cells, told[at : at + len(cells)]) for at in range(0, len(told), len(cells))]
    room_mm = _A4_MM[0] - 2 * _MARGIN_MM
    parts = [xml.heading(sheet.title, 1, new_page=new_page), xml.table(widths, rows)]
    parts.append(_picture(images, sheet.picture, width_mm=_CELL_MAP_MM))
    for table in sheet.tables:
        parts += [xml.heading(table.title, 2), _table(table.on_paper(), room_mm)]
    return "".join(parts) + xml.paragraph(xml.run(sheet.note, points=8))


def _same_bytes(document: Written) -> bytes:
    """Return the file with the clock taken out of its archive; pictures are packed already."""
    raw, fixed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            packing = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            new.writestr(zipfile.ZipInfo(name, _ZIP_TIME), old.read(name), packing)
    return fixed.getvalue()
