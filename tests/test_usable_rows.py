"""Registers that have a row for each authorisation of a person."""

from itertools import permutations

import pytest
from registers import ABOUT_PEOPLE, PEOPLE, found, write

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.explain.folder import explain_folder

# A nurse and physician, who was educated twice.
OF_SEVERAL = {"specialties": "", "education_country": "NO", "status": "valid", "unread": "1"}
ROWS = [
    {**PEOPLE[1], **OF_SEVERAL, "professions": "SP"},
    {
        **PEOPLE[1],
        **OF_SEVERAL,
        "professions": "LE",
        "education_country": "LT",
        "status": "lost",
        "unread": "2",
    },
    {**PEOPLE[1], **OF_SEVERAL, "professions": "LE", "specialties": "cardiology", "education_country": ""},
]
WHOLE = {
    **PEOPLE[1],
    **OF_SEVERAL,
    "professions": "LE;SP",
    "specialties": "cardiology",
    "education_country": "LT;NO",
}
OTHERS = [{**person, **OF_SEVERAL} for person in (PEOPLE[0], PEOPLE[2])]
ABOUT = [{**ABOUT_PEOPLE[1], "profession": "LE", "specialty": "cardiology"}, *ABOUT_PEOPLE]
ABOUT = [{**alert, "alert_id": f"B{place}"} for place, alert in enumerate(ABOUT)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_rows_of_one_person_answer_as_one_row_does(order):
    """Whatever their order, and though what nobody reads differs."""
    rows = [OTHERS[0], *(ROWS[place] for place in order), OTHERS[1]]
    assert found(hp.Register.prepare(rows), ABOUT) == found([OTHERS[0], WHOLE, OTHERS[1]], ABOUT)


def test_every_row_is_accounted_for(tmp_path, capsys):
    """Read, joined and rejected rows are all rows, in the summary and what is said of it."""
    rows = [*OTHERS, *ROWS, {**OTHERS[0], "given_name": "Eva"}, OTHERS[1]]
    register = hp.link(ABOUT, rows).summary["register"]
    # Two of another name under one number are set aside, and the one that repeats another word for word.
    assert register | {"version": ""} == {"rows": 7, "read": 2, "rejected": 3, "joined": 2, "version": ""}
    table = write(tmp_path / "register.csv", rows)
    assert main(["prepare", str(table), "--out", str(tmp_path / "prepared")]) == 0
    assert "2 rows joined with another of the same person" in capsys.readouterr().out
    assert hp.link(ABOUT, tmp_path / "prepared").summary["register"]["joined"] == 2


@pytest.mark.parametrize("differs", ["family_name", "given_name", "birth_date", "middle_name", "sex"])
def test_rows_that_differ_in_who_it_is_are_set_aside(differs):
    """Two persons under one number, or one whose data contradict each other: to choose would be to guess."""
    other = {**ROWS[1], differs: {"birth_date": "1980-02-04", "sex": "M"}.get(differs, "Eva")}
    result = hp.link(ABOUT, [*OTHERS, ROWS[0], other])
    assert {PEOPLE[1]["hpr_number"]}.isdisjoint(result.dispositions["hpr_number"].to_pylist())
    assert result.summary["register"]["rejected"] == 2
    assert "joined" not in result.summary["register"]


def test_changes_may_have_several_rows_a_person():
    changed = hp.Register.prepare([*OTHERS, PEOPLE[1]]).changed(ROWS).recounted()
    assert found(changed, ABOUT) == found([*OTHERS, WHOLE], ABOUT)


def test_an_explanation_tells_what_all_rows_say(tmp_path):
    """From a written folder too, for which the register is read again."""
    alerts, register = (
        write(tmp_path / "alerts.csv", ABOUT),
        write(tmp_path / "register.csv", [*OTHERS, *ROWS]),
    )
    result = hp.link(alerts, register)
    result.write(tmp_path / "out")
    from_folder = explain_folder(tmp_path / "out", "B0", alerts=alerts, register=register)
    for explanation in (result.explain("B0"), from_folder):
        (told,) = [each for each in explanation.records[0] if each.column == "profession"]
        assert sorted(told.register) == ["LE", "SP"]
