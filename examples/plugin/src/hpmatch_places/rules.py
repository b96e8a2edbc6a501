"""A blocking rule: it gives keys to records; records that share a key are worth comparing."""

from dataclasses import dataclass

import jellyfish

import hpmatch as hp
from hpmatch_places.places import own_name


@dataclass(frozen=True)
class PlaceAndYear:
    """
    Pairs that were born in one year and in places that sound the same.

    It finds a person who changed both names at marriage, and is read with any other rule.

    Args:
        name: The rule's name.
        place: The column of birth places.
        date: The column of birth dates, each with all its readings.
        max_block: A key that more registered persons hold is cut off; None for the model's own number.
    """

    name: str = "place_and_year"
    place: str = "birth_place"
    date: str = "birth_date"
    max_block: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The place and the date."""
        return (self.place, self.date)

    def keys(self, records: hp.Records) -> hp.Keys:
        """A key for each year that the date may be of."""
        if self.place not in records or self.date not in records:
            return hp.Keys.of_texts([], [])
        found = [
            (row, f"{jellyfish.metaphone(own_name(place))} {year}")
            for row, (place, readings) in enumerate(zip(records[self.place], records[self.date], strict=True))
            if place and readings
            for year in sorted({reading // 10_000 for reading in readings})
        ]
        return hp.Keys.of_texts([row for row, _ in found], [key for _, key in found])
