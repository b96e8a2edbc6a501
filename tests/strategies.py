"""Made-up records for tests."""

from hypothesis import strategies as st

GIVEN = ["Rasa", "Jānis", "Anna", "Юлия", "Kari", "José", "Åse", "Γεώργιος", "Jan", "Anne-Marie"]
FAMILY = [
    "Kazlauskienė",
    "Kazlauskas",
    "Bērziņš",
    "Hansen",
    "Щербакова",
    "Müller",
    "García López",
    "Ødegård",
    "Παπαδοπούλου",
]
DATES = [
    "1978-04-09",
    "09.04.1978",
    "04.09.1978",
    "1978",
    "01.01.1980",
    "1980-01-01",
    "31.02.1980",
    "",
    "text",
]
PROFESSIONS = ["SP", "LE", "nurse", "lege", "gydytojas", "", "JO"]

NAMES = st.sampled_from([*GIVEN, *FAMILY, "", "Dr.", "12", "\u202eabc"])

# One row with every needed cell: a column that is wholly empty is refused.
WHOLE = {"family_name": "Kazlauskas", "given_name": "Rasa", "birth_date": "1978-04-09"}

ALERTS = st.lists(
    st.fixed_dictionaries(
        {
            "sending_country": st.sampled_from(["LT", "NO", "Bulgaria", "", "??"]),
            "family_name": NAMES,
            "given_name": NAMES,
            "birth_date": st.sampled_from(DATES),
            "sex": st.sampled_from(["F", "M", ""]),
            "profession": st.sampled_from(PROFESSIONS),
        }
    ),
    max_size=8,
).map(lambda rows: [{"alert_id": f"A{place}", **row} for place, row in enumerate([*rows, WHOLE])])

PERSONS = st.lists(
    st.fixed_dictionaries(
        {
            "family_name": NAMES,
            "middle_name": NAMES,
            "given_name": NAMES,
            "birth_date": st.sampled_from(DATES),
            "sex": st.sampled_from(["F", "M", ""]),
            "professions": st.sampled_from([*PROFESSIONS, "SP;LE"]),
            "education_country": st.sampled_from(["LT", "NO", ""]),
        }
    ),
    max_size=8,
).map(lambda rows: [{"hpr_number": str(1000000 + place), **row} for place, row in enumerate([*rows, WHOLE])])


def unversioned(summary):
    """A summary without the version of the register, which is another one when its rows are in another order."""
    return {**summary, "register": {**summary["register"], "version": ""}}


@st.composite
def changed_registers(draw):
    """A register, changes to it in any order, and the register that they make."""
    old = draw(PERSONS)
    persons = draw(st.lists(PERSONS.map(lambda rows: rows[0]), max_size=4))
    places = draw(st.lists(st.integers(0, 12), min_size=len(persons), max_size=len(persons), unique=True))
    changes = [
        {**person, "hpr_number": str(1000000 + place), "change": ""}
        for person, place in zip(persons, places, strict=True)
    ]
    gone = draw(
        st.lists(st.sampled_from(old), max_size=len(old) - 1, unique_by=lambda row: row["hpr_number"])
    )
    gone = [
        row["hpr_number"] for row in gone if row["hpr_number"] not in {row["hpr_number"] for row in changes}
    ]
    words = st.sampled_from(["removed", "slettet", "Removed", "SLETTET"])
    changes += [{"hpr_number": number, "change": draw(words)} for number in gone]
    told = {name for row in changes for name in row}  # what they have no column for stays
    stays = {row["hpr_number"]: {k: cell for k, cell in row.items() if k not in told} for row in old}
    changed = [{**stays.get(row["hpr_number"], {}), **row} for row in changes]
    new = {row["hpr_number"]: row for row in (*old, *changed) if row["hpr_number"] not in gone}
    whole = [{key: cell for key, cell in row.items() if key != "change"} for row in new.values()]
    return old, draw(st.permutations(changes)), whole
