"""True names: forms of surnames, patronymics, frequencies."""

import unicodedata

import numpy as np
import pytest

from hpmatch.generate.names import culture, inflect, spellings
from hpmatch.generate.tables import grouped, rows

CULTURES = [row["culture"] for row in rows("cultures")]

# Culture, man, daughter, wife: examples any grammar has.
FORMS = [
    ("LT", "Kazlauskas", "Kazlauskaitė", "Kazlauskienė"),
    ("LT", "Petraitis", "Petraitytė", "Petraitienė"),
    ("LT", "Stonys", "Stonytė", "Stonienė"),
    ("LT", "Butkus", "Butkutė", "Butkuvienė"),
    ("LT", "Stankevičius", "Stankevičiūtė", "Stankevičienė"),
    ("LT", "Daukša", "Daukšaitė", "Daukšienė"),
    ("LT", "Lapė", "Lapytė", "Lapienė"),
    ("LV", "Bērziņš", "Bērziņa", "Bērziņa"),
    ("LV", "Eglītis", "Eglīte", "Eglīte"),
    ("PL", "Kowalski", "Kowalska", "Kowalska"),
    ("PL", "Nowak", "Nowak", "Nowak"),
    ("CZ", "Novák", "Nováková", "Nováková"),
    ("CZ", "Svoboda", "Svobodová", "Svobodová"),
    ("CZ", "Čapek", "Čapková", "Čapková"),
    ("CZ", "Černý", "Černá", "Černá"),
    ("CZ", "Janů", "Janů", "Janů"),
    ("BG", "Георгиев", "Георгиева", "Георгиева"),
    ("BG", "Ковачки", "Ковачка", "Ковачка"),
    ("RU", "Щербаков", "Щербакова", "Щербакова"),
    ("RU", "Троицкий", "Троицкая", "Троицкая"),
    ("UA", "Левицький", "Левицька", "Левицька"),
    ("UA", "Шевченко", "Шевченко", "Шевченко"),
    ("GR", "Παπαδόπουλος", "Παπαδοπούλου", "Παπαδοπούλου"),
    ("GR", "Σαμαράς", "Σαμαρά", "Σαμαρά"),
    ("GR", "Γεωργίου", "Γεωργίου", "Γεωργίου"),
    ("IS", "Jónsson", "Jónsdóttir", "Jónsdóttir"),
    ("NO", "Hansen", "Hansen", "Hansen"),
]

PATRONYMICS = [
    ("RU", "Иван", "Иванович", "Ивановна"),
    ("RU", "Сергей", "Сергеевич", "Сергеевна"),
    ("RU", "Юрий", "Юрьевич", "Юрьевна"),
    ("RU", "Игорь", "Игоревич", "Игоревна"),
    ("RU", "Илья", "Ильич", "Ильинична"),
    ("UA", "Микола", "Миколайович", "Миколаївна"),
    ("UA", "Олександр", "Олександрович", "Олександрівна"),
    ("BG", "Иван", "Иванов", "Иванова"),
    ("BG", "Георги", "Георгиев", "Георгиева"),
    ("BG", "Димитър", "Димитров", "Димитрова"),
]


@pytest.mark.parametrize(("code", "man", "daughter", "wife"), FORMS)
def test_surname_forms(code, man, daughter, wife):
    """A surname has the forms its language gives it."""
    assert inflect(code, "surname", man)[:3] == (man, daughter, wife)


@pytest.mark.parametrize(("code", "father", "son", "daughter"), PATRONYMICS)
def test_patronymics(code, father, son, daughter):
    """A father's name makes the patronymics of son and daughter."""
    assert inflect(code, "patronymic", father)[:2] == (son, daughter)


@pytest.mark.parametrize("code", CULTURES)
def test_every_culture_has_names_enough(code):
    """Each culture has given names of both sexes (at least thirty) and at least fifty surnames."""
    own = culture(code)
    smallest = min(len(set(own.given["F"].values)), len(set(own.given["M"].values)))
    assert smallest >= 30
    assert len(set(own.surnames.man.values)) >= 50


@pytest.mark.parametrize("code", CULTURES)
def test_surname_forms_stand_side_by_side(code):
    """The forms of a family stand in the same row, and none is empty."""
    own = culture(code).surnames
    assert len(own.man.values) == len(own.daughter) == len(own.wife) == len(own.other)
    assert all(own.man.values) and all(own.daughter) and all(own.wife) and all(own.other)  # noqa: PT018


@pytest.mark.parametrize("code", CULTURES)
def test_frequencies_fall(code):
    """A frequent name is drawn more often than a rare one, but no surname is drawn every tenth time."""
    shares = np.diff(culture(code).surnames.man.cumulative, prepend=0.0)
    assert np.isclose(shares.sum(), 1.0)
    assert shares.min() > 0
    assert shares.max() < 0.1
    assert shares.max() > 1.5 * np.median(shares)


@pytest.mark.parametrize("name", ["given_names", "surnames"])
def test_a_name_is_written_in_one_script(name):
    """Every name of the tables keeps to the script of its culture, without look-alike letters of another."""
    for row in rows(name):
        scripts = {unicodedata.name(letter).split()[0] for letter in row["name"] if letter.isalpha()} - {
            "MODIFIER"
        }
        (expected,) = grouped("cultures", "culture")[(row["culture"],)]
        by_language = {"": "LATIN", "GR": "GREEK", "AR": "ARABIC", "FA": "ARABIC"}
        assert scripts == {by_language.get(expected["language"], "CYRILLIC")}, row


def test_names_without_letter_schemes_have_spellings():
    """An Arabic or Persian name comes with its Latin spellings, four of them in Latin letters."""
    assert len(spellings()) > 100
    for name, written in spellings().items():
        assert len(written) == 4, name
        assert all(part.replace("-", "").replace(" ", "").replace("'", "").isalpha() for part in written), (
            name
        )


def test_lithuanian_and_norwegian_lists_are_the_longest():
    """The countries that matter most have the most names of their own."""
    listed = {code: len(group) for (code,), group in grouped("surnames", "culture").items()}
    assert min(listed["NO"], listed["LT"]) >= 120
    assert len(culture("NO").surnames.man.values) > 10_000
    assert len(culture("LT").surnames.man.values) > 1_500
