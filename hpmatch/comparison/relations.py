"""How two tokens are related that are not spelled alike: by a stem, by being forms of one name, as an initial."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import permutations, product
from string import ascii_uppercase
from typing import Any, NamedTuple

import numpy as np

from hpmatch.arrays import FloatArray, IntArray, Mask
from hpmatch.comparison.one_similarity import similarity_of
from hpmatch.comparison.spelling import token_similarity
from hpmatch.data import read_table
from hpmatch.standardise.beginnings import begun_otherwise
from hpmatch.standardise.bilingual import bilingual_groups
from hpmatch.standardise.given_names import are_apart, implied_sex_of_given, name_groups
from hpmatch.standardise.scripts import is_single, script_of, sounds, spellings
from hpmatch.standardise.signs import pinyin_syllables, two_syllables
from hpmatch.standardise.surname_groups import surname_groups
from hpmatch.standardise.surnames import are_derived_apart, stems
from hpmatch.standardise.token_forms import variant_groups

# Tokens that share a stem are at least so alike.
SHARED_STEM_LIKENESS = 0.4
# Stems of which each is spelled in its own way are at least so alike, and tokens that have such stems; above, the tokens are
# spellings of one form.
_ALIKE_STEMS = 0.94
_ALIKE_TOKENS = 0.78
# Common surnames that sound so much the same may be one name in two countries, whatever their groups: Sousa and Sosa.
_SOUNDING_ALIKE = 0.965
# The classes of endings of languages in other letters, see ``surname_endings.csv``; other languages' names have one spelling.
_TRANSCRIBED = frozenset({"", "H", "N", "Y"})
# Less alike, words so short that another letter makes another name are two, but not o for u and e for i.
SOUNDING_MUCH_THE_SAME = 0.915
_REMEMBERED = 1 << 16
# The e of ae, oe and ue that stands for marks; in a name of fewer letters it may as well make another (Noel, Joel).
_EXPANDED, _LONG, _ALIKE_EXPANDED = re.compile(r"(?<=[aou])(?<![aeiouy][aou])e(?![aeiouy])"), 5, 0.8
# Letters at least that are left out of a name that is shortened, and that are left of one that no table knows short.
_LEFT_OUT, _SHORTEST_BEGINNING = 2, 3
_GIVEN = (
    "given name"  # an abbreviation that is a name itself stands only for given names that their table knows
)
# Endings of given names of men and women that stand against each other: Lithuanian and Latvian -s, Romance and Slavic -o,
# and none behind a consonant in most languages, against -a or -e.
_OF_MAN = ("s", "as", "is", "us", "ius", "o")
_OF_WOMAN = re.compile(r"(.{2,}[^aeiouy])[ae]")


class Relations(NamedTuple):
    """
    How the tokens of k pairs, or with plain numbers of one, are related.

    Attributes:
        stem: bool[k], they differ in an ending that changes with sex or marriage.
        variant: bool[k], they are forms of one name.
        initial: bool[k], one is the first letter of the other, or what that is shortened to.
        beginning: bool[k], one is the beginning of the other and no name by itself.
        expanded: bool[k], one has ae, oe or ue where the other lost the marks of ä, ö, ø or ü.
    """

    stem: Any
    variant: Any
    initial: Any
    beginning: Any
    expanded: Any


class MayShare(NamedTuple):
    """
    Which of k pairs of tokens may have something in common, the others surely not.

    Attributes:
        stem: bool[k], they may share a stem.
        group: bool[k], they may share a group of given names, or of surnames in two languages.
        letters: bool[k], one may begin with the other.
    """

    stem: Mask
    group: Mask
    letters: Mask


def relations(
    tokens: Sequence[str],
    left: IntArray,
    right: IntArray,
    similarity: FloatArray,
    may_share: MayShare | None = None,
) -> Relations:
    """
    Find out how tokens are related.

    Args:
        tokens: Distinct tokens.
        left: int64[k], places of the left tokens.
        right: int64[k], places of the right tokens.
        similarity: float64[k], how alike they are.
        may_share: Which pairs are worth a look, where that is known.

    Example:
        >>> found = relations(["liz", "elisabeth", "e"], np.array([0, 2]), np.array([1, 1]), np.array([0.3, 0.2]))
        >>> found.variant.tolist(), found.initial.tolist()
        ([True, False], [False, True])
    """
    if may_share is None:
        grouped = np.array([bool(variant_groups(token)) for token in tokens], bool)
        every = np.ones(len(left), bool)
        may_share = MayShare(every, grouped[left] & grouped[right], every)
    short = np.array([is_abbreviated(token) for token in tokens], bool)
    other = similarity < 1

    def look(may: Mask, related: Callable[[str, str], bool]) -> Mask:
        """Only what may be related is looked at one by one."""
        found = np.zeros(len(left), bool)
        places = (may & other).nonzero()[0]
        pairs = zip(left[places].tolist(), right[places].tolist(), strict=True)
        found[places] = [related(tokens[a], tokens[b]) for a, b in pairs]
        return found

    shared = look(may_share.stem & (similarity >= SHARED_STEM_LIKENESS), one_stem)
    places = (may_have_alike_stems(similarity) & ~shared).nonzero()[0]
    shared[places] = _have_alike_stems(tokens, left[places], right[places])
    return Relations(
        shared,
        look(may_share.group, one_name),
        look(short[left] | short[right], is_initial),
        look(may_share.letters, is_beginning),
        look(may_be_expanded(similarity), is_expanded),
    )


@lru_cache(maxsize=_REMEMBERED)
def joined(tokens: tuple[str, ...]) -> str:
    """
    Tokens as one word in the letters a to z.

    Example:
        >>> joined(("gun", "britt")), joined(("de los reyes",))
        ('gunbritt', 'delosreyes')
    """
    return "".join(spellings(word)[0] for token in tokens for word in token.split() if spellings(word))


def one_stem(left: str, right: str) -> bool:
    """Whether two tokens share a stem."""
    return not set(stems(left)).isdisjoint(stems(right))


def may_have_alike_stems(similarity: Any) -> Any:
    """Whether tokens so alike are worth a look at how their stems are spelled."""
    return (similarity >= _ALIKE_TOKENS) & (similarity < _ALIKE_STEMS)


@lru_cache(maxsize=_REMEMBERED)
def have_alike_stems(left: str, right: str) -> bool:
    """
    Whether two tokens in Latin letters have stems that two schemes spell otherwise; other letters have every scheme's.

    Two given names have none: Christina is a Kristin by the table of given names or not at all.

    Example:
        >>> have_alike_stems("schukow", "zhukova"), have_alike_stems("schukow", "zhelev")
        (True, False)
    """
    return any(similarity_of(*names) >= _ALIKE_STEMS for names in _stems_to_compare(left, right))


def _have_alike_stems(tokens: Sequence[str], left: IntArray, right: IntArray) -> Mask:
    """The same of many pairs of tokens, whose stems are compared all at once."""
    found = np.zeros(len(left), bool)
    compared = [
        (pair, ours, theirs)
        for pair, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True))
        for ours, theirs in _stems_to_compare(tokens[a], tokens[b])
    ]
    if compared:
        owner, ours, theirs = zip(*compared, strict=True)
        found[np.array(owner)[token_similarity(ours, theirs) >= _ALIKE_STEMS]] = True
    return found


def _stems_to_compare(left: str, right: str) -> list[tuple[str, str]]:
    """The stems of two tokens that may be one form in two schemes."""
    if {script_of(left), script_of(right)} != {"latin"} or (name_groups(left) and name_groups(right)):
        return []
    return [
        (ours.name, theirs.name)
        for ours, theirs in product(_transcribed_stems(left), _transcribed_stems(right))
        if (ours.is_shorter or theirs.is_shorter)
        and ours.of_class == theirs.of_class
        and not _sounds_of(ours.name).isdisjoint(_sounds_of(theirs.name))  # as all that are alike have one
    ]


class _Stem(NamedTuple):
    """A stem without the class of the ending taken off, that class, and whether an ending was taken off at all."""

    name: str
    of_class: str
    is_shorter: bool


@lru_cache(maxsize=_REMEMBERED)
def _transcribed_stems(token: str) -> tuple[_Stem, ...]:
    """The stems by endings of languages that are transcribed."""
    whole = spellings(token)
    parted = [
        (stem.rstrip(ascii_uppercase), stem[-1:] if stem[-1:].isupper() else "", stem)
        for stem in stems(token)
    ]
    return tuple(
        _Stem(name, of_class, stem not in whole)
        for name, of_class, stem in parted
        if of_class in _TRANSCRIBED
    )


@lru_cache(maxsize=_REMEMBERED)
def _sounds_of(stem: str) -> frozenset[str]:
    return frozenset(sounds(stem))


def may_be_expanded(similarity: Any) -> Any:
    """Whether tokens so alike are worth a look at whether marks were spelled out in one of them."""
    return similarity >= _ALIKE_EXPANDED


def is_expanded(left: str, right: str) -> bool:
    """
    Whether one token has ae, oe or ue with no vowel beside it where the other lost the marks of ä, ö, ø or ü.

    Two given names that the table knows are what it says of them: Rafael is a Rafał, and no other spelling of it.

    Example:
        >>> is_expanded("mueller", "muller"), is_expanded("ronkko", "roenkkoe"), is_expanded("noel", "nol")
        (True, True, False)
    """
    if min(len(left), len(right)) < _LONG or (name_groups(left) and name_groups(right)):
        return False
    return left != right and (_EXPANDED.sub("", left) == right or _EXPANDED.sub("", right) == left)


def one_name(left: str, right: str) -> bool:
    """Whether two tokens are forms of one given name, or of one surname in two languages."""
    if not bilingual_groups(left).isdisjoint(bilingual_groups(right)):
        return True
    return not (name_groups(left).isdisjoint(name_groups(right)) or are_apart(left, right))


def are_two_names(left: str, right: str) -> bool:
    """
    Whether two tokens, however alike, are names of two persons: Christian and Christina, Sato and Saito, Hassan and Hassani.

    Given names are if no group has both, or if the one is a man's and the other a woman's, by the table or by the ending; but
    two tokens of one stem of which the table of given names knows neither may be forms of a surname. Surnames are if each is
    common and no group has both, or if suffixes of two classes make them of one name, unless they share a stem.

    Example:
        >>> are_two_names("marko", "mirko"), are_two_names("paolo", "paola"), are_two_names("marko", "marek")
        (True, True, False)
        >>> are_two_names("roberts", "robertson"), are_two_names("robertson", "robertsen")
        (True, False)
    """
    if are_of_two_groups(left, right) or are_two_surnames(left, right):
        return True
    if (name_groups(left) or name_groups(right)) and are_of_two_sexes(left, right):
        return True
    if one_stem(left, right):
        return False
    sexes = {implied_sex_of_given(left), implied_sex_of_given(right)}
    return sexes == {"F", "M"} or (are_derived_apart(left, right) and not one_name(left, right))


def are_of_two_groups(left: str, right: str) -> bool:
    """Whether the table of given names knows two tokens, and no name that both are forms of."""
    return bool(name_groups(left) and name_groups(right)) and not one_name(left, right)


def one_surname(left: str, right: str) -> bool:
    """
    Whether two tokens are one common surname, as two countries write it.

    Example:
        >>> one_surname("diallo", "jallow"), one_surname("diallo", "diop")
        (True, False)
    """
    return not surname_groups(left).isdisjoint(surname_groups(right))


def are_two_surnames(left: str, right: str) -> bool:
    """
    Whether two tokens are common surnames that no typing error makes one of.

    Example:
        >>> are_two_surnames("johnson", "johnston"), are_two_surnames("meyer", "maier")
        (True, False)
    """
    return (
        bool(surname_groups(left) and surname_groups(right))
        and not (one_surname(left, right) or one_name(left, right) or one_stem(left, right))
        and (similarity_of(left, right) < _SOUNDING_ALIKE or (_is_syllable(left) and _is_syllable(right)))
    )


def _is_syllable(token: str) -> bool:
    """Whether a token may be a Chinese surname in Pinyin, which is never spelled by ear (Zhu, Zhou)."""
    return not pinyin_syllables().isdisjoint(spellings(token))


@lru_cache(maxsize=_REMEMBERED)
def are_other_syllables(left: str, right: str) -> bool:
    """
    Whether two tokens, being Chinese given names of two syllables in Pinyin, are two for a syllable that sounds otherwise.

    One that sounds much the same, or is of the same letters, may be a slip.

    Example:
        >>> are_other_syllables("zhiming", "zhiqiang"), are_other_syllables("zhidong", "zhidogn")
        (True, False)
    """
    ours, theirs = two_syllables(left), two_syllables(right)
    return bool(ours and theirs and not one_name(left, right)) and all(
        any(
            similarity_of(*syllables) < SOUNDING_MUCH_THE_SAME and are_of_other_letters(*syllables)
            for syllables in zip(one, other, strict=True)
        )
        for one, other in product(ours, theirs)
    )


def are_of_other_letters(left: str, right: str) -> bool:
    """Whether no slip that exchanges letters makes one word of the other (Lars, Lasr)."""
    return sorted(left) != sorted(right)


@lru_cache(maxsize=_REMEMBERED)
def are_of_two_sexes(left: str, right: str) -> bool:
    """
    Whether two tokens, being given names, are a man's and a woman's, however alike: Giedrius and Giedrė.

    Where only one of them tells a sex, or none does, an ending tells it that stands against another: the -s or -o of a man
    or nothing against the -a or -e of a woman. It does not where both may be forms of one name: Elias and Elia. Two that
    the table tells apart may be of two sexes if either may be of both: Michele and Michela.

    Example:
        >>> are_of_two_sexes("giedrius", "giedrė"), are_of_two_sexes("inta", "ints"), are_of_two_sexes("elias", "elia")
        (True, True, False)
    """
    sexes = implied_sex_of_given(left), implied_sex_of_given(right)
    if all(sexes):
        return sexes[0] != sexes[1]
    if are_apart(left, right):
        return True
    if one_name(left, right):
        return False
    return any(
        "F" not in sex_of_man and "M" not in sex_of_woman and _is_womans_form(man, woman)
        for (man, sex_of_man), (woman, sex_of_woman) in permutations(zip((left, right), sexes, strict=True))
    )


def _is_womans_form(man: str, woman: str) -> bool:
    """Whether a name is another with the ending of a woman in place of none or that of a man."""
    roots = {match[1] for match in (_OF_WOMAN.fullmatch(spelling) for spelling in spellings(woman)) if match}
    return any(root in roots for spelling in spellings(man) for root in (spelling, *_roots_of_man(spelling)))


def _roots_of_man(spelling: str) -> list[str]:
    return [spelling.removesuffix(ending) for ending in _OF_MAN if spelling.endswith(ending)]


def is_abbreviated(token: str) -> bool:
    """Whether a token is a single letter, or such letters as a name is shortened to (Th., Yu.)."""
    return is_single(token) or token in _abbreviations()


def is_initial(left: str, right: str) -> bool:
    """
    Whether one token is a single letter, or letters that a name is shortened to, and the other begins with it.

    It may begin with it in another romanisation: J. of Yury.

    Example:
        >>> is_initial("j", "jan"), is_initial("th", "thomas"), is_initial("yu", "yuri"), is_initial("yu", "yulan")
        (True, True, True, False)
        >>> is_initial("j", "yury"), is_initial("j", "ivan")
        (True, False)
    """
    return any(
        (is_single(short) or _is_shortened_to(name, short))
        and not is_single(name)
        and _begins_with(name, short)
        for short, name in ((left, right), (right, left))
    )


def _is_shortened_to(name: str, short: str) -> bool:
    beside = _abbreviations().get(short, "")
    fits = bool(name_groups(name)) if beside == _GIVEN else bool(beside)
    return fits and len(name) >= len(short) + _LEFT_OUT


def is_beginning(left: str, right: str) -> bool:
    """
    Whether one token is how the other begins and no name by itself: written short by a clerk, or cut off at the end of a field.

    Example:
        >>> is_beginning("ther", "therese"), is_beginning("elzb", "elżbieta"), is_beginning("jan", "janusz")
        (True, True, False)
    """
    short, name = (left, right) if len(left) < len(right) else (right, left)
    if len(short) < _SHORTEST_BEGINNING or len(name) < len(short) + _LEFT_OUT:
        return False
    if short.isascii() and name.isascii():  # as most are, and told faster
        begins = name.startswith(short)
    else:
        begins = any(form.startswith(spellings(short)) for form in spellings(name))
    return begins and not (name_groups(short) or surname_groups(short))


def _begins_with(name: str, letters: str) -> bool:
    forms = spellings(name)
    begun = (*forms, *(other for form in forms for other in begun_otherwise(form)))
    return any(form.startswith(spellings(letters)) for form in begun)


@cache
def _abbreviations() -> dict[str, str]:
    """What names are shortened to, by beside which name it is taken for that."""
    return {row["abbreviation"]: row["beside"] for row in read_table("name_abbreviations")}
