"""Pieces of a Word document as XML text: python-docx makes each cell and run by slow searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from docx.oxml.ns import nsdecls, nsmap
from docx.oxml.parser import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from docx.document import Document as Written

TWIPS_PER_MM: Final = 1440 / 25.4
EMU_PER_MM: Final = 36_000
_HEAD_SHADE: Final = "DCE6F1"  # as in the page and the workbook
_SPACES: Final = nsdecls("w", "wp", "a", "pic", "r")
_LOOK: Final = (
    '<w:tblLook w:firstColumn="1" w:firstRow="1" w:lastColumn="0" w:lastRow="0" w:noHBand="0"'
    ' w:noVBand="1" w:val="04A0"/>'
)
_UNWRITABLE: Final = dict.fromkeys(set(range(32)) - {9, 10, 13})  # XML has no word for them


def append(document: Written, xml: str) -> None:
    """Put paragraphs and tables at the end of a document."""
    body: Any = document.element.body
    last = body[-1]  # the settings of the last page
    for piece in parse_xml(f"<w:body {_SPACES}>{xml}</w:body>"):
        last.addprevious(piece)


def words(text: str) -> str:
    r"""Return text as it may stand in XML.

    Examples
    --------
    >>> words("a<b\x0b")
    'a&lt;b'
    """
    return escape(text.translate(_UNWRITABLE))


def run(text: str, *, points: float = 0, bold: bool = False) -> str:
    """Return a run of text; without a size it is that of its paragraph."""
    size = f'<w:sz w:val="{2 * points:.0f}"/>' if points else ""
    style = f"<w:rPr>{'<w:b/>' * bold}{size}</w:rPr>" if bold or size else ""
    return f'<w:r>{style}<w:t xml:space="preserve">{words(text)}</w:t></w:r>'


def paragraph(content: str, *, style: str = "", form: str = "") -> str:
    """Return a paragraph of runs; ``form`` is what else is said of it, as XML."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    told = f"<w:pPr>{named}{form}</w:pPr>" if named or form else ""
    return f"<w:p>{told}{content}</w:p>"


def heading(text: str, level: int, *, new_page: bool = False) -> str:
    """Return a heading."""
    form = "<w:pageBreakBefore/>" * new_page
    return paragraph(run(text), style=f"Heading{level}", form=form)


def cell(
    width: int, *, points: float, bold: bool = False, right: bool = False, shaded: bool = False
) -> tuple[str, str]:
    """Return what stands before and after the text of a cell of a table.

    Parameters
    ----------
    width
        In twips.
    points
        Size of the letters.
    """
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_HEAD_SHADE}"/>' * shaded
    aside = '<w:jc w:val="right"/>' * right
    before = (
        f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{width}"/>{shade}</w:tcPr><w:p><w:pPr>'
        f'<w:spacing w:after="20" w:before="20"/>{aside}</w:pPr><w:r><w:rPr>{"<w:b/>" * bold}'
        f'<w:sz w:val="{2 * points:.0f}"/></w:rPr><w:t xml:space="preserve">'
    )
    return before, "</w:t></w:r></w:p></w:tc>"


def row(cells: Iterable[tuple[str, str]], texts: Iterable[str], *, head: bool = False) -> str:
    """Return a row of a table; a head is repeated on every page."""
    repeat = '<w:trPr><w:tblHeader w:val="true"/></w:trPr>' if head else ""
    inner = "".join(
        f"{before}{words(text)}{after}" for (before, after), text in zip(cells, texts, strict=True)
    )
    return f"<w:tr>{repeat}{inner}</w:tr>"


def table(widths: Sequence[int], rows: Iterable[str]) -> str:
    """Return a table of columns of some widths, in twips."""
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:type="auto" w:w="0"/>'
        f'<w:tblLayout w:type="fixed"/>{_LOOK}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
        f"{''.join(rows)}</w:tbl>"
    )


def image(number: int, place: str, size: tuple[int, int]) -> str:
    """Return a run with a picture.

    Parameters
    ----------
    number
        Of the picture in the document, from 1.
    place
        The id of the relation to its file.
    size
        Width and height in EMU.
    """
    extent, kind = f'cx="{size[0]}" cy="{size[1]}"', nsmap["pic"]
    return (
        f'<w:r><w:drawing><wp:inline><wp:extent {extent}/><wp:docPr id="{number}"'
        f' name="Picture {number}"/><wp:cNvGraphicFramePr><a:graphicFrameLocks'
        f' noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic><a:graphicData uri="{kind}">'
        '<pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="image.png"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{place}"/><a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
        '<a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )
