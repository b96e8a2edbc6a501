"""Professions and specialties: what titles in many languages say."""

import pytest
from case_lists import case_lines
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.data import read_table
from hpmatch.standardise.professions import (
    are_specialists,
    code_professions,
    code_specialties,
    relation_of,
)

SOURCES = {
    "H": "HPR code list 9060",
    "V": "Directive 2005/36/EC Annex V",
    "C": "Cyprus Law 214/1988 annex",
    "D": "Directive 78/686/EEC",
    "M": "Directive 80/154/EEC",
    "G": "general knowledge",
}


def read_titles():
    """Read the facts about titles: for each title its languages, category, grade and source."""
    facts = {}
    for line in case_lines("professions"):
        head, titles = line.split(": ", 1)
        category, languages, source = head.split(" | ")
        for title in titles.split(", "):
            specialist = "yes" if title.endswith("+") else "no"
            language = languages.strip("-").replace(" ", ";")
            facts[title.rstrip("+")] = (language, category.strip("-"), specialist, SOURCES[source])
    return facts


def read_terms():
    """Read the facts about specialties: for each specialty and term the languages, category and source."""
    facts = {}
    for line in case_lines("specialties"):
        if line.startswith("= "):
            specialty, category = line[2:].split(" | ")
            continue
        head, terms = line.split(": ", 1)
        languages, source = head.split(" | ")
        for term in terms.split(", "):
            facts[specialty, term] = (languages.replace(" ", ";"), category, SOURCES[source])
    return facts


TITLES = read_titles()
TERMS = read_terms()


def as_typed(pattern):
    """Give the shortest text that fits a title of the table."""
    return pattern.replace("*", "")


def categories(category):
    """Give the categories that one title says."""
    return tuple(sorted(filter(None, category.split(";"))))


def test_every_title_has_its_category():
    """A title of the facts is coded to its category, and to nothing else."""
    typed = [*map(as_typed, TITLES)]
    told = zip(TITLES.items(), code_professions(typed), are_specialists(typed), strict=True)
    assert not [
        title
        for (title, (_, category, specialist, _)), found, is_specialist in told
        if found != categories(category) or not (specialist == "no" or is_specialist)
    ]


def test_the_table_of_professions_says_nothing_else():
    """Each row of the table is one of these facts."""
    rows = read_table("professions")
    table = {
        row["title"]: (row["language"], row["category"], row["specialist"], row["source"]) for row in rows
    }
    assert table.items() <= TITLES.items()


def specialties_of(term):
    """Give the specialties that one term stands for."""
    return tuple(sorted(specialty for specialty, other in TERMS if other == term))


def test_every_term_has_its_specialty():
    """A term of the facts is coded to each specialty that it stands for, and to nothing else."""
    terms = {term for _, term in TERMS}
    assert not [term for term in terms if code_specialties([as_typed(term)]) != [specialties_of(term)]]


def test_the_table_of_specialties_says_nothing_else():
    """Each row of the table is one of these facts."""
    rows = read_table("specialties")
    table = {
        (row["specialty"], row["term"]): (row["language"], row["category"], row["source"]) for row in rows
    }
    assert table.items() <= TERMS.items()


# Terms that are also part of a title of another profession, or that two professions have.
NOT_ALONE = {
    "акушерство и гинекология",
    "акушер гінеколог*",
    "diagnostyka laboratoryjna",
    "fizioterápia",
    "chirurgie maxillo-faciale et stomatologie",
    "stomatologie chirurgie orale et maxillo-faciale",
    "stomatologie en mond- kaak- en aangezichtschirurgie",
    "stomatologie",
    "estomatolog*",
    "lékařská genetika",
}


def test_a_term_alone_tells_the_profession():
    """A cell that names a specialty and nothing else is coded to the profession that has it."""
    alone = {term: category for (_, term), (_, category, _) in TERMS.items() if term not in NOT_ALONE}
    assert not [term for term in alone if code_professions([as_typed(term)]) != [(alone[term],)]]


def read_titles_in_use():
    """Read the facts about titles in sentences: for each its category and whether it is a specialist's for sure."""
    for line in case_lines("titles_in_use"):
        category, titles = line.split(": ", 1)
        for title in titles.split(", "):
            yield title, category.rstrip("+"), category.endswith("+")


IN_USE = [*read_titles_in_use()]


@pytest.mark.parametrize(("title", "category", "specialist"), IN_USE)
def test_titles_in_use(title, category, specialist):
    """Declined and compound titles, and titles with a place, are coded as the plain ones."""
    assert code_professions([title]) == [(category,)]
    assert not specialist or are_specialists([title]) == [True]


def read_titles_beside():
    """Read the facts about titles that name another profession beside their own: for each its category."""
    for line in case_lines("titles_beside"):
        head, titles = line.split(": ", 1)
        for title in titles.split(", "):
            yield title, head.split(" | ")[0].strip("-")


BESIDE = [*read_titles_beside()]


def test_titles_beside_another_profession():
    """An assistant, a secretary, a student or a doctor of another field is not what the title names beside it."""
    assert not [title for title, category in BESIDE if code_professions([title]) != [categories(category)]]


def read_helpers():
    """Read the words for helpers and students: for each the places where it stands, its role and languages."""
    for line in case_lines("profession_helpers"):
        head, words = line.split(": ", 1)
        languages, places, role = head.split(" | ")
        for word in words.split(", "):
            yield word, places.replace(" ", ";"), role, languages.replace(" ", ";"), SOURCES["G"]


def test_the_table_of_helpers_is_these_facts():
    """The table holds these words, no others and no fewer."""
    columns = ("word", "place", "role", "language", "source")
    rows = [tuple(row[column] for column in columns) for row in read_table("profession_helpers")]
    assert sorted(rows) == sorted(read_helpers())


# What a helper of a category is, and a title that says so.
HELPED = {
    ("assistant", "FA1"): ("AT", "asystent farmaceuty"),
    ("assistant", "FA2"): ("AT", "assistante receptarie"),
    ("assistant", "SP"): ("HF", "aide-infirmière"),
    ("assistant", "TL"): ("TH", "tandlægeassistent"),
    ("secretary", "LE"): ("HE", "lääkärin sihteeri"),
    ("secretary", "TL"): ("TH", "tandlægesekretær"),
}


def test_the_table_of_helpers_categories_is_these_facts():
    """The table says what these helpers are; others have no category."""
    table = {(row["role"], row["category"]): row["becomes"] for row in read_table("helper_categories")}
    assert table == {key: becomes for key, (becomes, _) in HELPED.items()}


@pytest.mark.parametrize(("becomes", "title"), HELPED.values())
def test_helpers_have_a_category_of_their_own(becomes, title):
    """A helper of some professions has a category of the register."""
    assert code_professions([title]) == [(becomes,)]


COLUMNS = ["LE", "LE", "SP", "TL", "JO", "FA1", "FT", "PS"]


@pytest.mark.parametrize("line", case_lines("titles_by_country"), ids=lambda line: line[:2])
def test_titles_by_country(line):
    """The eight great professions are known by their titles in every country, for women and men."""
    cells = [cell.split(", ") for cell in line.split(": ", 1)[1].split(" | ")]
    assert len(cells) == len(COLUMNS)
    found = {
        title: code for titles in cells for title, code in zip(titles, code_professions(titles), strict=True)
    }
    assert found == {title: (code,) for titles, code in zip(cells, COLUMNS, strict=True) for title in titles}


FORMS = {
    # Gender, case and compounds.
    "gydytoja kardiologė": "LE",
    "gydytojo": "LE",
    "GYDYTOJAS ANESTEZIOLOGAS REANIMATOLOGAS": "LE",
    "Fachärztin für Innere Medizin": "LE",
    "Assistenzarzt": "LE",
    "legespesialist": "LE",
    "registered nurse (adult)": "SP",
    "Gesundheits- und Krankenpflegerin": "SP",
    "Krankenpfleger/-schwester": "SP",
    "Diplomierte/r Gesundheits- und Krankenpfleger/in": "SP",
    "sykepleiere": "SP",
    "nattsykepleier": "SP",
    "ambulanssjuksköterska": "SP",
    "slaugytojos": "SP",
    "lékař(ka)": "LE",
    "psycholožka": "PS",
    "ārsts-stažieris": "LE",
    "eriarst (kardioloogia)": "LE",
    "hjúkrunarfræðingar": "SP",
    "ΝΟΣΗΛΕΥΤΗΣ": "SP",
    "МЕДИЦИНСКАЯ СЕСТРА": "SP",
    "M.D.": "LE",
    "MD, PhD": "LE",
    # Typed without umlauts.
    "Aerztin": "LE",
    "Fachaerztin fuer Innere Medizin": "LE",
    "Zahnaerztin": "TL",
    "Tieraerztin": "VE",
    "Kieferorthopaede": "TL",
    "laekare": "LE",
    "tandlaekare": "TL",
    "sjukskoeterska": "SP",
    "helsesoester": "SP",
    "farmasoeyt": "FA1",
    "bioingenioer": "BI",
    "laege": "LE",
    "tandlaege": "TL",
    # A longer title wins over the shorter one in it.
    "tannlege": "TL",
    "tannlegesekretær": "TH",
    "tannhelsesekretær": "TH",
    "dyrlege": "VE",
    "lekarz dentysta": "TL",
    "Zahnarzthelferin": "TH",
    "Tierarzt": "VE",
    "medic veterinar": "VE",
    "eläinlääkäri": "VE",
    "hammaslääkäri": "TL",
    "gydytojas akušeris-ginekologas": "LE",
    "врач акушер-гинеколог": "LE",
    "doctor of pharmacy": "FA1",
    "doctor of veterinary medicine": "VE",
    "Dr. med. dent.": "TL",
    "dental nurse": "TH",
    "nurse consultant": "SP",
    "röntgensjuksköterska": "RA",
    "lékárník": "FA1",
    "asistent medical de farmacie": "AT",
    # Assistants are not what they assist, and a Romanian assistant is a nurse.
    "asistent medical": "SP",
    "asistentă medicală": "SP",
    "undersköterska": "HF",
    "social- og sundhedsassistent": "HF",
    "lähihoitaja": "HF",
    "nursing associate": "HF",
    "Pflegeassistentin": "HF",
    "Altenpflegerin": "HF",
    "slaugytojo padėjėja": "HF",
    "infirmieră": "HF",
    "infirmière": "SP",
    "physician assistant": "",
    "gydytojo padėjėjas": "",
    "ārsta palīgs (feldšeris)": "",
    "felčeris": "",
    "feldsher anaesthetist": "",
    "Heilpraktiker": "",
    "veterinary nurse": "",
    "nursery teacher": "",
    "arts therapist": "",
    "speech and language therapist": "",
    "legestudent": "",
    # A student or a helper elsewhere in the cell says nothing of a title.
    "sykepleier, student": "SP",
    "nurse and medical student": "SP",
    "Arzt und Student": "LE",
    "nurse of the district assistant": "SP",
    "nurse for the whole assistant": "SP",
    "student of the year nurse": "SP",
    "assistant professor of nursing": "SP",
    "lægesekretær": "HE",
    "tannlege, fotterapeutassistent": "TL",
    "arts-assistent": "LE",
    "médico assistente": "LE",
    "médecin assistant": "LE",
    "Arzt in Ausbildung": "LE",
    "geneesheer-assistent": "LE",
    "osastonsihteeri": "HE",
    "læknaritari": "HE",
    # A short string inside another word says nothing.
    "college": "",
    "College teacher": "",
    "privilege": "",
    "Sestrand": "",
    "orchestra": "",
    "massage": "",
    "parts": "",
    "medicament": "",
    "health professional": "",
    # Codes and other short titles count only where they stand alone.
    "LE": "LE",
    "fa2": "FA2",
    "or": "OR",
    "he or she": "",
    "au pair": "",
    "XX": "",
    # A specialty that says it all, or all but that it is one.
    "Cardiologist": "LE",
    "Kardiologia": "LE",
    "Specialist in cardiology": "LE",
    "spesialist i allmennmedisin": "LE",
    "spesialist i kjeveortopedi": "TL",
    "intern medicin: kardiologi": "LE",
    "cardiology department": "",
    "specialist": "",
    "i": "",
    "": "",
}


@pytest.mark.parametrize(("title", "category"), FORMS.items())
def test_forms_and_traps(title, category):
    """Declined and compound titles are known; look-alikes and assistants are not taken for the profession."""
    assert code_professions([title]) == [categories(category)]


SEVERAL = {
    "lege; sykepleier": ("LE", "SP"),
    "lege/sykepleier": ("LE", "SP"),
    "lege og sykepleier": ("LE", "SP"),
    "registered nurse and midwife": ("JO", "SP"),
    "medicinska sestra - babica": ("JO", "SP"),
    "LE and SP": ("LE", "SP"),
    "SP;JO": ("JO", "SP"),
    "nurse; nurse; Krankenschwester": ("SP",),
    "lege; feldsher": ("LE",),
    "medic, dentist": ("LE", "TL"),
    "medic dentist": ("TL",),
}


@pytest.mark.parametrize(("cell", "codes"), SEVERAL.items())
def test_several_titles_in_a_cell(cell, codes):
    """A cell gives each of its categories once, sorted."""
    assert code_professions([cell]) == [codes]


SPECIALTIES = {
    "gydytoja kardiologė": ("cardiology",),
    "Fachärztin für Innere Medizin": ("internal_medicine",),
    "gydytojas anesteziologas reanimatologas": ("anaesthesiology",),
    "Neurochirurgie": ("neurosurgery",),
    "nevrologi": ("neurology",),
    "Intern medicin: kardiologi": ("cardiology",),
    "Kinder- und Jugendpsychiatrie": ("child_psychiatry",),
    "psykiatri": ("psychiatry",),
    "patologia clinica": ("clinical_biology",),
    "anatomia patologica": ("pathology",),
    "Παθολογία": ("internal_medicine",),
    "médecine générale": ("general_practice",),
    "general medicine": ("internal_medicine",),
    "psykiatrisk sykepleier": ("mental_health_nursing",),
    "ortodoncia": ("orthodontics",),
    "kardiologi; geriatri": ("cardiology", "geriatrics"),
    "cardiology and geriatrics": ("cardiology", "geriatrics"),
    "onkologi": ("medical_oncology", "radiotherapy"),
    "lege": (),
    "": (),
}


@pytest.mark.parametrize(("text", "names"), SPECIALTIES.items())
def test_specialties(text, names):
    """A specialty is found alone or in a title, in any language of the table, the longest term first."""
    assert code_specialties([text]) == [names]


SPECIALISTS = {
    "overlege": True,
    "Facharzt": True,
    "lege; overlege": True,
    "gydytojas anesteziologas reanimatologas": True,
    "lekarz, kardiolog": True,
    "psykiatrisk sykepleier": True,
    "specialist": True,
    "doctor of cardiology": True,
    "doctor of philosophy": False,
    "doctor of science": False,
    "doctor of chiropractic": False,
    "doctor of naprapathy": False,
    "doctor of nursing": False,
    "doctor of nursing practice": False,
    "doctor of physiotherapy": False,
    "doctor of psychology": False,
    "doctor of veterinary medicine": False,
    "overlegestudent": False,
    "szakorvosjelölt": False,
    "lege": False,
    "sykepleier": False,
    "sykepleier, kardiologi": False,
    "": False,
}


@pytest.mark.parametrize(("title", "specialist"), SPECIALISTS.items())
def test_specialists(title, specialist):
    """A specialist's title says so itself or stands with a specialty of its own profession."""
    assert are_specialists([title]) == [specialist]


BY_RELATION = {
    "replaced": "HF-HP HF-OA HP-OA",
    "compatible": "SP-JO AA-SP PM-SP LE-TL LE-PS LE-BI FO-SP BI-SP RA-SP PE-SP PE-BI AU-SP "
    "HF-SP HP-SP OA-SP FA1-FA2 AT-FA1 AT-FA2 AA-PM FT-MT TH-TP TL-TP TH-TL HF-VP HP-VP OA-VP "
    "FT-OS FT-KI FT-NP MT-OS MT-KI MT-NP KI-NP KI-OS NP-OS ET-FT FT-FO TL-TT TH-TT TP-TT BI-RA SP-VP "
    "ET-VP HF-HE HE-TH HF-TH AA-HF OP-OR FB-VE OI-FT FO-OI",
    "career": "SP-LE AA-LE PM-LE JO-LE LE-FT LE-RA LE-FA1 LE-VE HF-LE HF-JO KE-SP PS-SP FT-SP",
}
PAIRS = {(*pair.split("-"), relation) for relation, pairs in BY_RELATION.items() for pair in pairs.split()}


@pytest.mark.parametrize(("left", "right", "relation"), sorted(PAIRS))
def test_related_categories(left, right, relation):
    """Two categories are related alike, whichever side they stand on."""
    expected = "same" if relation == "replaced" else relation
    assert relation_of([left], [right]) == relation_of([right], [left]) == expected


def test_the_table_of_relations_is_these_facts():
    """The table relates these pairs, no others and no fewer."""
    rows = read_table("profession_relations")
    assert {(row["left"], row["right"], row["relation"]) for row in rows} == PAIRS
    assert len(rows) == len(PAIRS)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (["FB"], ["FB"], "same"),
        (["SP", "TL"], ["TL"], "same"),
        (["SP", "OA"], ["HF"], "same"),
        (["SP"], ["HF"], "compatible"),
        (["LE", "FT"], ["SP", "MT"], "compatible"),
        (["TL", "FT"], ["SP", "PS"], "career"),
        (["TL"], ["FT"], "different"),
        (["PS"], ["TT"], "different"),
        (["TL", "TT"], ["FT", "PS"], "different"),
    ],
)
def test_the_categories_related_best_decide(left, right, expected):
    """One shared or related pair of categories is enough."""
    assert relation_of(left, right) == expected


CELLS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from([as_typed(title) for title in [*TITLES, *(term for _, term in TERMS)]]), max_size=4
    ).map("; ".join),
)


@given(st.lists(CELLS, max_size=6), st.randoms(use_true_random=False))
def test_order_of_cells_does_not_matter(cells, random):
    """No text fails, and a cell says the same wherever it stands."""
    order = random.sample(range(len(cells)), len(cells))
    shuffled = [cells[at] for at in order]
    for code in (code_professions, code_specialties, are_specialists):
        straight = code(cells)
        assert code(shuffled) == [straight[at] for at in order]


@given(CELLS)
def test_categories_are_sorted_and_distinct(cell):
    """Whatever the cell, its codes are in order and each is there once."""
    for (codes,) in (code_professions([cell]), code_specialties([cell])):
        assert list(codes) == sorted(set(codes))


CODES = st.lists(
    st.sampled_from(sorted({category for _, category, _, _ in TITLES.values()} - {""})),
    min_size=1,
    max_size=3,
)


@given(CODES, CODES)
def test_relations_are_symmetric(left, right):
    """The two sides may change places."""
    assert relation_of(left, right) == relation_of(right, left)
