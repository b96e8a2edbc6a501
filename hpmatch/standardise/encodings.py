"""Cells in UTF-8 that were once read as Windows-1252 or Latin-1 (SÃ¸rensen), read anew."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LOST = "\N{REPLACEMENT CHARACTER}"  # stands for a letter that a code page does not have

# The signs that bytes become: in Windows-1252 and, control characters among them, in Latin-1.
_BYTES = {
    sign: byte
    for byte in range(0x80, 0x100)
    for sign in (chr(byte), *bytes([byte]).decode("cp1252", "ignore"))
}
# Those of the second and third byte of a letter; no word holds them behind those of a first byte.
_BEHIND = "".join(sign for sign, byte in _BYTES.items() if byte < 0xC0 and sign != "\xa0")  # noqa: PLR2004
# What is surely no text of its own: letters of Latin (ø, š, ț, ế) and their signs (’), and words in Greek or Cyrillic letters. A
# no-break space and a dash may stand behind a name that ends in Å or Ä, as SYRJÄ–MÄKI; not within a word.
_SURE = re.compile(
    rf"Â[\xa0-\xbf]|(?![ÄÅ]–[^\W\d_])[ÃÄÅ][{_BEHIND}]|[ÃÄÅ]\xa0(?=[a-zß-ÿ])|(?<=[a-z])[ÃÄÅ]\xa0"
    rf"|[ÃÄÅ]{LOST}|È[˜™š›\x98-\x9b]|á[¸¹º»][{_BEHIND}\xa0]|â[€\x80][{_BEHIND}]|(?:[ÎÏÐÑ][{_BEHIND}\xa0]){{2,}}"
)
_MAY_BE = f"[ÂÃÄÅÈÎÏÐÑ][{_BEHIND}\xa0{LOST}]|á[¸¹º»]|â[€\x80]"


def decoded(text: str) -> str:
    r"""
    A text with what is UTF-8 read as Windows-1252 put right, where that is sure.

    Example:
        >>> decoded("SÃ¸rensen"), decoded("ViÅ¡iÅ«tÄ—"), decoded("Ã–ZTÃœRK"), decoded("Oâ€™Brien")
        ('Sørensen', 'Višiūtė', 'ÖZTÜRK', 'O’Brien')
        >>> decoded("StankeviÄ\N{REPLACEMENT CHARACTER}ius") == "Stankevi\N{REPLACEMENT CHARACTER}ius"  # Windows-1252 lacks one
        True
        >>> decoded("FALCÃO"), decoded("SYRJÄ–MÄKI"), decoded("TOMÁŠ")
        ('FALCÃO', 'SYRJÄ–MÄKI', 'TOMÁŠ')
    """
    return text if text.isascii() else _SURE.sub(_read_anew, text)


def _read_anew(found: re.Match[str]) -> str:
    read = found.group()
    return LOST if LOST in read else bytes(map(_BYTES.__getitem__, read)).decode()


def decoded_cells(cells: pa.Array) -> pa.Array:
    """
    The same of many cells, of which only those are looked at that may be of this kind.

    Example:
        >>> decoded_cells(pa.array(["Berg", None, "SÃ¸rensen"])).to_pylist()
        ['Berg', None, 'Sørensen']
    """
    rows = np.flatnonzero(np.asarray(pc.fill_null(pc.invert(pc.string_is_ascii(cells)), False)))
    distinct = pc.unique(cells.take(pa.array(rows)))
    found = distinct.filter(pc.match_substring_regex(distinct, _MAY_BE))
    if not len(found):
        return cells
    texts = pa.array(map(decoded, found.to_pylist()), cells.type)
    places = pc.index_in(cells, found)
    return pc.coalesce(texts.take(places), cells)
