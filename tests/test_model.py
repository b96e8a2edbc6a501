"""Models: their numbers, their file, and what they weigh."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from copies import COPIES

from hpmatch import Level, ModelError, PluginError, read_model, score
from hpmatch.fellegi_sunter import FellegiSunter, LookAlike
from hpmatch.protocols import ComparisonVectors
from hpmatch.testing import check_classifier

NAME = (Level("same", 0.9, 0.01, 1.0), Level("close", 0.06, 0.04, 0.5), Level("different", 0.04, 0.95))
SEX = (Level("same", 0.98, 0.5), Level("different", 0.02, 0.5))
CLASSIFIER = FellegiSunter({"name": NAME, "sex": SEX})


def _vectors(levels, frequencies=None, records=(10, 10**12)):
    levels = np.array(levels, np.int8)
    given = np.full(levels.shape, np.nan) if frequencies is None else np.array(frequencies, float)
    return ComparisonVectors(("name", "sex"), levels, given, (3, 2), records)


def test_the_weight_is_the_sum_of_log_ratios():
    """log2(m / u), added up; a missing value adds nothing."""
    weights = CLASSIFIER.match_weights(_vectors([[0, 0], [2, 1], [1, -1], [-1, -1]]))
    expected = [
        math.log2(0.9 / 0.01) + math.log2(0.98 / 0.5),
        math.log2(0.04 / 0.95) + math.log2(0.02 / 0.5),
        math.log2(0.06 / 0.04),
        0,
    ]
    np.testing.assert_allclose(weights, expected)


def test_agreement_on_a_common_value_is_worth_less():
    """At full strength the frequency takes the place of u; at half strength half of its logarithm does."""
    weights = CLASSIFIER.match_weights(
        _vectors([[0, -1], [0, -1], [1, -1]], [[0.04, np.nan], [0.0001, np.nan], [0.04, np.nan]])
    )
    expected = [
        math.log2(0.9 / 0.04),
        math.log2(0.9 / 0.0001),
        math.log2(0.06 / 0.04) + 0.5 * math.log2(0.01 / 0.04),
    ]
    np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_in_a_small_table_what_was_seen_once_is_not_taken_for_rare():
    """One of 100 persons has the name: with u = 1 in 100, 100 imagined persons more make it 1 in 200."""
    weights = CLASSIFIER.match_weights(_vectors([[0, -1]], [[0.01, np.nan]], records=(10, 100)))
    np.testing.assert_allclose(weights, math.log2(0.9 / 0.005))


def test_a_table_is_as_small_as_those_who_hold_a_value():
    """100 of 100,000 persons hold a name, one of them this one: as in a table of 100."""
    vectors = replace(_vectors([[0, -1]], [[0.01, np.nan]], records=(10, 100_000)), holders=(100, 100_000))
    np.testing.assert_allclose(CLASSIFIER.match_weights(vectors), math.log2(0.9 / 0.005))


def test_partial_weights_add_up_to_the_match_weight():
    """What is explained is what was decided."""
    vectors = _vectors([[0, 0], [1, 1], [-1, 0]], [[0.2, np.nan], [0.1, np.nan], [np.nan, np.nan]])
    np.testing.assert_allclose(
        CLASSIFIER.partial_weights(vectors).sum(axis=1), CLASSIFIER.match_weights(vectors)
    )


NAMESAKE = LookAlike("namesake", 0.02, ("name",))
KIN = LookAlike("kin", 0.02, ("name",), levels={"sex": (0.6, 0.4)})


@pytest.mark.parametrize(("records", "part_of"), [(40_000, 40_000), (100, 10_000)])
@pytest.mark.parametrize("pattern", [[0, 0], [0, 1], [1, 0], [2, 1], [-1, 0], [0, -1]])
@pytest.mark.parametrize("look_alike", [NAMESAKE, KIN], ids=lambda each: each.name)
def test_look_alikes_are_a_third_class(look_alike, pattern, records, part_of):
    """How much likelier a pattern is of one person than of somebody else, who is a look-alike in r of N cases."""

    def likelihood(rates):
        of_name, of_sex = (
            [getattr(level, rate) for level in each] for each, rate in zip((NAME, SEX), rates, strict=True)
        )
        tables = of_name, look_alike.levels.get("sex", of_sex) if rates == "mu" else of_sex
        return math.prod(table[level] for table, level in zip(tables, pattern, strict=True) if level >= 0)

    share = 0.02 / part_of
    other = (1 - share) * likelihood("uu") + share * likelihood("mu")
    classifier = FellegiSunter(CLASSIFIER.levels, {}, (look_alike,))
    (weight,) = classifier.match_weights(_vectors([pattern], records=(10, records)))
    assert weight == pytest.approx(math.log2(likelihood("mm") / other), abs=1e-4)


def test_each_kind_of_look_alike_counts():
    """Two kinds take more than each alone, and no more than both."""
    twin = LookAlike("twin", 5.0, ("sex",))
    vectors = _vectors([[0, 0]], records=(10, 10_000))
    alone = [FellegiSunter(CLASSIFIER.levels, {}, (each,)) for each in (NAMESAKE, twin)]
    both = FellegiSunter(CLASSIFIER.levels, {}, (NAMESAKE, twin))
    plain = CLASSIFIER.match_weights(vectors)[0]
    taken = [plain - each.match_weights(vectors)[0] for each in (*alone, both)]
    assert min(taken) > 0
    assert 2 ** taken[2] - 1 == pytest.approx(2 ** taken[0] - 1 + 2 ** taken[1] - 1)


@pytest.mark.parametrize(
    ("given", "other", "level", "of_chance"),
    [
        ("Kristina", "Kristina", "same", 0.1),
        ("Kristina", "Kristina Maria", "part", 0.1),
        ("Kristina", "Kriste", "variant", 0.5),
        ("Kristina", "Christina", "spelled", 0.1),
        ("Maria Elena", "Maria Teresa", "mixed", 1),
        ("Kristina", "Rasa", "different", 1),
    ],
)
def test_the_shipped_model_takes_two_forms_of_a_name_for_no_twins(given, other, level, of_chance):
    """Less is taken for a twin whose name would be the same, or one of its forms."""
    born = {"family_name": "Svitrinskė", "birth_date": "1980-02-03"}
    pair = {**born, "given_name": given}, {**born, "given_name": other}
    model = read_model("imi")
    (twin,) = [each for each in model.classifier.look_alikes if each.name == "twin"]
    told, untold = (
        score(*pair, replace(model, classifier=replace(model.classifier, look_alikes=(each,))))
        for each in (twin, replace(twin, levels={}))
    )
    assert told.evidence[1].level == level
    taken, of_anybody = (2**-each.look_alike_weight - 1 for each in (told, untold))
    assert of_anybody > 0.1
    assert taken / of_anybody == pytest.approx(of_chance, rel=0.05)


def test_look_alikes_outlast_a_model_file():
    """A classifier that is written and read again weighs the same."""
    classifier = FellegiSunter(CLASSIFIER.levels, {"sex": 0.5}, (NAMESAKE, KIN))
    again = FellegiSunter.from_json(json.loads(json.dumps(classifier.to_json())))
    assert again.look_alikes == (NAMESAKE, KIN)
    vectors = _vectors([[0, 0], [0, 1]])
    assert (again.match_weights(vectors) == classifier.match_weights(vectors)).all()


@pytest.mark.parametrize(
    ("look_alike", "message"),
    [
        ({"name": "twin", "rate": 0.1, "shared": ("hair",)}, "'twin' names 'hair', which is no comparison"),
        ({"name": "twin", "rate": 0.0, "shared": ("sex",)}, "'twin' needs a rate above 0"),
        ({"name": "twin", "rate": math.inf, "shared": ("sex",)}, "'twin' needs a rate above 0"),
        ({"name": "twin", "rate": 0.1, "shared": ()}, "comparisons that are shared"),
        ({"name": "kin", "rate": 0.1, "levels": {"hair": (0.5, 0.5)}}, "'kin' names 'hair'"),
        (
            {"name": "kin", "rate": 0.1, "levels": {"sex": (0.2, 0.3, 0.5)}},
            "a number .* for each level of 'sex'",
        ),
        ({"name": "kin", "rate": 0.1, "levels": {"sex": (0.0, 1.0)}}, "a number .* for each level of 'sex'"),
    ],
)
def test_look_alikes_that_make_no_sense_are_refused(look_alike, message):
    """With the name of the one that is wrong."""
    with pytest.raises(ModelError, match=message):
        FellegiSunter(CLASSIFIER.levels, {}, (LookAlike(**look_alike),))


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ((Level("a", 0.5, 0.5), Level("b", 0.4, 0.5)), "m probabilities add up to 0.9"),
        ((Level("a", 0.5, 0.5), Level("b", 0.5, 0.6)), "u probabilities add up to 1.1"),
        ((Level("a", 1.0, 0.5), Level("b", 0.0, 0.5)), "between 0 and 1"),
        ((Level("a", 0.5, 0.5, 2.0), Level("b", 0.5, 0.5)), "between 0 and 1"),
    ],
)
def test_numbers_that_are_no_probabilities_are_refused(levels, message):
    """A slip in the numbers is told with the comparison's name."""
    with pytest.raises(ModelError, match=f"'name'.*{message}"):
        FellegiSunter({"name": levels})


def test_the_shipped_classifier_keeps_its_contract():
    """As it comes from its file."""
    model = read_model("imi")
    check_classifier(model.classifier, {part.name: len(part.levels) for part in model.parts})


@pytest.mark.parametrize("again", COPIES)
def test_a_copy_of_a_model_is_the_same_model(again):
    """Other processes can have it; and in the copy, too, nobody can change the numbers."""
    model = read_model("imi")
    assert again(model) == model
    with pytest.raises(TypeError):
        again(model).classifier.levels["sex"] = SEX


def test_an_initial_speaks_for_a_person_as_its_letter_does():
    """One in ten to sixteen persons has a given letter, whoever gives only that; and a second name's tells nothing."""
    person = {"family_name": "Berg", "given_name": "Jan"}
    for given_name, low, high in (("J.", math.log2(10), math.log2(16)), ("Per J.", -5, 0)):
        evidence = score({**person, "given_name": given_name}, person).evidence
        (weight,) = (each.weight for each in evidence if each.comparison == "given_name")
        assert low < weight < high


def test_the_shipped_model_is_read_and_written_unchanged():
    """Reading and writing again gives the same model and the same file."""
    model = read_model("imi")
    again = json.loads(model.to_json())
    assert again["comparisons"][2] == {"stage": "category", "name": "sex", "column": "sex"}
    assert read_model(model) is model


def test_a_model_survives_its_file(tmp_path):
    """A model read back from its own file is the same model."""
    path = tmp_path / "own.json"
    path.write_text(read_model("imi").with_decision(match=0.99).to_json(), "utf-8")
    assert read_model(path).decision.match == 0.99
    assert read_model(path).fingerprint == read_model("imi").with_decision(match=0.99).fingerprint
    assert read_model(path).fingerprint != read_model("imi").fingerprint


def test_every_number_of_the_shipped_model_says_where_it_comes_from():
    """No number without a source."""
    content = json.loads(read_model("imi").to_json())
    assert content["about"]
    assert all(level["source"] for levels in content["classifier"]["levels"].values() for level in levels)


def _changed(change):
    content = json.loads(read_model("imi").to_json())
    change(content)
    return json.dumps(content)


BROKEN = {
    "no JSON": (lambda: "{", "is not JSON: line 1"),
    "a list": (lambda: "[]", "does not hold together"),
    "another format": (lambda: '{"format": "x", "format_version": 1}', "format x 1"),
    "a later version": (
        lambda: _changed(lambda c: c.update(format_version=2)),
        "this release reads hpmatch-model 1",
    ),
    "no comparisons": (lambda: _changed(lambda c: c.pop("comparisons")), "'comparisons'"),
    "levels that do not fit": (lambda: _changed(lambda c: c["classifier"]["levels"]["sex"].pop()), "'sex'"),
    "levels misnamed": (
        lambda: _changed(lambda c: c["classifier"]["levels"]["sex"][0].update(level="x")),
        "'sex'",
    ),
    "a comparison twice": (
        lambda: _changed(lambda c: c["comparisons"].append(c["comparisons"][0])),
        "two comparisons have one name",
    ),
    "a blocking rule twice": (
        lambda: _changed(lambda c: c["blocking_rules"].append(c["blocking_rules"][0])),
        "two blocking rules have one name, 'name_date'; each needs its own",
    ),
    "a column made twice": (
        lambda: _changed(
            lambda c: c["standardisers"].append({"stage": "plain_text", "column": "family_name"})
        ),
        "two standardisers have one column, 'family_name'; each needs its own",
    ),
    "a rule of no column": (
        lambda: _changed(
            lambda c: c["blocking_rules"].append(
                {"stage": "same_value", "name": "by_surname", "column": "surname"}
            )
        ),
        r"no standardiser makes a column that 'by_surname' reads \(surname\); they make family_name, .* PlainText\('surname'\)",
    ),
    "a stand-in for nothing": (
        lambda: _changed(lambda c: c.update(stand_ins={"sex_by_name": "gender"})),
        "'sex_by_name' stands in for 'gender', which is none",
    ),
    "a block of words": (lambda: _changed(lambda c: c.update(max_block="many")), "max_block"),
    "thresholds in the wrong order": (
        lambda: _changed(lambda c: c["decision"].update(match=0.01)),
        "review <= match",
    ),
}


@pytest.mark.parametrize(("make", "message"), BROKEN.values(), ids=BROKEN)
def test_a_model_file_that_does_not_hold_together_is_refused(tmp_path, make, message):
    """The message says what is wrong with it."""
    path = tmp_path / "own.json"
    path.write_text(make(), "utf-8")
    with pytest.raises(ModelError, match=message):
        read_model(path)


@pytest.mark.parametrize("number", ["0.5", True, [0.5], {}, 0, 1, 1.5])
@pytest.mark.parametrize(
    ("part", "key"),
    [("grouping", "repeated_share"), ("grouping", "same_person"), ("grouping", "one_decision")]
    + [("decision", key) for key in ("registered_share", "match", "review")],
)
def test_what_is_no_share_is_named(tmp_path, part, key, number):
    """Text in quotation marks, yes and no, and numbers that are none of a probability."""
    path = tmp_path / "own.json"
    path.write_text(_changed(lambda content: content[part].update({key: number})), "utf-8")
    with pytest.raises(ModelError, match=f"^{part}: {key} has to be a number between 0 and 1"):
        read_model(path)


@pytest.mark.parametrize("key", ["repeated_share", "same_person"])
def test_a_share_that_is_needed_may_not_be_null(tmp_path, key):
    """None but ``one_decision`` may be left open."""
    path = tmp_path / "own.json"
    path.write_text(_changed(lambda content: content["grouping"].update({key: None})), "utf-8")
    with pytest.raises(ModelError, match=key):
        read_model(path)


def test_an_unknown_model_is_answered_with_the_shipped_ones():
    """A slip in the name shows what there is."""
    with pytest.raises(ModelError, match="shipped models are imi"):
        read_model("iim")


@pytest.mark.parametrize("thing", [3, ["imi"], {"name": "imi"}])
def test_what_is_no_model_is_refused(thing):
    """The message says what to give."""
    with pytest.raises(ModelError, match="is no model; give a Model, the name of a shipped one or the path"):
        read_model(thing)


def test_a_stage_that_is_not_installed_is_named(tmp_path):
    """A model made with a package that is missing says which stage, and that a package is to be installed."""
    path = tmp_path / "own.json"
    path.write_text(_changed(lambda c: c["comparisons"][0].update(stage="sounds_like")), "utf-8")
    with pytest.raises(PluginError, match="'sounds_like'.*Install the package"):
        read_model(path)


def test_a_stage_with_wrong_parameters_is_named(tmp_path):
    """Parameters that the stage does not know are told with its name."""
    path = tmp_path / "own.json"
    path.write_text(_changed(lambda c: c["comparisons"][0].update(fuzziness=3)), "utf-8")
    with pytest.raises(PluginError, match="'person_name'"):
        read_model(path)
