"""
Names in Chinese signs, kana and Hangul: where a whole name is cut, and how its signs are read.

`east_asian_surnames.csv` and `east_asian_given_names.csv` say how names are read that the letters do not tell. A Chinese sign
has one reading in Mandarin, which Unidecode knows, and others in Cantonese, Hokkien, Korean and Japanese. `sign_variants.csv`
has the forms in which countries and registers write one sign (陳, 陈).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice, product

from unidecode import unidecode

from hpmatch.data import read_table

Readings = Mapping[str, tuple[str, ...]]

_HAN = "\u3400-\u9fff\ufa0e-\ufa29\U00020000-\U0003ffff々〇"
_KANA = "\u3041-\u3096\u30a1-\u30fa\u30fc"
_HANGUL = "\uac00-\ud7a3"
_IN_HAN = re.compile(f"[{_HAN}]+")
_IN_HANGUL = re.compile(f"[{_HANGUL}]+")
_IN_SIGNS = re.compile(f"[{_HAN}{_KANA}{_HANGUL}]+")
# Chinese signs, the given name perhaps in kana (高橋みなみ), or Hangul.
_WHOLE_NAME = re.compile(f"(?=.{{2,6}}\\Z)(?:(?P<han>[{_HAN}]+)[{_KANA}]*|[{_HANGUL}]{{2,5}})")
_JAPANESE_NAME = 4  # signs; a Chinese name has a surname of two then, too
_KOREAN_NAME = (
    2  # syllables of a surname or a given name at most; a foreign one of more is spelled in several ways
)
_MOST = 8  # readings of a token
# Korean law of initial sounds (Hangul orthography, articles 10 to 12), in the letters of syllables: ㄹ and ㄴ are left out before i
# and y, and ㄹ is else ㄴ; of a surname the bearer may keep them (류, 유). Within a name 렬 and 률 are 열 and 율 (article 11).
_INITIAL_SOUNDS = (
    (re.compile("\\A[\u1102\u1105](?=[\u1163\u1164\u1167\u1168\u116d\u1172\u1175])"), "\u110b"),
    (re.compile("\\A\u1105"), "\u1102"),
    (re.compile("\u1105(?=[\u1167\u1172][\u11ab\u11af])"), "\u110b"),
)
# As Japanese long vowels stand in the tables (Satou), and as they are written, too (Sato, Satoh); Inoue has none.
_LONG_VOWELS = ((re.compile("(?<=o)[ou](?!e)|(?<=u)u"), ""), (re.compile("o[ou](?!e)"), "oh"))


def is_han(token: str) -> bool:
    """
    Whether a token is in Chinese signs alone.

    Example:
        >>> is_han("小明"), is_han("김"), is_han("佐々木")
        (True, False, True)
    """
    return bool(_IN_HAN.fullmatch(token))


def in_signs(token: str) -> bool:
    """Whether a token is in Chinese signs, kana or Hangul alone."""
    return bool(_IN_SIGNS.fullmatch(token))


@lru_cache(maxsize=1 << 16)
def plain_signs(token: str) -> tuple[str, str]:
    """
    The script and the signs of a token by which it is another name than a token in other signs, however both are read.

    Of forms of one Chinese sign (陳, 陈) it is one, and Hangul is as the law of initial sounds has it, which bearers of a
    surname may leave aside (류, 유).

    Returns:
        "han" or "hangul", and what to compare; two empty texts where other signs may be the same name: in kana, in mixed
        signs, in Hangul longer than Korean names are.

    Example:
        >>> plain_signs("齋藤") == plain_signs("斉藤"), plain_signs("류") == plain_signs("유"), plain_signs("王") == plain_signs("汪")
        (True, True, False)
        >>> plain_signs("크리스토퍼"), plain_signs("さくら")
        (('', ''), ('', ''))
    """
    if is_han(token):
        return "han", re.sub("(.)々", r"\1\1", token).translate(_variants())
    if len(token) <= _KOREAN_NAME and _IN_HANGUL.fullmatch(token):
        letters = unicodedata.normalize("NFD", token)
        for sound, heard in _INITIAL_SOUNDS:
            letters = sound.sub(heard, letters)
        return "hangul", letters
    return "", ""


def with_surname_apart(name: str) -> tuple[str, ...]:
    """
    Cut a whole name that is written in one behind its surname: one that the table knows, else the first sign.

    Where kana follow Chinese signs these are the surname, and of four signs two.

    Example:
        >>> with_surname_apart("王小明"), with_surname_apart("佐々木健"), with_surname_apart("남궁민수")
        (('王', '小明'), ('佐々木', '健'), ('남궁', '민수'))
        >>> with_surname_apart("olsen"), with_surname_apart("田中")
        (('olsen',), ('田中',))
    """
    whole = _WHOLE_NAME.fullmatch(name)
    if not whole or name in _surnames():
        return (name,)
    han = whole["han"] or ""
    known = [size for size in range(len(name) - 1, 0, -1) if name[:size] in _surnames()]
    otherwise = len(han) if han != name and han else 2 if len(han) == _JAPANESE_NAME else 1
    size = known[0] if known else otherwise
    return name[:size], name[size:]


@lru_cache(maxsize=1 << 16)
def readings(token: str) -> tuple[str, ...]:
    """
    How the tables read a token in the letters a to z, as a surname and as a given name.

    Example:
        >>> readings("이"), readings("裕子"), readings("家輝")
        (('lee', 'yi', 'i', 'ri', 'rhee'), ('yuuko', 'hiroko', 'yuko'), ('kafai', 'karfai'))
    """
    known = [
        *_surnames().get(token, ()),
        *(each for rows in _given_names() for each in _composed(token, rows)),
    ]
    return tuple(dict.fromkeys(known))[:_MOST]


def _composed(token: str, rows: Readings) -> Iterator[str]:
    """The readings of a token in one language, part by part, if the table knows all parts, the longest first."""
    parts: list[tuple[str, ...]] = []
    start = 0
    while start < len(token):
        end = next((end for end in range(len(token), start, -1) if token[start:end] in rows), 0)
        if not end:
            return
        parts.append(rows[token[start:end]])
        start = end
    yield from islice(map("".join, product(*parts)), _MOST)


def syllables(token: str) -> list[str]:
    """
    The signs of a Chinese token as syllables in Pinyin.

    Example:
        >>> syllables("小明")
        ['xiao', 'ming']
    """
    return [letters for sign in token if (letters := unidecode(sign).strip().lower()).isalpha()]


@cache
def _variants() -> dict[int, str]:
    return {
        ord(variant): row["sign"]
        for row in read_table("sign_variants")
        for variant in row["variants"].split()
    }


@cache
def pinyin_syllables() -> frozenset[str]:
    """The syllables that common Chinese signs are read as in Pinyin, without tones."""
    # The signs of the first level of GB 2312; Unidecode reads rarer ones as Japanese.
    rows, places = range(0xB0, 0xD8), range(0xA1, 0xFF)
    return frozenset(
        syllables(bytes(byte for pair in product(rows, places) for byte in pair).decode("gb2312", "ignore"))
    )


@lru_cache(maxsize=1 << 16)
def two_syllables(token: str) -> frozenset[tuple[str, str]]:
    """
    The ways in which a token in Latin letters is two syllables of Pinyin, as Chinese given names are; a token of one sign has none.

    Example:
        >>> sorted(two_syllables("xiaohong")), sorted(two_syllables("fangan")), sorted(two_syllables("elin"))
        ([('xiao', 'hong')], [('fan', 'gan'), ('fang', 'an')], [('e', 'lin')])
    """
    known = pinyin_syllables()
    halves = ((token[:end], token[end:]) for end in range(1, len(token)))
    return frozenset((one, other) for one, other in halves if one in known and other in known)


@cache
def chinese_surnames() -> frozenset[str]:
    """The common Chinese surnames in the Latin letters of each way in use."""
    rows = read_table("east_asian_surnames")
    return frozenset(form for row in rows if row["language"] == "zh" for form in row["latin"].split())


@cache
def _surnames() -> Readings:
    found: dict[str, tuple[str, ...]] = {}
    for row in read_table("east_asian_surnames"):
        found[row["surname"]] = (*found.get(row["surname"], ()), *_latin_of(row))
    return found


@cache
def _given_names() -> tuple[Readings, ...]:
    """The readings of given names and of signs in them, for each language."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in read_table("east_asian_given_names"):
        found.setdefault(row["language"], {})[row["name"]] = _latin_of(row)
    return tuple(found.values())


def _latin_of(row: Mapping[str, str]) -> tuple[str, ...]:
    forms = row["latin"].split()
    if row["language"] == "ja":
        forms += [long.sub(short, form) for form in forms for long, short in _LONG_VOWELS]
    return tuple(dict.fromkeys(forms))
