"""The rows of the register: what the Norwegian side holds of each person."""

from collections.abc import Iterator, Mapping

from hpmatch.generate.identifiers import norwegian
from hpmatch.generate.population import BLOCK, Person, Rates, block_of_people
from hpmatch.generate.streams import stream
from hpmatch.generate.views import register_view, render

COLUMNS = (
    "hpr_number",
    "family_name",
    "middle_name",
    "given_name",
    "birth_date",
    "sex",
    "professions",
    "specialties",
    "education_country",
    "national_id",
    "nationality",
    "status",
)
LARGEST = 8_000_000
_SEVEN, _NINE = 9_000_000, 900_000_000
_NINE_DIGITS_EVERY, _INACTIVE_EVERY = 11, 17


def hpr_number(row: int, seed: int) -> str:
    """
    The number of a row: no two alike, no order in them; most have seven digits, some nine.

    Example:
        >>> len({hpr_number(row, 1) for row in range(1000)})
        1000
    """
    if row % _NINE_DIGITS_EVERY == 0:
        return str(_NINE // 9 + (row * 587_021_339 + seed % _NINE * 7) % _NINE)
    return str(_SEVEN // 9 + (row * 5_870_213 + seed % _SEVEN * 7) % _SEVEN)


def register_row(person: Person, row: int, seed: int) -> tuple[str, ...]:
    """One row of the register, in the order of `COLUMNS`."""
    name = render(person, register_view(person))
    return (
        hpr_number(row, seed),
        name.family,
        name.middle,
        name.given,
        person.born.isoformat(),
        person.sex,
        ";".join(person.professions),
        person.specialty,
        person.country,
        _identifier(person, row, seed),
        _nationality(person),
        "inactive" if row % _INACTIVE_EVERY == 0 else "active",
    )


def register_blocks(
    seed: int, size: int, rates: Rates, placed: Mapping[int, Person]
) -> Iterator[list[tuple[str, ...]]]:
    """
    The register, block by block; `placed` gives the rows that people of the alerts, or their kin, take up.

    Example:
        >>> from hpmatch.generate.profiles import profile
        >>> blocks = register_blocks(1, 10_001, profile("typical").rates, {})
        >>> [len(block) for block in blocks]
        [10000, 1]
    """
    for block in range(-(-size // BLOCK)):
        found = block_of_people(seed, block, rates)[: size - block * BLOCK]
        first = block * BLOCK
        yield [register_row(placed.get(row, person), row, seed) for row, person in enumerate(found, first)]


def _identifier(person: Person, row: int, seed: int) -> str:
    if not person.identified:
        return ""
    rng = stream(seed, "identifier", row)
    return norwegian(person.born, person.woman, rng, d_number=person.identified == "D")


def _nationality(person: Person) -> str:
    return "NO" if person.culture == "NO" else person.country
