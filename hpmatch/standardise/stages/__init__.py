"""The built-in standardisers: for each column, which roles are read and how distinct cells become values."""

from hpmatch.standardise.stages.anything import BareIdentifier, Categories, Numbers, PlainText, Verbatim
from hpmatch.standardise.stages.codes import Countries, Professions, Specialties
from hpmatch.standardise.stages.dates import AnyDate, BirthDate
from hpmatch.standardise.stages.identifiers import NationalId
from hpmatch.standardise.stages.names import PersonName
from hpmatch.standardise.stages.sexes import Sex, SexByName
from hpmatch.standardise.stages.telephones import Telephones

__all__ = [
    "AnyDate",
    "BareIdentifier",
    "BirthDate",
    "Categories",
    "Countries",
    "NationalId",
    "Numbers",
    "PersonName",
    "PlainText",
    "Professions",
    "Sex",
    "SexByName",
    "Specialties",
    "Telephones",
    "Verbatim",
]
