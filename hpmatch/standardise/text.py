"""
Text reduced to what keywords are compared by: folded letters, words, known phrases.

`fold` is for keywords (titles, countries, markers), in any script. It keeps no spelling variants and is therefore not
the romanisation of names.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

Value = TypeVar("Value")

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "ı": "i",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
}
_WORD = re.compile(r"[^\W_]+")
_PATTERN = re.compile(r"\*?[^\W_]+\*?")
_UMLAUT = re.compile("(?<=[aou])e")  # the e of ae, oe and ue, typed for ä, ö, ø and ü
_KEY = 3  # letters by which stems and ends are filed; none may be shorter
_WORDS_REMEMBERED = 65_536


class _BareLetters(dict[int, str]):
    """For `str.translate`: what each character folds to, learnt as characters come."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = "" if unicodedata.combining(character) else _LETTERS.get(character, character)
        return self[code]


_BARE_LETTERS = _BareLetters()


def fold(text: str) -> str:
    """
    Reduce text to plain lower-case letters, for comparing keywords in any script.

    Case, diacritics and compatibility forms go; ø, ł, đ, æ, ß, þ, ð and ı become the Latin letters they are usually
    typed as. Spaces and punctuation stay. Folding twice changes nothing more.

    Args:
        text: Any text.

    Returns:
        The folded text; other scripts than Latin keep their own letters.

    Examples:
        >>> fold("Sjuksköterska Łucja ØRSTED ß")
        'sjukskoterska lucja orsted ss'
        >>> fold("Ιατρός") == fold("ΙΑΤΡΟΣ")
        True
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", decomposed).translate(_BARE_LETTERS))


def split_words(text: str) -> list[str]:
    """
    Split text into its folded words; everything that is no letter or digit separates.

    Args:
        text: Any text.

    Returns:
        The words in their order.

    Examples:
        >>> split_words("Lékař(ka), chirurg-dentista")
        ['lekar', 'ka', 'chirurg', 'dentista']
    """
    return _WORD.findall(fold(text))


class Match(NamedTuple, Generic[Value]):
    """A known phrase found in a text: the words from `start` up to `end`, and what the phrase stands for."""

    start: int
    end: int
    value: Value


class PhraseIndex(Generic[Value]):
    """
    Finds known phrases in a text, the longest first, in time that does not depend on how many phrases there are.

    A word of a phrase may end with `*` (a stem, whatever its ending) or begin with `*` (the end of a compound). A word of
    the text that is in no phrase is tried as typed without umlauts: 'aerztin' as 'ärztin'.

    Examples:
        >>> index = PhraseIndex({"lekar*": "doctor", "lekarz dentysta": "dentist", "*arzt": "doctor"})
        >>> [match.value for match in index.find(split_words("Lekarz Dentysta, Lékařka, Oberarzt"))]
        ['dentist', 'doctor', 'doctor']
    """

    def __init__(self, phrases: Mapping[str, Value]) -> None:
        self._values = {tuple(_PATTERN.findall(fold(phrase))): value for phrase, value in phrases.items()}
        self._beginnings = {patterns[:n] for patterns in self._values for n in range(1, len(patterns) + 1)}
        self._known = {pattern for patterns in self._values for pattern in patterns}
        self._stems: dict[str, list[str]] = {}
        self._ends: dict[str, list[str]] = {}
        for pattern in sorted(self._known):
            if pattern.endswith("*"):
                self._stems.setdefault(pattern[:_KEY], []).append(pattern)
            elif pattern.startswith("*"):
                self._ends.setdefault(pattern[-_KEY:], []).append(pattern)
        self._patterns = lru_cache(_WORDS_REMEMBERED)(self._patterns_of)

    def find(self, words: Sequence[str]) -> list[Match[Value]]:
        """
        Find the phrases in folded words, none of them overlapping; a longer phrase wins over a shorter one.

        Args:
            words: Folded words, as `split_words` gives them.

        Returns:
            The matches in the order of the text.
        """
        matches = self._find(words)
        if not any(map(_UMLAUT.search, words)):
            return matches
        taken = {at for match in matches for at in range(match.start, match.end)}
        return self._find([word if at in taken else _UMLAUT.sub("", word) for at, word in enumerate(words)])

    def _find(self, words: Sequence[str]) -> list[Match[Value]]:
        """Find the phrases in words that are spelled as they are."""
        patterns = [self._patterns(word) for word in words]
        if not any(patterns):
            return []
        candidates = sorted(self._candidates(patterns), key=lambda found: (-found[0], found[1], found[2]))
        taken: set[int] = set()
        matches = []
        for _, start, end, value in candidates:
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                matches.append(Match(start, end, value))
        return sorted(matches, key=lambda match: match.start)

    def _candidates(self, patterns: Sequence[Sequence[str]]) -> Iterator[tuple[int, int, int, Value]]:
        """Give every phrase that fits, overlapping or not: its number of letters, its first word, its end, its value."""
        for start in range(len(patterns)):
            begun: list[tuple[str, ...]] = [()]
            for end in range(start, len(patterns)):
                begun = [
                    longer
                    for shorter in begun
                    for pattern in patterns[end]
                    if (longer := (*shorter, pattern)) in self._beginnings
                ]
                if not begun:
                    break
                for phrase in begun:
                    if phrase in self._values:
                        yield _letters(phrase), start, end + 1, self._values[phrase]

    def _patterns_of(self, word: str) -> tuple[str, ...]:
        """Give the patterns that fit one word: the word itself, its stems, its ends."""
        whole = [word] if word in self._known else []
        stems = [stem for stem in self._stems.get(word[:_KEY], ()) if word.startswith(stem[:-1])]
        ends = [end for end in self._ends.get(word[-_KEY:], ()) if word.endswith(end[1:])]
        return (*whole, *stems, *ends)


def _letters(phrase: Iterable[str]) -> int:
    return sum(len(pattern.strip("*")) for pattern in phrase)
