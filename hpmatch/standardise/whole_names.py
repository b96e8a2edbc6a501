"""
A whole name in one field: Sandvik, Solveig Eva as the family name, with the field of given names empty, the same, or Solveig.

It may stand there once more in other letters: Zhang Wei (张伟). Another surname may stand in it: Sandvik, Solveig née Berg.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import Mask
from hpmatch.protocols import Standardiser
from hpmatch.standardise.capitals import surname_in_capitals
from hpmatch.standardise.given_names import name_groups
from hpmatch.standardise.names import MAX_TOKENS, full_name_tokens, name_tokens, names_and_kinds
from hpmatch.standardise.scripts import is_single, script_of

FAMILY, GIVEN = "family_name", "given_name"
_OTHER_LETTERS = re.compile("[^\x00-\u024f\u1e00-\u1eff]")  # than Latin ones
_WORD = re.compile(r"[^\W\d_]\w*\.?")
_PIECE = re.compile(r"[,()\[\]]|[^\s,()\[\]]+")
_MOST_PIECES = 4 * MAX_TOKENS  # the bound keeps a damaged cell from costing more than a name
_ENDING = ",)]"  # what a surname behind its marker ends at
_INITIAL = re.compile(r"[^\W\d_]\.")
_NAME = "x"  # stands for any, where a marker has to have one before it or behind
_KANA = ("HIRAGANA", "KATAKANA")
_WHOLE = 2  # tokens of a whole name
# Of two letters are Bo and Li, given names of the one country and surnames of another.
_TELLING = 3


@lru_cache(maxsize=1 << 16)
def names_by_script(text: str) -> Mapping[str, str]:
    """
    A name that stands in a text once in each of several scripts, in brackets or not; the text itself where it does not.

    Returns:
        For each script a whole name.

    Example:
        >>> names_by_script("Zhang Wei (张伟)"), names_by_script("Zhang Wei"), names_by_script("Dr. 张伟")
        ({'LATIN': 'Zhang Wei', 'CJK': '张伟'}, {'LATIN': 'Zhang Wei'}, {'LATIN': 'Dr. 张伟'})
    """
    if not _OTHER_LETTERS.search(text):
        return {"LATIN": text}
    runs = [(script, " ".join(words)) for script, words in groupby(_WORD.findall(text), _script_of_word)]
    names = dict(runs)
    if 1 < len(names) == len(runs) and all(map(_is_whole, names.values())):
        return names
    return {script: text for script, _ in runs[:1]} or {"": text}


def _script_of_word(word: str) -> str:
    """The script of a word's first letter, as Unicode names it."""
    script = unicodedata.name(unicodedata.normalize("NFKC", word)[0], "").partition(" ")[0]
    return "KANA" if script in _KANA else script


def _is_whole(name: str) -> bool:
    """Whether something is a given and a family name."""
    return bool(names_and_kinds(name)[0]) and len(full_name_tokens(name)) >= _WHOLE


def reads_whole_names(standardisers: Sequence[Standardiser]) -> bool:
    """Whether standardisers read both fields, so that what is taken out of the one is found in the other."""
    return {FAMILY, GIVEN} <= {role for stage in standardisers for role in stage.roles}


def with_names_apart(cells: Mapping[str, pa.Array]) -> Mapping[str, pa.Array]:
    """
    The cells of records, whole names that stand in one field taken apart.

    Args:
        cells: For each role the cells, string[n]; a field that is empty in all records may be left out.

    Example:
        >>> cells = with_names_apart({"family_name": pa.array(["Sandvik, Eva", "Berg"])})
        >>> cells["family_name"].to_pylist(), cells["given_name"].to_pylist()
        (['Sandvik', 'Berg'], ['Eva', None])
    """
    fields = {field: cells[field] for field in (FAMILY, GIVEN) if field in cells}
    size = max(map(len, fields.values()), default=0)
    family, given = (fields.get(field, pa.nulls(size, pa.string())) for field in (FAMILY, GIVEN))
    alone = pc.xor(pc.is_valid(family), pc.is_valid(given))
    twice = (pc.equal(family, given), *(pc.match_substring(column, ",") for column in (family, given)))
    rows = pa.array(np.flatnonzero(reduce(np.logical_or, map(_certain, (alone, *twice)))))
    names = (column.take(rows).fill_null("").to_pylist() for column in (family, given))
    apart = {
        row: parts
        for row, *name in zip(rows.to_pylist(), *names, strict=True)
        if (parts := name_apart(*name))
    }
    if not apart:
        return cells
    places = np.arange(size)
    places[[*apart]] = size + np.arange(len(apart))
    found = zip((FAMILY, GIVEN), (family, given), zip(*apart.values(), strict=True), strict=True)
    return {
        **cells,
        **{
            field: pa.concat_arrays([column, pa.array(texts, pa.string())]).take(pa.array(places))
            for field, column, texts in found
        },
    }


def _certain(told: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(told, False))


def with_name_apart(cells: Mapping[str, str]) -> Mapping[str, str]:
    """The same of one record, whose empty cells are left out."""
    parts = name_apart(cells.get(FAMILY, ""), cells.get(GIVEN, ""))
    return {**cells, FAMILY: parts[0], GIVEN: parts[1]} if parts else cells


def name_apart(family: str, given: str) -> tuple[str, str] | None:
    """
    Take a whole name apart that stands in one of two fields, the other being empty, the same or its part beside a comma.

    What stands before a comma is the family name, and so are the first sign of a Chinese or Korean name and words in capitals
    beside others that are not. Else the given names are the words that the table of given names knows, what hangs on them by a
    hyphen, and the initials beside them; if no other word is left, a family name may be either. Another surname, with the marker
    that tells it (née), is one of the family names, as it is where the given names stand in their field.

    Returns:
        The family and the given names; None where nothing tells that it is a whole name.

    Example:
        >>> name_apart("Sandvik, Solveig Eva", ""), name_apart("", "Solveig E. Sandvik"), name_apart("García López", "")
        (('Sandvik', 'Solveig Eva'), ('sandvik', 'solveig e.'), None)
        >>> name_apart("Martin Paul", ""), name_apart("", "Martin Paul"), name_apart("Dupont, née Martin", "")
        (('martin paul', 'martin paul'), None, None)
        >>> name_apart("KUBILIŪTĖ Ligita", ""), name_apart("Sandvik, Solveig née Berg", "")
        (('KUBILIŪTĖ', 'Ligita'), ('Sandvik née Berg', 'Solveig'))
        >>> name_apart("Sandvik", "Sandvik, Solveig Eva"), name_apart("Sandvik, Solveig", "Solveig Eva")
        (('Sandvik', 'Solveig Eva'), ('Sandvik', 'Solveig Eva'))
    """
    if family and given and family != given:
        return _repeated(family, given)
    parts = _parts_of(family or given)
    return None if given and parts and parts[0] == parts[1] else parts


@lru_cache(maxsize=1 << 12)
def _repeated(family: str, given: str) -> tuple[str, str] | None:
    """The two names where one field says at its comma what the other holds, or that holds no name (a dash, a title)."""
    for whole, other, place in ((family, given, 1), (given, family, 0)):
        parts = _at_comma(whole)
        if not parts or _of_two_surnames(whole):
            continue
        if not names_and_kinds(other)[0]:
            return parts
        if set(name_tokens(parts[place])) <= set(name_tokens(other)):
            return (parts[0], other) if place else (other, parts[1])
    return None


def _of_two_surnames(text: str) -> bool:
    return any(kind.startswith("marker") for kind in names_and_kinds(text)[1])


@lru_cache(maxsize=1 << 12)
def _parts_of(whole: str) -> tuple[str, str] | None:
    """The parts of a whole name, whatever other surname a marker tells in it."""
    if not (marked := _marked_surname(whole)):
        return _parts_of_one(whole)
    before, surname, behind = marked
    if parts := _parts_of(f"{before} {behind}".strip()):
        return f"{parts[0]} {surname}", parts[1]
    parts = _parts_of_one(surname)  # given names may come behind both surnames
    if not parts or parts[0] == parts[1] or all(map(name_groups, full_name_tokens(before))):
        return None
    return f"{before} {parts[0]} {behind}".strip(), parts[1]


def _marked_surname(whole: str) -> tuple[str, str, str] | None:
    """What is before another surname in a whole name, that with its marker, and what is behind: to a comma or bracket, or the end."""
    if not _of_two_surnames(whole):
        return None
    pieces = _PIECE.findall(whole)[:_MOST_PIECES]
    told = pieces if whole.isupper() else list(map(_without_initial, pieces))
    place = range(len(pieces) + 1)
    end = next((end for end in place if _of_two_surnames(" ".join([*told[:end], _NAME]))), None)
    if end is None:
        return None
    start = max(at for at in place[:end] if _of_two_surnames(" ".join([_NAME, *told[at:end], _NAME])))
    stop = next((at for at in place[end:-1] if pieces[at] in _ENDING), len(pieces))
    before, surname, behind = (" ".join(part) for part in (pieces[:start], pieces[start:stop], pieces[stop:]))
    return before.rstrip(" ,(["), surname, behind.lstrip(" )]")


def _without_initial(piece: str) -> str:
    """Another name in place of an initial, which is a capital where not all is in capitals: Kari F. Berg, not Kari f. Berg."""
    return _NAME if piece.isupper() and _INITIAL.fullmatch(piece) else piece


def _parts_of_one(whole: str) -> tuple[str, str] | None:
    return _at_comma(whole) or _in_one_word(whole) or surname_in_capitals(whole) or _by_given_names(whole)


def _at_comma(whole: str) -> tuple[str, str] | None:
    """The family name before a comma and the given names behind it; None where no name is there."""
    before, comma, behind = whole.partition(",")
    if not comma:
        return None
    names, _ = names_and_kinds(whole)
    is_one = 0 < len(names_and_kinds(before)[0]) < len(names)  # what is behind may be a degree
    return (before.strip(), behind.strip()) if is_one else None


def _in_one_word(whole: str) -> tuple[str, str] | None:
    """A name in signs, whose surname is the first; in letters a hyphen is in one name."""
    tokens = full_name_tokens(whole)
    if len(tokens) > 1 and len(whole.split()) == 1 and not script_of(tokens[-1]):
        return tokens[0], " ".join(tokens[1:])
    return None


def _by_given_names(whole: str) -> tuple[str, str] | None:
    """The given names that the table knows, and what else is there."""
    tokens = full_name_tokens(whole)
    known = [token for token in tokens if name_groups(token)]
    if len(tokens) == 1 or all(len(token) < _TELLING for token in known):
        return None
    hanging = _hanging(whole)
    rest = [token for token in tokens if not (name_groups(token) or token in hanging or is_single(token))]
    own = [f"{token}." if is_single(token) else token for token in tokens if token not in rest]
    return " ".join(rest or own), " ".join(own)


def _hanging(whole: str) -> frozenset[str]:
    """The tokens that stand behind a hyphen in a word that begins with a known given name (Dina-Huda)."""
    words = (full_name_tokens(word) for word in whole.split() if "-" in word)
    return frozenset(
        token for first, *others in filter(None, words) if name_groups(first) for token in others
    )
