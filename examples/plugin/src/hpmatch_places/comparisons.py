"""A comparison: a frozen dataclass of ten lines, around a plain function."""

from dataclasses import dataclass

import hpmatch as hp
from hpmatch_places.places import SOUNDS_ALIKE, likeness

THRESHOLDS = (1.0, SOUNDS_ALIKE, 0.85)


@dataclass(frozen=True)
class BirthPlace:
    """Birth places, each under its own name, by sound and spelling."""

    name: str = "birth_place"
    columns: tuple[str, ...] = ("birth_place",)
    levels: tuple[str, ...] = ("same", "sounds_alike", "alike", "different")

    def compare(self, left: hp.Records, right: hp.Records) -> hp.Compared:  # noqa: D102 - see the class
        return hp.Compared.cut(map(likeness, left["birth_place"], right["birth_place"]), THRESHOLDS)
