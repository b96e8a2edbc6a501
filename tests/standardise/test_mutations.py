"""A mutation of any row of a table is noticed: a fact of the case files no longer holds."""

import re
import unicodedata
from functools import partial
from itertools import product

import pytest
import test_alert_relations
import test_alerts
import test_inquiry
import test_reconcile
import test_schema
from case_lists import case_lines
from comparison.test_name_tokens import ABBREVIATIONS, INITIALS
from comparison.test_spelling import LIKENESS
from mutants import Fact, Table, forget, left_out, unnoticed
from standardise.test_bilingual import ONE as GAELIC
from standardise.test_bilingual import SURNAMES as BILINGUAL
from standardise.test_bilingual import are_one, in_common
from standardise.test_countries import COUNTRIES
from standardise.test_dates import DATE_WORDS, TYPED
from standardise.test_given_names import ADAPTED, APART, ENDINGS, GROUPS, forms_of, groups_of, sex_of
from standardise.test_identifier_words import NAMED
from standardise.test_identifier_words import WORDS as IDENTIFIER_WORDS
from standardise.test_identifiers import CASES as IDENTIFIERS
from standardise.test_identifiers import read_cases, told_by
from standardise.test_names import BETWEEN, DROPPED, KEPT, MISREAD
from standardise.test_names import NOISE as NAME_NOISE
from standardise.test_professions import (
    BESIDE,
    FORMS,
    HELPED,
    IN_USE,
    NOT_ALONE,
    PAIRS,
    SEVERAL,
    SPECIALISTS,
    SPECIALTIES,
    TERMS,
    TITLES,
    as_typed,
    categories,
    specialties_of,
)
from standardise.test_scripts import EXAMPLES, LETTERS, ONE_NAME, SAME_SOUND
from standardise.test_stages import SEXES
from standardise.test_surname_groups import SURNAMES
from standardise.test_surnames import (
    KINDS,
    SUFFIXES,
    joined_as_told,
    of_tails,
    read_pairs,
    read_sexes,
    shared,
)

from hpmatch import inquiry, schema
from hpmatch.alerts import relations as alert_relations
from hpmatch.comparison import relations, spelling
from hpmatch.data import read_table
from hpmatch.reconcile import findings
from hpmatch.standardise import (
    beginnings,
    bilingual,
    compounds,
    countries,
    date_words,
    dates,
    gaelic,
    given_names,
    identifiers,
    misread,
    names,
    professions,
    scripts,
    signs,
    surname_groups,
    surnames,
)
from hpmatch.standardise.dates import read_date
from hpmatch.standardise.stages import sexes
from hpmatch.standardise.text import fold, split_words


def fact(says, keys, expected, code, *inputs):
    """Say what the code gives for some inputs; an error is not what was expected."""

    def holds():
        try:
            return code(*inputs) == expected
        except (IndexError, KeyError, StopIteration):
            return False

    return Fact(str(says), frozenset(keys), holds)


def of_countries():
    """Names and codes lead to their country, and a country to its date order."""
    for iso2, iso3, order, named in COUNTRIES:
        for name in (iso2, iso3, *named):
            yield fact(name, [iso2], iso2, countries.code_country, name)
        yield fact(iso2, [iso2], order, countries.date_order, iso2)


def pattern_keys(text):
    """Give the words and the beginnings and ends of words by which a phrase may be found in a text."""
    for word in split_words(text):
        yield word
        yield from (word[:size] + "*" for size in range(3, len(word) + 1))
        yield from ("*" + word[-size:] for size in range(3, len(word) + 1))


def longest_word(phrase):
    """Give the longest word of a phrase, with its star."""
    return [max(re.findall(r"\*?[^\W_]+\*?", fold(phrase)), key=len)]


def fact_of_cell(code, cell, expected):
    """Say what a cell of titles or specialties is coded to."""
    return fact(cell, pattern_keys(cell), [expected], code, [cell])


def of_professions():
    """Titles are coded to their category, and specialists' titles are known as such."""
    code, specialist = professions.code_professions, professions.are_specialists
    for title, (_, category, grade, _) in TITLES.items():
        yield fact_of_cell(code, as_typed(title), categories(category))
        if grade == "yes":
            yield fact_of_cell(specialist, as_typed(title), True)
    for title, category, is_specialist in IN_USE:
        yield fact_of_cell(code, title, (category,))
        if is_specialist:
            yield fact_of_cell(specialist, title, True)
    for title, category in (*FORMS.items(), *BESIDE):
        yield fact_of_cell(code, title, categories(category))
    yield from (fact_of_cell(code, cell, codes) for cell, codes in SEVERAL.items())
    yield from (fact_of_cell(specialist, title, said) for title, said in SPECIALISTS.items())


def of_specialties():
    """Terms are coded to their specialty, and alone to the profession that has it."""
    for (specialty, term), (_, category, _) in TERMS.items():
        cell = as_typed(term)
        yield fact_of_cell(professions.code_specialties, cell, specialties_of(term))
        if term not in NOT_ALONE:
            yield fact_of_cell(professions.code_professions, cell, (category,))
        assert specialty
    yield from (fact_of_cell(professions.code_specialties, *each) for each in SPECIALTIES.items())
    for title, category, _ in IN_USE:
        yield fact_of_cell(professions.code_professions, title, (category,))


def of_helper_categories():
    """A helper of a category has a category of its own."""
    for key, (becomes, title) in HELPED.items():
        yield fact(title, [key], [(becomes,)], professions.code_professions, [title])


def of_relations():
    """Categories are related alike in both directions."""
    for left, right, relation in PAIRS:
        expected = "same" if relation == "replaced" else relation
        for one, other in ((left, right), (right, left)):
            yield fact((one, other), [(left, right)], expected, professions.relation_of, [one], [other])


def of_name_noise():
    """A word that is no name is dropped where its rule says, and stays elsewhere."""
    for word, kind, rule, _ in NAME_NOISE:
        for text in DROPPED[rule]:
            yield fact(text, split_words(word), ("hansen",), names.name_tokens, text.format(word))
        for text in KEPT[rule]:
            is_kept = partial(lambda most, text: len(names.name_tokens(text)) > most, text.count(" "))
            yield fact(text, split_words(word), True, is_kept, text.format(word))
        yield fact(word, split_words(word), kind == "placeholder", leaves_nothing, word)


def leaves_nothing(text):
    """Say whether a field holds no name."""
    return names.name_tokens(text) == ()


def of_misread_signs():
    """A letter of Central Europe that became a sign is that letter again."""
    for typed, expected in MISREAD:
        yield fact(typed, typed.casefold(), tuple(expected.split()), names.name_tokens, typed)


def of_surname_laws():
    """Where nobody changes the surname, two of them are two persons."""
    for country in test_alerts.KEEPING:
        yield fact(country, [country], 2, test_alerts.grouped, country)


def of_conjunctions():
    """A word between two surnames is dropped."""
    for word in BETWEEN:
        yield fact(word, [word], ("hansen", "lie"), names.name_tokens, f"Hansen {word} Lie")


def of_east_asian_surnames():
    """A surname is spelled in each way in use; one of several signs is one token."""
    for told in case_lines("east_asian_surnames"):
        surname, language, *latin = told.split()
        yield from (fact_of_reading(surname, form, surname) for form in latin)
        if len(surname) > 1:
            given = "민수" if language == "ko" else "小明"
            yield fact(told, [surname], (surname, given), names.full_name_tokens, surname + given)
            yield fact(
                (told, latin), [surname], tuple(latin[:1]), lambda name: signs.readings(name)[:1], surname
            )


def of_east_asian_given_names():
    """A given name is read in each way, and the signs of one in Cantonese and Hokkien are read one by one."""
    for told in case_lines("east_asian_given_names"):
        name, language, *latin = told.split()
        before, sound = {"yue": ("家", "ka"), "nan": ("福", "hock"), "ja": ("", "")}[language]
        yield from (fact_of_reading(before + name, sound + form, before, name) for form in latin)


def of_generations():
    """The word behind a name tells its generation: a junior is of any but the first."""
    for told in ("sr 1", "senior 1", "jr 2 3 4", "junior 2 3 4", "ii 2", "iii 3", "iv 4"):
        word, *numbers = told.split()
        yield fact(told, [word], frozenset(numbers), names.generations, f"Owen Hart {word}")


def of_sign_variants():
    """The forms of a sign are one, and other signs are others."""
    for told in case_lines("sign_variants"):
        sign, *variants = told.split()
        for variant in variants:
            yield fact(told, [sign], signs.plain_signs(sign), signs.plain_signs, variant)


def fact_of_reading(token, form, *keys):
    """Say that a token takes a spelling."""
    return fact((token, form), keys, True, lambda *case: case[1] in scripts.spellings(case[0]), token, form)


def of_compounds():
    """Words that belong together are joined in each usual spelling."""
    for line in case_lines("name_compounds"):
        words, expected = re.split("[=>]", line)
        code = partial(lambda told, words: told <= set(compounds.compounds(words)), set(expected.split()))
        yield fact(line, map(fold, words.split()), True, code, words.split())
    for kind, words in KINDS.items():
        for word in words.split():
            yield fact(word, [fold(word)], True, joined_as_told, kind, word)


def of_given_names():
    """Names are in their groups and tell their sex."""
    for name, group, *_ in GROUPS:
        is_in = partial(lambda group, name: group in given_names.name_groups(name), group)
        for form in forms_of(name.casefold()):
            keys = {form, *scripts.spellings(form)}
            yield fact((form, group), keys, True, is_in, form)
            yield fact(form, keys, groups_of(form), given_names.name_groups, form)
            yield fact(form, keys, sex_of(form), given_names.implied_sex_of_given, form)
    for ending, case in ENDINGS.items():
        name, sex = case.split()
        yield fact(name, [ending], sex, given_names.implied_sex_of_given, name.casefold())
    for ending, foreign_and_adapted in ADAPTED.items():
        foreign, adapted = foreign_and_adapted.casefold().split()
        yield fact(adapted, [ending], groups_of(foreign), given_names.name_groups, adapted)


def of_names_apart():
    """Two names of a group are told apart."""
    for left, right, _ in APART:
        yield fact((left, right), [(left, right)], True, given_names.are_apart, left, right)


def given_name_keys(row):
    """Give the letters and the spellings of a name, or an ending."""
    name = row["name"].casefold()
    return [row["name"]] if row["relation"] in {"ending", "adapted"} else {name, *scripts.spellings(name)}


def of_abbreviations():
    """A name is shortened to its first letters."""
    for short, name, fits in ABBREVIATIONS:
        yield fact((short, name), [short], fits, relations.is_initial, short, name)


def of_beginnings():
    """An initial is that of a name in any romanisation."""
    for short, name, fits in INITIALS:
        yield fact((short, name), [""], fits, relations.is_initial, short, name)


def of_surname_endings():
    """Forms of one surname share a stem and other surnames none; an ending tells the sex and the parent's name."""
    for _, left, right, same in read_pairs():
        keys = {*map(fold, (left, right)), left, right}
        yield fact((left, right), keys, same, lambda *pair: bool(shared(*pair)), left, right)
    for token, sex, is_parent in read_sexes():
        yield fact(token, [""], sex, surnames.implied_sex, token)
        yield fact(token, [""], is_parent, surnames.is_patronymic, token)


def of_surname_suffixes():
    """A suffix makes another surname of a name."""
    for name, suffixes in SUFFIXES.items():
        for suffix in suffixes.split():
            made, other = "berd" + suffix, "berdson" if name != "son" else "berdov"
            yield fact(made, [suffix], True, surnames.are_derived_apart, made, other)


def of_surnames():
    """A common surname is in its group."""
    for name, group, *_ in SURNAMES:
        is_in = partial(lambda group, name: group in surname_groups.surname_groups(name), group)
        yield fact((name, group), [group], True, is_in, name.casefold())


def of_bilingual_surnames():
    """Any spelling of a surname in one language is one with any in the other, by the group of the first ones."""
    for forms, others, *_ in BILINGUAL:
        keys = [(";".join(forms), ";".join(others))]
        group = "=".join("".join(split_words(name.replace("'", ""))) for name in (others[0], forms[0]))
        for pair in product(forms, others):
            yield fact(pair, keys, True, lambda group, *pair: group in in_common(*pair), group, *pair)


# What stands behind a particle without that, and the sex that it tells.
WOMANS = {
    "ní mhurchú": "murchu F",
    "uí mhurchú": "murchu F",
    "nic shuibhne": "suibhne F",
    "mhic shuibhne": "suibhne F",
    "nig fhloinn": "floinn F",
    "mhig fhloinn": "floinn F",
    "ó hógáin": "ogain",
    "mac fhloinn": "",
    "mc fhloinn": "",
    "mag fhloinn": "",
}


def of_gaelic_particles():
    """The forms of a Gaelic surname are one, and a woman's is known for hers."""
    for men, women, english in GAELIC:
        for pair in product(women, (*men, *english)):
            yield fact(pair, [""], True, are_one, *pair)
    for name, told in WOMANS.items():
        plain, _, sex = told.partition(" ")
        yield fact(name, [""], plain, gaelic.unmutated, name)
        yield fact(name, [""], sex, surnames.implied_sex, name)


def of_surname_tails():
    """An ending is shared by many surnames, and may tell that one is kept for life."""
    for name, _, ending, kind in of_tails():
        yield fact(name, [ending], ending, surnames.tail_of, name)
        yield fact(name, [ending], bool(kind), surnames.is_for_life, name)


def of_months():
    """A month's name is read as that month."""
    for _, month, name in TYPED:
        is_read = partial(lambda month, text: 19780009 + month * 100 in read_date(text).readings, month)
        yield fact(name, [fold(name)], True, is_read, f"9. {name} 1978")


def of_date_words():
    """A word beside a date is passed over, or says that there is no date."""
    for word, text, expected in DATE_WORDS:
        yield fact(text, ["".join(date_words.date_tokens(word))], expected, read_date, text)


def of_sexes():
    """A word tells a sex."""
    for word, sex in SEXES:
        code = partial(lambda word: sexes.Sex().standardise([word], [""], [""]))
        yield fact(word, [fold(word)], [sex], code, word)


def of_column_names():
    """A column is recognised by its name, which without a row only the role's own is, written the same."""
    for role, aliases in test_schema.ALIASES.items():
        for alias in map(str.upper, aliases):
            yield fact(alias, [role], alias, partial(column_for, role), alias)


def of_column_kinds():
    """A column's name tells what kind its cells may be."""
    for kind, columns in test_schema.KINDS_TOLD.items():
        for column in columns:
            yield fact(column, [schema.plain_name(column)], kind, schema.kind_told, column)


def of_column_names_alone():
    """A column is recognised by its name where no other column plays the role."""
    for role, alias in test_schema.ALONE_PAIRS:
        yield fact(alias, [role], alias, partial(column_for, role), alias)


def of_column_names_beside():
    """A column is recognised by its name beside another."""
    for name, role, other, _ in test_schema.BESIDE:
        yield fact(name, [schema.plain_name(name)], name, partial(column_beside, role, other), name)


def column_beside(role, other, name):
    """Give the column that is taken for a role beside another column."""
    known = schema.RECORD_ROLES
    return schema.resolve(schema.Schema(), ["no", other, name], known, table="t", required=()).roles.get(role)


def of_alert_statuses():
    """A word stands for a status."""
    for status, words in test_alert_relations.STATUSES.items():
        for word in words:
            yield fact(word, [fold(word)], status, alert_relations.status_of, word)


def of_register_statuses():
    """A word stands for how an authorisation stands."""
    for standing, words in test_reconcile.STANDINGS.items():
        for word in words:
            yield fact(word, [fold(word)], standing, findings.standing_of, word)


def asked_for(name):
    """Give the words that a fact is asked for with."""
    return tuple(next(fact.words for fact in inquiry.facts() if fact.name == name).values())


def of_facts_to_ask():
    """A fact can be asked for."""
    for name, words in test_inquiry.ASKED.items():
        asks = partial(lambda words, name: all(map(str.__contains__, asked_for(name), words)), words)
        yield fact(name, [name], True, asks, name)


def column_for(role, alias):
    """Give the column that is taken for a role; none if it is missed."""
    try:
        return test_schema.taken_for(role, alias)
    except schema.SchemaError:
        return None


def of_identifiers():
    """A number is of its kind, valid or not, and tells a birth date and a sex."""
    for text, country, expected in read_cases(IDENTIFIERS):
        yield fact(text, [country], expected, told_by, text, country)


def of_identifier_words():
    """A word before a number is passed over."""
    for word, _ in IDENTIFIER_WORDS:
        yield fact(word, [word], ("fnr", NAMED, False, 19720913, "F"), told_by, f"{word} {NAMED}", "NO")


def fact_of_spelling(token, form):
    """Say that a token takes a spelling."""
    read = "".join(signs.syllables(token)) if signs.is_han(token) else ""
    keys = {*token, *unicodedata.normalize("NFD", token), *read, scripts.script_of(token) or "signs"}
    return fact((token, form), keys, True, lambda *case: case[1] in scripts.spellings(case[0]), token, form)


def of_spellings():
    """Names and letters are spelled as the schemes say."""
    yield from (fact_of_spelling(*case) for case in LETTERS)
    yield from (fact_of_spelling(token, form) for token, forms, _ in EXAMPLES for form in forms.split())


def shared_sounds(left, right):
    """Give the sounds that two tokens have in common."""
    return set(scripts.sounds(left)) & set(scripts.sounds(right))


def is_more_alike(*names):
    """Say whether the first two of four names are more alike than the last two."""
    near, far = spelling.token_similarity(names[::2], names[1::2])
    return bool(near > far)


def sound_keys(*tokens):
    """Give the groups of letters that stand in tokens or in their spellings."""
    for form in {*tokens, *(form for token in tokens for form in scripts.spellings(token))}:
        yield from (form[start : start + size] for start in range(len(form)) for size in range(1, 5))


def of_likeness():
    """Names that sound alike are more alike than others."""
    for case in LIKENESS:
        yield fact(case, sound_keys(*case), True, is_more_alike, *case)


def of_sounds():
    """Spellings of one name share a sound."""
    yield from of_likeness()
    for first, *others in [*map(str.split, ONE_NAME), *SAME_SOUND]:
        for other in others:
            share = partial(lambda *pair: bool(shared_sounds(*pair)))
            yield fact((first, other), sound_keys(first, other), True, share, first, other)


def changed(row, name, *values):
    """Put into a column the first of two values, or the second where the first stands; leave it if it is empty."""
    return row | {name: values[row[name] == values[0]] if row[name] else ""}


NO_ALPHABETS = dict.fromkeys(("hangul", "kana", "pinyin"), "signs")
# Where the facts come from, the modules that read the table, and what a row has in common with its facts.
TABLES = {
    "alert_statuses": (of_alert_statuses, (alert_relations,), lambda row: [fold(row["word"])]),
    "bilingual_surnames": (
        of_bilingual_surnames,
        (bilingual,),
        lambda row: [(row["name"], row["counterpart"])],
    ),
    "column_kinds": (of_column_kinds, (schema,), lambda row: [schema.plain_name(row["name"])]),
    "column_names": (of_column_names, (schema,), lambda row: [row["role"]]),
    "column_names_alone": (of_column_names_alone, (schema,), lambda row: [row["role"]]),
    "column_names_beside": (
        of_column_names_beside,
        (schema,),
        lambda row: [schema.plain_name(row["name"])],
    ),
    "countries": (of_countries, (countries,), lambda row: [row["iso2"]]),
    "date_words": (
        of_date_words,
        (date_words, dates),
        lambda row: ["".join(date_words.date_tokens(row["word"]))],
    ),
    "east_asian_given_names": (of_east_asian_given_names, (signs, scripts), lambda row: [row["name"]]),
    "east_asian_surnames": (of_east_asian_surnames, (signs, scripts), lambda row: [row["surname"]]),
    "facts_to_ask": (of_facts_to_ask, (inquiry,), lambda row: [row["fact"]]),
    "gaelic_particles": (of_gaelic_particles, (gaelic, bilingual, surnames), lambda _row: [""]),
    "given_names": (of_given_names, (given_names,), given_name_keys),
    "given_names_apart": (of_names_apart, (given_names,), lambda row: [(row["name"], row["other"])]),
    "helper_categories": (of_helper_categories, (professions,), lambda row: [(row["role"], row["category"])]),
    "identifiers": (of_identifiers, (identifiers,), lambda row: [row["country"]]),
    "identifier_words": (of_identifier_words, (identifiers,), lambda row: [row["word"]]),
    "misread_signs": (of_misread_signs, (misread,), lambda row: [row["sign"]]),
    "month_names": (of_months, (date_words, dates), lambda row: [fold(row["name"])]),
    "name_abbreviations": (of_abbreviations, (relations,), lambda row: [row["abbreviation"]]),
    "name_beginnings": (of_beginnings, (beginnings, relations), lambda _row: [""]),
    "name_compounds": (of_compounds, (compounds,), lambda row: [fold(row["word"])]),
    "name_conjunctions": (of_conjunctions, (names,), lambda row: [row["word"]]),
    "name_generations": (of_generations, (names,), lambda row: [row["word"]]),
    "name_noise": (of_name_noise, (names,), lambda row: split_words(row["word"])[:1]),
    "profession_helpers": (of_professions, (professions,), lambda row: longest_word(row["word"])),
    "profession_relations": (of_relations, (professions,), lambda row: [(row["left"], row["right"])]),
    "professions": (of_professions, (professions,), lambda row: longest_word(row["title"])),
    "register_statuses": (of_register_statuses, (findings,), lambda row: [fold(row["word"])]),
    "romanisation": (of_spellings, (scripts,), lambda row: [row["letters"].casefold()[0]]),
    "romanisation_schemes": (
        of_spellings,
        (scripts,),
        lambda row: [NO_ALPHABETS.get(row["script"], row["script"])],
    ),
    "sexes": (of_sexes, (sexes,), lambda row: [fold(row["word"])]),
    "sound_distances": (of_likeness, (spelling,), lambda _row: [""]),
    "sign_variants": (of_sign_variants, (signs,), lambda row: [row["sign"]]),
    "specialties": (of_specialties, (professions,), lambda row: longest_word(row["term"])),
    "spelling_sounds": (of_sounds, (scripts, spelling), lambda row: [row["letters"].casefold()]),
    "surname_laws": (of_surname_laws, (surnames,), lambda row: [row["country"]]),
    "surname_suffixes": (of_surname_suffixes, (surnames,), lambda row: [row["suffix"]]),
    "surnames": (of_surnames, (surname_groups,), lambda row: [row["group"]]),
    "surname_tails": (of_surname_tails, (surnames,), lambda row: [row["ending"]]),
    "surname_endings": (of_surname_endings, (surnames,), lambda _row: [""]),
}
# Tables and columns, and what is put there: the first value, or the second where the first stands.
CHANGES = [
    ("alert_statuses", "status", "sent", "updated"),
    ("bilingual_surnames", "name", "nobody", ""),
    ("bilingual_surnames", "counterpart", "nobody", ""),
    ("column_kinds", "role", "text", "words"),
    ("column_names", "role", "reason", "status"),
    ("column_names_alone", "role", "reason", "sex"),
    ("column_names_beside", "role", "sex", "status"),
    ("column_names_beside", "beside", "Town", "Price"),
    ("countries", "iso2", "QQ", ""),
    ("countries", "date_order", "DMY", "YMD"),
    ("date_words", "meaning", "ignored", "no date"),
    ("east_asian_given_names", "latin", "qqq", "zzz"),
    ("east_asian_surnames", "latin", "qqq", "zzz"),
    ("facts_to_ask", "request_en", "nothing", ""),
    ("facts_to_ask", "request_nb", "ingenting", ""),
    ("gaelic_particles", "of", "mac", "o"),
    ("gaelic_particles", "sex", "F", ""),
    ("given_names", "group", "nobody", ""),
    ("helper_categories", "becomes", "VE", ""),
    ("identifiers", "layout", "QQ", ""),
    ("identifier_words", "word", "QQ", ""),
    ("misread_signs", "letter", "q", "x"),
    ("month_names", "month", "1", "2"),
    ("name_abbreviations", "beside", "any", "given name"),
    ("name_beginnings", "beginnings", "qqq;zzz", ""),
    ("name_compounds", "kind", "tail", "particle"),
    ("name_generations", "generations", "5", "6"),
    ("name_noise", "rule", "last", "first"),
    ("profession_helpers", "place", "nowhere", ""),
    ("profession_helpers", "role", "assistant", "secretary"),
    ("professions", "category", "VE", "XX"),
    ("register_statuses", "standing", "active", "lost"),
    ("romanisation", "latin", "qqq", ""),
    ("romanisation_schemes", "filled_vowel", "qqq", ""),
    ("sexes", "sex", "F", "M"),
    ("sign_variants", "sign", "龘", "龖"),
    ("specialties", "specialty", "nothing", ""),
    ("surname_laws", "country", "NO", ""),
    ("surnames", "group", "nobody", ""),
    ("surname_tails", "kind", "", "maiden"),
]


def facts_of(name):
    """Give a table with its facts, all of which hold."""
    read_facts, modules, keys = TABLES[name]
    facts = [*read_facts()]
    if name in ("sound_distances", "surname_endings"):
        facts = [each._replace(keys=frozenset({""})) for each in facts]
    assert [each.says for each in facts if not each.holds()] == []
    return Table(name, modules, facts, keys)


@pytest.fixture(autouse=True)
def without_unidecode(request, monkeypatch):
    """Let no general romanisation say what a row of the tables of romanisation said."""
    if TABLES[request.node.callspec.params["name"]][0] is of_spellings:
        monkeypatch.setattr(scripts, "unidecode", lambda _text: "qqq")
    forget([scripts])
    yield
    monkeypatch.undo()
    forget([scripts])


@pytest.mark.parametrize("name", TABLES)
def test_a_row_taken_out_is_noticed(name):
    """Without any row of a table a fact no longer holds."""
    assert read_table(name)
    assert unnoticed(facts_of(name), left_out) == []


@pytest.mark.parametrize(("name", "column", "value", "other"), CHANGES)
def test_a_row_changed_is_noticed(name, column, value, other):
    """With a false value in a main column of any row a fact no longer holds."""
    assert unnoticed(facts_of(name), lambda row: changed(row, column, value, other)) == []
