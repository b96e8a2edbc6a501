"""
Person names: from a typed field to tokens, and from a token to what it may agree with.

A field becomes a tuple of casefolded tokens in their own script, without titles, markers ("née", "geb.") and
particles. What a token may agree with (its spellings in basic Latin letters, its stem without a gendered ending, its
blocking keys) is worked out once for each distinct token.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby, pairwise
from string import ascii_uppercase
from typing import NamedTuple

from hpmatch.data import read_table
from hpmatch.standardise.bilingual import bilingual_groups, counterpart_of
from hpmatch.standardise.compounds import attach, joined_words, particles
from hpmatch.standardise.encodings import LOST
from hpmatch.standardise.given_names import name_groups
from hpmatch.standardise.misread import with_letters_for_digits, with_letters_for_signs, with_lost_letters
from hpmatch.standardise.scripts import CONSONANT_SCRIPTS, script_of, sounds
from hpmatch.standardise.signs import pinyin_syllables, with_surname_apart
from hpmatch.standardise.surnames import stems
from hpmatch.standardise.text import fold
from hpmatch.standardise.vowels import is_syllabic, syllable_in_latin, with_vowels_as_heard

# Longer ones do not occur in names; the bound keeps a damaged cell from costing more than a name.
MAX_TOKENS = 12
MAX_TOKEN_LETTERS = 40

# Behind some Hebrew letters an apostrophe is a geresh, which makes another sound of them (ג׳ון, John).
_APOSTROPHE, _WITH_GERESH = "['’‘ʼ`´ʹ]", "[גזצץת]"
_GERESH = re.compile(f"(?<={_WITH_GERESH}){_APOSTROPHE}")
_APOSTROPHES = re.compile(f"{_APOSTROPHE}|(?<!{_WITH_GERESH})׳")
_WORD = re.compile(rf"([^\W\d_](?:[^\W\d_]|[׳{LOST}])*)(\.?)")
_LETTERS = re.compile(r"[^\W\d_]+")
_SHORTEST_NAME = 3  # letters; in shorter words a capital may be a slip of the shift key
_HYPHENS = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}"
_SIGN = re.compile("[./-]")
_JOINT = re.compile("[./ -]+")  # between letters that stand together (J.P., M.D., e/v)


def name_tokens(text: str, *, given: bool = False) -> tuple[str, ...]:
    """
    The distinct tokens of one name field, casefolded and in their own script.

    Titles and markers are dropped unless nothing else stands there; so are the words between two surnames (García y
    López). Particles make one token with the name that follows. A placeholder ("unknown") leaves nothing.

    Args:
        text: What was typed into the field.
        given: Whether it is a field of given names, where no particle comes first (Ben Arthur, Le Thi).

    Example:
        >>> name_tokens("Prof. dr. Jānis  Bērziņš-Kalniņš")
        ('jānis', 'bērziņš', 'kalniņš')
        >>> name_tokens("Jan van der Berg")
        ('jan', 'van der berg')
        >>> name_tokens("Ben Arthur", given=True), name_tokens("Ben Ali")
        (('ben', 'arthur'), ('ben ali',))
        >>> name_tokens("ukjent"), name_tokens("12345")
        ((), ())
    """
    tokens = _tokens(text, particles() if given else frozenset())
    distinct = dict.fromkeys(tokens)
    if given and len(distinct) < len(tokens):
        distinct = dict.fromkeys(_with_doubles(tokens))
    return tuple(distinct)[:MAX_TOKENS]


def _with_doubles(tokens: Sequence[str]) -> Iterator[str]:
    """Given names in which a syllable of Pinyin that stands twice, which is a name (Wei-wei), is one token."""
    for token, same in groupby(tokens):
        is_double = [*same] == [token, token] and token in pinyin_syllables()
        yield token * 2 if is_double else token


def full_name_tokens(text: str) -> tuple[str, ...]:
    """
    The tokens of a whole name in their order, those that stand there twice included.

    A particle that comes first and is a given name too is taken for one. A name in Chinese signs or
    Hangul is written in one, the surname first.

    Example:
        >>> full_name_tokens("Abdullah Ahmed Abdullah"), full_name_tokens("Ben Hansen"), full_name_tokens("von Hansen")
        (('abdullah', 'ahmed', 'abdullah'), ('ben', 'hansen'), ('von hansen',))
        >>> full_name_tokens("王小明"), full_name_tokens("남궁민수"), full_name_tokens("김 민수")
        (('王', '小明'), ('남궁', '민수'), ('김', '민수'))
    """
    tokens = _tokens(text, _given_particles())[:MAX_TOKENS]
    return with_surname_apart(tokens[0]) if len(tokens) == 1 and not tokens[0].isascii() else tokens


def generations(text: str) -> frozenset[str]:
    """
    The generations of a family that the last word of a whole name tells.

    Example:
        >>> sorted(generations("Owen Hart, Jr.")), sorted(generations("Owen Hart III")), sorted(generations("Owen Hart"))
        (['2', '3', '4'], ['3'], [])
    """
    *names, last = text.split() or [""]
    return _generations().get(fold(last).strip("."), frozenset()) if names else frozenset()


@cache
def _generations() -> dict[str, frozenset[str]]:
    return {row["word"]: frozenset(row["generations"].split()) for row in read_table("name_generations")}


@cache
def _given_particles() -> frozenset[str]:
    return frozenset(word for word in particles() if name_groups(word))


def _tokens(text: str, apart: frozenset[str]) -> tuple[str, ...]:
    text = _with_capitals_apart(text)
    if (plain := _plain_words(text)) is not None:
        return plain
    words = _words_of(text)
    named, noise = _without_noise(words)
    if not named and "placeholder" in noise:
        return ()
    named = [_Word(part, word.has_dot) for word in named or words for part in _parts(word.text)]
    kept = [pair for place, pair in enumerate(named) if not _is_conjunction(place, named)] or named
    # A dot makes an initial of what could be a particle (O. Hansen).
    tokens = attach([f"{word.text}." if word.has_dot else word.text for word in kept], apart)
    return tuple(token.replace(".", "") for token in tokens)


def _with_capitals_apart(text: str) -> str:
    """
    A text in which names that stand together, each with its capital (JacobsenVatsøy), stand apart; McDonald is one name.

    A capital I amid a word that begins no known given name was an l (WiIson, but AnnaInger): many typefaces draw them alike.
    """
    if text.istitle() or text.isupper() or text.islower():  # as nearly all are
        return text
    return _LETTERS.sub(lambda found: _names_in(found[0]), text)


def _names_in(word: str) -> str:
    """The names of a word, with blanks between; the word itself where one of them is too short or stands before another."""
    names = _split_at_capitals(word)
    if not word[0].isupper() or len(attach([*map(str.casefold, names)])) < len(names):
        return word
    read = names[0] + "".join(f"l{name[1:]}" if _is_misread(name) else name for name in names[1:])
    names = _split_at_capitals(read)
    are_names = all(name.istitle() and len(name) >= _SHORTEST_NAME for name in names)
    return " ".join(names) if are_names else read


def _split_at_capitals(word: str) -> list[str]:
    starts = [at for at in range(1, len(word)) if word[at - 1].islower() and word[at].isupper()]
    return [word[start:end] for start, end in pairwise([0, *starts, len(word)])]


def _is_misread(name: str) -> bool:
    """Whether a name that begins with a capital I amid a word is none."""
    return name[0] == "I" and not name[1:2].isupper() and not name_groups(name.casefold())


def names_and_kinds(text: str) -> tuple[list[str], frozenset[str]]:
    """
    The words of a field that may be names, and the kinds of those that are none.

    Example:
        >>> names, kinds = names_and_kinds("Dr. Berg, née Dahl")
        >>> names, sorted(kinds)
        (['berg', 'dahl'], ['marker_birth_name', 'title'])
    """
    named, noise = _without_noise(_words_of(text))
    return [word.text for word in named], frozenset(noise)


class _Word(NamedTuple):
    """
    A word of a field.

    Attributes:
        text: Its letters.
        has_dot: Whether a dot follows, as one does behind those with signs in them (M.D, e/v).
        is_joined: Whether a hyphen joins it to another.
    """

    text: str
    has_dot: bool
    is_joined: bool = False


def _words_of(text: str) -> list[_Word]:
    words: list[_Word] = []
    for place, piece in enumerate(_abbreviations().split(_clean(text))):
        words += [_Word(piece.rstrip("."), has_dot=True)] if place % 2 else _plain_words_of(piece)
    return [word._replace(text=word.text[:MAX_TOKEN_LETTERS]) for word in words[: 4 * MAX_TOKENS]]


def _plain_words_of(piece: str) -> Iterator[_Word]:
    piece = with_letters_for_digits(piece)
    for found in _WORD.finditer(piece):
        beside = piece[max(found.start() - 1, 0) : found.start()], piece[found.end() : found.end() + 1]
        yield _Word(found[1], bool(found[2]), any(sign and sign in _HYPHENS for sign in beside))


def _is_conjunction(place: int, words: Sequence[_Word]) -> bool:
    """Whether a word stands between surnames; a single letter after a given name is an initial (John E Smith)."""
    word = words[place]
    if word.text not in _conjunctions() or len(word.text) > 1:
        return word.text in _conjunctions()
    between = 0 < place < len(words) - 1 and not word.has_dot
    return between and not name_groups(words[place - 1].text)


def _plain_words(text: str) -> tuple[str, ...] | None:
    """The words of a field that holds names alone, nothing to be dropped or joined; None if that is not sure."""
    text = text.casefold()
    if "-" in text and _abbreviations().search(text):
        return None
    words = text.replace("-", " ").split()
    if 0 < len(words) <= MAX_TOKENS and all(map(_is_plain, words)):
        return tuple(words)
    return None


@lru_cache(maxsize=1 << 20)
def _is_plain(word: str) -> bool:
    return (
        len(word) <= MAX_TOKEN_LETTERS
        and word.isalpha()
        and unicodedata.is_normalized("NFKC", word)
        and not is_syllabic(word)
        and fold(word) not in _words_with_a_rule()
    )


@cache
def _words_with_a_rule() -> frozenset[str]:
    return frozenset({*_noise(), *_conjunctions(), *joined_words()})


def _without_noise(words: Sequence[_Word]) -> tuple[list[_Word], list[str]]:
    """The words that are neither title, degree, marker nor placeholder; and the kinds of those that are."""
    named: list[_Word] = []
    kinds: list[str] = []
    place = 0
    while place < len(words):
        noise = next(
            (noise for noise in _noise().get(fold(words[place].text), ()) if noise.stands_at(place, words)),
            None,
        )
        if noise is None:
            named.append(words[place])
        else:
            kinds.append(noise.kind)
        place += 1 if noise is None else len(noise.words)
    return named, kinds


class _Noise(NamedTuple):
    """A word, or several, that stand in name fields and are no name."""

    words: tuple[str, ...]
    kind: str
    rule: str

    def stands_at(self, place: int, text: Sequence[_Word]) -> bool:
        end = place + len(self.words)
        if tuple(fold(word.text) for word in text[place:end]) != self.words:
            return False
        # Half of a double surname (Lord-Martin) is no title, though it may come first or last.
        alone, has_dot = not any(word.is_joined for word in text[place:end]), text[end - 1].has_dot
        return {
            "any": True,
            "with_dot": has_dot,
            "first_with_dot": place == 0 and end < len(text) and has_dot,
            "first": alone and place == 0 and end < len(text),
            "last": alone and place > 0 and end == len(text),
            "between": place > 0 and end < len(text),
        }[self.rule]


def _clean(text: str) -> str:
    """Casefolded letters, dots and blanks; apostrophes close up, control characters and marks of direction go."""
    text = with_lost_letters(text.casefold())
    if not (text.isascii() and text.isprintable()):
        text = with_letters_for_signs(text)
        # NFKC makes a blank and a mark of an acute accent that stands for an apostrophe.
        composed = with_vowels_as_heard(unicodedata.normalize("NFKC", text.replace("´", "'")))
        text = "".join(filter(None, map(_visible, composed)))
        text = _GERESH.sub("׳", text)
    return _APOSTROPHES.sub("", text)


@lru_cache(maxsize=1 << 16)
def _visible(letter: str) -> str:
    if is_syllabic(letter):
        return syllable_in_latin(letter)
    category = unicodedata.category(letter)
    # A mark that NFKC could not compose (Arabic vowel signs, stray accents) would split the word.
    return "" if category in ("Mn", "Cf", "Cc") and letter not in "\t\n\r" else letter


def _parts(word: str) -> list[str]:
    return [part for part in _JOINT.split(word) if part]


@cache
def _abbreviations() -> re.Pattern[str]:
    """What is no name and has a sign in it, as the table writes it; and initials (J.M.D.), no part of which is a title."""
    words = {row["word"] for row in read_table("name_noise") if _SIGN.search(row["word"])}
    longest_first = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    letter = r"[^\W\d_]"
    # In a group, so that the pattern splits a text into what is between them and them.
    return re.compile(rf"(?<!\w)((?:{longest_first})(?!\w|\.{letter}\b)\.?|(?:{letter}\.)+{letter}\b\.?)")


@cache
def _noise() -> dict[str, tuple[_Noise, ...]]:
    """What is no name, by its first word, the longest first."""
    found: dict[str, list[_Noise]] = {}
    for row in read_table("name_noise"):
        word = row["word"]
        words = (word.rstrip("."),) if _SIGN.search(word) else tuple(word.split())
        found.setdefault(words[0], []).append(_Noise(words, row["kind"], row["rule"]))
    return {word: tuple(sorted(each, key=lambda noise: -len(noise.words))) for word, each in found.items()}


@cache
def _conjunctions() -> frozenset[str]:
    return frozenset(row["word"] for row in read_table("name_conjunctions"))


_KEY_LETTERS = 4
_MAX_KEYS = 3


@lru_cache(maxsize=1 << 20)
def token_keys(token: str) -> tuple[str, ...]:
    """
    The blocking keys of a token: its first consonants, as classes of sounds that spellings interchange.

    They survive romanisation, gendered endings and most typing errors. A surname in two languages has those of its
    counterpart too.

    Returns:
        At most three keys of at most four letters, the likeliest first, and those of counterparts.

    Example:
        >>> token_keys("kowalska") == token_keys("kovalski")
        True
        >>> token_keys("murphy"), token_keys("ó murchú")[-1:]
        (('mrv',), ('mrv',))
        >>> token_keys("müller") == token_keys("mueller")
        True
    """
    if script_of(token) in CONSONANT_SCRIPTS:
        return _keys(token)
    votes: dict[str, int] = {}
    for form in dict.fromkeys(stem.rstrip(ascii_uppercase) for stem in stems(token)):
        for key in _keys(form):
            votes[key] = votes.get(key, 0) + 1
    own = sorted(votes, key=votes.__getitem__, reverse=True)[:_MAX_KEYS]
    if groups := bilingual_groups(token):
        own += [key for name in sorted(map(counterpart_of, groups)) for key in _keys(name)]
    return tuple(dict.fromkeys(own))


def _keys(form: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sound[:_KEY_LETTERS] for sound in sounds(form)))
