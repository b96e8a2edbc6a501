"""
What typing, copying and reading do to a written name.

Every error takes the two name fields and gives them back, changed where it can apply.
"""

import re
from collections.abc import Callable, Mapping

import numpy as np

from hpmatch.generate.tables import happens, pick

Fields = tuple[str, str]
Noise = Callable[[Fields, np.random.Generator], Fields]
Slip = Callable[[str, int, np.random.Generator], str]

_SHORT, _LONG, _CUT = 3, 12, 10
_KEYS = ("qwertyuiopå", "asdfghjkløæ", "zxcvbnm")
_LOOKALIKE = {
    "l": "1I",
    "i": "l",
    "o": "0",
    "m": "n",
    "n": "r",
    "u": "v",
    "c": "e",
    "e": "c",
    "h": "b",
    "g": "q",
    "t": "f",
}
_SOUNDALIKE = {
    "v": "w",
    "w": "v",
    "k": "c",
    "c": "k",
    "i": "y",
    "y": "i",
    "j": "i",
    "s": "z",
    "z": "s",
    "t": "d",
} | {
    "d": "t",
    "e": "a",
    "a": "e",
    "o": "u",
    "u": "o",
    "p": "b",
    "b": "p",
    "f": "v",
    "g": "k",
}
_TITLES = (
    "Dr {}",
    "Dr. {}",
    "{} M.D.",
    "dr. med. {}",
    "{}, MD",
    "Dr {} PhD",
    "med. dr {}",
    "{} (Dr.)",
    "Prof. {}",
)
_PARTICLE = re.compile(
    r"^(van der|van den|van de|van|von der|von|zu|de la|de las|de los|del|dela|de|di|da|dos|das|do|la|le|ter|ten|el|al|abu|bin|mac|mc|o|d|ní|ó)"
    r"([ '-]+)(?=\w)",
    re.IGNORECASE,
)
_GLUED = re.compile(r"^(Mc|Mac|El|Al|Abu|Van)(?=[A-Z])")


def hyphen(fields: Fields, rng: np.random.Generator) -> Fields:
    """
    A hyphen becomes a space or nothing, a space a hyphen.

    Example:
        >>> hyphen(("Smith-Jones", "Ann"), np.random.default_rng(1))
        ('Smith Jones', 'Ann')
    """
    at = 0 if "-" in fields[0] or ("-" not in fields[1] and " " in fields[0]) else 1
    name = fields[at]
    if "-" in name:
        return _put(fields, at, name.replace("-", " " if happens(rng, 0.75) else "", 1))
    first, _, second = name.partition(" ")
    return _put(fields, at, f"{first}-{second}" if second and first.istitle() else name)


def particle(fields: Fields, rng: np.random.Generator) -> Fields:
    """
    A particle before the surname is joined, moved to the end, cased otherwise or left out.

    Example:
        >>> sorted({particle(("van den Berg", "Jan"), np.random.default_rng(at))[0] for at in range(40)})
        ['Berg', 'Berg, van den', 'Van Den Berg', 'Vandenberg']
    """
    found = _PARTICLE.match(fields[0])
    if not found:
        return _put(fields, 0, _GLUED.sub(lambda each: each[0] + " ", fields[0]))
    rest = fields[0][found.end() :]
    joined = found[1].replace(" ", "") + rest
    forms = (
        rest,
        f"{rest}, {found[1]}",
        f"{found[1].title()} {rest}",
        joined[0].upper() + joined[1:].lower(),
    )
    return _put(fields, 0, pick(rng, forms))


def swapped(fields: Fields, _rng: np.random.Generator) -> Fields:
    """
    Surname and given name in each other's field.

    Example:
        >>> swapped(("Nagy", "Eszter"), np.random.default_rng(1))
        ('Eszter', 'Nagy')
    """
    return fields[1], fields[0]


def title(fields: Fields, rng: np.random.Generator) -> Fields:
    """
    A title stands in a name field.

    Example:
        >>> title(("Berg", "Kari"), np.random.default_rng(1))
        ('Berg', 'Prof. Kari')
    """
    at = int(happens(rng, 0.6))
    return _put(fields, at, pick(rng, _TITLES).format(fields[at]))


def upper_case(fields: Fields, rng: np.random.Generator) -> Fields:
    """
    The surname, or the whole name, in capitals.

    Example:
        >>> upper_case(("Weiß", "Ida"), np.random.default_rng(1))
        ('WEISS', 'Ida')
    """
    family, given = fields
    return family.upper(), given.upper() if happens(rng, 0.5) else given


def truncated(fields: Fields, _rng: np.random.Generator) -> Fields:
    """
    A long name is cut off.

    Example:
        >>> truncated(("Papadimitropoulou", "Maria"), np.random.default_rng(1))
        ('Papadimitr', 'Maria')
    """
    family, given = (name[:_CUT].strip() if len(name) > _LONG else name for name in fields)
    return family, given


def insert(word: str, at: int, rng: np.random.Generator) -> str:
    """A letter too many: doubled, or one of the common ones."""
    letter = word[at] if happens(rng, 0.5) else pick(rng, "aeinrst")
    return word[: at + 1] + letter.lower() + word[at + 1 :]


def delete(word: str, at: int, _rng: np.random.Generator) -> str:
    """A letter left out."""
    return word[:at] + word[at + 1 :]


def substitute(word: str, at: int, _rng: np.random.Generator) -> str:
    """A letter that sounds alike."""
    return word[:at] + _SOUNDALIKE.get(word[at], word[at]) + word[at + 1 :]


def transpose(word: str, at: int, _rng: np.random.Generator) -> str:
    """Two neighbouring letters change places."""
    return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


def keyboard(word: str, at: int, rng: np.random.Generator) -> str:
    """The key beside the right one."""
    row = next((keys for keys in _KEYS if word[at] in keys), word[at])
    place = row.index(word[at])
    beside = row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
    return word[:at] + (pick(rng, beside) if beside else word[at]) + word[at + 1 :]


def ocr(word: str, at: int, rng: np.random.Generator) -> str:
    """A letter, or a pair of them, that looks alike."""
    if "rn" in word:
        return word.replace("rn", "m", 1)
    return f"{word[:at]}{pick(rng, _LOOKALIKE.get(word[at], word[at]))}{word[at + 1 :]}"


def slip(error: Slip) -> Noise:
    """
    An error at one letter, made into an error of a name: the longer word of one field, seldom its first letter.

    Example:
        >>> slip(delete)(("Berg", "Kari"), np.random.default_rng(1))
        ('Brg', 'Kari')
    """

    def mistype(fields: Fields, rng: np.random.Generator) -> Fields:
        which = int(happens(rng, 0.45))
        word = max(fields[which].split(" "), key=len)
        if len(word) < _SHORT:
            return fields
        for _ in range(8):
            at = (
                int(rng.random() * len(word))
                if happens(rng, 0.08)
                else 1 + int(rng.random() * (len(word) - 1))
            )
            wrong = error(word, at, rng)
            wrong = wrong[:1].upper() + wrong[1:].lower() if word.istitle() else wrong
            if wrong.lower() != word.lower():
                return _put(fields, which, fields[which].replace(word, wrong, 1))
        return fields

    return mistype


def _put(fields: Fields, at: int, value: str) -> Fields:
    return (value, fields[1]) if at == 0 else (fields[0], value)


NOISES: Mapping[str, Noise] = {
    "hyphen": hyphen,
    "particle": particle,
    "typo-insert": slip(insert),
    "typo-delete": slip(delete),
    "typo-substitute": slip(substitute),
    "typo-transpose": slip(transpose),
    "typo-keyboard": slip(keyboard),
    "typo-ocr": slip(ocr),
    "truncated": truncated,
    "swapped-fields": swapped,
    "title-noise": title,
    "upper-case": upper_case,
}
