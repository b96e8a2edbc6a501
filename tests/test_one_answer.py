"""One answer, however it is asked for: from tables, prepared, saved and opened, screened."""

import threading
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pytest

import hpmatch as hp
from hpmatch import standardise
from hpmatch.blocking import candidate_pairs, index_keys
from hpmatch.blocking.rules import NameAndDate
from hpmatch.prepared import add_changes
from hpmatch.protocols import Keys
from hpmatch.screening import Answer, answer, screen_lines

BORN = {"birth_date": "1980-02-03"}
KARI = {"family_name": "Berg", "given_name": "Kari", **BORN}
REGISTER = [{"hpr_number": "1", **KARI}]
ALERT = {"alert_id": "A", "sending_country": "NO", **KARI}


def _saved(register, folder):
    register.save(folder)
    return hp.Register.open(folder)


def test_the_commonest_country_may_be_the_main_one_of_nobody(tmp_path):
    """Everybody is a citizen of one country and was educated in another: counts fit all the same, saved or not."""
    abroad = [
        {"hpr_number": "1", **KARI, "education_country": "LT", "nationality": "NO"},
        {"hpr_number": "2", "family_name": "Hansen", "given_name": "Ola", **BORN, "education_country": "SE", "nationality": "NO"},
    ]  # fmt: skip
    register = hp.Register.prepare(abroad)
    saved = _saved(register, tmp_path / "prepared")
    expected = hp.link([ALERT], abroad).explain("A").candidates
    assert expected
    assert tuple(register.screen(ALERT)) == tuple(saved.screen(ALERT)) == expected


@pytest.mark.parametrize("countries", [["", "", "LT", "LT", "LT"], ["LT", "LT", "LT", "", ""]])
def test_the_size_of_a_batch_of_cells_changes_nothing(monkeypatch, countries):
    """Identifiers with and without a country, few at a time, in any order."""
    alerts = [
        {**ALERT, "alert_id": str(place), "national_id": f"3780409000{place}", "sending_country": country}
        for place, country in enumerate(countries)
    ]
    whole = hp.link(alerts, REGISTER)
    monkeypatch.setattr(standardise, "_CELLS_AT_A_TIME", 2)
    assert hp.link(alerts, REGISTER).links == whole.links


def test_the_header_of_the_column_of_changes_is_recognised_like_any_other():
    """'Change' and 'CHANGE:' are 'change'; two of them are refused."""
    register = hp.Register.prepare([*REGISTER, {**REGISTER[0], "hpr_number": "2"}])
    assert len(register.changed([{"hpr_number": "1", "CHANGE:": "removed"}])) == 1
    with pytest.raises(hp.SchemaError, match="both taken for 'change'"):
        register.changed([{"hpr_number": "1", "Change": "removed", "change": ""}])


@pytest.mark.parametrize("second", ["1", ""])
def test_changes_are_taken_whole_or_not_at_all(second):
    """A row without an identifier of its own is no reason to keep the others and forget it."""
    new = {"hpr_number": "1", **KARI, "given_name": "Kaja"}
    changes = [new, {**new, "hpr_number": second, "family_name": "Lie"}, {**new, "hpr_number": "3"}]
    with pytest.raises(hp.SourceError, match="whole or not at all"):
        hp.Register.prepare(REGISTER).changed(changes)


def test_a_register_that_was_emptied_can_be_saved_and_opened(tmp_path):
    """The last person may go; an alert then finds nobody."""
    empty = hp.Register.prepare(REGISTER).changed([{"hpr_number": "1", "change": "removed"}])
    assert _saved(empty, tmp_path / "prepared").screen(ALERT) == []


def test_an_empty_table_has_no_candidate_pairs():
    """Neither in chunks nor by index."""
    model = hp.read_model("imi")
    records = hp.Register.prepare(REGISTER).read.records
    nobody = records.slice(0, 0)
    assert len(candidate_pairs(records, nobody, model.blocking_rules)) == 0
    indexes = index_keys(nobody, model.blocking_rules)
    assert len(candidate_pairs(records, nobody, model.blocking_rules, indexes=indexes)) == 0


def test_changes_added_at_the_same_time_are_all_kept(tmp_path):
    """Whoever comes second waits."""
    hp.Register.prepare(REGISTER).save(tmp_path / "prepared")
    threads = [
        threading.Thread(
            target=add_changes, args=(tmp_path / "prepared", [{"hpr_number": str(number), **KARI}])
        )
        for number in range(2, 6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hp.Register.open(tmp_path / "prepared")) == 5


@dataclass(frozen=True)
class Twice:
    """A rule that gives each key twice, not row by row."""

    name: str = "twice"
    columns: tuple[str, ...] = ("birth_date",)

    def keys(self, records):
        rows = np.arange(len(records), dtype=np.int32)
        return Keys(np.concatenate([rows, rows]), np.full(2 * len(records), 7, np.uint64))


@dataclass
class Town:
    """A standardiser that cannot be looked up, for it may change."""

    column: str = "birth_place"
    roles: tuple[str, ...] = ("birth_place",)
    kind = pa.string()

    def standardise(self, *texts):
        return [text.lower() for text in texts[0]]


def test_a_rule_may_have_any_name(tmp_path):
    """Its keys are kept in a file all the same."""
    model = replace(
        hp.read_model("imi"), blocking_rules=(NameAndDate("a/b: ö", ("family_name",), part="date"),)
    )
    register = hp.Register.prepare(REGISTER, model)
    saved = _saved(register, tmp_path / "prepared")
    assert [hit.rules for hit in saved.screen(ALERT)] == [("a/b: ö",)]


def test_keys_may_come_in_any_order():
    """A block counts each person once, whether the table passes in chunks or was indexed."""
    records = hp.Register.prepare([{"hpr_number": str(place), **KARI} for place in range(3)]).read.records
    alone = records.slice(0, 1)
    indexes = index_keys(records, [Twice()])
    by_index = candidate_pairs(alone, records, [Twice()], max_block=3, indexes=indexes)
    in_chunks = candidate_pairs(alone, records, [Twice()], max_block=3)
    assert by_index.right.tolist() == in_chunks.right.tolist() == [0, 1, 2]


def test_a_stage_that_cannot_be_looked_up_serves_single_records_too():
    """What cannot be remembered is worked out again."""
    model = hp.read_model("imi")
    model = replace(model, standardisers=(*model.standardisers, Town()))
    alert = {**ALERT, "birth_place": "Oslo"}
    expected = hp.link([alert], REGISTER, model).explain("A").candidates
    standardised = standardise.standardise(pa.array(["A"]), {"birth_place": pa.array(["Oslo"])}, [Town()])
    assert standardised["birth_place"].to_pylist() == ["oslo"]
    assert hp.score(alert, REGISTER[0], model).match_weight == pytest.approx(
        expected[0].match_weight - expected[0].prior_weight
    )


def test_a_single_answer_names_the_alert_as_the_batch_does():
    """Blanks around an identifier are none of it."""
    register = hp.Register.prepare(REGISTER)
    assert answer(register, {**ALERT, "alert_id": " A1 "}, register.model).alert_id == "A1"


def test_columns_are_named_by_text():
    """Anything else is refused with what is wrong."""
    with pytest.raises(hp.SchemaError, match="named by text"):
        hp.Register.prepare(REGISTER).screen({1: "x", **KARI})


def test_an_alert_that_fails_does_not_end_the_answers_to_others(monkeypatch):
    """It is answered with what kind of error it was, and nothing of its content."""
    register = hp.Register.prepare(REGISTER)

    def fails(_register, record, _model):
        if record["alert_id"] == "1":
            raise IndexError("Berg")
        return Answer(record["alert_id"], "no_match", None, 0.25, "nobody fits", ())

    monkeypatch.setattr("hpmatch.screening.answer", fails)
    first, second = screen_lines(register, ['{"alert_id": "1"}', '{"alert_id": "2"}'])
    assert first == {"line": 1, "error": "could not be answered (IndexError); report it"}
    assert second == {
        "alert_id": "2",
        "disposition": "no_match",
        "hpr_number": None,
        "match_probability": 0.25,
        "reason": "nobody fits",
        "hits": [],
    }


NUMBER = {"national_id": "13097248022"}  # 13 September 1972


@pytest.mark.parametrize("typed", ["", "1980-02-03"])
def test_the_date_in_a_registered_number_is_found_however_it_is_asked_for(typed, tmp_path):
    """The registered date is missing or another than the number's, which is the alert's."""
    alert = {**ALERT, "birth_date": "1972-09-13"}
    person = {"hpr_number": "2", **KARI, "birth_date": typed, **NUMBER}
    tables = [*REGISTER, person]
    prepared = hp.Register.prepare(tables)
    registers = [
        prepared,
        _saved(prepared, tmp_path / "prepared"),
        hp.Register.prepare(REGISTER).changed([person]),
    ]
    hits = [next(hit for hit in register.screen(alert) if hit.hpr_number == "2") for register in registers]
    hits += [next(hit for hit in hp.link([alert], tables).explain("A").candidates if hit.hpr_number == "2")]
    told = [{each.comparison: each.level for each in hit.evidence}["birth_date"] for hit in hits]
    told += [{each.comparison: each.level for each in hp.score(alert, person).evidence}["birth_date"]]
    assert set(told) == {"same"}
