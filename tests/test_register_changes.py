"""Changes of a prepared register: beside it, folded in, or refused."""

import inspect
import itertools
import math
import sys
from contextlib import contextmanager
from dataclasses import replace

import pyarrow as pa
import pytest
from copies import COPIES
from hypothesis import assume, given
from hypothesis import strategies as st
from registers import (
    ABOUT_PEOPLE,
    ADDED,
    ALL_LINKS,
    ALONE,
    MARRIED,
    PEOPLE,
    PROPERTY,
    SAMPLE,
    SECRETS,
    found,
    write,
)
from strategies import ALERTS, PERSONS, changed_registers

import hpmatch as hp
from hpmatch.arrays import distinct
from hpmatch.cli import main
from hpmatch.comparison.joined_words import joined_words
from hpmatch.comparison.name_tables import NameTables, common_terms
from hpmatch.comparison.text import Text
from hpmatch.fellegi_sunter import Level
from hpmatch.prepared import add_changes
from hpmatch.records import Records, Vocabulary
from hpmatch.register_changes import read_changes, turnover
from hpmatch.standardise.stages import PlainText
from hpmatch.standardise.token_forms import token_forms


@PROPERTY
@given(ALERTS, changed_registers())
def test_changes_leave_pairs_with_others_as_they_were(alerts, registers):
    """Not a digit of the weight of any pair that no change is about; and the pairs are those of the new register."""
    old, changes, whole = registers
    assume(changes)
    register = hp.Register.prepare(old)
    before, after = (pairs_of(alerts, each) for each in (register, register.changed(changes)))
    touched = {row["hpr_number"] for row in changes}
    assert {pair: told for pair, told in after.items() if pair[1] not in touched} == {
        pair: told for pair, told in before.items() if pair[1] not in touched
    }
    assume(all(any(row[name] for row in whole) for name in ("family_name", "given_name", "birth_date")))
    assert after.keys() == pairs_of(alerts, hp.Register.prepare(whole)).keys()


def pairs_of(alerts, register):
    """Give the weight and the levels of each pair, each alert being answered by itself."""
    links = hp.link(alerts, register, ALONE, min_weight=ALL_LINKS).links.to_pylist()
    return {
        (row.pop("alert_id"), row.pop("hpr_number")): {
            name: cell for name, cell in row.items() if name not in ("match_probability", "decision")
        }
        for row in links
    }


@PROPERTY
@given(ALERTS, PERSONS, st.integers(0, 3))
def test_a_person_who_comes_counts_as_one_who_was_there(alerts, persons, place):
    """The same names under another number get the same weights, to the last digit."""
    twin = {**persons[place % len(persons)], "hpr_number": "777"}
    found = pairs_of(alerts, hp.Register.prepare(persons).changed([twin]))
    original = persons[place % len(persons)]["hpr_number"]
    for (alert, number), told in found.items():
        if number == original:
            assert found[alert, "777"] == told


@PROPERTY
@given(ALERTS, changed_registers(), st.sampled_from(COPIES))
def test_a_copy_of_a_register_answers_as_it_does(alerts, registers, again):
    """Prepared or changed: how common names were when they were counted goes with it."""
    old, changes, _ = registers
    assume(changes)
    for register in (hp.Register.prepare(old), hp.Register.prepare(old).changed(changes)):
        assert pairs_of(alerts, again(register)) == pairs_of(alerts, register)


def test_a_value_in_a_column_that_was_empty_counts_as_held_by_one():
    """Nobody had a sex when they were counted."""
    told = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03", "sex": "F"}
    register = hp.Register.prepare([{**told, "hpr_number": "1", "sex": ""}])
    changed = register.changed([{**told, "hpr_number": "2", "change": "added"}])
    rows = hp.link([{"alert_id": "A", **told}], changed, min_weight=-1000).weights.to_pylist()
    same = hp.read_model("imi").classifier.levels["sex"][0]
    (weight,) = (row["sex"] for row in rows if row["hpr_number"] == "2")
    # One who holds it, and 1 / u0 more who do not.
    assert weight == pytest.approx(math.log2(same.m * (1 + 1 / same.u)))


@PROPERTY
@given(changed_registers(), PERSONS)
def test_what_changes_leave_as_it_was_is_not_worked_out_in_another_way(registers, others):
    """Of names that were there and names that came, once and again."""
    old, changes, _ = registers
    register = worked_out(hp.Register.prepare(old)).changed(changes)
    holds_what_it_would_anew(register)
    others = [{**person, "hpr_number": f"2{person['hpr_number']}"} for person in others]
    holds_what_it_would_anew(worked_out(register).changed(others))


@pytest.mark.parametrize("apart", [False, True])
def test_names_that_come_to_a_large_register_are_worked_out_as_all_are(apart):
    """A list that grew twice, of columns that share it, or do not share one yet."""
    register = hp.Register.prepare(SAMPLE / "register.csv")
    known = set(common_terms(register.read.records)[0].texts)
    if apart:
        register = replace(register, read=replace(register.read, records=with_lists_apart(register)))
    came = [
        {**ADDED, "family_name": "Qvistgaard de los Reyes", "middle_name": "Zbigniewa"},
        {**ADDED, "hpr_number": "1000010", "given_name": "Gun-Britt Øyunn"},
    ]
    for person in came:
        before = NameTables.of(worked_out(register).read.records)
        register = register.changed([person])
        holds_what_it_would_anew(register)
        now = NameTables.of(register.read.records)
        known = {
            text for text, is_known in zip(before.vocabulary.texts, before.known, strict=True) if is_known
        }
        assert known
        assert known == {
            text for text, is_known in zip(now.vocabulary.texts, now.known, strict=True) if is_known
        }
    vocabulary = common_terms(register.read.records)[0]
    assert {"qvistgaard", "zbigniewa"} <= set(vocabulary.texts) - known


def with_lists_apart(register):
    """Give the records with a list of terms for each column, as where a model's own columns shared one that was not saved."""
    records = register.read.records
    columns = {
        name: replace(column, values=replace(column.values, vocabulary=None, _derived={}))
        for name, column in records.columns.items()
    }
    return Records(records.ids, columns)


def worked_out(register):
    """Give the register, all that changes take over from it having been asked for."""
    vocabulary = common_terms(register.read.records)[0]
    token_forms(vocabulary), joined_words(vocabulary), NameTables.of(register.read.records)
    return register


def holds_what_it_would_anew(register):
    """Find what is taken over to be what is worked out from the values alone."""
    records, again = register.read.records, register.recounted()
    vocabulary, terms = common_terms(records)
    anew = Vocabulary(vocabulary.array)
    assert vocabulary.texts == anew.texts
    assert vocabulary.places == {text: place for place, text in enumerate(anew.texts)}
    assert len(vocabulary.places) == len(anew)
    for name, each in terms.items():
        texts = [anew.texts[code] for code in each.codes]
        ends = each.offsets.tolist()
        assert [texts[start:end] for start, end in itertools.pairwise(ends)] == records[
            name
        ].values.array.to_pylist()
    forms, forms_anew = token_forms(vocabulary), token_forms(anew)
    assert forms.sketches.tolist() == forms_anew.sketches.tolist()
    for name, made in forms_anew.lists.items():
        assert forms.lists[name].to_pylist() == made.to_pylist()
    for one, other in zip(joined_words(vocabulary), joined_words(anew), strict=True):
        assert one.tolist() == other.tolist()
    ids, ids_again = (each.read.records.ids.to_pylist() for each in (register, again))
    for name, index in again.indexes.items():
        keys = distinct(index.keys)
        blocks, blocks_again = (each.among(keys) for each in (register.indexes[name], index))
        assert held(blocks, ids) == held(blocks_again, ids_again)


def held(blocks, ids):
    """Who holds each key."""
    return [
        {ids[row] for row in blocks.rows[start:end]}
        for start, end in itertools.pairwise(blocks.starts.tolist())
    ]


@PROPERTY
@given(changed_registers())
def test_who_came_and_who_went_is_told_apart(registers):
    """By whom the register has and had, and what their rows hold."""
    old, changes, whole = registers
    before, table = hp.Register.prepare(old), read_changes(changes)
    now = before.changed(changes)
    went, came = turnover(before.read.records, now.read.records, table)
    had, has = ({row["hpr_number"] for row in rows} for rows in (old, whole))
    brought = {row["hpr_number"] for row in changes if not row["change"]}
    assert set(before.read.records.ids.take(pa.array(went)).to_pylist()) == had - has | had & brought
    assert sorted(now.read.records.ids.take(pa.array(came)).to_pylist()) == sorted(brought)


def with_towns():
    """Give the shipped model with a column of its own."""
    model = hp.read_model("imi")
    shares = ((0.9, 0.05), (0.03, 0.01), (0.02, 0.04), (0.05, 0.9))
    levels = [Level(level, *of) for level, of in zip(Text.levels, shares, strict=True)]
    return replace(
        model,
        name="with towns",
        standardisers=(*model.standardisers, PlainText("town")),
        comparisons=(*model.comparisons, Text("town", "town")),
        classifier=replace(model.classifier, levels={**model.classifier.levels, "town": tuple(levels)}),
    )


@pytest.mark.parametrize("schema", [None, hp.Schema(columns={"city": "town"})])
def test_changes_hold_what_a_model_reads_besides(tmp_path, schema):
    """A person who comes has her town, in memory and beside a register that is kept."""
    new, column = {**MARRIED, "hpr_number": "7777777"}, "city" if schema else "town"
    register = hp.Register.prepare([{**person, "town": "Oslo"} for person in PEOPLE], with_towns())
    register.save(tmp_path / "register")
    add_changes(tmp_path / "register", [{**new, column: "Tromsø"}], schema)
    alert = {name: cell for name, cell in new.items() if name != "hpr_number"} | {"town": "TROMSO"}
    for changed in (
        register.changed([{**new, column: "Tromsø"}], schema=schema),
        hp.Register.open(tmp_path / "register"),
    ):
        hit = next(hit for hit in changed.screen(alert) if hit.hpr_number == "7777777")
        assert ("town", "same") in [(each.comparison, each.level) for each in hit.evidence]


@PROPERTY
@given(ALERTS, changed_registers())
def test_changes_give_what_the_new_register_gives(alerts, registers):
    """Counted anew after changes in any order: links and dispositions as if the new register was prepared whole."""
    old, changes, whole = registers
    assume(changes)
    assume(all(any(row[name] for row in whole) for name in ("family_name", "given_name", "birth_date")))
    assert found(hp.Register.prepare(old).changed(changes).recounted(), alerts) == found(
        hp.Register.prepare(whole), alerts
    )


@pytest.mark.parametrize(
    ("order", "word"),
    # Each order, and each word in two of them.
    list(zip(itertools.permutations(range(3)), ["removed", "slettet", " Slettet "] * 2, strict=True)),
)
def test_changes_kept_beside_a_register_are_folded_in(prepared, tmp_path, order, word):
    """Through the command, in one file or in three, in any order: one answer; prepared anew, that of the new register."""
    changes = [ADDED, MARRIED, {"hpr_number": PEOPLE[0]["hpr_number"], "change": word}]
    together = hp.Register.prepare(PEOPLE).changed([changes[place] for place in order])
    expected = found(together)
    for place in order:
        file = write(tmp_path / "changes.csv", [changes[place]])
        assert main(["prepare", str(file), "--changes-to", str(prepared)]) == 0
    assert found(prepared) == expected
    assert len(list(prepared.glob("changes-*"))) == len(changes)
    assert main(["prepare", str(prepared), "--out", str(prepared)]) == 0
    assert list(prepared.glob("changes-*")) == []
    assert found(prepared) == found([PEOPLE[2], MARRIED, ADDED])


def test_later_changes_go_before_earlier_ones(prepared):
    """A person who was replaced, removed and added again is there as last added."""
    for change in (MARRIED, {"hpr_number": MARRIED["hpr_number"], "change": "removed"}, PEOPLE[1]):
        add_changes(prepared, [change])
    assert found(prepared) == found(PEOPLE)


def test_the_last_person_may_go(prepared):
    """A register from which everybody was removed answers that nobody fits."""
    add_changes(prepared, [{"hpr_number": row["hpr_number"], "change": "removed"} for row in PEOPLE])
    register = hp.Register.open(prepared)
    assert len(register) == 0
    assert register.screen(ABOUT_PEOPLE[0]) == []
    assert found(register)[1]["disposition"].to_pylist() == ["no_match"] * 3


def test_what_nobody_holds_any_more_is_forgotten():
    """A country whose last person was removed says no more about a name than one that was never there."""
    namesakes = [
        {**PEOPLE[0], "hpr_number": str(2000000 + number), "education_country": "LT"} for number in range(5)
    ]
    other = {**PEOPLE[0], "hpr_number": "2000009", "given_name": "Jānis", "education_country": "LT"}
    last = {**PEOPLE[0], "hpr_number": "2000005", "education_country": "NO"}
    alert = [{**ABOUT_PEOPLE[0], "sending_country": "NO", "family_name": "Kazlauskiene"}]
    changed = hp.Register.prepare([*namesakes, other, last]).changed(
        [{"hpr_number": last["hpr_number"], "change": "removed"}]
    )
    changed = changed.recounted()
    assert found(changed, alert) == found([*namesakes, other], alert)


def test_a_register_that_was_changed_often_answers_as_one_changed_once(small_register):
    """Each change once nested the index a level deeper, and after a thousand nothing was found any more."""
    register = often = hp.Register.open(small_register)
    for number in range(150):
        often = often.changed([{**ADDED, "hpr_number": str(9_000_000 + number % 3)}])
    last = [{**ADDED, "hpr_number": str(9_000_000 + number)} for number in range(3)]
    expected = found(register.changed(last))
    with room_for_calls(120):
        assert found(often) == expected


@contextmanager
def room_for_calls(number):
    """Let a thousand levels be as few as so many."""
    kept, depth = sys.getrecursionlimit(), len(inspect.stack(0))
    sys.setrecursionlimit(depth + number)
    try:
        yield
    finally:
        sys.setrecursionlimit(kept)


def test_changes_may_name_their_columns_otherwise(prepared):
    """A schema says which column plays which role in the changes too, and is not needed when they are folded in."""
    schema = hp.Schema(id="no", columns={"last": "family_name", "first": "given_name", "born": "birth_date"})
    new = {"no": "7777777", "last": "Berg", "first": "Kari", "born": "1980-02-03"}
    add_changes(prepared, [new], schema)
    alert = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    assert "7777777" in [hit.hpr_number for hit in hp.Register.open(prepared).screen(alert)]


def test_a_column_that_a_schema_passes_over_is_not_asked_about_again(prepared):
    """Of two that may say what becomes of a person the schema names one; only what plays a role is kept."""
    rows = [{**PEOPLE[0], "endring": "slettet", "handling": "vedtak", "note": "secret"}]
    with pytest.raises(hp.SchemaError, match="both taken for 'change'; say in a schema"):
        add_changes(prepared, rows)
    add_changes(prepared, rows, hp.Schema(columns={"endring": "change"}))
    assert "1000001" not in hp.Register.open(prepared).read.records.ids.to_pylist()
    assert b"secret" not in next(prepared.glob("changes-*")).read_bytes()


def test_a_change_may_leave_cells_empty(prepared):
    """One person without a birth date is added as the whole register would hold her."""
    dateless = {**ADDED, "birth_date": ""}
    add_changes(prepared, [dateless])
    assert found(hp.Register.open(prepared).recounted()) == found([*PEOPLE, dateless])


@pytest.mark.parametrize("left_out", ["sex", "middle_name", "education_country", "professions"])
def test_what_changes_have_no_column_for_stays(left_out):
    """An extract of a few columns takes nothing from anybody; a column that is there and empty does, and who comes has none."""
    person = {**MARRIED, "sex": "F", "middle_name": "Solveig", "education_country": "LT", "professions": "LE"}
    register = [*PEOPLE[:1], person, *PEOPLE[2:]]
    change = {name: cell for name, cell in person.items() if name != left_out} | {"family_name": "Nyhetsdal"}
    comes = {**change, "hpr_number": "9999999", "given_name": "Tormod"}
    alert = {
        "sending_country": "LT",
        "profession": "LE",
        **{n: c for n, c in person.items() if n != "hpr_number"},
    }
    about = [{"alert_id": "A8", **alert}, {"alert_id": "A9", **alert, "sex": ""}]

    def told(*persons):
        return found(hp.Register.prepare(register).changed(persons).recounted(), about)

    others = [PEOPLE[0], *PEOPLE[2:]]
    assert told(change, comes) == found([*others, {**person, "family_name": "Nyhetsdal"}, comes], about)
    emptied = {**change, left_out: ""}
    assert told(emptied, comes) == found([*others, emptied, comes], about)
    assert told(emptied, comes) != told(change, comes)


@pytest.mark.parametrize("name", ["endring", "Change type", "HANDLING", "Endringstype", "Hendelse"])
@pytest.mark.parametrize("word", ["slettet", "Removed", "fjernet", "deleted"])
def test_the_column_of_changes_has_usual_names(name, word):
    """Norwegian or English: whoever is removed goes, and whoever is changed or new is there."""
    rows = [{**PEOPLE[0], name: word}, {**MARRIED, name: "endret"}, {**ADDED, name: "ny"}]
    changed = hp.Register.prepare(PEOPLE).changed(rows)
    assert sorted(changed.read.records.ids.to_pylist()) == ["1000002", "1000003", "1000009"]


@pytest.mark.parametrize("name", ["Kode", "status"])
def test_a_removal_under_another_name_is_refused(prepared, name):
    """Nobody stays in silence; a schema says what the column is, or a column of changes that it is none."""
    rows = [{**ADDED, name: "ny"}, {**PEOPLE[0], name: " Slettet "}]
    with pytest.raises(hp.SchemaError, match=f"column '{name}' says that persons are removed") as caught:
        add_changes(prepared, rows)
    assert [secret for secret in SECRETS if secret in str(caught.value)] == []
    add_changes(prepared, rows, hp.Schema(columns={name: "change"}))
    assert "1000001" not in hp.Register.open(prepared).read.records.ids.to_pylist()
    add_changes(prepared, [{**row, "change": ""} for row in rows])
    assert "1000001" in hp.Register.open(prepared).read.records.ids.to_pylist()


# Changes that cannot be used, and what the message says.
UNUSABLE_CHANGES = {
    "unknown person": ([ADDED, {"hpr_number": "7654321", "change": "removed"}], r"1 of the persons to be removed are not in the register \(row 2\)"),
    "nobody named": ([ADDED, {"hpr_number": "", "change": "removed"}], "1 of the persons to be removed have no identifier"),
    "unknown word": ([ADDED, {"hpr_number": "1000001", "change": "gone"}], r"1 of the rows have an unknown word in column 'change' \(row 2\)"),
    "a zero lost": ([{**PEOPLE[0], "hpr_number": "01000001"}, ADDED], r"1 of the persons are written otherwise than in the register .* \(row 1\); write them alike"),
    "a blank gained": ([ADDED, {**PEOPLE[1], "hpr_number": "1 000 002", "change": "changed"}], r"1 of the persons are written otherwise than in the register .* \(row 2\)"),
    "one number twice": ([{"hpr_number": "1000003", "change": "removed"}, ADDED, {**ADDED, "given_name": "Eva"}], "row 2 shares its hpr_number with other content in rows 2, 3"),
    "no number": ([{"hpr_number": "1000003", "change": "removed"}, {**ADDED, "hpr_number": ""}], "row 2 has no hpr_number"),
    "removed and changed": ([{"hpr_number": "1000002", "change": "removed"}, MARRIED], "1 of the persons to be removed are added or changed in other rows"),
    "changed and removed": ([MARRIED, {"hpr_number": "1000002", "change": "removed"}], "1 of the persons to be removed are added or changed in other rows"),
    "other identifier": ([{"number": "1000001", "change": "removed"}], "no column for 'hpr_number'"),
    "no name column": ([{"hpr_number": "1000001", "birth_date": "1966-01-30"}], "family_name"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), UNUSABLE_CHANGES.values(), ids=UNUSABLE_CHANGES)
def test_unusable_changes_are_refused_and_nothing_is_kept(prepared, changes, words):
    """The message says what is wrong; the register and its folder stay as they were."""
    before = {path.name: path.read_bytes() for path in prepared.iterdir()}
    with pytest.raises(hp.HpmatchError, match=words) as caught:
        add_changes(prepared, changes)
    assert [secret for secret in (*SECRETS, "7654321") if secret in str(caught.value)] == []
    assert {path.name: path.read_bytes() for path in prepared.iterdir()} == before
    assert found(prepared) == found(PEOPLE)


def test_a_number_may_be_corrected(prepared):
    """Whose number is written otherwise from now on leaves with the one and comes with the other."""
    add_changes(
        prepared, [{"hpr_number": "1000001", "change": "removed"}, {**PEOPLE[0], "hpr_number": "01000001"}]
    )
    assert {"1000001", "01000001"} & set(hp.Register.open(prepared).read.records.ids.to_pylist()) == {
        "01000001"
    }


def test_blank_rows_count_where_a_row_of_changes_is_told(prepared, tmp_path):
    """The number is that of the row in the file, wherever a spreadsheet left rows without a cell."""
    (tmp_path / "changes.csv").write_text(
        "hpr_number;change\n;\n1000001;removed\n;\n7654321;removed\n", "utf-8"
    )
    with pytest.raises(hp.SourceError, match=r"not in the register \(row 4\)"):
        add_changes(prepared, tmp_path / "changes.csv")


def test_a_day_without_changes_changes_nothing(prepared, tmp_path):
    """The register is the one that it was, of the same version, and the command is done."""
    register = hp.Register.open(prepared)
    none = pa.table({"hpr_number": pa.array([], pa.string()), "change": pa.array([], pa.string())})
    assert register.changed(none).read.version == register.read.version
    (tmp_path / "changes.csv").write_text("hpr_number,change\n", "utf-8")
    assert main(["prepare", str(tmp_path / "changes.csv"), "--changes-to", str(prepared)]) == 0
    assert list(prepared.glob("changes-*")) == []
    assert found(prepared) == found(PEOPLE)


def test_changes_with_broken_rows_are_refused(prepared, tmp_path, capsys):
    """A row of a changes file that cannot be read is no reason to keep the others and forget it."""
    file = write(tmp_path / "changes.csv", [ADDED])
    file.write_text(file.read_text("utf-8") + "1000001,too,few\n", "utf-8")
    assert main(["prepare", str(file), "--changes-to", str(prepared)]) == 1
    assert "row 2 has 3 fields where the header has 7" in capsys.readouterr().err
    assert list(prepared.glob("changes-*")) == []


def test_options_that_would_be_ignored_are_refused(prepared, tmp_path, capsys):
    """A schema of what is prepared already, and a model for changes; the message says what to leave out."""
    file, before = write(tmp_path / "changes.csv", [ADDED]), found(prepared)
    assert main(["prepare", str(prepared), "--schema", "nowhere.toml", "--out", str(prepared)]) == 1
    assert "leave the schema out" in capsys.readouterr().err
    assert main(["prepare", str(file), "--changes-to", str(prepared), "--model", "imi"]) == 1
    assert "leave --model out" in capsys.readouterr().err
    with pytest.raises(hp.SchemaError, match="leave the schema out"):
        hp.Register.prepare(hp.Register.open(prepared), schema=hp.Schema())
    assert found(prepared) == before


def test_a_register_keeps_or_takes_the_model_that_it_is_prepared_with(prepared):
    """Prepared anew from itself it keeps its model, or takes the one that is given; to link is to use it."""
    own = hp.read_model("imi").with_decision(match=0.999999)
    hp.Register.prepare(prepared, own).save(prepared)
    assert hp.Register.open(prepared).model.fingerprint == own.fingerprint
    assert main(["prepare", str(prepared), "--out", str(prepared)]) == 0
    assert hp.Register.open(prepared).model.fingerprint == own.fingerprint
    for register in (prepared, hp.Register.open(prepared)):
        assert hp.link(ABOUT_PEOPLE, register).summary["model"]["sha256"] == own.fingerprint
        said = hp.link(ABOUT_PEOPLE, register, "imi").summary["model"]["sha256"]
        assert said == hp.read_model("imi").fingerprint
