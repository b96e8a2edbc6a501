"""Look-alikes that training learns: there where records agree for another reason than being one, and nowhere else."""

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from test_training import f1_of, things

import hpmatch as hp
from hpmatch import training
from hpmatch.fellegi_sunter import LookAlike

SCHEMA = hp.Schema("no", {"surname": "text", "first": "text", "street": "text", "born": "date"})
FAMILIES, KIN, COPIES, WRONG = 120, 4, 2, 0.1


def _word(rng, syllables):
    return "".join(rng.choice("bdfgklmnprstv") + rng.choice("aeiou") for _ in range(syllables))


def families(seed=1):
    """Records of kin who share a surname and a street, each person there twice with one cell in ten another's; and of whom."""
    rng = random.Random(seed)
    surnames, firsts, streets = ([_word(rng, 3) for _ in range(size)] for size in (80, 60, 150))
    rows, owners = [], {}
    for family in range(FAMILIES):
        shared = {"surname": rng.choice(surnames), "street": rng.choice(streets)}
        for person in range(KIN):
            born = f"{rng.randrange(1930, 2010)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
            cells = {**shared, "first": rng.choice(firsts), "born": born}
            for copy in range(COPIES):
                rows.append({"no": f"{family}-{person}-{copy}", **cells})
                owners[rows[-1]["no"]] = family, person
    for name in SCHEMA.columns:
        values = [row[name] for row in rows]
        for row in rows:
            if row["no"].endswith("-1") and rng.random() < WRONG:
                row[name] = rng.choice(values)
    rng.shuffle(rows)
    numbers = {owner: number for number, owner in enumerate(sorted(set(owners.values())))}
    return rows, {no: numbers[owner] for no, owner in owners.items()}


@pytest.fixture(scope="module")
def trained():
    """Trained on 480 persons of 120 families."""
    return hp.train(families()[0], schema=SCHEMA)


def _same(trained, look_alike):
    """Of what look-alikes agree in for a reason, how often it is the same."""
    return {
        name: look_alike.levels[name][[each.level for each in levels].index("same")]
        for name, levels in trained.model.classifier.levels.items()
        if name in look_alike.levels
    }


def test_kin_are_no_matches(trained):
    """As many matches and pairs of kin as there are, with what kin share; the rest is as chance has it."""
    kin = FAMILIES * KIN * (KIN - 1) / 2 * COPIES**2
    # 48 pairs of kin share the first name by chance, and as many of one person have a wrong date: either may be taken for the other.
    assert trained.matches == pytest.approx(FAMILIES * KIN, abs=48)
    assert 0.7 * kin < trained.look_alikes < 1.05 * kin  # some have both the surname and the street wrong
    (look_alike,) = trained.model.classifier.look_alikes
    shared = _same(trained, look_alike)
    assert shared.keys() == {"surname", "street"}
    assert min(shared.values()) > 0.8
    assert "\nlook-alike: alike in surname, street\n" in str(trained)
    assert "at rates of their own surname, street" in trained.model._repr_html_()
    told = trained.summary["training"]
    assert told["expected_look_alikes"] == round(trained.look_alikes, 1)
    assert told["look_alikes_agree_in"] == {"look-alike": ["surname", "street"]}


def test_without_look_alikes_kin_would_be_matches(trained, monkeypatch):
    """On other families than it was trained on the clusters are persons; by matches and chance alone they are families."""
    rows, owners = families(seed=2)
    found = hp.dedupe(rows, trained.model, schema=SCHEMA)
    assert f1_of(found.clusters, owners) > 0.9
    monkeypatch.setattr(training, "_ASSEMBLED", training._ASSEMBLED._replace(learns_look_alikes=False))
    without = hp.train(families()[0], schema=SCHEMA)
    assert without.model.classifier.look_alikes == ()
    said = "most expected matches disagree"
    for comparison in ("first", "born"):
        assert any(f"{comparison!r}: {said}" in each for each in without.warnings)
    assert not any(said in each for each in trained.warnings)
    assert f1_of(hp.dedupe(rows, without.model, schema=SCHEMA).clusters, owners) < 0.7


@pytest.mark.parametrize("registered", [KIN, KIN // 2], ids=["all", "half"])
def test_kin_are_no_matches_of_two_tables(registered):
    """Whether each left record has a match or every other one has none, but two of kin."""
    rows, owners = families(seed=4)
    left, right = ([row for row in rows if row["no"].endswith(end)] for end in ("-0", "-1"))
    right = [row for row in right if int(row["no"].split("-")[1]) < registered]
    trained = hp.train(left, right, schema=SCHEMA)
    assert trained.matches == pytest.approx(FAMILIES * registered, rel=0.06)
    found = hp.link(left, right, trained.model, schema=SCHEMA)
    matched = [row for row in found.dispositions.to_pylist() if row["disposition"] == "match"]
    # Where half are registered, 12 of 720 kin share the first name by chance, and 24 matches of 240 have a wrong date.
    wrong = sum(owners[row["alert_id"]] != owners[row["hpr_number"]] for row in matched)
    assert wrong <= (0 if registered == KIN else 12 + 3 * 12**0.5)
    assert len(matched) > 0.88 * FAMILIES * registered


HOMES = hp.Schema(
    "no",
    {
        "surname": "family_name",
        "first": "given_name",
        "born": "birth_date",
        "street": "text",
        "postcode": "text",
        "telephone": "identifier",
        "mail": "identifier",
    },
)


def homes(seed=1, size=400, moved=0.2):
    """
    Records of those who live together, each person twice, some of them moved between; and of whom.

    Surnames and first names are few, so that namesakes are many.
    """
    rng = random.Random(seed)
    surnames, firsts, streets = ([_word(rng, 3) for _ in range(number)] for number in (40, 24, 3 * size))

    def place(number):
        called = str(rng.randrange(10_000_000, 100_000_000))
        return {
            "street": f"{streets[number]} {number % 90}", "postcode": str(10_000 + number), "telephone": called
        }  # fmt: skip

    rows, owners = [], {}
    for home in range(size):
        surname, at = rng.choice(surnames), place(home)
        for person in range(2):
            born = f"{rng.randrange(1930, 2010)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
            cells = {
                "surname": surname,
                "first": rng.choice(firsts),
                "born": born,
                "mail": f"{rng.randrange(10**9)}",
                **at,
            }
            later = {**cells, **(place(size + 2 * home + person) if rng.random() < moved else {})}
            for copy, row in enumerate((cells, later)):
                rows.append({"no": f"{home}-{person}-{copy}", **row})
                owners[rows[-1]["no"]] = 2 * home + person
    for name in ("surname", "first", "born"):
        values = [row[name] for row in rows]
        for row in rows:
            if row["no"].endswith("-1") and rng.random() < WRONG:
                row[name] = rng.choice(values)
    return rows, owners


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("moved", [0.0, 0.2])
def test_those_of_one_home_are_no_matches_and_those_who_moved_are(seed, moved):
    """800 persons are there twice, and 400 homes of two hold up to 1,600 pairs of records that share all but the person."""
    rows, owners = homes(seed, moved=moved)
    trained = hp.train(rows, schema=HOMES)
    assert trained.matches == pytest.approx(800, rel=0.02)
    for look_alike in trained.model.classifier.look_alikes:
        assert not {"given_name", "birth_date"} <= look_alike.levels.keys()
    assert f1_of(hp.dedupe(rows, trained.model, schema=HOMES).clusters, owners) > 0.98


def test_where_nothing_but_chance_makes_others_alike_no_look_alikes_are_learned():
    """Two classes explain these things; a third would be bought for nothing."""
    schema = hp.Schema("no", {"town": "text", "colour": "category", "code": "identifier", "made": "date"})
    for seed in range(5):
        trained = hp.train(things(300, seed)[0], schema=schema)
        assert trained.model.classifier.look_alikes == ()
        assert trained.look_alikes == 0.0


def test_what_was_learned_once_is_learned_anew(trained):
    """A trained model to start from does not hold its look-alikes for known; hand-set ones it does."""
    again = hp.train(families(seed=3)[0], model=trained.model)
    (look_alike,) = again.model.classifier.look_alikes
    assert look_alike != trained.model.classifier.look_alikes[0]
    assert again.matches == pytest.approx(FAMILIES * KIN, rel=0.1)
    kin = LookAlike("kin", 5.0, ("surname", "street"))
    told = replace(trained.model, classifier=replace(trained.model.classifier, look_alikes=(kin,)))
    assert hp.train(families(seed=3)[0], model=told).model.classifier.look_alikes == (kin,)


def test_each_pair_is_weighed_against_look_alikes(trained):
    """The probability is that of three classes, reckoned from the levels that were found."""
    model = trained.model
    found = hp.dedupe(families()[0], model, schema=SCHEMA, min_weight=-1000)
    (look_alike,) = model.classifier.look_alikes
    checked = Counter()
    for row in found.pairs.to_pylist()[::97]:
        hit = found.explain(row["no_left"])
        for each in hit.candidates:
            alike = 0.0
            for evidence in each.evidence:
                if evidence.level != "missing" and evidence.comparison in look_alike.levels:
                    levels = model.classifier.levels[evidence.comparison]
                    place = [level.level for level in levels].index(evidence.level)
                    shown = look_alike.levels[evidence.comparison][place]
                    alike += evidence.weight + np.log2(shown / levels[place].m)
            odds = look_alike.rate / 10_000 * 2**alike
            assert each.look_alike_weight == pytest.approx(-np.log2(1 + odds), abs=1e-6)
            checked[each.look_alike_weight < -1] += 1
    assert min(checked.values()) > 5


def towns(seed=1, persons=1500):
    """Records of persons, one in five there twice with one cell in ten another's, whose postcode tells their town; and how many twice."""
    rng = random.Random(seed)
    surnames, firsts, names = ([_word(rng, 3) for _ in range(size)] for size in (400, 150, 12))
    places = [
        {"town": town, "postcode": f"{number}{part}"}
        for number, town in enumerate(names, 10)
        for part in range(10, 20)
    ]
    rows, twice = [], 0
    for person in range(persons):
        born = f"{rng.randrange(1930, 2010)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        cells = {
            "surname": rng.choice(surnames), "first": rng.choice(firsts), "born": born, **rng.choice(places)
        }  # fmt: skip
        copies = 2 if rng.random() < 0.2 else 1
        twice += copies - 1
        rows += [{"no": f"{person}-{copy}", **cells} for copy in range(copies)]
    for name in ("surname", "first", "born", "town", "postcode"):
        values = [row[name] for row in rows]
        for row in rows:
            if row["no"].endswith("-1") and rng.random() < WRONG:
                row[name] = rng.choice(values)
    return rows, twice


@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_lives_in_one_place_is_no_match(seed):
    """All with one postcode agree in the town too: thousands of pairs, and no matches."""
    rows, twice = towns(seed)
    kinds = {"surname": "text", "first": "text", "born": "date", "town": "text", "postcode": "text"}
    trained = hp.train(rows, schema=hp.Schema("no", kinds))
    assert trained.matches == pytest.approx(twice, rel=0.15)
    owners = {row["no"]: int(row["no"].split("-")[0]) for row in rows}
    assert f1_of(hp.dedupe(rows, trained.model).clusters, owners) > 0.9


def equipment(seed=1, devices=1200, twice=400):
    """
    Devices of 80 models of ten makers, a third there twice with some cells otherwise; and which of them.

    The model tells the maker and what kind of device it is.
    """
    rng = random.Random(seed)
    makers = [_word(rng, 3).title() for _ in range(10)]
    models = {
        maker: [f"{rng.choice('ABCDEFX')}{rng.choice('ABCMV')}-{rng.randrange(100, 999)}" for _ in range(8)]
        for maker in makers
    }
    rows, owners, serial = [], {}, 10_000
    for number in range(devices):
        maker, which = rng.choice(makers), rng.randrange(8)
        serial += rng.randrange(1, 4)
        cells = {
            "serial_number": f"{maker[:2].upper()}{serial:07}",
            "model_code": models[maker][which],
            "maker": maker,
            "kind": ["infusion pump", "patient monitor", "ECG recorder", "ventilator"][which % 4],
            "price": f"{rng.uniform(500, 60_000):.2f}",
            "year": str(rng.randrange(2005, 2026)),
        }
        serials = [f"{cells['serial_number'][:-1]}{rng.randrange(10)}", "", *[cells["serial_number"]] * 5]
        code = cells["model_code"]
        other = {
            **cells,
            "serial_number": rng.choice(serials),
            "model_code": rng.choice([code, code, code, code.replace("-", "").lower()]),
            "maker": maker + rng.choice(["", "", " Medical", " GmbH"]),
            "price": f"{float(cells['price']) * rng.choice([1, 1, 0.95]):.0f}",
            "year": str(int(cells["year"]) + (rng.random() < 0.1)),
        }
        for copy, row in enumerate([cells, other][: 1 + (number < twice)]):
            rows.append({"asset": f"{number}-{copy}", **row})
            owners[rows[-1]["asset"]] = number
    return rows, owners


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_those_of_one_model_are_no_matches(seed):
    """Some 9,000 pairs share a maker and a code that only those of one model have; 400 are of one device."""
    rows, owners = equipment(seed)
    trained = hp.train(rows)
    assert trained.schema.columns["model_code"] == "identifier"
    assert trained.matches == pytest.approx(400, rel=0.1)
    assert f1_of(hp.dedupe(rows, trained.model).clusters, owners) > 0.9


NEIGHBOURS = hp.Schema(
    "no",
    {
        "surname": "family_name",
        "first": "given_name",
        "born": "birth_date",
        "town": "category",
        "postcode": "text",
        "telephone": "text",
        "doctor": "category",
    },
)


def neighbours(seed=1, homes=700, towns=10):
    """
    Persons of homes of three, in towns of ten postcodes and ten surnames, half of them there twice; and of whom.

    Neighbours share the postcode, kin of one town the surname too, those of one home the telephone and the doctor.
    """
    rng = random.Random(seed)
    firsts, doctors = ([_word(rng, 3) for _ in range(number)] for number in (50, 60))
    surnames = [[_word(rng, 3) for _ in range(10)] for _ in range(towns)]
    rows, owners = [], {}
    for home in range(homes):
        town = rng.randrange(towns)
        at = {
            "surname": rng.choice(surnames[town]),
            "town": f"town {town}",
            "postcode": f"{10 + town}0{rng.randrange(10)}{rng.randrange(3)}",
            "telephone": str(rng.randrange(10_000_000, 100_000_000)),
            "doctor": rng.choice(doctors),
        }
        for person in range(3):
            born = f"{rng.randrange(1930, 2010)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
            cells = {**at, "first": rng.choice(firsts), "born": born}
            for copy in range(1 + (rng.random() < 0.5)):
                rows.append({"no": f"{home}-{person}-{copy}", **cells})
                owners[rows[-1]["no"]] = 3 * home + person
    for name in NEIGHBOURS.columns:
        values = [row[name] for row in rows]
        for row in rows:
            if row["no"].endswith("-1") and rng.random() < WRONG:
                row[name] = rng.choice(values)
            elif name in ("telephone", "doctor", "born") and rng.random() < 0.2:
                row[name] = ""
    return rows, owners


@pytest.mark.parametrize("seed", [1, 2])
def test_neighbours_kin_and_those_of_one_home_are_no_matches(seed):
    """Some 1,050 are there twice; 7,000 pairs share a home, 40,000 a town and a surname. Two kinds of look-alikes do not tell them."""
    rows, owners = neighbours(seed)
    trained = hp.train(rows, schema=NEIGHBOURS)
    assert trained.matches == pytest.approx(len(rows) - len(set(owners.values())), rel=0.06)
    assert len(trained.model.classifier.look_alikes) > 2
    assert f1_of(hp.dedupe(rows, trained.model, schema=NEIGHBOURS).clusters, owners) > 0.87
