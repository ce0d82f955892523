"""Text encodings of Chinese data: a shapefile in GBK without ``.cpg``, or with a wrong one.

GDAL reads undeclared bytes as Latin-1 without a word, so the bytes of a ``.dbf`` are looked at
here, before it does.
"""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

_HIGH = 0x80
_GB2312_FROM = 0xA1
_MOSTLY = 0.9  # share of GB2312 byte pairs from which text counts as Chinese
_DBF_FIELD_BYTES, _DBF_END = 32, 0x0D
_LDID = {0x4D: "gb18030", 0x4E: "cp949", 0x4F: "cp950", 0x7B: "cp932", 0x57: "cp1252"}
_CPG: Final = {
    "65001": "utf-8",
    "936": "gb18030",
    "cp936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "ansi 936": "gb18030",
    "oem 936": "gb18030",
    "950": "cp950",
    "big5": "cp950",
    "1252": "cp1252",
    "ansi 1252": "cp1252",
    "88591": "latin-1",
    "8859-1": "latin-1",
}


@dataclass(frozen=True)
class Guess:
    """How to decode a file: a Python codec, and whether that differs from what it declares."""

    codec: str
    declared: str
    guessed: bool


def guess_dbf(path: Path) -> Guess | None:
    """Return how the text of a shapefile is encoded, or None if all of it is plain ASCII.

    Parameters
    ----------
    path
        The ``.shp``; its ``.dbf`` and ``.cpg`` are looked for beside it in any case.
    """
    beside = {p.suffix.lower(): p for p in path.parent.glob("*") if p.stem == path.stem}
    if ".dbf" not in beside:
        return None
    data = beside[".dbf"].read_bytes()
    texts = _dbf_texts(data)
    if not texts:
        return None
    declared = _declared(beside.get(".cpg"), data[29])
    return _choose(texts, declared)


def decode_latin(values: pd.Series, codec: str) -> pd.Series:
    """Return text that was read as Latin-1 decoded as `codec`; what does not decode shows as �."""
    texts = values.dropna().unique()
    plain = {t: t.encode("latin-1").decode(codec, errors="replace") for t in texts if _is_text(t)}
    return values.map(lambda value: plain.get(value, value) if _is_text(value) else value)


def decode_bytes(data: bytes) -> tuple[str, str] | None:
    """Return the text of a whole file and its codec (UTF-8, UTF-16 with BOM, GB18030), or None.

    Examples
    --------
    >>> decode_bytes("社区".encode("gbk"))
    ('社区', 'gb18030')
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        order: tuple[str, ...] = ("utf-16",)
    else:
        order = ("utf-8-sig", "gb18030")
    for codec in order:
        try:
            return data.decode(codec), codec
        except UnicodeDecodeError:
            continue
    return None


def is_mojibake(values: Iterable[object]) -> bool:
    """Return whether the text is GBK that somebody once read as Latin-1 and saved so.

    Examples
    --------
    >>> is_mojibake(["ÐÒ¸£ÉçÇø"]), is_mojibake(["幸福社区"]), is_mojibake(["Café de la Gare"])
    (True, False, False)
    """
    high = [v for v in values if isinstance(v, str) and not v.isascii()]
    try:
        for value in high:
            value.encode("latin-1").decode("gb2312")
    except UnicodeError:
        return False
    return bool(high)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not value.isascii()


def _dbf_texts(data: bytes) -> list[bytes]:
    rows, start, row_bytes = struct.unpack("<IHH", data[4:12])
    fields = data[32:start]
    texts: set[bytes] = set()
    body = np.frombuffer(data, np.uint8, count=rows * row_bytes, offset=start)
    table = body.reshape(rows, row_bytes) if row_bytes else body.reshape(0, 1)
    offset = 1
    for at in range(0, len(fields) - _DBF_FIELD_BYTES + 1, _DBF_FIELD_BYTES):
        field = fields[at : at + _DBF_FIELD_BYTES]
        if field[0] == _DBF_END:
            break
        name, width = field[:11].split(b"\0")[0], field[16]
        texts.add(name)
        if field[11:12] == b"C":
            width += field[17] << 8  # wide text fields keep the high byte there
            part = table[:, offset : offset + width]
            high = np.ascontiguousarray(part[(part >= _HIGH).any(axis=1)])
            if high.size:
                texts.update(np.unique(high.view(f"S{high.shape[1]}")).tolist())
        offset += width
    return [text.strip(b"\0 ") for text in sorted(texts) if not text.isascii()]


def _declared(cpg: Path | None, ldid: int) -> str:
    if cpg is None:
        return _LDID.get(ldid, "")
    word = cpg.read_bytes()[:40].decode("ascii", errors="replace").strip("\0\ufeff \r\n\t").lower()
    word = word.removeprefix("iso").strip("- ") if word.startswith("iso") else word
    codec = _CPG.get(word, word)
    try:
        return codecs.lookup(codec).name
    except LookupError:
        return ""


def _choose(texts: list[bytes], declared: str) -> Guess:
    if all(_decodes(text, "utf-8") for text in texts):
        return Guess("utf-8", declared, guessed=declared != "utf-8")
    chinese = all(_decodes(text, "gb18030") for text in texts)
    if declared in ("cp1252", "iso8859-1", "latin-1"):
        # both always decode: take the declaration unless the bytes come in Chinese pairs
        chinese = chinese and _pair_share(texts) >= _MOSTLY
    elif declared and declared != "utf-8" and all(_decodes(t, declared) for t in texts):
        return Guess(declared, declared, guessed=False)
    if chinese:
        return Guess("gb18030", declared, guessed=declared != "gb18030")
    if declared and all(_decodes(text, declared) for text in texts):
        return Guess(declared, declared, guessed=False)
    return Guess("gb18030", declared, guessed=True)


def _decodes(text: bytes, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:  # a field of fixed width may cut its last character: that is no evidence
        decoder.decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _pair_share(texts: list[bytes]) -> float:
    high = pairs = 0
    for text in texts:
        at = 0
        while at < len(text):
            if text[at] >= _HIGH:
                high += 1
                if text[at] >= _GB2312_FROM and text[at + 1 : at + 2] >= bytes([_GB2312_FROM]):
                    pairs += 1
                    at += 1
            at += 1
    return pairs / high if high else 0.0
