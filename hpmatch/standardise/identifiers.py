"""
National identifiers: recognised, checked, and read for the birth date and the sex that they tell.

`data/identifiers.csv` lists the kinds of each country in the order in which they are tried. A kind has a layout (a regular
expression over the compact number), check digits (by python-stdnum or by `CHECKS`) and a decoder. What the columns mean:

    encodes_date   'day', 'month' or 'no'
    strong         'yes' where equal numbers may decide alone: given once, to one person, and either checked by a digit or
                   holding the birth date

A number whose layout fits but whose check digits or date do not is returned with `valid` False: a typing error has to be
seen as one. Without a country only numbers with right check digits are recognised, in all countries whose kinds fit.

Before and behind a number may stand words that name it: its kind, its country, or words of `data/identifier_words.csv`. Other
words may name anything, a passport or a case; between them only a number with right check digits and a birth date is taken.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import offsets_of
from hpmatch.data import read_table
from hpmatch.standardise.characters import plain_characters
from hpmatch.standardise.identifier_decoders import CANONICAL, CHECKS, DECODERS
from hpmatch.standardise.text import fold, split_words

_LONGEST = 60  # characters of a written identifier; more is none
_DECIMAL = re.compile(r"\A([^0-9]*[0-9]+)[.,]0+\Z")  # as spreadsheets write a number
_SEPARATORS = re.compile(r"[^A-Z0-9+-]")
_TELEPHONE = "+"  # before a number, not in it
_BETWEEN = "[^A-Z0-9]*"
_LETTER = re.compile("[A-Z]")
_WORD = re.compile("[A-Z0-9]+")
_SIGNS = str.maketrans("", "", "+-")


@dataclass(frozen=True, slots=True)
class Identifier:
    """
    A national identifier and what it tells.

    Attributes:
        country: ISO 3166 alpha-2; '' where several countries share the kind and none was given.
        kind: The kind, as `data/identifiers.csv` names it.
        number: The number in one canonical spelling; equal persons have equal numbers of one kind.
        valid: Whether check digits and date are possible; True where nothing can be checked.
        birth_date: A reading `yyyymmdd` of 1900-2015, 00 for what the number leaves open; 0 if it tells none.
        sex: 'F', 'M', or '' if it tells none.
        strong: Whether equality may decide alone.
        checkable: Whether check digits were there to be checked.
    """

    country: str
    kind: str
    number: str
    valid: bool
    birth_date: int
    sex: str
    strong: bool
    checkable: bool


class _Kind(NamedTuple):
    country: str
    name: str
    layout: re.Pattern[str]
    module: str
    check: str
    decoder: str
    encodes_date: bool
    strong: bool

    @property
    def checkable(self) -> bool:
        return bool(self.module or self.check)


def read_identifier(text: str, country: str = "") -> Identifier | None:
    """
    Read one identifier, if it can mean one thing only.

    Args:
        text: The number as written, with separators, its name or its country's code before or behind it.
        country: ISO 3166 alpha-2 code of the country that gave it; '' if unknown.

    Returns:
        The identifier; None if it is none, or if the country is unknown and several kinds fit.

    Examples:
        >>> read_identifier("811228-9874", "SE")  # published by Skatteverket as a test number
        Identifier(country='SE', kind='personnummer', number='198112289874', valid=True, birth_date=19811228, sex='M', strong=True, checkable=True)
        >>> read_identifier("811228-9847", "SE").valid
        False
        >>> read_identifier("Fødselsnummer: 130972 48022 (NO)", "NO").number
        '13097248022'
    """
    found = _read(text, country)
    return found[0] if len(found) == 1 else None


def read_identifiers(texts: Sequence[str], countries: Sequence[str]) -> list[tuple[Identifier, ...]]:
    """
    Read many identifiers.

    Args:
        texts: The numbers as written; give each distinct pair of text and country once.
        countries: The country of each, ISO 3166 alpha-2; '' if unknown.

    Returns:
        For each text: with a country at most one identifier, valid or not; without one every kind that validates.

    Raises:
        ValueError: The two sequences have different lengths.

    Examples:
        >>> [[i.kind for i in found] for found in read_identifiers(["811228-9874", "44051401359"], ["SE", ""])]
        [['personnummer'], ['pesel']]
    """
    return [_read(text, country) for text, country in zip(texts, countries, strict=True)]


def take_identifiers(texts: Sequence[str], country: str) -> pa.Array:
    """
    Take numbers that are known to be right as they stand: their kind by their layout alone, and their compact spelling.

    For registers, whose numbers were checked when they were entered; much faster than reading, for it goes by whole arrays.

    Returns:
        list<string>[n], the kind and the number; null where it has no layout of a kind that may decide alone.

    Examples:
        >>> take_identifiers(["130972 48022", "?"], "NO").to_pylist()
        [['fnr 13097248022'], None]
    """
    numbers = pc.utf8_upper(pa.array(texts, pa.string()))
    if pc.any(pc.match_substring_regex(numbers, _SEPARATORS.pattern)).as_py():
        numbers = pc.replace_substring_regex(numbers, _SEPARATORS.pattern, "")
    kinds = [kind for kind in _kinds().get(country, ()) if kind.strong]
    fitting = np.full(len(numbers), -1)
    for place, kind in reversed(list(enumerate(kinds))):  # the first that fits counts
        fits = np.asarray(pc.match_substring_regex(numbers, f"^(?:{kind.layout.pattern})$"))
        fitting[fits] = place
    for place, kind in enumerate(kinds):
        if canonical := CANONICAL.get(kind.name):
            ours = pa.array(fitting == place)
            spelled = pa.array(map(canonical, numbers.filter(ours).to_pylist()), pa.string())
            numbers = pc.replace_with_mask(numbers, ours, spelled)
    present = fitting >= 0
    names = pa.array([kind.name for kind in kinds], pa.string())
    found = pc.binary_join_element_wise(
        names.take(pa.array(fitting[present])), numbers.filter(pa.array(present)), " "
    )
    offsets = offsets_of(present.astype(np.int32)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), found, mask=pa.array(~present))


def take_identifier(text: str, country: str) -> str | None:
    """
    The same for a single number, where arrays would cost ten times as much.

    Example:
        >>> take_identifier("130972 48022", "NO")
        'fnr 13097248022'
    """
    if not text.isascii():  # Python and Arrow differ in some letters' upper case
        (taken,) = take_identifiers([text], country).to_pylist()
        return taken[0] if taken else None
    number = _SEPARATORS.sub("", text.upper())
    fitting = (kind for kind in _kinds().get(country, ()) if kind.strong and kind.layout.fullmatch(number))
    return next((f"{kind.name} {CANONICAL.get(kind.name, str)(number)}" for kind in fitting), None)


def same_but_one_error(a: str, b: str) -> bool:
    """
    Tell whether two canonical numbers differ by one typing error.

    Args:
        a: A number.
        b: Another number.

    Returns:
        True for one character replaced, two neighbours swapped, or one character missing; False for equal numbers.

    Examples:
        >>> same_but_one_error("44051401359", "44051401539"), same_but_one_error("44051401359", "44051401359")
        (True, False)
    """
    if len(a) == len(b):
        different = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
        if len(different) == 2:  # noqa: PLR2004
            i, j = different
            return j == i + 1 and a[i] == b[j] and a[j] == b[i]
        return len(different) == 1
    shorter, longer = sorted((a, b), key=len)
    return len(longer) == len(shorter) + 1 and any(
        longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))
    )


def _read(text: str, country: str) -> tuple[Identifier, ...]:
    text = text.strip()
    if not text or len(text) > _LONGEST or text[0] == _TELEPHONE:
        return ()
    written = _DECIMAL.sub(r"\1", fold(plain_characters(text)).upper())
    forms = tuple(_forms(written))
    return _read_of_country(written, forms, country) if country else _read_of_any(forms)


def _forms(written: str) -> Iterator[str]:
    """Give the compact spellings to try: with and without signs, without words before or behind the number."""
    signed = [_SEPARATORS.sub("", written)]
    if _LETTER.search(written):
        signed.append(_SEPARATORS.sub("", _without_words(written)))
    yield from dict.fromkeys(form for each in signed for form in (each, each.translate(_SIGNS)))


def _without_words(written: str) -> str:
    before, behind = _words_around()
    return behind.sub("", before.sub("", written))


def _read_of_country(written: str, forms: Sequence[str], country: str) -> tuple[Identifier, ...]:
    """
    Give the first identifier that validates, else one that does so with a zero put in front or between words that are not known.

    If there is none, the first that fits.
    """
    kinds = _kinds().get(country, ())
    fitting = [_identify(kind, form) for form in forms for kind in kinds if kind.layout.fullmatch(form)]
    valid = [identifier for identifier in fitting if identifier.valid]
    if not valid:
        valid = [i for form in forms for kind in kinds if (i := _identify_shortened(kind, form)) is not None]
    if not valid and _LETTER.search(written) and _TELEPHONE not in written:
        valid = [*_between_words(written, kinds)]
    return tuple((valid or fitting)[:1])


def _between_words(written: str, kinds: Sequence[_Kind]) -> Iterator[Identifier]:
    """Read all from the first word with a digit to the last as one number, whatever the other words are."""
    words = _WORD.findall(written)
    with_digits = [place for place, word in enumerate(words) if not word.isalpha()]
    form = "".join(words[with_digits[0] : with_digits[-1] + 1]) if with_digits else ""
    for kind in kinds:
        if kind.checkable and kind.encodes_date and kind.layout.fullmatch(form):
            identifier = _identify(kind, form)
            if identifier.valid and identifier.birth_date:
                yield identifier


def _read_of_any(forms: Sequence[str]) -> tuple[Identifier, ...]:
    """Give all identifiers whose check digits are right; a kind that countries share comes once, without a country."""
    found: dict[tuple[str, str], Identifier] = {}
    for form in forms:
        for kinds in _kinds().values():
            for kind in kinds:
                if kind.checkable and kind.layout.fullmatch(form):
                    _add(found, _identify(kind, form))
    return tuple(found.values())


def _add(found: dict[tuple[str, str], Identifier], new: Identifier) -> None:
    key = new.kind, new.number
    known = found.get(key, new)
    if known.country != new.country:
        new = Identifier("", *key, new.valid, new.birth_date, new.sex, new.strong, new.checkable)
    if new.valid:
        found[key] = new


def _identify(kind: _Kind, form: str) -> Identifier:
    number = CANONICAL.get(kind.name, str)(form)
    told = DECODERS[kind.decoder](number)
    valid = told.possible and _passes(kind, number)
    return Identifier(
        kind.country, kind.name, number, valid, told.birth_date, told.sex, kind.strong, kind.checkable
    )


def _identify_shortened(kind: _Kind, form: str) -> Identifier | None:
    """Read a number whose leading zero a spreadsheet took away, if the zero makes it valid."""
    whole = f"0{form}"
    if not (form.isdecimal() and (kind.checkable or kind.encodes_date) and kind.layout.fullmatch(whole)):
        return None
    identifier = _identify(kind, whole)
    return identifier if identifier.valid else None


def _passes(kind: _Kind, number: str) -> bool:
    if kind.check:
        return CHECKS[kind.check](number)
    return not kind.module or bool(import_module(f"stdnum.{kind.module}").is_valid(number))


@cache
def _kinds() -> dict[str, tuple[_Kind, ...]]:
    """Give the kinds of each country in the order of the table."""
    kinds: dict[str, tuple[_Kind, ...]] = {}
    for row in read_table("identifiers"):
        kind = _Kind(
            row["country"],
            row["kind"],
            re.compile(row["layout"]),
            row["module"],
            row["check"],
            row["decoder"],
            row["encodes_date"] != "no",
            row["strong"] == "yes",
        )
        kinds[kind.country] = (*kinds.get(kind.country, ()), kind)
    return kinds


@cache
def _words_around() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give the words that stand before a number and those behind it: codes of countries, names of kinds, and those of the table."""
    names = {kind.name.replace("_", " ") for kinds in _kinds().values() for kind in kinds}
    words = {*_kinds(), *names, *(row["word"] for row in read_table("identifier_words"))}
    spelled = {_BETWEEN.join(part.upper() for part in split_words(word)) for word in words}
    known = f"(?:{'|'.join(sorted(spelled, key=len, reverse=True))})"
    before = rf"\A{_BETWEEN}(?:{known}{_BETWEEN})+(?:(?=[0-9])|(?<![A-Z0-9]))"
    behind = rf"(?:(?<=[0-9])|(?<![A-Z0-9]))(?:{known}{_BETWEEN})+\Z"
    return re.compile(before), re.compile(behind)
