"""Labelling: which pairs are chosen, how they are asked for, and what is saved."""

import csv
import io
import itertools
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.decision import DecisionRule
from hpmatch.errors import SourceError
from hpmatch.evaluation.truth import read_truth
from hpmatch.labelling import FILE_COLUMNS, agreement, append_label, choose_pairs, mend, start_labelling
from hpmatch.labels import read_labels
from hpmatch.output import MODEL_FILE

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
ALERTS, REGISTER = SAMPLE / "alerts.csv", SAMPLE / "register.csv"
RULE = DecisionRule(0.03, match=0.95, review=0.05)
KARI = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}


@pytest.fixture(scope="module")
def result():
    """All candidate pairs."""
    return hp.link(ALERTS, REGISTER, min_weight=-1000)


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    out = tmp_path_factory.mktemp("labelling") / "out"
    result.write(out)
    return out


def rows(file):
    with Path(file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def links_of(probabilities, patterns):
    """Links with the given probabilities and agreement patterns."""
    places = [str(place) for place in range(len(probabilities))]
    return pa.table(
        {
            "alert_id": [f"A{place}" for place in places],
            "hpr_number": places,
            "match_weight": [math.log2(each / (1 - each)) for each in probabilities],
            "match_probability": probabilities,
            "decision": ["review"] * len(places),
            "rules": [""] * len(places),
            "family_name": patterns,
        }
    )


# --- which pairs


def test_a_draw_repeats_whatever_the_order_of_the_rows(result):
    """The same identifiers and seed give the same pairs; another seed gives others."""
    links = result.links
    shuffled = links.take(pa.array(np.random.default_rng(1).permutation(len(links))))
    once = choose_pairs(result, 60)
    assert once.equals(choose_pairs(links, 60))
    assert once.equals(choose_pairs(shuffled, 60))
    assert not once.equals(choose_pairs(result, 60, seed=2))


def test_the_mix_is_half_uncertain_a_quarter_diverse_a_quarter_random(result):
    """No pair is there twice."""
    chosen = choose_pairs(result, 60)
    kinds = chosen["chosen_as"].to_pylist()
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"uncertain": 30, "diverse": 15, "random": 15}
    assert len(set(zip(chosen["left_id"].to_pylist(), chosen["right_id"].to_pylist(), strict=True))) == 60


def test_the_uncertain_are_those_nearest_to_a_threshold():
    """In odds, on either side of either threshold."""
    links = links_of([0.5, 0.9499, 0.999, 0.0501, 0.001, 0.0001], ["a"] * 6)
    chosen = choose_pairs(links, 4, rule=RULE).to_pylist()
    assert {row["right_id"] for row in chosen if row["chosen_as"] == "uncertain"} == {"1", "3"}


def test_thresholds_are_those_of_the_model_that_made_a_folder(tmp_path):
    """The folder holds a model of one's own, which gives the same pairs as the result in memory; without it, it has to be given."""
    own = hp.read_model("imi").with_decision(match=0.9999, review=0.0001)
    result = hp.link(ALERTS, REGISTER, own, min_weight=-1000)
    result.write(tmp_path / "out")
    more = {"alerts": ALERTS, "register": REGISTER, "number": 8, "by": "Kari"}
    expected = choose_pairs(result, 8).to_pylist()
    assert expected != choose_pairs(result.links, 8).to_pylist()
    found = start_labelling(tmp_path / "out", tmp_path / "labels.csv", **more)
    assert found.pairs == expected
    (tmp_path / "out" / MODEL_FILE).unlink()
    assert start_labelling(tmp_path / "out", tmp_path / "others.csv", model=own, **more).pairs == expected
    with pytest.raises(hp.HpmatchError, match="made by another model"):
        start_labelling(tmp_path / "out", tmp_path / "labels.csv", **more)


def test_the_diverse_have_patterns_of_their_own(result):
    """Each agreement pattern gives one pair at most, and they reach from the least to the most alike."""
    chosen = choose_pairs(result, 60).to_pylist()
    levels = result.links.column_names[6:]
    by_pair = {(row["alert_id"], row["hpr_number"]): row for row in result.links.to_pylist()}
    diverse = [by_pair[row["left_id"], row["right_id"]] for row in chosen if row["chosen_as"] == "diverse"]
    assert len({tuple(row[name] for name in levels) for row in diverse}) == len(diverse)
    weights = [row["match_weight"] for row in diverse]
    assert min(weights) < -20
    assert max(weights) > 10


def test_inclusion_is_how_often_a_pair_is_chosen():
    """Over many seeds each pair is chosen as often as its inclusion probability says."""
    probabilities = [0.9, 0.6, 0.01, 0.012, 0.014, 0.002, 0.0021, 0.0022, 0.0001, 0.00011, 0.00012, 0.0009]
    links = links_of(probabilities, list("aabbbccdddee"))
    drawn = np.zeros(len(links))
    said = {}
    seeds = 2000
    for seed in range(seeds):
        for row in choose_pairs(links, 8, seed=seed, rule=RULE).to_pylist():
            drawn[int(row["right_id"])] += 1
            said.setdefault(row["right_id"], set()).add(round(row["inclusion"], 12))
    for place, times in enumerate(drawn):
        (inclusion,) = said[str(place)]
        # Four standard deviations of a share over so many draws; what is always chosen has none.
        assert abs(times / seeds - inclusion) <= 4 * math.sqrt(inclusion * (1 - inclusion) / seeds) + 1e-9
    assert sum(next(iter(each)) for each in said.values()) == pytest.approx(8)


@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 5))
def test_any_number_of_pairs_can_be_chosen(size, number, seed):
    """As many as asked for, or all; each with a probability; the probabilities add up to the number."""
    probabilities = [(place % 19 + 0.5) / 20 for place in range(size)]
    links = links_of(probabilities, ["abc"[place % 3] for place in range(size)])
    chosen = choose_pairs(links, number, seed=seed, rule=RULE)
    assert len(chosen) == len(set(chosen["right_id"].to_pylist())) == min(size, number)
    assert all(0 < each <= 1 for each in chosen["inclusion"].to_pylist())
    if number >= size:
        assert set(chosen["inclusion"].to_pylist()) == {1.0}


def test_nothing_to_choose_from_is_told_with_what_to_do():
    """A default result keeps no pair below the review threshold."""
    stranger = {"hpr_number": "7", "family_name": "Lund", "given_name": "Per", "birth_date": "1966-01-30"}
    empty = hp.link([{"alert_id": "A1", **KARI}], [stranger])
    with pytest.raises(hp.HpmatchError, match="min_weight=-1000"):
        choose_pairs(empty, 10)
    with pytest.raises(hp.HpmatchError, match="at least 1"):
        choose_pairs(links_of([0.5], ["a"]), 0)


# --- asking and saving


def labelling_of(result, tmp_path, **options):
    return start_labelling(result, tmp_path / "labels.csv", **{"number": 10, "by": "Kari", **options})


def test_each_answer_is_in_the_file_before_the_next_pair(result, tmp_path):
    """Who and when, which pair, what it was chosen as and how likely."""
    labelling = labelling_of(result, tmp_path)
    answers = itertools.cycle([labelling.match, labelling.no_match, labelling.unsure])
    expected = choose_pairs(result, 10).to_pylist()
    pair, given_answers = labelling.next(), []
    while pair is not None:
        assert (pair.left_id, pair.right_id) == tuple(expected[len(given_answers)].values())[:2]
        answer = next(answers)
        pair = answer()
        given_answers.append(answer.__name__)
        assert [row["label"] for row in rows(tmp_path / "labels.csv")] == given_answers
    saved = rows(tmp_path / "labels.csv")
    assert list(saved[0]) == list(FILE_COLUMNS)
    assert {row["labelled_by"] for row in saved} == {"Kari"}
    assert all(row["labelled_at"].endswith("+00:00") for row in saved)
    assert [float(row["inclusion"]) for row in saved] == [row["inclusion"] for row in expected]
    assert labelling.left == 0
    with pytest.raises(hp.HpmatchError, match="all pairs are labelled"):
        labelling.match()
    assert len(read_labels(tmp_path / "labels.csv")) == given_answers.count("match") + given_answers.count(
        "no_match"
    )


def test_it_goes_on_where_it_was_left(result, tmp_path):
    """No pair is asked twice of one person; another is asked all."""
    first = labelling_of(result, tmp_path)
    seen = [first.next(), first.match(), first.match()]
    again = labelling_of(result, tmp_path)
    assert again.left == 8
    assert again.next().right_id == seen[2].right_id
    other = labelling_of(result, tmp_path, by="Ola")
    assert other.left == 10
    assert other.next().right_id == seen[0].right_id
    other.no_match()
    assert [row["labelled_by"] for row in rows(tmp_path / "labels.csv")] == ["Kari", "Kari", "Ola"]


def test_going_back_lets_the_later_answer_hold(result, tmp_path):
    """The pair is asked again, then the next one that waits."""
    labelling = labelling_of(result, tmp_path)
    with pytest.raises(hp.HpmatchError, match="nothing to go back to"):
        labelling.back()
    first, second = labelling.next(), labelling.match()
    assert labelling.back() == first
    assert labelling.next() == first
    assert labelling.no_match() == second
    labels = read_labels(tmp_path / "labels.csv")
    assert labels.left_ids.to_pylist() == [first.left_id]
    assert labels.is_match.tolist() == [False]


@pytest.mark.parametrize("from_folder", [False, True])
def test_what_another_alert_about_the_person_says_is_shown_with_the_verdict(tmp_path, from_folder):
    """The evidence is of all alerts about a person: "same" beside two other names would be a riddle without the alert that says so."""
    born = {"given_name": "Kari Oline", "birth_date": "1980-02-03", "sending_country": "SE", "sex": "F"}
    alerts = [
        {"alert_id": "A1", "family_name": "Nordgren", "birth_name": "Berg", **born},
        {"alert_id": "A2", "family_name": "Nordgren", **born},
    ]
    register = [{"hpr_number": "7", "family_name": "Berg", **born}]
    result = hp.link(alerts, register)
    assert result.dispositions["person_id"].to_pylist() == ["A1", "A1"]
    source, files = result, {}
    if from_folder:
        result.write(tmp_path / "out")
        source, files = tmp_path / "out", {"alerts": alerts, "register": register}
    told = {
        blind: {
            pair.left_id: shown(pair)
            for pair in start_labelling(source, tmp_path / "l.csv", by="K", blind=blind, **files).shown
        }
        for blind in (False, True)
    }
    assert [[name.lower() for name in also] for also in told[False]["A2"]["birth_name"].other_alerts] == [
        ["berg"]
    ]
    assert told[True]["A2"].keys() & {"birth_name"} == set()


def shown(pair):
    """What a pair shows, by column."""
    return {told.column: told for told in pair.records}


def test_blind_shows_nothing_of_the_model(result, tmp_path):
    """Neither weight, probability, decision nor what was found; the records alone."""
    open_eyed, blind = (labelling_of(result, tmp_path, blind=blind) for blind in (False, True))
    for seen, unseen in zip(open_eyed.shown, blind.shown, strict=True):
        assert seen.hit is not None
        assert unseen.hit is None
        assert {told.level for told in unseen.records} == {""}
        assert [(told.alert, told.register) for told in unseen.records] == [
            (told.alert, told.register) for told in seen.records
        ]
        for shown in (str(unseen), unseen._repr_html_().partition("</style>")[2]):
            for word in (
                "weight",
                "probability",
                "review",
                "uncertain",
                "diverse",
                "random",
                "differs",
                "alike",
            ):
                assert word not in shown
        assert "probability" in str(seen)


@pytest.mark.parametrize("cut", range(1, 110))
def test_a_torn_line_is_mended_and_its_pair_asked_again(tmp_path, cut):
    """Wherever a crash cut the file, what was whole stays, and the next answer stands on a line of its own."""
    file = tmp_path / "labels.csv"
    row = {"label": "match", "labelled_by": "Kari", "labelled_at": "2026-01-02T03:04:05+00:00"}
    for alert, inclusion in (("A1", 0.125), ("A2", 0.375)):
        append_label(
            file, {"left_id": alert, "right_id": "7", "inclusion": inclusion, "chosen_as": "random", **row}
        )
    lines = file.read_text("utf-8").splitlines()
    file.write_bytes(file.read_bytes()[:-cut])
    left = file.read_text("utf-8").split("\n")
    torn = mend(file)
    assert torn == (left[-1] not in ("", *lines))
    append_label(file, {"left_id": "A3", "right_id": "9", "inclusion": 0.5, "chosen_as": "random", **row})
    kept = [line.partition(",")[0] for line in left if line in lines[1:]]
    assert [each["left_id"] for each in rows(file)] == [*kept, "A3"]
    assert {each["chosen_as"] for each in rows(file)} == {"random"}
    assert not mend(file)


def test_a_line_torn_within_a_letter_is_mended(tmp_path):
    """The letter has two bytes, and one of them was written."""
    file = tmp_path / "labels.csv"
    append_label(file, {"left_id": "A1", "right_id": "7", "label": "match", "labelled_by": "Bjørg"})
    before = file.read_bytes()
    file.write_bytes(before + "A2,7,match,Bjø".encode()[:-1])
    assert mend(file)
    assert file.read_bytes() == before


def test_a_torn_header_is_written_anew(tmp_path):
    """Nothing was labelled yet."""
    file = tmp_path / "labels.csv"
    file.write_text("left_id,rig", "utf-8")
    assert mend(file)
    append_label(file, {"left_id": "A1", "right_id": "7", "label": "match"})
    assert [(each["left_id"], each["label"]) for each in rows(file)] == [("A1", "match")]


def test_a_file_with_other_columns_is_added_to_in_its_own_order(result, tmp_path):
    """A file of true pairs from elsewhere stays readable; one that cannot say who is refused."""
    file = tmp_path / "labels.csv"
    file.write_text("label,labelled_by,right_id,left_id\nmatch,Ola,7,A1\n", "utf-8")
    labelling = labelling_of(result, tmp_path)
    pair = labelling.next()
    labelling.no_match()
    assert [list(each.values()) for each in rows(file)] == [
        ["match", "Ola", "7", "A1"],
        ["no_match", "Kari", pair.right_id, pair.left_id],
    ]
    file.write_text("left_id,right_id,label\nA1,7,match\n", "utf-8")
    with pytest.raises(hp.SourceError, match="no column 'labelled_by'"):
        labelling_of(result, tmp_path)
    file.write_text("label,labelled_by,right_id,left_id\nmatch,Ola,7,A1", "utf-8")
    with pytest.raises(hp.SourceError, match="has no end"):
        labelling_of(result, tmp_path)
    assert file.read_text("utf-8").endswith("A1")


@pytest.mark.parametrize("last", ["\r\n", ""])
@pytest.mark.parametrize(
    ("encoding", "delimiter", "words"),
    [
        ("cp1252", ",", "not in UTF-8"),
        ("utf-16", ",", "not in UTF-8"),
        ("utf-8-sig", ";", "separated by commas"),
    ],
)
def test_a_file_that_was_saved_in_another_form_is_refused_before_anybody_judges(
    result, tmp_path, encoding, delimiter, words, last
):
    """A spreadsheet saved it: what to do is said at the start, and no line is lost."""
    lines = [FILE_COLUMNS, ("A1", "7", "match", "Bjørg", "2026-01-02T03:04:05+00:00", "0.5", "random")]
    text = "\r\n".join(delimiter.join(line) for line in lines) + last
    (tmp_path / "labels.csv").write_bytes(text.encode(encoding))
    with pytest.raises(hp.SourceError, match=words) as caught:
        labelling_of(result, tmp_path)
    assert "save it as CSV with commas" in str(caught.value)
    assert (tmp_path / "labels.csv").read_bytes() in (text.encode(encoding), text.encode(encoding) + b"\n")


def test_a_place_that_cannot_be_written_is_refused_before_anybody_judges(result, tmp_path):
    """No such folder, and a folder in the file's place."""
    (tmp_path / "labels.csv").mkdir()
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(hp.SourceError, match="cannot"):
            labelling_of(result, place)


def test_identifiers_with_a_line_break_are_refused_before_anybody_judges(tmp_path):
    """They could not be saved."""
    linked = hp.link([{"alert_id": "A\n1", **KARI}], [{"hpr_number": "7", **KARI}])
    with pytest.raises(hp.SourceError, match="line break"):
        labelling_of(linked, tmp_path)


def test_cells_cannot_run_as_formulas_and_are_read_as_they_were(tmp_path):
    """An apostrophe goes before what a spreadsheet would run, and is taken off when labels are read."""
    file = tmp_path / "labels.csv"
    append_label(file, {"left_id": "=A1", "right_id": "-7", "label": "match", "labelled_by": '@"x",y'})
    assert rows(file)[0]["left_id"] == "'=A1"
    labels = read_labels(file)
    assert (labels.left_ids.to_pylist(), labels.right_ids.to_pylist()) == (["=A1"], ["-7"])
    with pytest.raises(hp.SourceError, match="line break"):
        append_label(file, {"left_id": "A\n1", "right_id": "7", "label": "match"})


def test_what_nobody_has_labelled_yet_is_no_label(tmp_path):
    """A half-filled sample can be read, an empty label takes none back, and a wrong one is told by its row."""
    file = tmp_path / "labels.csv"
    head = "left_id,right_id,label\nA1,7,match\nA1,7,\nA2,8,\nA3,9, no_match \n"
    file.write_text(head, "utf-8")
    labels = read_labels(file)
    assert (labels.left_ids.to_pylist(), labels.is_match.tolist()) == (["A1", "A3"], [True, False])
    file.write_text(head + "A4,10,yes\nA5,11,no\n", "utf-8")
    with pytest.raises(hp.SourceError, match="row 5 and 1 more: the label is none of match"):
        read_labels(file)


def test_a_folder_needs_the_files_and_the_very_register(folder, tmp_path):
    """Names are shown as they stand there."""
    with pytest.raises(hp.HpmatchError, match="give the alerts and the register"):
        labelling_of(folder, tmp_path)
    with pytest.raises(hp.HpmatchError, match="takes both"):
        labelling_of(folder, tmp_path, alerts=ALERTS)
    labelling = labelling_of(folder, tmp_path, alerts=ALERTS, register=REGISTER)
    with ALERTS.open(encoding="utf-8", newline="") as file:
        alerts = {row["alert_id"]: row for row in csv.DictReader(file)}
    others = [{**row, "given_name": "Ola"} for row in alerts.values()]
    with pytest.raises(hp.SourceError, match="another than the one that was linked"):
        labelling_of(folder, tmp_path, alerts=others, register=REGISTER)
    for pair in labelling.shown:
        names = next(told.alert for told in pair.records if told.column == "family_name")
        assert names == (alerts[pair.left_id]["family_name"],)
    with pytest.raises(hp.HpmatchError, match="say who labels"):
        labelling_of(folder, tmp_path, alerts=ALERTS, register=REGISTER, by=" ")


# --- the command


def _label(folder, file, typed, monkeypatch, *options):
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    files = ["--alerts", str(ALERTS), "--register", str(REGISTER), "--labels", str(file), "--number", "5"]
    return main(["label", str(folder), *files, "--by", "Kari", *options])


def test_the_command_reads_answers(folder, tmp_path, monkeypatch, capsys):
    """Each answer is saved; back, a slip and the end of the input are understood."""
    file = tmp_path / "labels.csv"
    assert _label(folder, file, "back\nm\nyes\nn\nback\nu\nquit\n", monkeypatch) == 0
    assert [row["label"] for row in rows(file)] == ["match", "no_match", "unsure"]
    assert "nothing to go back to" in capsys.readouterr().out
    assert _label(folder, file, "m\n", monkeypatch, "--lang", "nb", "--blind") == 0
    assert "så mange par gjenstår: 2" in capsys.readouterr().out
    assert _label(folder, file, "m\nm\nm\nm\n", monkeypatch) == 0
    saved = rows(file)
    assert len(saved) == 6
    assert len({(row["left_id"], row["right_id"]) for row in saved}) == 5
    file.write_bytes(file.read_bytes()[:-5])
    assert _label(folder, file, "", monkeypatch) == 0
    captured = capsys.readouterr()
    assert "was torn" in captured.err
    assert "pairs are left: 1" in captured.out


def test_a_killed_process_loses_no_answer(folder, tmp_path):
    """The answers that were typed are in the file though the process never ended by itself."""
    file = tmp_path / "labels.csv"
    command = [sys.executable, "-m", "hpmatch", "label", str(folder), "--alerts", str(ALERTS)]
    command += ["--register", str(REGISTER), "--labels", str(file), "--by", "Kari"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write("m\nn\n")
        process.stdin.flush()
        shown = 0
        for line in process.stdout:  # the third pair is shown when two are saved
            shown += line.startswith("pair ")
            if shown == 3:
                break
        process.kill()
    assert shown == 3
    assert [row["label"] for row in rows(file)] == ["match", "no_match"]


# --- how far two persons agree


def _by_hand(ones, others):
    labels = sorted({*ones, *others})
    table = np.array(
        [[sum(a == x and b == y for a, b in zip(ones, others, strict=True)) for y in labels] for x in labels]
    )
    share = table / table.sum()
    chance = (share.sum(axis=0) * share.sum(axis=1)).sum()
    return (np.trace(share) - chance) / (1 - chance) if chance < 1 else math.nan


@pytest.mark.parametrize("blind", [False, True])
def test_columns_of_the_models_own_are_shown(tmp_path, blind):
    """Of tables about anything all that is compared, in the tables' words."""
    kinds = hp.Schema(id="no", columns={"title": "text", "maker": "category"})
    left = [{"no": f"a{place}", "title": f"pump {place}", "maker": "Acme"} for place in range(30)]
    right = [{**row, "no": f"b{place}"} for place, row in enumerate(left)]
    trained = hp.train(left, right, schema=kinds)
    linked = hp.link(left, right, trained.model, schema=kinds, min_weight=-1000)
    asked = start_labelling(linked, tmp_path / "labels.csv", number=3, by="Kari", blind=blind)
    assert [[told.column for told in pair.records] for pair in asked.shown] == [["title", "maker"]] * 3
    place = asked.next().left_id.removeprefix("a")
    assert asked.next().records[0].alert == (f"pump {place}",)


LABELS = st.sampled_from(["match", "no_match", "unsure"])


@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=20))
def test_kappa_is_that_of_the_table_of_both(pairs):
    """As worked out from the contingency table; what only one labelled does not count."""
    said = [
        {"left_id": f"A{place}", "right_id": "7", "label": label, "labelled_by": who}
        for place, both in enumerate(pairs)
        for who, label in zip(("Kari", "Ola"), both, strict=True)
    ]
    said.append({"left_id": "B", "right_id": "7", "label": "match", "labelled_by": "Kari"})
    found = agreement(said, "Kari", "Ola")
    expected = _by_hand(*map(list, zip(*pairs, strict=True)))
    assert found.pairs == len(pairs)
    assert found.kappa == pytest.approx(expected, nan_ok=True)
    assert found.agreed == pytest.approx(np.mean([one == other for one, other in pairs]))


def test_nobody_agrees_with_somebody_who_labelled_nothing():
    said = [{"left_id": "A1", "right_id": "7", "label": "match", "labelled_by": "Kari"}]
    with pytest.raises(hp.HpmatchError, match="no pair that two persons labelled"):
        agreement(said, "Kari", "Ola")
    with pytest.raises(hp.SourceError, match="labelled_by"):
        agreement([{"left_id": "A1", "right_id": "7", "label": "match"}], "Kari", "Ola")


def test_what_nobody_has_said_yet_is_asked_and_is_no_agreement(tmp_path):
    """A sample without labels; blanks around a cell say nothing, and a wrong label is refused."""
    linked = hp.link([{"alert_id": "A1", **KARI}], [{"hpr_number": "7", **KARI}])
    file, head = tmp_path / "labels.csv", "left_id,right_id,label,labelled_by\n"
    file.write_text(head + "A1,7,,Kari\n", "utf-8")
    assert labelling_of(linked, tmp_path).left == 1
    file.write_text(head + "A1,7, match , Kari\n", "utf-8")
    assert labelling_of(linked, tmp_path).left == 0
    file.write_text(head + "A1,7,yes,Kari\n", "utf-8")
    with pytest.raises(hp.SourceError, match="row 1: the label is none of match"):
        labelling_of(linked, tmp_path)
    file.write_text(head + "A1,7,match,Kari\nA1,7, match,Ola\nA2,7,,Kari\nA2,7,,Ola\n", "utf-8")
    assert (agreement(file, "Kari", "Ola").pairs, agreement(file, "Kari", "Ola").agreed) == (1, 1.0)


@pytest.mark.parametrize(
    ("yes", "no", "nothing"),
    [(True, False, None), (1, 0, None), (1.0, 0.0, math.nan), ("TRUE", "FALSE", ""), ("1.0", "0.0", "")],
)
def test_a_label_may_be_a_truth_value(yes, no, nothing):
    """As frames and spreadsheets have it; where nothing stands nobody has said anything."""
    said = [
        {"left_id": "A1", "right_id": place, "label": label}
        for place, label in zip("789", (yes, no, nothing), strict=True)
    ]
    labels = read_labels(said)
    assert (labels.right_ids.to_pylist(), labels.is_match.tolist()) == (["7", "8"], [True, False])
    framed = pa.table({"left_id": ["A1", "A1"], "right_id": ["7", "8"], "label": pa.array([yes, no])})
    assert read_labels(framed).is_match.tolist() == [True, False]


def test_no_judgement_is_lost_in_a_row_that_cannot_be_read(tmp_path):
    """It is told by its row, for labels and for a truth."""
    file = tmp_path / "labels.csv"
    file.write_text("left_id,right_id,label\nA1,7,match\nA2,7,match,sure\n", "utf-8")
    with pytest.raises(hp.SourceError, match="labels: row 2 has 4 fields"):
        read_labels(file)
    file.write_text("alert_id,hpr_number\nA1,7\nA2,7,sure\n", "utf-8")
    with pytest.raises(hp.SourceError, match="truth: row 2 has 3 fields"):
        read_truth(file)


def test_a_file_with_other_delimiters_takes_no_judgement(tmp_path):
    """As Excel saves it in Norway: it is refused, and not written to as if it had one column."""
    file = tmp_path / "labels.csv"
    file.write_text("left_id;right_id;label\nA1;P1;match\n", "utf-8")
    before = file.read_bytes()
    with pytest.raises(SourceError, match="separated by commas"):
        append_label(file, {"left_id": "A2", "right_id": "P2", "label": "no_match"})
    assert file.read_bytes() == before
