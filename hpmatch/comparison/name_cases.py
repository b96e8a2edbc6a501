"""
How the names of two persons agree, as cases of which the first that holds counts.

They are written for arrays of k pairs and for a single one alike (``conditions.py``); what differs is who looks at the tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple, Protocol, TypeVar

from hpmatch.comparison.name_tables import CLOSE, CUT, INITIAL, NOTHING, SAME, SIMILAR, SPELLED, STEM, VARIANT


class Best(NamedTuple):
    """
    The best agreement between some fields of the left and some of the right name, for each of k pairs.

    For a single pair each is a plain number.

    Attributes:
        agreement: int8[k], what the best two tokens have in common.
        token: int64[k], the rarest right token among the best; -1 for none.
    """

    agreement: Any
    token: Any


class Look(Protocol):
    """A look at the tokens of k pairs of names, or of one."""

    @property
    def known(self) -> dict[Any, Any]:
        """What was found already, by what was asked."""
        ...

    def best(self, left_fields: Sequence[str], right_fields: Sequence[str]) -> Best:
        """The best agreement between some fields."""
        ...

    def better(self, one: Best, other: Best) -> Best:
        """The better of two for each pair; of two that are as good the first."""
        ...

    def worse(self, one: Best, other: Best) -> Best:
        """The one that is not the better."""
        ...

    def all_agree(self, fields: Sequence[str], among: Sequence[str]) -> Any:
        """Whether each token of some fields of either side is the same as one of the other's among some fields."""
        ...

    def fits(self, field: str) -> Any:
        """Whether all tokens that one side has in a field agree with something of the other name."""
        ...

    def both_hold(self, field: str) -> Any:
        """Whether both sides hold a field."""
        ...

    def in_one_field(self) -> Any:
        """Whether one side has no given name, but several family names, and the other side has both."""
        ...

    def no_man(self) -> Any:
        """
        Whether neither side is known to be a man: no record states it, nor do the names of one tell it where none states a woman.

        Names tell less: where fields are exchanged, a husband's surname stands among the given names.
        """
        ...

    def for_life(self) -> Any:
        """
        Whether both family names have nothing in common and are such as no marriage changes into another of their kind.

        A woman has one maiden name (-aitė), or one father (-dóttir); where all states that both sides tell let nobody take
        another surname (``surname_laws.csv``), she has one surname. A birth name or other name that is told may say why else
        it was changed.
        """
        ...

    def two_names(self) -> Any:
        """
        Whether the given names, though they look like one or are the same in another order, are known for two.

        The first ones are a man's and a woman's, and the records do not say that both are of one sex; or they differ by a
        slip, and the table of given names knows both and no name that both are forms of.
        """
        ...

    def one_word(self, field: str) -> Any:
        """Whether one side writes in a word what the other writes in several."""
        ...


_Found = TypeVar("_Found")


def _once_a_look(find: Callable[[Look], _Found]) -> Callable[[Look], _Found]:
    """Several cases ask for it, and those of both comparisons."""

    @wraps(find)
    def found(look: Look) -> _Found:
        if find not in look.known:
            look.known[find] = find(look)
        answer: _Found = look.known[find]
        return answer

    return found


# A level holds where its condition does, unless an earlier one did; its agreement is as common as the token found, if any.
Case = tuple[Any, Best | None]

# What stands before the name of a field of which only the first token is meant, or only the others.
FIRST_OF, LATER_OF = "first_", "later_"
_FAMILY, _GIVEN = ("family_name",), ("given_name",)
FORMER = ("birth_name", "other_names")  # what a person was or is called besides
SEX_TOLD = ("sex", "sex_by_name")  # the columns that tell a sex; the second where nothing states it
_FURTHER = ("middle_name", *FORMER)
_SURNAMES = (*_FAMILY, *_FURTHER)
_BOTH = (*_FAMILY, *_GIVEN)
_SWAPPED = 7  # the place of the case of exchanged fields among those of the family name
# The first token of the given names only: a patronymic or second name that agrees is not the name that a person goes by.
_FIRST = (FIRST_OF + "given_name",)
# Where there is no field for middle names, a former surname stands among the given names.
_LATER = (LATER_OF + "given_name",)


def _family_cases(look: Look) -> list[Case]:
    """The levels of ``FamilyName`` but the last."""
    own, exchanged = look.best(_FAMILY, _FAMILY), _exchanged(look)
    further = look.better(look.best(_SURNAMES, _SURNAMES), _among_given(look, exchanged))
    # A surname of two parts in one register is a middle name and a surname in another; or it has the given name in it.
    whole = look.all_agree(_FAMILY, (*_SURNAMES, *_LATER)) | (
        look.in_one_field() & look.all_agree(_BOTH, _BOTH)
    )
    return [
        (((own.agreement == SAME) & whole) | look.one_word("family_name"), own),
        ((own.agreement == SAME) & look.fits("family_name"), own),
        (own.agreement == SAME, own),
        (own.agreement == STEM, own),
        (further.agreement <= STEM, further),
        (own.agreement <= VARIANT, own),
        (further.agreement <= CLOSE, further),
        (exchanged.holds, exchanged.surname),
        ((own.agreement == SIMILAR) | (own.agreement == CUT), None),
        (look.no_man() & (look.for_life() ^ True), None),
    ]


def _among_given(look: Look, exchanged: _Exchanged) -> Best:
    """
    The surname of one side that is a later given name of the other.

    Many given names are like surnames, so that it has to be the same, and another given name has to agree by more than its
    form in another language, which tells little: León, Francisco Luis is not Frank Leon Heiman.
    """
    found = look.better(look.best(_FAMILY, _LATER), look.best(_LATER, _FAMILY))
    given = look.best(_GIVEN, _GIVEN).agreement
    is_none = (found.agreement != SAME) | (given > INITIAL) | (given == VARIANT) | exchanged.holds
    return found._replace(agreement=found.agreement + is_none * NOTHING)


def _given_cases(look: Look) -> list[Case]:
    """The levels of ``GivenName`` but the last."""
    exchanged, in_one = _exchanged(look), _given_in_one_field(look)
    own, first = (
        exchanged.undone(look, look.better(look.best(fields, fields), in_one)) for fields in (_GIVEN, _FIRST)
    )
    called = look.better(look.best(_FIRST, _FURTHER), look.best(_FURTHER, _FIRST))
    fits = look.fits("given_name")
    two = look.two_names()  # as twins have: Giedrius and Giedrė, Emina and Emira, José María and María José
    crosswise = exchanged.holds | (in_one.agreement != NOTHING)
    all_agree = (
        look.all_agree(_GIVEN, _GIVEN)
        | (crosswise & look.all_agree(_BOTH, (*_BOTH, *_FURTHER)))
        # A former surname among the given names of one side is half of the other's surname.
        | (_have_one_surname(look) & (first.agreement == SAME) & look.all_agree(_GIVEN, _BOTH))
    )
    one, alike = (all_agree & two) ^ True, two ^ True
    # Two names besides which one agrees have something in common that brothers have too: a patronymic, a second name.
    by_first = look.better(look.best(_FIRST, _GIVEN), look.best(_GIVEN, _FIRST))
    goes_by = exchanged.undone(look, look.better(by_first, in_one)).agreement <= INITIAL
    # A field exchanged whose other half was changed too: the given name stands where the other has its family name. Where
    # the family names agree as they stand, the first given name has to: a further one may be a surname (Søren Skipper Clausen).
    half = _crosswise(look, _GIVEN)
    half_holds = (half.agreement == SAME) & (
        (_have_one_surname(look) ^ True) | (_crosswise(look, _FIRST).agreement == SAME)
    )
    return [
        ((all_agree & one) | look.one_word("given_name"), own),
        ((own.agreement == SAME) & fits & one, own),
        ((own.agreement == SAME) & one & goes_by, own),
        (
            ((own.agreement == STEM) | (own.agreement == VARIANT))
            & (first.agreement <= VARIANT)
            & fits
            & alike,
            own,
        ),
        ((own.agreement == SPELLED) & fits & alike, own),
        ((own.agreement == CLOSE) & fits & alike, own),
        (_is_shortened(own) & _is_shortened(first) & fits, None),
        (called.agreement == SAME, called),
        ((own.agreement >= SIMILAR) & half_holds, half),
        (own.agreement <= SIMILAR, None),
    ]


def _crosswise(look: Look, given: Sequence[str]) -> Best:
    """The best agreement of a given name with a family name."""
    return look.better(look.best(given, _FAMILY), look.best(_FAMILY, given))


@_once_a_look
def _given_in_one_field(look: Look) -> Best:
    """
    The agreement of a given name with the field in which the other side has its whole name.

    No list of names could tell which word is the given name, but the other side does. A word that agrees with none may as
    well be a second surname, so that it does not count against.
    """
    found = _crosswise(look, _GIVEN)
    told = look.in_one_field() & _have_one_surname(look) & (found.agreement <= INITIAL)
    return found._replace(agreement=found.agreement + (told ^ True) * (NOTHING - found.agreement))


def _is_shortened(found: Best) -> Any:
    return (found.agreement == INITIAL) | (found.agreement == CUT)


class _Exchanged(NamedTuple):
    """
    What the two fields have in common crosswise.

    Which of the two agreements is that of the surname no one can tell, so the better one is, or the one in all but an ending
    that changes with sex or marriage. The exchange is told once, as a level of the family name, and the given name has the
    level that is left, as if nothing had been exchanged.

    Attributes:
        holds: Whether the fields are exchanged.
        surname: The better agreement.
        given: The other one.
    """

    holds: Any
    surname: Best
    given: Best

    def undone(self, look: Look, own: Best) -> Best:
        """The agreement of the given names, or crosswise that is better where the fields are exchanged."""
        nowhere = (self.holds ^ True) * NOTHING
        return look.better(own, self.given._replace(agreement=self.given.agreement + nowhere))


@_once_a_look
def _exchanged(look: Look) -> _Exchanged:
    """Both fields agree with the other one, one of them more than nearly; of the given name an initial is enough."""
    fields = _stem_first(look.best(_GIVEN, _SURNAMES)), _stem_first(look.best(_SURNAMES, _GIVEN))
    surname, given = look.better(*fields), look.worse(*fields)
    nothing_else = _have_one_surname(look) ^ True
    return _Exchanged(
        nothing_else & (surname.agreement <= SPELLED) & (given.agreement <= INITIAL), surname, given
    )


@_once_a_look
def _have_one_surname(look: Look) -> Any:
    """Whether the family names agree where they stand."""
    return look.best(_FAMILY, _FAMILY).agreement <= CLOSE


def _stem_first(found: Best) -> Best:
    return found._replace(agreement=found.agreement - STEM * 2 * (found.agreement == STEM))


def _have_given(look: Look) -> Any:
    return look.both_hold("given_name") | (_given_in_one_field(look).agreement != NOTHING)


class NameCases(NamedTuple):
    """
    What a comparison of names looks at.

    Attributes:
        present: Whether there is something to compare.
        of: The cases of its levels but the last.
        between: The fields, left and right, of which further tokens that are the same make the agreement rarer. No two
            comparisons count the same pair of tokens.
        exchanged: The place of the case of which no further tokens count, for the other comparison may count them; -1 for none.
    """

    present: Callable[[Look], Any]
    of: Callable[[Look], list[Case]]
    between: Sequence[tuple[Sequence[str], Sequence[str]]]
    exchanged: int = -1


FAMILY_CASES = NameCases(
    lambda look: look.both_hold("family_name"),
    _family_cases,
    ((_SURNAMES, _SURNAMES), (_FAMILY, _LATER), (_LATER, _FAMILY)),
    exchanged=_SWAPPED,
)
GIVEN_CASES = NameCases(_have_given, _given_cases, ((_GIVEN, _GIVEN), (_GIVEN, _FURTHER), (_FURTHER, _GIVEN)))
