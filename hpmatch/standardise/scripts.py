"""
Spelling a token of any script in basic Latin letters, in each way that is in use, and what those spellings share.

A name is romanised in as many ways as there are schemes: by passport law, by scholars, by German, French or Polish ear.
`romanisation_schemes.csv` lists the schemes with the letters that tell a language; `romanisation.csv` says what each
scheme makes of a letter. `spelling_sounds.csv` says what Latin groups of letters, and the letters of scripts that leave
vowels out, may sound like. Chinese signs are spelled by their sound in Mandarin and as `signs` reads them. Unidecode stands
in for letters that no table knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, wraps
from operator import itemgetter
from string import ascii_lowercase
from typing import TypeVar

from unidecode import unidecode

from hpmatch.data import read_table
from hpmatch.standardise.compounds import single_words
from hpmatch.standardise.signs import is_han, readings, syllables
from hpmatch.standardise.text import fold

Form = TypeVar("Form")

MAX_SPELLINGS = 12
MAX_SOUNDS = 3
_LETTERS_OF_ONE = 2  # a letter and a sign, or a letter of two characters
CONSONANT_SCRIPTS = frozenset({"arabic", "hebrew"})
_REMEMBERED = 1 << 20
_AFTER_LATIN, _MORE_LATIN = "\u0250", ("\u1e00", "\u1eff")
_NO_LETTER = re.compile(r"[^a-z]+")
_ARABIC_ARTICLE = re.compile(r"^ال(?=..)")
_HAS_VOWEL = re.compile("[aeiouy]")
_FINAL_VOWELS = frozenset("aeiouy")
_REPEATED = re.compile(r"(.)\1+")
_DOUBLED = re.compile(r"([b-df-hj-np-tv-xz])\1+")
_once = itemgetter(1)  # of a match; faster than the template "\\1"

# Scripts whose letters are syllables or make such; Pinyin is what Chinese signs are spelled in.
_SYLLABARIES = frozenset({"hangul", "kana"})
_NO_ALPHABETS = _SYLLABARIES | {"pinyin"}
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F5)}  # for the katakana that sound alike

# The letters that contexts speak of; signs have no sound of their own.
_VOWELS = {
    "cyrillic": "аеёиоуыэюяіїє",
    "greek": "αεηιουωϊϋ",
    "armenian": "աեէըիոօ",
    "georgian": "აეიოუ",
    "arabic": "اأإآوىيی",
    "hebrew": "אוי",
    "latin": "aeiouyäöüåæøőűâăîı",
}
_FRONT = {"cyrillic": "еёиыэюяіїє", "greek": "εηιυ", "latin": "eiyäöü"}
_VOICELESS = {"greek": "θκξπσςτφχψ"}
_SIGNS = {"cyrillic": "ьъ"}


@dataclass(frozen=True)
class Rule:
    """Letters of one script in one context."""

    letters: str
    context: str


@cache
def _contexts(script: str) -> dict[str, tuple[str, str]]:
    """The contexts in which letters may stand, the strongest first: what is before and after, as regular expressions."""
    vowel, consonant = _one_of(_VOWELS.get(script, "")), _one_of(_VOWELS.get(script, ""), other=True)
    front = f"(?={_one_of(_FRONT.get(script, ''))})"
    return {
        "suffix_ka": (f"(?<=.{consonant})", r"(?=a\Z)"),
        "before_final": ("(?<=.)", rf"(?={consonant}\Z)"),
        "initial_before_front": (r"\A", front),
        "final": ("", r"\Z"),
        "initial": (r"\A", ""),
        "between_vowels": (f"(?<={vowel})", f"(?={vowel})"),
        "before_voiceless": ("", f"(?={_one_of(_VOICELESS.get(script, ''))})"),
        "before_liquid": ("", "(?=[lr])"),
        "before_front": ("", front),
        "between_consonants": (f"(?<={consonant})", f"(?={consonant})"),
        "before_consonant": ("", f"(?={consonant})"),
        "before_vowel": ("", f"(?={vowel})"),
        "after_sign": (f"(?<={_one_of(_SIGNS.get(script, ''))})", ""),
        "after_consonant": (f"(?<={consonant})", ""),
        "after_vowel": (f"(?<={vowel})", ""),
        "": ("", ""),
    }


def _one_of(letters: str, *, other: bool = False) -> str:
    if not letters:
        return "." if other else "(?!)"
    return f"[{'^' if other else ''}{letters}]"


class Segmenter:
    """
    Cuts a token of one script into the longest letter groups that a table knows, by the strongest context.

    Example:
        >>> rules = [Rule("s", ""), Rule("sh", ""), Rule("a", ""), Rule("a", "final")]
        >>> Segmenter("latin", dict(enumerate(rules)))("sha-sa")
        [1, 2, 0, 3]
    """

    def __init__(self, script: str, rules: Mapping[int, Rule]) -> None:
        contexts = _contexts(script)
        strength = {context: place for place, context in enumerate(contexts)}
        order = sorted(
            rules,
            key=lambda place: (-len(rules[place].letters), strength[rules[place].context]),
        )
        by_letter: dict[str, list[int]] = {}
        for place in order:
            by_letter.setdefault(rules[place].letters[0], []).append(place)
        # One expression for each first letter; the number of the group that matched tells the rule.
        self._of_letter = {
            letter: (
                re.compile(
                    "|".join(_expression(rules[place], *contexts[rules[place].context]) for place in places)
                ).match,
                (-1, *places),
            )
            for letter, places in by_letter.items()
        }

    def __call__(self, token: str) -> list[int]:
        """Give the numbers of the rules that apply; letters that no rule knows are left out."""
        found, start, size, of_letter = [], 0, len(token), self._of_letter
        while start < size:
            known = of_letter.get(token[start])
            match = known[0](token, start) if known else None
            if match and known:
                found.append(known[1][match.lastindex or 0])
                start = match.end()
            else:
                start += 1
        return found


def _expression(rule: Rule, before: str, after: str) -> str:
    return f"{before}({re.escape(rule.letters)}){after}"


def script_of(token: str) -> str:
    """
    Name the script of a casefolded token by its first letter that a table knows; "" where there is none.

    Example:
        >>> script_of("юлия"), script_of("keren"), script_of("קרן"), script_of("王")
        ('cyrillic', 'latin', 'hebrew', '')
    """
    if token.isascii():
        return "latin"
    known = next(filter(None, map(_script_by_letter().get, token)), "")
    return known or ("latin" if any(map(_is_latin, token)) else "")


def _is_latin(letter: str) -> bool:
    return letter < _AFTER_LATIN or _MORE_LATIN[0] <= letter <= _MORE_LATIN[1]


def _of_single_words(
    most: int,
) -> Callable[[Callable[[str], tuple[Form, ...]]], Callable[[str], tuple[Form, ...]]]:
    """Let a function of one word take a token of several ("van der berg"), by the words that it may be written as."""

    def decorate(find: Callable[[str], tuple[Form, ...]]) -> Callable[[str], tuple[Form, ...]]:
        @lru_cache(maxsize=_REMEMBERED)
        @wraps(find)
        def found(token: str) -> tuple[Form, ...]:
            if " " not in token:
                return find(token)
            return tuple(dict.fromkeys(form for word in single_words(token) for form in find(word)))[:most]

        return found

    return decorate


@_of_single_words(MAX_SPELLINGS)
def spellings(token: str) -> tuple[str, ...]:
    """
    The spellings that a token takes in the letters a to z under the schemes in use, the most official first.

    Args:
        token: A casefolded token of any script.

    Returns:
        At most 12 distinct spellings; empty if the token has no letter.

    Example:
        >>> spellings("sjögren")
        ('sjogren', 'sjoegren')
        >>> spellings("щерев")[:4]
        ('shcherev', 'shterev', 'scerev', 'schtscherew')
    """
    if token.isascii():
        spelling = _NO_LETTER.sub("", token.lower()) if not (token.isalpha() and token.islower()) else token
        return (spelling,) if spelling else ()
    token = unicodedata.normalize("NFC", token.casefold())
    script = script_of(token)
    if not script:
        return _spellings_of_signs(token)
    return tuple(dict.fromkeys(filter(None, _alphabet(script).spell(_known_letters(script, token)))))[
        :MAX_SPELLINGS
    ]


def _spellings_of_signs(token: str) -> tuple[str, ...]:
    """The spellings of a token whose script is no alphabet: Chinese signs by their sound in Mandarin, then as the tables read it."""
    read = readings(token)
    if is_han(token):
        each = syllables(token)
        wade_giles = map("".join, zip(*map(_alphabet("pinyin").spell, each), strict=True))
        found = ("".join(each), *wade_giles, *read)
    elif script := next(filter(None, map(_syllabary_by_letter().get, _in_parts(token))), ""):
        found = (*read, *_alphabet(script).spell(_known_letters(script, _in_parts(token))))
    else:
        found = (_bare(token),)
    return tuple(dict.fromkeys(filter(None, found)))[:MAX_SPELLINGS]


def _in_parts(token: str) -> str:
    """Hangul as the letters of its syllables, katakana as hiragana."""
    return "".join(
        letter if "ぁ" <= letter <= "ヿ" else unicodedata.normalize("NFD", letter)
        for letter in token.translate(_HIRAGANA)
    )


def is_single(token: str) -> bool:
    """
    Whether a token is a single letter, whatever it is spelled as in Latin ones.

    Example:
        >>> is_single("ø"), is_single("ж"), is_single("θ"), is_single("bo"), is_single("王")
        (True, True, True, False, False)
    """
    if len(token) > _LETTERS_OF_ONE:
        return False
    shortest = min(map(len, spellings(token)), default=0)
    return shortest == 1 or (len(token) == 1 and bool(script_of(token)))


@_of_single_words(MAX_SOUNDS)
def sounds(token: str) -> tuple[str, ...]:
    """
    What the different spellings of a token have in common: its consonants, as classes that spellings interchange.

    A leading "a" stands for a first vowel; other vowels are left out, as some scripts do.

    Args:
        token: A casefolded token of any script.

    Returns:
        At most three strings of the letters a to z, the likeliest first; empty if the token has no letter.

    Example:
        >>> sounds("щербакова")[0] == sounds("schtscherbakowa")[0] == sounds("szczerbakowa")[0]
        True
        >>> set(sounds("محمد")) & set(sounds("mohamed"))
        {'mkmt'}
    """
    readings, several = _readings()
    vowels_written = script_of(token) not in CONSONANT_SCRIPTS
    votes: dict[str, int] = {}
    for units in sound_units(token):
        most = 1 if several.keys().isdisjoint(units) else max([several.get(unit, 1) for unit in units])
        for choice, classes in enumerate(readings[:most]):
            sound = _joined("".join([classes[unit] for unit in units]), vowels_written)
            votes[sound] = votes.get(sound, 0) + MAX_SOUNDS - choice
    ordered = sorted(votes, key=votes.__getitem__, reverse=True) if len(votes) > 1 else votes
    return tuple(filter(None, ordered))[:MAX_SOUNDS]


def _joined(classes: str, vowels_written: bool) -> str:
    """The same class twice is one (shch, ss), unless the script may leave out a vowel between."""
    joined = (_REPEATED.sub(_once, classes) if vowels_written else classes).replace("a", "")
    return "a" + joined if classes.startswith("a") else joined


@cache
def _readings() -> tuple[tuple[tuple[str, ...], ...], dict[int, int]]:
    """The class of each unit in the first, second and third reading of a word; how many units with several have."""
    classes = [unit.classes[:MAX_SOUNDS] for unit in sound_table()]
    readings = [tuple(each[min(choice, len(each) - 1)] for each in classes) for choice in range(MAX_SOUNDS)]
    return tuple(readings), {unit: len(each) for unit, each in enumerate(classes) if len(each) > 1}


@dataclass(frozen=True)
class SoundUnit:
    """A row of `spelling_sounds.csv`: letters that are heard as one, and as what; whether they may be heard apart too."""

    script: str
    rule: Rule
    apart: bool
    sounds: dict[str, float]
    left_out: float
    unwritten: float
    classes: tuple[str, ...]


@cache
def sound_table() -> tuple[SoundUnit, ...]:
    """Give the rows of `spelling_sounds.csv`."""
    return tuple(
        SoundUnit(
            row["script"],
            Rule(row["letters"].casefold(), row["context"]),
            row["apart"] == "yes",
            {
                sound: float(cost or 0)
                for sound, _, cost in (cell.partition(":") for cell in row["sounds"].split())
            },
            float(row["left_out"]),
            float(row["unwritten"]),
            tuple(cell.replace("-", "") for cell in row["classes"].split()),
        )
        for row in read_table("spelling_sounds")
    )


@_of_single_words(MAX_SPELLINGS)
def sound_units(token: str) -> tuple[tuple[int, ...], ...]:
    """
    Cut a token into units that are heard as one.

    A Latin token, or one of a script that leaves vowels out, is cut as it stands (an Arabic one also without its
    article), letters that may be one sound or several in both ways; any other one in each of its spellings.

    Returns:
        Distinct sequences of places in `sound_table`.

    Example:
        >>> [[sound_table()[place].rule.letters for place in units] for units in sound_units("schmidt")]
        [['sch', 'm', 'i', 'dt']]
    """
    token = token if token.isascii() else unicodedata.normalize("NFC", token.casefold())
    script = script_of(token)
    if script == "latin":
        forms: Iterable[str] = (_latin_letters(token),)
    elif script in CONSONANT_SCRIPTS:
        forms = (_known_letters(script, token), _ARABIC_ARTICLE.sub("", _known_letters(script, token)))
    else:
        together = _sound_segmenters("latin")[0]
        return _distinct(together(_undoubled(form)) for form in spellings(token))
    return _distinct(cut(form) for form in map(_undoubled, forms) for cut in _ways_to_cut(script, form))


def _distinct(sequences: Iterable[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(dict.fromkeys(filter(None, map(tuple, sequences))))


def _undoubled(form: str) -> str:
    return _DOUBLED.sub(_once, form)


def _ways_to_cut(script: str, form: str) -> tuple[Segmenter, ...]:
    together, apart, in_doubt = _sound_segmenters(script)
    return (together, apart) if in_doubt(form) else (together,)


@cache
def _sound_segmenters(script: str) -> tuple[Segmenter, Segmenter, Callable[[str], object]]:
    """How tokens of a script are cut: letters that may be one sound or several (tj, تش) together or apart; who has such."""
    units = {place: unit for place, unit in enumerate(sound_table()) if unit.script == script}
    letters = sorted({unit.rule.letters for unit in units.values() if unit.apart})
    return (
        Segmenter(script, {place: unit.rule for place, unit in units.items()}),
        Segmenter(script, {place: unit.rule for place, unit in units.items() if not unit.apart}),
        re.compile("|".join(map(re.escape, letters)) or "(?!)").search,
    )


def _latin_letters(token: str) -> str:
    """A Latin token with those marks only that the sounds know."""
    if token.isascii():
        return token.lower()
    return "".join([_latin_letter(letter) for letter in token])


@lru_cache(maxsize=1 << 16)
def _latin_letter(letter: str) -> str:
    return letter if any(unit.rule.letters == letter for unit in sound_table()) else _bare(letter)


def _known_letters(script: str, token: str) -> str:
    """A token in the letters that a script's table knows, and a to z for what it does not."""
    return "".join([_known_letter(script, letter) for letter in token])


@lru_cache(maxsize=1 << 16)
def _known_letter(script: str, letter: str) -> str:
    known = _alphabet(script).letters
    return next((each for each in (letter, fold(letter)) if each in known), _bare(letter))


@lru_cache(maxsize=1 << 16)
def _bare(text: str) -> str:
    folded = fold(text)
    return _NO_LETTER.sub("", folded if folded.isascii() else unidecode(folded).lower())


@dataclass(frozen=True)
class _Scheme:
    """How one scheme writes each rule's letters, and the letters that tell its language."""

    own_letters: frozenset[str]
    foreign_letters: frozenset[str]
    filler: str
    latin: tuple[str, ...]


class _Alphabet:
    """The schemes of one script, and how each writes a token."""

    def __init__(self, script: str) -> None:
        self._said = {("", letter, ""): letter for letter in ascii_lowercase}
        for row in read_table("romanisation"):
            if row["script"] == script:
                for context in row["context"].split() or [""]:
                    self._said[row["scheme"], row["letters"].casefold(), context] = row["latin"]
        self.letters = frozenset(letter for _, letters, _ in self._said for letter in letters)
        rules = sorted({(letters, context) for _, letters, context in self._said})
        schemes = [row for row in read_table("romanisation_schemes") if row["script"] == script]
        self._base = schemes[0]["scheme"]
        self._cut = Segmenter(script, {place: Rule(*rule) for place, rule in enumerate(rules)})
        self._schemes = [
            _Scheme(
                frozenset(row["own_letters"]),
                frozenset(row["foreign_letters"]),
                row["filled_vowel"],
                tuple(self._latin(row["scheme"], *rule) for rule in rules),
            )
            for row in schemes
        ]

    def _latin(self, scheme: str, letters: str, context: str) -> str:
        """What a scheme makes of letters: by its own rows, else by those of the first scheme, else letter by letter."""
        for by in (scheme, self._base, ""):
            for where in dict.fromkeys((context, "")):
                if (by, letters, where) in self._said:
                    return self._said[by, letters, where]
        return (
            "".join(self._latin(scheme, letter, "") for letter in letters)
            if len(letters) > 1
            else _bare(letters)
        )

    def spell(self, token: str) -> Iterator[str]:
        """Spell a token by each scheme whose language may have written it, that of its own letters first."""
        present = frozenset(token)
        pieces = self._cut(token)
        schemes = [scheme for scheme in self._schemes if present.isdisjoint(scheme.foreign_letters)]
        schemes.sort(key=lambda scheme: present.isdisjoint(scheme.own_letters))
        for scheme in schemes:
            letters = [scheme.latin[piece] for piece in pieces]
            yield _filled(letters, scheme.filler) if scheme.filler else "".join(letters)


def _filled(letters: Sequence[str], vowel: str) -> str:
    """
    Fill in a vowel that the script leaves out, so that each syllable but the last ends with at most one consonant.

    An empty piece stands for a consonant that Latin letters leave out.
    """
    filled: list[str] = []
    vocal, closed = False, True  # the last piece ends with a vowel; it closes a syllable
    for place, piece in enumerate(letters):
        consonant = not _HAS_VOWEL.search(piece)
        insert = consonant and place > 0 and not vocal and (not closed or place == len(letters) - 1)
        filled += [vowel, piece] if insert else [piece]
        closed = not consonant or insert or vocal
        vocal = piece[-1:] in _FINAL_VOWELS if piece else False
    return "".join(filled)


@cache
def _alphabet(script: str) -> _Alphabet:
    return _Alphabet(script)


@cache
def _script_by_letter() -> dict[str, str]:
    return {letter: script for letter, script in _by_letter() if script not in _NO_ALPHABETS}


@cache
def _syllabary_by_letter() -> dict[str, str]:
    return {letter: script for letter, script in _by_letter() if script in _SYLLABARIES}


def _by_letter() -> Iterator[tuple[str, str]]:
    for row in read_table("romanisation"):
        for letter in row["letters"].casefold():
            yield letter, row["script"]
