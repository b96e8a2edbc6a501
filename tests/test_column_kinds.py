"""What kind of column each is: what tells a kind, what each kind agrees in, and names and telephones among free text."""

from itertools import product

import pytest
from test_free_tables import KINDS, goods, right

import hpmatch as hp
from hpmatch.assembly import assemble
from hpmatch.column_kinds import infer_schema
from hpmatch.comparison import compare_rows
from hpmatch.reading import read_for
from hpmatch.schema import Layout
from hpmatch.sources import read
from hpmatch.standardise.stages import Numbers, Telephones


def level(kind, left, right_):
    """The level that a comparison of a kind finds."""
    model = assemble([Layout("no", {}, {"thing": kind})])
    sides = [read_for(model, [{"no": "1", "thing": cell}], "records").records for cell in (left, right_)]
    (found,) = compare_rows(model.comparisons[0], *sides, [0], [0])
    return model.parts[0].levels[found.levels[0]]


@pytest.mark.parametrize(
    "cells", list(product(["red;blue", "blue", ["Blue", "green"], "BLUE ; red"], repeat=2))
)
def test_a_category_may_have_several_values(cells):
    """One has to agree, whatever their order."""
    assert level("category", *cells) == "same"


def test_categories_without_a_value_in_common_differ():
    assert level("category", "red;blue", "green; redder") == "different"


@pytest.mark.parametrize(
    ("left", "right_", "found"),
    [
        ("12.50", "12,5", "same"),
        (12.3, "kr 12,30", "same"),
        ("1 000", "1000.0", "same"),
        ("100", "99", "within_1_percent"),
        ("-100", "-99", "within_1_percent"),
        ("100", "98.9", "within_10_percent"),
        ("100", "90", "within_10_percent"),
        ("100", "89", "different"),
        ("1", "-1", "different"),
        ("0", "-0.0", "same"),
        ("0", "0.001", "different"),
    ],
)
def test_numbers_are_compared_by_how_far_they_are_apart(left, right_, found):
    """As a share of the larger one, from both sides."""
    assert level("number", left, right_) == level("number", right_, left) == found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234.567", "1234567"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1,234", "1.234"),
        ("€ 5", "5"),
        ("5 kr", "5"),
        ("+.5", "0.5"),
        ("1e-3", "0.001"),
        *((text, None) for text in ("", "-", ".", "1.2.3", "12kr5", "NaN", "inf", "1e99999", "A4")),
    ],
)
def test_what_is_a_number(text, number):
    """A single mark is a decimal mark; what could be no number at all is missing."""
    assert Numbers("n").standardise([text]) == [number]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([f"{place}.5" for place in range(60)], "number"),
        ([f"{place},25" for place in range(10)] * 6, "number"),
        ([str(place) for place in range(60)] * 2, "text"),  # of houses, perhaps
        ([str(1790 + place) for place in range(60)], "year"),
        # As where some cells of a column are empty.
        ([f"{2000 + place}.0" for place in range(20)] * 2, "year"),
        ([str(1470 + place) for place in range(60)], None),
        # As telephone numbers are written, and other numbers, and those of houses.
        ([f"({place} 23) 445 61 {place}" for place in range(10, 80)] * 2, "telephone"),
        ([f"{place} 23 445 61 {place}" for place in range(10, 80)] * 2, "identifier"),
        ([f"223445 61 {place} Moss" for place in range(10, 80)] * 2, "text"),
        (
            [
                f"{kind} {make} {place}"
                for kind in ("pump", "scanner")
                for make in ("aster", "boreas")
                for place in range(20)
            ],
            "text",
        ),
        # The numbers of models and of flats.
        ([f"FM-{place}x" for place in range(10, 70)] * 2, "identifier"),
        ([f"{place}b" for place in range(10, 70)] * 2, "text"),
        ([f"FM {place}x" for place in range(10, 70)] * 2, "text"),
        # Four words a cell, as titles have.
        ([f"{kind} of aster a{place}" for kind in ("pump", "scanner") for place in range(30)], "words"),
    ],
)
def test_what_may_differ_in_every_row_is_told_by_its_cells(cells, kind):
    """Prices do, and the numbers of rows have no fraction; so do titles, and the numbers of rows are not said in words."""
    rows = [{"id": f"r{place}", "column": cell} for place, cell in enumerate(cells)]
    assert infer_schema({"rows": read(rows, "rows")}).columns == ({"column": kind} if kind else {})


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        ("1850", "1850", "same"),
        ("1850", "1850.0", "same"),
        ("1850", "1849", "within_1_year"),
        ("1850", "1855", "within_5_years"),
        ("1850", "1856", "different"),
        ("1851", "1815", "different"),
    ],
)
def test_years_are_compared_by_what_lies_between(left, right, found):
    """Not as text, in which 1851 is like 1815."""
    model = assemble([Layout("no", {}, {"born": "year", "town": "text"})])
    score = hp.score({"born": left, "town": "Moss"}, {"born": right, "town": "Moss"}, model)
    assert {part.comparison: part.level for part in score.evidence}["born"] == found


FAMILY = [
    "Berg",
    "de Vries",
    "O'Brien",
    "Moe-Lie",
    "BAKKE",
    "García López",
    "Ní Bhriain",
    "Dahl",
    "van der Meer",
]
GIVEN = ["Kari", "Jan P.", "Ola", "Marie-Claire", "LIV", "Åse", "Bo", "Zoë Q.", "Per", "J. R.", "Jordan"]
GIVEN += [f"{start}{end}" for start in ("An", "Mar", "Ol", "Er") for end in ("na", "ik", "ja")]
PEOPLE = [(FAMILY[(place * 5) % 9], given) for place, given in enumerate(GIVEN * 3)]
TURNED = [f"{family}, {given}" for family, given in PEOPLE]
STRAIGHT = [f"{given} {family}" for family, given in PEOPLE]
# Of towns, flats, titles, things and firms; two in a cell; names of which none, or hardly one, has a comma.
PLACES = [
    f"{town}, {land}" for town in ("Bergen", "Ulm", "Graz", "Lund") for land in ("Norway", "Austria")
] * 8
NO_NAMES = {
    "places": PLACES,
    "towns of the world": [
        f"Hammer, {land}"
        for land in (
            "Norway", "Sweden", "Denmark", "Finland", "Iceland", "Germany", "Austria", "Poland",
            "Spain", "France", "Italy", "Malta", "Greece", "Latvia", "Chad",
        )
    ],
    "addresses": [f"Main Street {place}, Oslo" for place in range(60)],
    "titles": [f"{title}, {article}" for title in ("Hobbit", "Raven", "Tempest", "Iliad") for article in ("The", "A")] * 8,
    "things": [f"{thing}, {colour}" for thing in ("Chair", "Lamp", "Tea") for colour in ("Green", "Red", "Black")] * 8,
    "firms": [f"{name}, {form}" for name in ("Acme", "Nordpharm Medical", "Berg") for form in ("Inc.", "Ltd", "LLC")] * 8,
    "two in a cell": [f"{name}; {name}" for name in TURNED],
    "with numbers": [f"{name} {place}" for place, name in enumerate(TURNED)],
    "no comma": STRAIGHT,
    "hardly a comma": [*STRAIGHT, *STRAIGHT, *TURNED[:40]],
}  # fmt: skip


def kinds_of(column, *tables):
    """The kind that a column is taken for."""
    raw = {
        f"t{number}": read([{"id": f"r{place}", column: cell} for place, cell in enumerate(cells)], "t")
        for number, cells in enumerate(tables)
    }
    return infer_schema(raw).columns.get(column)


@pytest.mark.parametrize("column", ["name", "Full name", "Etternavn, fornavn", "Ansatt", "Nazwisko i imię"])
@pytest.mark.parametrize(
    "tables",
    [[TURNED], [TURNED, STRAIGHT], [STRAIGHT, TURNED], [[*STRAIGHT, *TURNED]], [TURNED[::7]], [[*TURNED, "4711"]]],
    ids=["turned", "left", "right", "mixed", "few", "one is none"],
)  # fmt: skip
def test_whole_names_with_the_surname_first_are_names(column, tables):
    """Where the column is called so; another table, or the rows below, may have the given names first."""
    assert kinds_of(column, *tables) == "name"


@pytest.mark.parametrize("cells", NO_NAMES.values(), ids=NO_NAMES.keys())
def test_what_has_a_comma_and_is_no_name(cells):
    """Even where the column is called a name."""
    assert kinds_of("name", cells) != "name"


@pytest.mark.parametrize("column", ["address", "town", "title", "product", "product_name", "thing"])
def test_what_is_called_something_else_is_no_name(column):
    """However like one the cells are."""
    assert kinds_of(column, TURNED, STRAIGHT) != "name"
    assert kinds_of(column, TURNED, TURNED) == "text"


def test_whole_names_beside_their_parts_are_left_out_as_ever():
    """They would count twice."""
    rows = [
        {
            "id": str(place),
            "name": name,
            **dict(zip(("surname", "first_name"), name.split(", "), strict=True)),
        }
        for place, name in enumerate(TURNED)
    ]
    assert "name" not in infer_schema({"records": read(rows, "records")}).columns


def test_names_in_two_orders_are_found_without_a_schema():
    """Text finds the words in another order, and takes who has another given name for the same."""
    given = [
        f"{start}{end}" for start in ("Kar", "Ol", "Mar", "An", "Nin") for end in ("i", "in", "ina", "a", "e")
    ]
    people = [
        {"family": f"{start}{end}", "given": given[(place + shift) % 25]}
        for place, (start, end) in enumerate(
            product(("Bak", "Sol", "Nor", "Lind"), ("ke", "berg", "vik", "heim"))
        )
        for shift in range(0, 25, 3)
    ]
    left = [
        {"no": f"a{place}", "name": "{family}, {given}".format(**each)} for place, each in enumerate(people)
    ]
    other = [
        {"no": f"b{place}", "name": "{given} {family}".format(**each)} for place, each in enumerate(people)
    ]
    for rows in (left, other):
        for place, row in enumerate(rows):
            row["town"] = ["Moss", "Oslo", "Bodø"][place % 3]
    found = hp.link(left, other, train=True)
    assert found.summary["training"]["columns"] == {"name": "name", "town": "category"}
    true, false = right(found.links)  # with those that somebody has to look at
    assert true == 144
    assert false < 10


def test_numbers_of_rows_are_left_out():
    """Whatever stands before the number."""
    rows = [{"id": str(place), "column": f"item {place:03}", "town": "ab"[place % 2]} for place in range(60)]
    assert "column" not in infer_schema({"records": read(rows, "records")}).columns


def test_telephones_that_two_tables_write_in_two_ways_are_no_numbers_of_rows():
    """No cell is there twice as it is written, but each number is, once its marks are off."""
    left = [{"id": f"a{place}", "phone": f"212/555-{place}"} for place in range(1000, 1060)]
    right = [{"id": f"b{place}", "phone": f"(212) 555 {place}"} for place in range(1030, 1090)]
    tables = {"alerts": read(left, "alerts"), "register": read(right, "register")}
    assert infer_schema(tables).columns == {"phone": "telephone"}
    assert infer_schema({"records": read(left, "records")}).columns == {}


NUMBERS = [f"{area} {subscriber}" for subscriber in range(1000, 1010) for area in (30, 40, 89, 201, 211, 351)]
ABROAD, AT_HOME = [f"+49 {number}" for number in NUMBERS], [f"0{number}" for number in NUMBERS]
BRACKETED = ["(0{}) {}".format(*number.split()) for number in NUMBERS]


@pytest.mark.parametrize(
    ("column", "tables", "kind"),
    [
        ("phone", [AT_HOME, AT_HOME], "telephone"),
        ("Tlf.", [ABROAD, AT_HOME], "telephone"),
        ("Numéro de téléphone", [[*AT_HOME, "none"], BRACKETED], "telephone"),
        ("phone", [[f"0{number.replace(' ', '.')}0" for number in NUMBERS]] * 2, "telephone"),  # no decimals
        ("phone", [["Lumix X1", "Samtron 7", "Lumix A2"] * 30], "category"),  # a shop sells them
        ("reached by", [ABROAD, AT_HOME], "telephone"),
        ("reached by", [AT_HOME, BRACKETED], "telephone"),
        ("reached by", [[*ABROAD, *AT_HOME]], "telephone"),
        ("reached by", [AT_HOME, AT_HOME], "identifier"),
        ("reached by", [[f"room {number}" for number in ABROAD]] * 2, "text"),
        ("change", [[f"+{place}.25" for place in range(10_000, 10_060)]] * 2, "number"),
        ("stock", [[f"+{place}" for place in range(60)]] * 2, "text"),
    ],
)
def test_telephones_are_told_by_what_the_column_is_called_or_by_a_code_before_them(column, tables, kind):
    """In one of the tables."""
    assert kinds_of(column, *tables) == kind


def test_telephones_written_in_two_ways_find_each_other():
    """As numbers and as text they would be different, and no name or place is shared."""
    left = [
        {"no": f"a{place}", "phone": number, "name": f"firm{place}"} for place, number in enumerate(ABROAD)
    ]
    other = [
        {"no": f"b{place}", "phone": number, "name": f"shop{place}"} for place, number in enumerate(BRACKETED)
    ]
    model = assemble([Layout("no", {}, {"phone": "telephone", "name": "text"})])
    pairs = hp.link(left, other, model, min_weight=-1000).links
    levels = dict(
        zip(
            zip(*(pairs.column(place).to_pylist() for place in (0, 1)), strict=True),
            pairs["phone"].to_pylist(),
            strict=True,
        )
    )
    assert [levels[f"a{place}", f"b{place}"] for place in range(60)] == ["same"] * 60


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        *product(["+49 40 12345", "0049 40 12345", "040-12345", "(040) 123 45", "(+49) 40 12345", "+49 (0)40/123-45"], ["4012345"]),
        *product(["+47 22 33 44 55", "22334455", "004722334455", "tlf: 22 33 44 55 (kveld)"], ["22334455"]),
        *product(["+1 (212) 555-0143", "212/555-0143", "212.555.0143 ext. 77"], ["2125550143"]),
        *product(["+353 1 234 5678", "01 234 5678"], ["12345678"]),  # a code of three digits
        *product(["+39 06 123456", "06 123456"], ["6123456"]),  # a zero that is kept abroad
        ("\u0664\u0660 12345", "4012345"),  # Arabic digits
        ("\uff0b49 40 12345", "4012345"),  # a full-width plus
        ("040 12345; 040 99999", "4012345"),
        *product(["", "-", "none", "1234", "ext. 77", "00000", "+"], [None]),
    ],
)  # fmt: skip
def test_a_telephone_number_is_what_is_dialled_within_its_country(written, digits):
    """Whatever stands before and between it."""
    assert Telephones("phone").standardise([written]) == [digits]


def test_a_column_that_two_tables_write_in_two_ways_is_told():
    """Truth values here, 0 and 1 there: nothing agrees among what is surely the same."""
    left, other = (
        [{**row, "sold": place % 3 == 0} for place, row in enumerate(goods(200, prefix))] for prefix in "ab"
    )
    other = [{**row, "sold": int(row["sold"])} for row in other]
    schema = hp.Schema(columns={**KINDS, "sold": "category"})
    (said,) = [said for said in hp.train(left, other, schema=schema).warnings if "'sold'" in said]
    assert "hardly any expected match agrees" in said
    assert not [said for said in hp.train(left, left, schema=schema).warnings if "'sold'" in said]
