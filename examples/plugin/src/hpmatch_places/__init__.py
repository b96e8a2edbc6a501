"""
Birth places for hpmatch, as an example of a plug-in.

An alert may tell where a person was born, written in the sender's language: Kopenhagen, Copenhagen, København. Whoever has
a register that holds birth places can compare by them, find namesakes apart by them, and weigh what agrees in points.
"""

from hpmatch_places.classifiers import Points
from hpmatch_places.comparisons import BirthPlace
from hpmatch_places.rules import PlaceAndYear

__all__ = ["BirthPlace", "PlaceAndYear", "Points"]
