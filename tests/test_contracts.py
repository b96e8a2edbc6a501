"""Every built-in stage keeps the contract that a third party's must, and comes back from a model file as it was."""

import json
from importlib.metadata import entry_points

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from hpmatch.plugins import GROUPS, build, describe
from hpmatch.testing import (
    STANDARD_CELLS,
    check_blocking_rule,
    check_classifier,
    check_comparison,
    check_standardiser,
)

NAMES = ["family_name", "given_name"]
ROLES = {"given": ["given_name"], "surnames": ["family_name"]}
CELLS = {
    **STANDARD_CELLS,
    "name": STANDARD_CELLS["other_names"],
    "phone": (pa.string(), st.text("0123", min_size=1, max_size=5)),
    "title": (
        pa.string(),
        st.lists(st.sampled_from(["camera", "camra", "red", "lumix", "8"]), min_size=1).map(" ".join),
    ),
}
# The parameters of each stage, as a model file has them; several where they lead to other ways of working.
BUILT_IN = {
    "hpmatch.standardisers": {
        "person_name": [{"column": "family_name"}, {"column": "given_name"}],
        "birth_date": [{}],
        "any_date": [{"column": "made"}],
        "sex": [{}],
        "sex_by_name": [{}],
        "professions": [{}],
        "specialties": [{}],
        "countries": [{}],
        "national_id": [{}],
        "plain_text": [{"column": "town"}],
        "categories": [{"column": "colour"}],
        "numbers": [{"column": "price"}],
        "telephones": [{"column": "phone"}],
        "bare_identifier": [{"column": "number"}],
        "verbatim": [{"column": "town"}],
    },
    "hpmatch.blocking_rules": {
        "name_and_date": [
            {"name": "month", "names": NAMES, "part": "year_month"},
            {"name": "day", "names": NAMES, "part": "year_day", "letters": 3},
            {"name": "both", "names": NAMES, "part": "day_month", "variants": True, "value": "national_id"},
        ],
        "two_names": [{"name": "names", **ROLES}, {"name": "year", **ROLES, "part": "year", "letters": 1}],
        "same_value": [{"name": "id", "column": "national_id"}, {"name": "sex", "column": "sex"}],
        "same_values": [{"name": "two", "columns": ["town", "street"], "letters": [0, 2]}],
        "same_word": [{"name": "word", "column": "title"}],
        "two_words": [{"name": "words", "column": "title"}],
        "name_and_value": [{"name": "name_country", "names": NAMES, "column": "country"}],
    },
    "hpmatch.comparisons": {
        "family_name": [{}],
        "given_name": [{}],
        "person_name": [{}],
        "birth_date": [{}],
        "category": [{"name": "sex", "column": "sex"}, {"name": "specialty", "column": "specialty"}],
        "profession": [{}],
        "country": [{}],
        "national_id": [{}],
        "text": [{"name": "birth_place", "column": "birth_place"}],
        "words": [{"name": "title", "column": "title"}],
        "thresholds": [
            {
                "name": "town",
                "conditions": [["same", [["same", "town", "town", 1]]], ["near", [[measure, "town", "town", least]]]],
                "required": ["town"],
                "frequency": "town",
            }
            for measure, least in (("jaro_winkler", 0.7), ("damerau_levenshtein", 1))
        ],
        "identifier": [{"name": "phone", "column": "phone"}],
        "full_name": [{"name": "name", "column": "name"}],
    },
    "hpmatch.classifiers": {
        "fellegi_sunter": [
            {
                "levels": {
                    "name": [
                        {"level": "same", "m": 0.9, "u": 0.01, "term_frequency": 1.0},
                        {"level": "close", "m": 0.06, "u": 0.04},
                        {"level": "different", "m": 0.04, "u": 0.95},
                    ],
                    "sex": [{"level": "same", "m": 0.98, "u": 0.5}, {"level": "different", "m": 0.02, "u": 0.5}],
                },
                "slopes": {"sex": 0.8},
                "look_alikes": [{"name": "namesakes", "rate": 0.1, "shared": ["name"]}],
            }
        ]
    },
}  # fmt: skip
ONE_SIDED = ("words",)  # how rare a word is, the right table says
SPECIFICATIONS = {
    f"{group.partition('.')[2]}-{name}-{place}": (group, {"stage": name, **parameters})
    for group, stages in BUILT_IN.items()
    for name, listed in stages.items()
    for place, parameters in enumerate(listed)
}


def _check(group, name, stage):
    if group == "hpmatch.comparisons":
        check_comparison(stage, CELLS, symmetric=name not in ONE_SIDED)
    elif group == "hpmatch.blocking_rules":
        check_blocking_rule(stage, CELLS)
    elif group == "hpmatch.classifiers":
        check_classifier(stage, {each: len(levels) for each, levels in stage.levels.items()})
    else:
        check_standardiser(stage)


@pytest.mark.parametrize("group", GROUPS)
def test_every_built_in_stage_is_listed(group):
    """A new stage is held against its contract from its first day."""
    own = {point.name for point in entry_points(group=group) if point.dist.name == "hpmatch"}
    assert set(BUILT_IN[group]) == own
    assert all(BUILT_IN[group].values())


@pytest.mark.parametrize(("group", "specification"), SPECIFICATIONS.values(), ids=SPECIFICATIONS)
def test_built_in_stages_keep_their_contract(group, specification):
    """They pass what a third party's must."""
    _check(group, specification["stage"], build(group, specification))


@pytest.mark.parametrize(("group", "specification"), SPECIFICATIONS.values(), ids=SPECIFICATIONS)
def test_built_in_stages_come_back_from_a_model_file(group, specification):
    """A model that names them is the same model when it is read again."""
    stage = build(group, specification)
    assert build(group, json.loads(json.dumps(describe(group, stage)))) == stage
