"""A report as one HTML file that loads nothing and prints on A4."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from onegrid.reports.model import Column, is_missing, shown
from onegrid.reports.svg import defined_patterns, svg, swatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onegrid.reports.model import Picture, Report, Section, Sheet, Table

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_TEXT_EM: Final = 6  # words are not squeezed into a column of letters
_STYLE: Final = """
@page { size: A4; margin: 14mm 12mm; }
body { font: 14px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "SimSun", sans-serif;
  color: #222; max-width: 190mm; margin: 0 auto; padding: 0 4mm; }
h1 { font-size: 24px; border-bottom: 3px solid #0072b2; padding-bottom: 6px; }
h2 { font-size: 19px; margin-top: 28px; break-after: avoid; }
h3 { font-size: 15px; margin: 18px 0 6px; break-after: avoid; }
.notice { background: #fff4e0; border-left: 4px solid #e69f00; padding: 4px 10px; margin: 6px 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 12px; }
th, td { border: 1px solid #ccc; padding: 2px 6px; text-align: left; vertical-align: top; }
th { background: #dce6f1; } td.n { text-align: right; white-space: nowrap; }
thead { display: table-header-group; } tr { break-inside: avoid; }
.bar { background: linear-gradient(to right, #bfe3d6 var(--s), transparent var(--s)); }
.note, figcaption { color: #555; font-size: 12px; }
figure { margin: 10px 0; text-align: center; break-inside: avoid; }
figure svg { max-width: 100%; height: auto; }
.legend span { margin-right: 14px; white-space: nowrap; } .legend svg { vertical-align: -2px; }
.sheet { break-before: page; } .sheet h2 { margin-top: 0; border-bottom: 2px solid #d55e00; }
dl { display: grid; grid-template-columns: max-content 1fr max-content 1fr; gap: 2px 12px; }
dt { color: #555; } dd { margin: 0; }
nav a { margin-right: 12px; }
@media print { nav { display: none; } .wide { overflow: visible; } }
"""


def html(report: Report) -> str:
    """Return the page: sections, then a page for each cell."""
    title = escape(report.title)
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            defined_patterns(),
            *(_head(report) if report.sections else ()),
            *(part for i, s in enumerate(report.sections) for part in _section(i, s)),
            *(part for sheet in report.sheets for part in _sheet(sheet)),
            "</body>\n</html>\n",
        ]
    )


def _head(report: Report) -> Iterator[str]:
    yield f"<h1>{escape(report.title)}</h1>"
    yield from (f'<p class="notice">{escape(text)}</p>' for text in report.notices)
    yield "<nav>" + "".join(_link(i, s) for i, s in enumerate(report.sections)) + "</nav>"


def _link(order: int, section: Section) -> str:
    return f'<a href="#s{order}">{escape(section.title)}</a>'


def _section(order: int, section: Section) -> Iterator[str]:
    yield f'<h2 id="s{order}">{escape(section.title)}</h2>'
    yield from (f"<p>{escape(text)}</p>" for text in section.text)
    yield from (_figure(picture) for picture in section.pictures)
    for table in section.printed():
        yield f"<h3>{escape(table.title)}</h3>"
        yield _table(table)


def _figure(picture: Picture) -> str:
    legend = "".join(f"<span>{swatch(s)} {escape(s.label)}</span>" for s in picture.legend)
    caption = f"<figcaption>{escape(picture.title)}<div class=legend>{legend}</div></figcaption>"
    return f"<figure>{svg(picture)}{caption}</figure>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(c.label)}</th>' for c in table.columns)
    cells = [[_cell(v, c) for v in table.rows[c.field]] for c in table.columns]
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in zip(*cells, strict=True))
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        f"</div>{note}"
    )


def _cell(value: object, column: Column) -> str:
    text = escape(shown(value, column.form))
    if column.form == "text":
        wide = f' style="min-width:{min(len(text), _TEXT_EM)}em"'
        return f"<td{wide}>{text}</td>"
    if column.form == "share" and not is_missing(value) and not isinstance(value, str):
        share = float(value)  # type: ignore[arg-type]  # a figure
        return f'<td class="n bar" style="--s:{share:.0%}">{text}</td>'
    return f'<td class="n">{text}</td>'


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f'<section class="sheet" id="cell-{escape(sheet.key)}"><h2>{escape(sheet.title)}</h2>'
    facts = "".join(
        f"<dt>{escape(k)}</dt><dd>{escape(shown(v, form))}</dd>" for k, v, form in sheet.facts
    )
    yield f"<dl>{facts}</dl>{_figure(sheet.picture)}"
    for table in sheet.tables:
        yield f"<h3>{escape(table.title)}</h3>{_table(table.on_paper())}"
    yield f'<p class="note">{escape(sheet.note)}</p></section>'
