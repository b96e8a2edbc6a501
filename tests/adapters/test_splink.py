"""Models made with the real Splink, brought over: the same weights for the same pairs, or a list of what does not map."""

import json
import random
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from hypothesis import example, given
from hypothesis import strategies as st
from splink import ColumnExpression, DuckDBAPI, Linker, SettingsCreator, block_on

import hpmatch as hp
from hpmatch.adapters.splink import balance, from_splink
from hpmatch.adapters.splink_sql import parse
from hpmatch.blocking.rules import SameValues
from hpmatch.cli import main
from hpmatch.comparison.thresholds import Thresholds, _day

pytestmark = pytest.mark.filterwarnings("ignore")

LETTERS = "abdeiklnorsøåłžяю"
COLUMNS = ("first_name", "surname", "dob", "city", "postcode", "height")


def _slip(rng, text):
    """The same text with a letter wrong, missing or exchanged."""
    place = rng.randrange(len(text))
    other = rng.choice(LETTERS)
    exchanged = text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :]
    return (
        rng.choice([text[:place] + other + text[place + 1 :], text[:place] + text[place + 1 :], exchanged])
        or text
    )


DAYS = (
    "1980-02-03", "1980-02-03 ", " 1980-02-03", "\t1980-02-03\n", "\N{NO-BREAK SPACE}1980-02-03", "1980-2-3", "1980-2-30",
    "980-01-01", "80-1-1", "19800-01-01", "1980-002-3", "1980-02-03x", "1980 -02-03", "1980-02-03T00:00", "1980-02-03 12",
    "+1980-01-01", "-980-01-01", "19800203", "1980-0-1", "1980-1-0", "1980--1", "9999-12-31", "0001-1-1",
    "\u0661\u0669\u0668\u0660-01-01",
)  # fmt: skip


def test_a_date_is_one_where_duckdb_reads_one():
    """With blanks around it and without leading zeros, too; it says the same day."""
    read = [duckdb.execute("select try_strptime(?, '%Y-%m-%d')", [text]).fetchone()[0] for text in DAYS]
    assert [_day(text) for text in DAYS] == [day and day.date() for day in read]
    assert 5 < sum(day is not None for day in read) < len(DAYS) - 5


@pytest.fixture(scope="module")
def people():
    """400 persons, half of them twice with slips; some cells are missing, some dates are none."""
    rng = random.Random(4)
    names = ["".join(rng.choice(LETTERS) for _ in range(rng.randint(2, 9))) for _ in range(120)]
    rows = []
    for _ in range(400):
        day = date(1950, 1, 1) + timedelta(days=rng.randrange(15_000))
        row = {
            "first_name": rng.choice(names[:60]), "surname": rng.choice(names[60:]), "dob": day.isoformat(),
            "city": rng.choice(names[:7]), "postcode": f"{rng.randrange(40):04}", "height": str(rng.randrange(150, 200)),
        }  # fmt: skip
        rows.append(row)
        if rng.random() < 0.5:
            other = {name: _slip(rng, cell) if rng.random() < 0.3 else cell for name, cell in row.items()}
            other["dob"] = (
                row["dob"]
                if rng.random() < 0.7
                else (day + timedelta(days=rng.choice([1, 20, 300]))).isoformat()
            )
            other["height"] = str(int(row["height"]) + rng.choice([0, 0, 1, 2, 7]))
            rows.append(other)
    for row in rows:
        for name in ("first_name", "city", "dob", "height"):
            if rng.random() < 0.07:
                row[name] = None
    return pd.DataFrame([{"unique_id": f"r{place:04}", **row} for place, row in enumerate(rows)])


KINDS = hp.Schema(id="unique_id", columns={"city": "text", "postcode": "text", "height": "text"})
KINDS_OF_TWO = hp.Schema(id="unique_id", columns={"city": "text", "postcode": "text"})
COMPARISONS = {
    "name": lambda: cl.NameComparison("first_name"),
    "two names": lambda: cl.ForenameSurnameComparison("first_name", "surname"),
    "date": lambda: cl.DateOfBirthComparison("dob", input_is_string=True),
    "date that may be none": lambda: cl.DateOfBirthComparison("dob", input_is_string=True, invalid_dates_as_null=False),
    "date difference": lambda: cl.AbsoluteDateDifferenceAtThresholds("dob", input_is_string=True, metrics=["day", "month"], thresholds=[1, 2]),
    "jaro-winkler": lambda: cl.JaroWinklerAtThresholds("surname", [0.95, 0.8]),
    "jaro": lambda: cl.JaroAtThresholds("surname", [0.9, 0.7]),
    "levenshtein": lambda: cl.LevenshteinAtThresholds("surname", [1, 2]),
    "damerau-levenshtein": lambda: cl.DamerauLevenshteinAtThresholds("surname", [1, 3]),
    "jaccard": lambda: cl.JaccardAtThresholds("surname", [0.8, 0.5]),
    "exact": lambda: cl.ExactMatch("city"),
    "without case": lambda: cl.ExactMatch(ColumnExpression("city").lower()),
    "first letters": lambda: cl.ExactMatch(ColumnExpression("surname").substr(1, 2)),
    "own levels": lambda: cl.CustomComparison(
        output_column_name="mixed",
        comparison_levels=[
            cll.NullLevel("surname"),
            cll.And(cll.ExactMatchLevel("surname"), cll.ExactMatchLevel("city")),
            cll.ColumnsReversedLevel("first_name", "surname", symmetrical=True),
            cll.ExactMatchLevel(ColumnExpression("surname").lower()),
            cll.ExactMatchLevel(ColumnExpression("surname").substr(1, 2)),
            cll.ElseLevel(),
        ],
    ),
}  # fmt: skip


RULES = (block_on("postcode"), block_on("surname", "city"))


def _settings(*comparisons, rules=RULES, **more):
    return SettingsCreator(
        link_type="dedupe_only", comparisons=list(comparisons), blocking_rules_to_generate_predictions=list(rules),
        probability_two_random_records_match=0.002, **more,
    )  # fmt: skip


def _numbered(settings):
    """Settings whose levels have numbers of their own, not trained, and no term frequencies."""
    content = settings.create_settings_dict("duckdb")
    for comparison in content["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for place, level in enumerate(levels):
            level["m_probability"] = 2.0 ** (len(levels) - 1 - place) / (2 ** len(levels) - 1)
            level["u_probability"] = 3.0**place / ((3 ** len(levels) - 1) / 2)
            level.pop("tf_adjustment_column", None)
    return content


def _linker(settings, *frames):
    api = DuckDBAPI()
    tables = [api.register(pa.Table.from_pandas(frame)) for frame in frames]
    return Linker(tables if len(tables) > 1 else tables[0], settings)


def _of_splink(linker):
    found = linker.inference.predict().as_pandas_dataframe()
    return {frozenset((row.unique_id_l, row.unique_id_r)): row.match_weight for row in found.itertuples()}


def _of_hpmatch(people, model):
    found = hp.dedupe(people, model, schema=KINDS, min_weight=-500.0).pairs.to_pylist()
    return {frozenset((row["unique_id_left"], row["unique_id_right"])): row["match_weight"] for row in found}


@pytest.mark.parametrize("comparison", COMPARISONS.values(), ids=COMPARISONS)
def test_every_comparison_that_maps_weighs_as_in_splink(people, comparison, tmp_path):
    """The same pairs and, to a millionth, the same match weights, from the file that Splink saves."""
    linker = _linker(_numbered(_settings(comparison())), people)
    linker.misc.save_model_to_json(str(tmp_path / "model.json"))
    model = from_splink(tmp_path / "model.json", registered=len(people))
    expected, found = _of_splink(linker), _of_hpmatch(people, model)
    assert found.keys() == expected.keys()
    assert len(found) > 1000
    pairs = sorted(found, key=sorted)
    np.testing.assert_allclose([found[pair] for pair in pairs], [expected[pair] for pair in pairs], atol=1e-6)
    assert len({round(weight, 6) for weight in expected.values()}) >= len(model.parts[0].levels) - 1


def test_a_trained_model_weighs_as_in_splink(people, tmp_path):
    """U from random pairs, m by expectation maximisation in several sessions: the numbers that a user really has."""
    comparisons = [cl.JaroWinklerAtThresholds("first_name"), cl.LevenshteinAtThresholds("surname", [1]), cl.ExactMatch("city"),
                   cl.DateOfBirthComparison("dob", input_is_string=True)]  # fmt: skip
    linker = _linker(_settings(*comparisons), people)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("postcode", "city"), block_on("surname"), block_on("first_name")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    linker.misc.save_model_to_json(str(tmp_path / "model.json"))
    model = from_splink(str(tmp_path / "model.json"), registered=len(people))
    expected, found = _of_splink(linker), _of_hpmatch(people, model)
    pairs = sorted(expected, key=sorted)
    np.testing.assert_allclose([found[pair] for pair in pairs], [expected[pair] for pair in pairs], atol=1e-6)


def test_an_alert_is_linked_as_splink_links_it(people):
    """Two tables: recognised names become roles, the rest keeps its own; the weights are Splink's."""
    left, right = people.iloc[:200], people.iloc[200:]
    settings = _numbered(
        _settings(cl.NameComparison("first_name"), cl.ExactMatch("city"), cl.LevenshteinAtThresholds("dob"))
    )
    settings["link_type"] = "link_only"
    linker = _linker(settings, left, right)
    found = linker.inference.predict().as_pandas_dataframe()
    expected = {(row.unique_id_l, row.unique_id_r): row.match_weight for row in found.itertuples()}
    model = from_splink(settings, registered=len(right))
    assert [stage.column for stage in model.standardisers] == [
        "given_name",
        "city",
        "birth_date",
        "postcode",
        "family_name",
    ]
    links = hp.link(left, right, model, schema=KINDS, min_weight=-500.0).links.to_pylist()
    assert {(row["unique_id_left"], row["unique_id_right"]) for row in links} == set(expected)
    for row in links:
        assert row["match_weight"] == pytest.approx(
            expected[row["unique_id_left"], row["unique_id_right"]], abs=1e-6
        )


def test_tables_of_any_kind_are_linked_prepared_and_saved(people, tmp_path):
    """No column of persons is asked for; a model that is read back links to the same."""
    left, right = (
        people[["unique_id", "city", "postcode"]].iloc[:200],
        people[["unique_id", "city", "postcode"]].iloc[200:],
    )
    model = from_splink(
        _numbered(_settings(cl.ExactMatch("city"), rules=[block_on("postcode")])), registered=len(right)
    )
    model.save(tmp_path / "model.json")
    found = hp.link(left, right, tmp_path / "model.json", schema=KINDS_OF_TWO, min_weight=-500.0)
    assert found.links.num_rows > 500
    register = hp.Register.prepare(right, model, schema=KINDS_OF_TWO)
    assert hp.link(left, register, model, schema=KINDS_OF_TWO, min_weight=-500.0).links == found.links


def test_names_of_plain_text_can_be_prepared_and_screened(people):
    """The roles of names need not hold tokens."""
    names = [cl.NameComparison(name) for name in ("first_name", "surname")]
    settings = _numbered(_settings(*names, cl.JaroAtThresholds("dob"), rules=[block_on("surname")]))
    model = from_splink(settings, registered=len(people))
    register = hp.Register.prepare(people, model, schema=KINDS)
    alert = people.iloc[3][["first_name", "surname", "dob"]].dropna().to_dict()
    assert people.iloc[3]["unique_id"] in [hit.hpr_number for hit in register.screen(alert)]


def test_term_frequencies_come_over_as_such(people):
    """They are counted by hpmatch; without them they are left out, and both are said."""
    settings = _settings(cl.NameComparison("first_name")).create_settings_dict("duckdb")
    for place, level in enumerate(settings["comparisons"][0]["comparison_levels"][1:]):
        level |= {
            "m_probability": (0.6, 0.1, 0.1, 0.1, 0.1)[place],
            "u_probability": (0.01, 0.04, 0.05, 0.1, 0.8)[place],
        }
    model = from_splink(settings, registered=len(people))
    assert [level.term_frequency for level in model.classifier.levels["first_name"]] == [1.0, 0, 0, 0, 0]
    assert model.comparisons[0].frequency == "given_name"
    assert "Term frequencies" in model.about
    without = from_splink(settings, registered=len(people), term_frequencies=False)
    assert {level.term_frequency for level in without.classifier.levels["first_name"]} == {0.0}
    weights = _of_hpmatch(people, model)
    plain = _of_hpmatch(people, without)
    assert weights.keys() == plain.keys()
    assert weights != plain


def test_a_level_counts_term_frequencies_wholly_unless_it_says_how_much(people):
    """As Splink reads such a level; an else level counts none, there as here."""
    settings = _numbered(_settings(cl.LevenshteinAtThresholds("city", [1])))
    for level in settings["comparisons"][0]["comparison_levels"][1:]:
        level["tf_adjustment_column"] = "city"
        level.pop("tf_adjustment_weight", None)
    saved = _linker(settings, people).misc.save_model_to_json()["comparisons"][0]["comparison_levels"]
    told = [level["tf_adjustment_weight"] for level in saved[1:-1]]
    found = [level.term_frequency for level in from_splink(settings, registered=9).classifier.levels["city"]]
    assert found == [*told, 0.0] == [1.0, 1.0, 0.0]
    for wrong in ("x", 2, -0.5, float("nan")):
        settings["comparisons"][0]["comparison_levels"][1]["tf_adjustment_weight"] = wrong
        with pytest.raises(hp.ModelError, match="tf_adjustment_weight has to lie between 0 and 1"):
            from_splink(settings, registered=9)


def test_the_model_survives_its_file(people, tmp_path):
    """All of its stages can be named."""
    model = from_splink(
        _numbered(_settings(*(make() for make in list(COMPARISONS.values())[:3]))), registered=500
    )
    (tmp_path / "model.json").write_text(model.to_json(), "utf-8")
    assert hp.read_model(tmp_path / "model.json") == model


def test_everything_that_does_not_map_is_told_at_once():
    """Comparison, level and reason."""
    settings = _settings(
        cl.EmailComparison("email"),
        cl.ArrayIntersectAtSizes("tags"),
        cl.CustomComparison(output_column_name="no nulls", comparison_levels=[cll.ExactMatchLevel("a"), cll.ElseLevel()]),
        cl.ExactMatch("city"),
        rules=(block_on("city"), "l.city = r.city or l.a = r.a", "levenshtein(l.a, r.a) < 2"),
    ).create_settings_dict("duckdb")  # fmt: skip
    settings["comparisons"][3]["comparison_levels"][1] |= {"m_probability": 1.0, "u_probability": 0.1}
    settings["comparisons"][3]["comparison_levels"][2] |= {"m_probability": None, "u_probability": 0.9}
    settings["blocking_rules_to_generate_predictions"].append(
        block_on("tags", arrays_to_explode=["tags"]).create_blocking_rule_dict("duckdb")
    )
    with pytest.raises(hp.ModelError) as told:
        from_splink(settings, registered=10)
    message = str(told.value)
    for words in (
        "'email', level 'Exact match on username'",
        "'tags', level 'Array intersection size >= 1'",
        "'no nulls': the first level has to be the only null level",
        "'city', level 'Exact match on city': its m probability is 1.0",
        "'city', level 'All other comparisons': its m probability is None",
        "nullif of a column is nothing that hpmatch compares so",
        "take out of the file what is not in hpmatch",
        "blocking rule l.city = r.city or l.a = r.a",
        "blocking rule levenshtein(l.a, r.a) < 2",
        "arrays_to_explode",
    ):
        assert words in message


@pytest.mark.parametrize(
    "sql",
    ['"a_l" != "a_r"', 'NOT "a_l" = "a_r"', '"a_l" = ', "a_l = a_r)", "a = b", "x.a = r.a", "CASE WHEN a_l THEN 1 END", "a_l ~ a_r", "'", '"a_l" = "a_r" -- "b_l"',
     "lower(a_l, b_l) = lower(a_r)", "abs(a_l - a_r, 1) <= 2", "abs(a_l) <= 2",
     "abs(epoch(strptime(a_l)) - epoch(strptime(a_r))) <= 2"],
)  # fmt: skip
def test_other_sql_is_refused(sql):
    """Nothing is taken for what it is not."""
    with pytest.raises(hp.ModelError):
        from_splink(
            {
                "comparisons": [
                    {
                        "output_column_name": "a",
                        "comparison_levels": [
                            {"sql_condition": '"a_l" IS NULL OR "a_r" IS NULL', "is_null_level": True},
                            {"sql_condition": sql, "m_probability": 0.9, "u_probability": 0.1},
                            {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9},
                        ],
                    }
                ],
                "blocking_rules_to_generate_predictions": ["l.a = r.a"],
                "probability_two_random_records_match": 0.01,
            },
            registered=10,
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"comparisons": None}, "comparisons has to be a list of comparisons"),
        ({"comparisons": ["x"]}, "comparisons has to be a list of comparisons"),
        ({"comparisons": {"a": 1}}, "comparisons has to be a list of comparisons"),
        ({"comparisons": []}, "there are no comparisons"),
        (
            {"comparisons": [{}, {"comparison_levels": None}]},
            "comparison 2: comparison_levels has to be a list",
        ),
        ({"comparisons": [{"comparison_levels": ["x"]}]}, "comparison 1: comparison_levels has to be a list"),
        ({"blocking_rules_to_generate_predictions": "l.a = r.a"}, "predictions has to be a list of rules"),
        ({"blocking_rules_to_generate_predictions": {"a": 1}}, "predictions has to be a list of rules"),
        ({"blocking_rules_to_generate_predictions": [None, 3]}, "blocking rule 3: "),
    ],
)
def test_settings_of_another_shape_are_refused(change, words):
    """Whatever stands where a list or a table should; the message says where."""
    settings = _numbered(_settings(cl.ExactMatch("city")))
    with pytest.raises(hp.ModelError) as raised:
        from_splink(settings | change, registered=9)
    assert words in str(raised.value)


def test_a_null_level_of_half_a_date_is_refused():
    """``strptime`` without a form says nothing of how a date is written."""
    settings = _numbered(_settings(cl.ExactMatch("city")))
    for half in ("strptime(city_l)", "try_strptime(city_l, '%d', 1)"):
        level = settings["comparisons"][0]["comparison_levels"][0]
        level["sql_condition"] = f"{half} IS NULL OR {half.replace('_l', '_r')} IS NULL"
        with pytest.raises(hp.ModelError, match="only a column, or a date written"):
            from_splink(settings, registered=9)


def test_two_columns_that_play_one_role_are_refused():
    """As in any table; a schema tells them apart. SQL takes no heed of case, so DOB and dob are one."""
    settings = _numbered(
        _settings(
            cl.ExactMatch("surname"), cl.ExactMatch("last_name"), rules=[block_on("dob"), block_on("DOB")]
        )
    )
    with pytest.raises(hp.ModelError) as raised:
        from_splink(settings, registered=9)
    (told,) = str(raised.value).splitlines()[1:]
    assert "'surname' and 'last_name' are both taken for 'family_name'; give one of them a kind" in told
    model = from_splink(settings, registered=9, schema=hp.Schema(columns={"last_name": "text"}))
    assert [each.columns for each in model.comparisons] == [("family_name",), ("last_name",)]


@given(st.text('ab_lr"()=<>.,0123 ANDorisnul', max_size=40))
def test_no_sql_breaks_the_reader(sql):
    """It reads, or says that it does not."""
    try:
        parse(sql)
    except hp.ModelError:
        return


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)), min_size=2, max_size=6))
@example([(0.5, 0.501953125), (0.84375, 0.8125)])  # both ratios near to 1
def test_balanced_numbers_add_up_and_weigh_the_same(pairs):
    """Wherever there are levels for and against."""
    m, u = (np.array(side) for side in zip(*pairs, strict=True))
    found = balance(m, u)
    if not (m / u).min() < 1 < (m / u).max():
        assert found is None or (found[0] is m)
        return
    if (m / u).max() > 1.001 and (m / u).min() < 0.999:
        assert found[0].sum() == pytest.approx(1, abs=1e-6)
        assert found[1].sum() == pytest.approx(1, abs=1e-6)
        np.testing.assert_allclose(found[0] / found[1], m / u, rtol=1e-9)


def test_a_measure_that_does_not_exist_is_refused():
    """The message names those that do."""
    with pytest.raises(hp.PluginError, match="'soundex'.*jaro_winkler"):
        Thresholds.of_column("town", "town", "soundex", (1.0,))


def test_keys_of_several_columns_tell_exchanged_values_apart():
    """Anna Oslo and Oslo Anna are no pair, and one value in both columns is a key."""
    from hpmatch.adapters.recordlinkage_parts import to_records  # noqa: PLC0415
    from hpmatch.standardise.stages import Verbatim  # noqa: PLC0415

    frame = pd.DataFrame({"a": ["x", "y", "z", "z", None], "b": ["y", "x", "z", "z", "y"]})
    keys = SameValues("both", ("a", "b")).keys(to_records(frame, [Verbatim("a"), Verbatim("b")]))
    assert keys.rows.tolist() == [0, 1, 2, 3]
    assert len(set(keys.keys.tolist())) == 3


def test_a_file_that_is_none_is_refused(tmp_path):
    """Whatever is wrong with it."""
    for content in ("{", "[]", json.dumps({})):
        (tmp_path / "model.json").write_text(content, "utf-8")
        with pytest.raises(hp.ModelError):
            from_splink(tmp_path / "model.json", registered=10)
    with pytest.raises(hp.ModelError, match="cannot be read"):
        from_splink(tmp_path / "nowhere.json", registered=10)


def test_the_command_writes_a_model_file(tmp_path, capsys):
    """A file that hpmatch reads; nothing where the model does not map."""
    settings = _numbered(_settings(cl.LevenshteinAtThresholds("surname")))
    (tmp_path / "splink.json").write_text(json.dumps(settings), "utf-8")
    call = [
        "import-splink",
        str(tmp_path / "splink.json"),
        "--out",
        str(tmp_path / "own.json"),
        "--registered",
        "500",
    ]
    assert main(call) == 0
    assert "1 comparisons and 2 blocking rules" in capsys.readouterr().out
    assert hp.read_model(tmp_path / "own.json") == from_splink(settings, registered=500)
    (tmp_path / "own.json").unlink()
    settings["probability_two_random_records_match"] = 2
    (tmp_path / "splink.json").write_text(json.dumps(settings), "utf-8")
    assert main(call) == 1
    assert "no probability" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["splink.json"]
