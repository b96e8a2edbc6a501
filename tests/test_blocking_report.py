"""The report of blocking against sets of pairs that plain loops find."""

import itertools
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.errors import HpmatchError, SchemaError
from hpmatch.protocols import Pairs

DATA = Path(__file__).parents[1] / "examples" / "data"
FAMILY = ("Berg", "Hansen", "Kazlauskienė", "Nilsen")
GIVEN = ("Anna", "Kari", "Rasa")
DATES = ("1980-02-03", "1980-03-02", "1978-04-09")
person = st.fixed_dictionaries(
    {
        "family_name": st.sampled_from(FAMILY),
        "given_name": st.sampled_from(GIVEN),
        "birth_date": st.sampled_from(DATES),
    }
)
people = st.lists(person, min_size=1, max_size=8)


def _alerts(rows):
    return [{"alert_id": f"A{place}", **row} for place, row in enumerate(rows)]


def _register(rows):
    return [{"hpr_number": f"{9000 + place}", **row} for place, row in enumerate(rows)]


def _model(max_block):
    """The shipped model with blocks of at most this size in every rule."""
    model = hp.read_model("imi")
    rules = tuple(
        replace(rule, max_block=None) if getattr(rule, "max_block", None) else rule
        for rule in model.blocking_rules
    )
    return replace(model, blocking_rules=rules, max_block=max_block)


def _holders(rule, records):
    """Each key with the rows that hold it."""
    keys = rule.keys(records)
    holders = defaultdict(set)
    for row, key in zip(keys.rows.tolist(), keys.keys.tolist(), strict=True):
        holders[key].add(row)
    return holders


def _by_hand(model, left, right, *, itself):
    """For each rule the pairs of blocks that are used, those of blocks that are not, and all block sizes that give a pair."""
    used, lost, sizes = {}, {}, {}
    for rule in model.blocking_rules:
        of_left, of_right = _holders(rule, left), _holders(rule, right)
        used[rule.name], lost[rule.name], sizes[rule.name] = set(), [], []
        for key in of_left.keys() & of_right.keys():
            pairs = {(i, j) for i, j in itertools.product(of_left[key], of_right[key]) if not itself or i < j}
            if not pairs:
                continue
            sizes[rule.name].append(len(of_right[key]))
            if len(of_right[key]) > model.max_block:
                lost[rule.name].append(pairs)
            else:
                used[rule.name] |= pairs
    return used, lost, sizes


def _records(rows, model, name):
    from hpmatch.reading import read_records  # noqa: PLC0415
    from hpmatch.schema import ALERT_ROLES, RECORD_ROLES, REGISTER_ROLES, Schema  # noqa: PLC0415

    roles = {"alerts": ALERT_ROLES, "register": REGISTER_ROLES, "records": RECORD_ROLES}[name]
    return read_records(rows, name, roles, model.standardisers, Schema(), required=()).records


def _check(report, model, used, lost, sizes, true=None):
    names = [rule.name for rule in model.blocking_rules]
    everything = set().union(*used.values())
    assert report.pairs == len(everything)
    before = set()
    for row in report.rules.to_pylist():
        own = used[row["rule"]]
        others = set().union(*(used[name] for name in names if name != row["rule"]))
        assert row["pairs"] == len(own)
        assert row["alone"] == len(own - others)
        assert row["added"] == len(own - before)
        if true is not None:
            assert row["true_pairs"] == len(own & true)
            assert row["true_alone"] == len((own - others) & true)
            assert row["true_added"] == len((own - before) & true)
            cut = set().union(*lost[row["rule"]]) if lost[row["rule"]] else set()
            assert row["true_cut"] == len((cut & true) - everything)
        before |= own
        assert row["cumulative"] == len(before)
        assert row["blocks"] == len(sizes[row["rule"]])
        assert (row["cut_blocks"], row["cut_pairs"]) == (
            len(lost[row["rule"]]), sum(map(len, lost[row["rule"]])),
        )  # fmt: skip
    for row in report.overlap.to_pylist():
        both = used[row["rule"]] & used[row["other"]]
        assert row["pairs"] == len(both)
        assert row["share"] == (len(both) / len(used[row["rule"]]) if used[row["rule"]] else None)
    for name in names:
        largest = report.largest.filter(pc.equal(report.largest["rule"], name))
        assert largest["size"].to_pylist() == sorted(sizes[name], reverse=True)[:5]
        classes = report.blocks.filter(pc.equal(report.blocks["rule"], name)).to_pylist()
        for row in classes:
            here = [
                size for size in sizes[name]
                if row["smallest"] <= size <= row["largest"] and (size > model.max_block) == row["cut"]
            ]  # fmt: skip
            assert row["blocks"] == len(here)
        assert sum(row["blocks"] for row in classes) == len(sizes[name])


@settings(max_examples=60)
@given(people, people, st.integers(1, 4), st.data())
def test_the_report_counts_what_loops_count(left, right, max_block, data):
    """Pairs, overlap, blocks and what was cut off, and the same of the true pairs."""
    model = _model(max_block)
    alerts, register = _alerts(left), _register(right)
    person = st.none() | st.integers(0, len(right) - 1)
    said = [data.draw(person) for _ in left]
    truth = [
        {"alert_id": f"A{place}", "hpr_number": "" if each is None else f"{9000 + each}"}
        for place, each in enumerate(said)
    ]
    report = hp.blocking_report(alerts, register, model, truth=pa.Table.from_pylist(truth))
    used, lost, sizes = _by_hand(
        model, _records(alerts, model, "alerts"), _records(register, model, "register"), itself=False
    )
    true = {(place, each) for place, each in enumerate(said) if each is not None}
    _check(report, model, used, lost, sizes, true)
    assert report.true_pairs == len(true)
    assert report.true_found == len(true & set().union(*used.values()))
    assert report.all_pairs == len(left) * len(right)


@settings(max_examples=40)
@given(people, st.integers(1, 4), st.data())
def test_a_table_against_itself_counts_each_pair_once(rows, max_block, data):
    """Without a register the pairs are those that dedupe compares."""
    model = _model(max_block)
    records = [{"no": f"{place}", **row} for place, row in enumerate(rows)]
    persons = [data.draw(st.sampled_from(["p", "q", ""])) for _ in rows]
    truth = [{"no": f"{place}", "person_id": each} for place, each in enumerate(persons)]
    report = hp.blocking_report(records, None, model, truth=pa.Table.from_pylist(truth))
    table = _records(records, model, "records")
    used, lost, sizes = _by_hand(model, table, table, itself=True)
    true = {
        (i, j)
        for i, j in itertools.combinations(range(len(rows)), 2)
        if persons[i] and persons[i] == persons[j]
    }
    _check(report, model, used, lost, sizes, true)
    assert report.pairs == hp.dedupe(records, model).summary["candidate_pairs"]
    assert report.all_pairs == len(rows) * (len(rows) - 1) // 2


def test_the_order_of_rows_does_not_matter():
    """Rows turned round give the same report."""
    alerts, register = _alerts([{"family_name": f, "given_name": g, "birth_date": DATES[0]} for f in FAMILY for g in GIVEN]), _register(
        [{"family_name": f, "given_name": g, "birth_date": d} for f in FAMILY for g in GIVEN for d in DATES]
    )  # fmt: skip
    assert str(hp.blocking_report(alerts, register)) == str(hp.blocking_report(alerts[::-1], register[::-1]))


def test_a_prepared_register_gives_the_same_report():
    """The keys that are indexed are those that are made on the way."""
    register = f"{DATA}/register.csv"
    reports = [
        hp.blocking_report(f"{DATA}/alerts.csv", each, truth=f"{DATA}/truth.csv")
        for each in (register, hp.Register.prepare(register))
    ]
    assert str(reports[0]) == str(reports[1])


def test_a_prepared_register_is_asked_by_its_own_rules():
    """It was prepared with a model, which is the one to report on."""
    model = hp.read_model("imi")
    two = replace(model, blocking_rules=model.blocking_rules[:2])
    report = hp.blocking_report(f"{DATA}/alerts.csv", hp.Register.prepare(f"{DATA}/register.csv", two))
    assert report.rules["rule"].to_pylist() == [rule.name for rule in two.blocking_rules]


def test_the_report_holds_no_word_of_the_records():
    """The only words in it are names of rules, so no key of a block can be told from it."""
    report = hp.blocking_report(f"{DATA}/alerts.csv", f"{DATA}/register.csv")
    names = {rule.name for rule in hp.read_model("imi").blocking_rules}
    for table in (report.rules, report.overlap, report.blocks, report.largest):
        for column in table.columns:
            if pa.types.is_string(column.type):
                assert set(column.to_pylist()) <= names
            else:
                assert column.type in (pa.int64(), pa.float64(), pa.bool_())


def test_a_rule_that_pairs_rows_has_no_blocks():
    """What has no keys has nothing to say of blocks, and counts all the same."""

    class Everything:
        name = "all"
        columns = ("family_name",)

        def pairs(self, left, right):
            grid = np.mgrid[0 : len(left), 0 : len(right)].reshape(2, -1)
            return Pairs(grid[0], grid[1])

    model = hp.read_model("imi")
    model = replace(model, blocking_rules=(*model.blocking_rules, Everything()))
    row = {"family_name": "Berg", "given_name": "Kari", "birth_date": DATES[0]}
    truth = [{"alert_id": "A0", "hpr_number": "9000"}]
    report = hp.blocking_report(_alerts([row]), _register([row, row]), model, truth=truth)
    last = report.rules.to_pylist()[-1]
    assert (last["pairs"], last["blocks"], last["max_block"], last["true_cut"]) == (2, None, None, None)
    assert "-" in str(report)


def test_an_alert_whose_person_is_not_registered_counts_against_completeness():
    """The truth may name somebody who is not in the register that was read."""
    row = {"family_name": "Berg", "given_name": "Kari", "birth_date": DATES[0]}
    truth = [{"alert_id": "A0", "hpr_number": "9000"}, {"alert_id": "A1", "hpr_number": "1"}]
    report = hp.blocking_report(_alerts([row, row]), _register([row]), truth=truth)
    assert (report.true_pairs, report.true_found, report.pairs_completeness) == (2, 1, 0.5)


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        ([{"alert_id": "A0"}], "no column hpr_number"),
        ([{"alert_id": "A0", "hpr_number": "1"}, {"alert_id": "A0", "hpr_number": "2"}], "more than once"),
    ],
)
def test_a_truth_that_cannot_be_used_is_refused(truth, words):
    """What is wrong is said."""
    row = {"family_name": "Berg", "given_name": "Kari", "birth_date": DATES[0]}
    with pytest.raises(SchemaError, match=words):
        hp.blocking_report(_alerts([row]), _register([row]), truth=truth)


def test_a_truth_of_clusters_needs_its_columns():
    """Without a register the truth names persons or clusters."""
    row = {"family_name": "Berg", "given_name": "Kari", "birth_date": DATES[0]}
    with pytest.raises(HpmatchError, match="no column person_id"):
        hp.blocking_report([{"no": "1", **row}], truth=[{"no": "1"}])


def test_the_command_prints_and_draws(tmp_path, capsys):
    """The command is the function; a chart is drawn where it is asked for."""
    pytest.importorskip("altair")
    status = main(
        ["blocking", f"{DATA}/alerts.csv", f"{DATA}/register.csv", "--truth", f"{DATA}/truth.csv",
         "--chart", str(tmp_path / "blocking.svg")]
    )  # fmt: skip
    assert status == 0
    report = hp.blocking_report(f"{DATA}/alerts.csv", f"{DATA}/register.csv", truth=f"{DATA}/truth.csv")
    assert str(report) in capsys.readouterr().out
    assert (tmp_path / "blocking.svg").read_text("utf-8").startswith("<svg")


def test_the_command_holds_a_table_against_itself(capsys):
    """Without a register."""
    assert main(["blocking", f"{DATA}/register.csv"]) == 0
    assert "2,000 records held against 2,000" in capsys.readouterr().out


def test_labels_of_pairs_serve_as_truth():
    """Matches count, whichever way round and however often; what is no match or of unknown records does not."""
    row = {"family_name": "Berg", "given_name": "Kari", "birth_date": DATES[0]}
    other = {**row, "family_name": "Qvist", "given_name": "Olof", "birth_date": DATES[2]}
    said = [
        ("2", "1", "match"),
        ("1", "2", "match"),
        ("3", "1", "match"),
        ("2", "3", "no_match"),
        ("1", "9", "match"),
    ]
    labels = [dict(zip(("left_id", "right_id", "label"), each, strict=True)) for each in said]
    records = [{"no": "1", **row}, {"no": "2", **row}, {"no": "3", **other}]
    report = hp.blocking_report(records, truth=labels)
    assert (report.true_pairs, report.true_found) == (2, 1)
    alerts = [{"alert_id": each["no"], **each} for each in records]
    register = [{"hpr_number": each["no"], **each} for each in records]
    # 2 and 1, 1 and 2 are two pairs of an alert and a person; 9 is not registered, which counts as not found.
    report = hp.blocking_report(alerts, register, truth=labels)
    assert (report.true_pairs, report.true_found) == (4, 2)
