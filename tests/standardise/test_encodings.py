"""Cells in UTF-8 that were once read as Windows-1252 or Latin-1."""

import pyarrow as pa
import pytest

import hpmatch as hp
from hpmatch.standardise import standardise
from hpmatch.standardise.encodings import decoded, decoded_cells
from hpmatch.standardise.stages import PersonName, Professions

NAMES = [
    "Sørensen", "Ödegård", "Damavičiūtė", "KAZLAUSKAITĖ", "Šimkutė", "Kozłowski", "Żak-Źrebak", "Łucja", "Çelik", "ŞAHİN", "Coșbuc", "Țepeș",
    "Nguyễn", "Calà", "Ágnes", "Ýr", "Őry", "Þóra", "O’Brien", "Anne–Marie", "ΜΑΡΙΑ", "Μαρία Παπαδοπούλου", "Юлия Щербакова", "Élise d’Été",
]  # fmt: skip
OWN = [
    "FALCÃO", "SYRJÄ–MÄKI", "ASKÅ–BERG", "TOMÁŠ", "KRÍŽ", "MATÚŠ", "Kari Å\xa0Berg", "MUÑOZ", "Mª José", "LÊ", "Fjeld–Å", "GRÂNGÎ", "Kovář", "Âlbà", "Þór", "Ñ", "Åse", "Ærø", "ßÄ", "áº", "Î", "Ð",
]  # fmt: skip


def misread(name, encoding):
    """Give a name whose UTF-8 is read in another encoding; the bytes that Windows-1252 lacks are read as in Latin-1."""
    return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in name.encode())


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_what_it_was(name, encoding):
    """Its letters come back."""
    once = misread(name, encoding)
    assert once != name
    assert decoded(once) == name


@pytest.mark.parametrize("name", [*NAMES, *OWN])
def test_a_name_of_its_own_stays(name):
    """Names with the letters that UTF-8 turns into are no misread ones."""
    assert decoded(name) == name
    assert decoded(name.upper()) == name.upper()


def test_a_letter_that_windows_1252_lacks_is_lost():
    """It is one letter, not two."""
    assert decoded("StankeviÄ\N{REPLACEMENT CHARACTER}ius") == "Stankevi\N{REPLACEMENT CHARACTER}ius"


def test_only_cells_of_that_kind_change():
    """Others stay as they are, empty ones too."""
    cells = pa.array(["Åse", None, "SÃ¸rensen", "", "Berg", "SÃ¸rensen"])
    assert decoded_cells(cells).to_pylist() == ["Åse", None, "Sørensen", "", "Berg", "Sørensen"]
    assert decoded_cells(cells[:2]).to_pylist() == ["Åse", None]
    assert decoded_cells(cells[1:2]).to_pylist() == [None]


def test_every_role_is_read_anew():
    """Names, whole names in one field, and professions."""
    cells = {
        "family_name": pa.array(["KazlauskaitÄ—, JÅ«ratÄ—"]),
        "profession": pa.array(["zubnÃ\xad lÃ©kaÅ™"]),
    }
    stages = [PersonName("family_name"), PersonName("given_name"), Professions()]
    records = standardise(pa.array(["1"]), cells, stages)
    told = [records[name].to_pylist()[0] for name in ("family_name", "given_name", "profession")]
    assert told == [["kazlauskaitė"], ["jūratė"], ["TL"]]


def test_one_alert_is_read_anew():
    """A single pair says what a table of them says."""
    person = {"family_name": "Sørensen", "given_name": "Søren", "birth_date": "1978-04-09"}
    alert = {name: misread(text, "cp1252") for name, text in person.items()}
    assert [each.level for each in hp.score(alert, person).evidence][:3] == ["same"] * 3
