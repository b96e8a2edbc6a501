"""
True names, by naming culture: given names, surnames with the forms of man, daughter and wife, patronymics.

A frequent surname stands in `surnames.csv`; a rare one is put together from the stems and endings of
`surname_parts.csv`. A name is held in the script its country writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from hpmatch.generate.tables import Floats, Integers, Row, Strings, Weighted, grouped, rows, strings, weighted

_SHIFT, _GIVEN_POWER, _SURNAME_POWER = 6.0, 0.85, 0.75
_RARE_TAIL, _RARE_CAP = 1.3, 20.0
_VOWELS = "aeiouyæøåäöüáéíóúąęėįųūāēīаеиоуыюяєіїαεηιουω"


@dataclass(frozen=True)
class Surnames:
    """Surnames of one culture: the same row is one family."""

    man: Weighted
    daughter: Strings
    wife: Strings
    other: Strings


@dataclass(frozen=True)
class Culture:
    """Names and naming customs of one culture."""

    code: str
    language: str
    inner: str
    two_surnames: bool
    chances: Mapping[str, float]
    given: Mapping[str, Weighted]
    fathers: Mapping[str, Strings]
    surnames: Surnames


@cache
def culture(code: str) -> Culture:
    """
    The names and customs of a culture.

    Example:
        >>> culture("LT").given["F"].values[0]
        'Rasa'
    """
    (custom,) = grouped("cultures", "culture")[(code,)]
    given = {sex: _given(code, sex) for sex in "FM"}
    chances = ("second", "hyphen", "husband", "middle", "double", "other", "mother")
    return Culture(
        code,
        custom["language"],
        custom["inner"],
        custom["surnames"] == "2",
        {name: float(custom[name]) for name in chances},
        given,
        _fathers(custom, given["M"].values),
        _surnames(code, float(custom["common"])),
    )


def inflect(code: str, use: str, name: str) -> tuple[str, str, str, str]:
    """
    The forms of a name: man, daughter, wife and the freer form a woman may choose; the longest known ending decides.

    Example:
        >>> inflect("LT", "surname", "Kazlauskas")
        ('Kazlauskas', 'Kazlauskaitė', 'Kazlauskienė', 'Kazlauskė')
        >>> inflect("NO", "surname", "Hansen")
        ('Hansen', 'Hansen', 'Hansen', 'Hansen')
    """
    fitting = [
        row
        for row in grouped("endings", "culture", "use").get((code, use), ())
        if name.endswith(row["ending"])
    ]
    if not fitting:
        return name, name, name, name
    row = max(fitting, key=lambda each: len(each["ending"]))
    stem = name.removesuffix(row["ending"])
    return stem + row["man"], stem + row["daughter"], stem + row["wife"], stem + row["other"]


@cache
def spellings() -> Mapping[str, tuple[str, ...]]:
    """
    The Latin spellings of names that no letter-by-letter scheme can romanise (Arabic, Persian).

    Example:
        >>> spellings()["محمد"][0]
        'Mohammed'
    """
    found = [*rows("given_names"), *rows("surnames")]
    return {row["name"]: tuple(row["spellings"].split(";")) for row in found if row["spellings"]}


def _given(code: str, sex: str) -> Weighted:
    names = [row["name"] for row in grouped("given_names", "culture", "sex")[code, sex]]
    return weighted(names, _zipf(len(names), _GIVEN_POWER))


def _fathers(custom: Row, men: Strings) -> Mapping[str, Strings]:
    """What a father's given name adds to his child's: nothing, the name itself or a patronymic."""
    if custom["inner"] != "patronymic":
        return {"M": men, "F": men}
    forms = [inflect(custom["culture"], "patronymic", name) for name in men]
    return {"M": strings([form[0] for form in forms]), "F": strings([form[1] for form in forms])}


def _surnames(code: str, common_share: float) -> Surnames:
    listed = grouped("surnames", "culture").get((code,), ())
    common = {row["name"]: row["female"] for row in listed}
    rare = [name for name in _composed(code) if name not in common]
    weights = _zipf(len(common), _SURNAME_POWER) * (common_share if rare else 1.0)
    names = [*common, *rare]
    forms = [_forms(code, name, common.get(name, "")) for name in names]
    man = weighted(names, np.concatenate([weights, _rare(len(rare)) * (1 - common_share)]))
    return Surnames(man, *(strings([form[at] for form in forms]) for at in (1, 2, 3)))


def _forms(code: str, name: str, female: str) -> tuple[str, str, str, str]:
    return (name, female, female, female) if female else inflect(code, "surname", name)


def _composed(code: str) -> list[str]:
    """Every stem with every ending, without those that nobody could pronounce."""
    parts = grouped("surname_parts", "culture", "part")
    stems = [row["text"] for row in parts.get((code, "stem"), ())]
    endings = [row["text"] for row in parts.get((code, "ending"), ())]
    joined = (stem + ending for stem in stems for ending in endings if not _clash(stem, ending))
    return list(dict.fromkeys(joined))


def _clash(stem: str, ending: str) -> bool:
    """Vowel on vowel, a third same letter, or the ending already there; an ending of its own kind may follow any stem."""
    before, after = stem[-1].lower(), ending[0]
    return (
        stem.lower().endswith(ending)
        or stem[-2:].lower() == after * 2
        or (before in _VOWELS and after in _VOWELS)
    )


def _zipf(count: int, power: float) -> Floats:
    """The k-th most frequent of them has a share that falls as a power of k; the shares add up to one."""
    weights: Floats = np.power(np.arange(count, dtype=np.float64) + _SHIFT, -power)
    return weights / weights.sum() if count else weights


def _rare(count: int) -> Floats:
    """Shares of rare surnames, the same on every run: heavy-tailed, but none gets as frequent as a common one."""
    chances = np.random.Generator(np.random.PCG64(count)).random(count)
    weights: Floats = np.minimum((1 - chances) ** (-1 / _RARE_TAIL), _RARE_CAP) - 0.9
    return weights / weights.sum() if count else weights


def alternate(
    options: tuple[Strings, Strings], chance: float, index: Integers, rng: np.random.Generator
) -> Strings:
    """
    One of two forms of each surname: the second with the given chance.

    Example:
        >>> forms = (strings(["Lapienė"]), strings(["Lapė"]))
        >>> alternate(forms, 1.0, np.array([0]), np.random.default_rng(1)).tolist()
        ['Lapė']
    """
    first, second = options
    return np.where(rng.random(len(index)) < chance, second[index], first[index])
