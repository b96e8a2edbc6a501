"""Romanisation schemes against published examples, and what typists do to marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.generate.names import culture
from hpmatch.generate.romanise import letters, romanise, schemes, strip
from hpmatch.generate.tables import rows

# Language, scheme, name, how that scheme writes it: passports, laws and press of the countries named.
EXAMPLES = [
    ("RU", "icao", "Юлия Щербакова", "Iuliia Shcherbakova"),
    ("RU", "icao", "Пётр Хрущёв", "Petr Khrushchev"),
    ("RU", "icao", "Дмитрий Цой", "Dmitrii Tsoi"),
    ("RU", "bgn", "Юлия Щербакова", "Yuliya Shcherbakova"),
    ("RU", "bgn", "Дмитрий", "Dmitriy"),
    ("RU", "french", "Юлия Щербакова", "Iouliia Chtcherbakova"),
    ("RU", "german", "Щербакова", "Schtscherbakowa"),
    ("RU", "polish", "Щербакова", "Szczerbakowa"),
    ("RU", "scholarly", "Юлия Щербакова", "Julija Ščerbakova"),
    ("UA", "law", "Ігор Гончаренко", "Ihor Honcharenko"),
    ("UA", "law", "Юлія Щербань", "Yuliia Shcherban"),
    ("UA", "law", "Згурський", "Zghurskyi"),
    ("UA", "law", "Єфименко", "Yefymenko"),
    ("UA", "russian", "Сергій", "Sergiy"),
    ("BG", "law", "Ангел Щерев", "Angel Shterev"),
    ("BG", "law", "Цветелина Цанкова", "Tsvetelina Tsankova"),
    ("BG", "law", "Жельо Желязков", "Zhelyo Zhelyazkov"),
    ("BG", "law", "Мария", "Maria"),
    ("BG", "law", "Кънчев", "Kanchev"),
    ("RS", "scholarly", "Ђорђе Џајић", "Đorđe Džajić"),
    ("RS", "icao", "Ђорђе Ђурић", "Djordje Djuric"),
    ("MK", "law", "Ѓорѓи Ќосев", "Gjorgji Kjosev"),
    ("GR", "law", "Γεώργιος Παπαχρήστου", "Georgios Papachristou"),
    ("GR", "law", "Ευαγγελία Μπακογιάννη", "Evangelia Bakogianni"),
    ("GR", "english", "Παπαχρήστου", "Papahristou"),
    ("AR", "french", "محمد", "Mohamed"),
    ("AR", "english", "محمد", "Mohammed"),
]


@pytest.mark.parametrize(("language", "scheme", "name", "written"), EXAMPLES)
def test_published_examples(language, scheme, name, written):
    """A scheme writes a name as its own published examples do."""
    assert romanise(name, language, scheme) == written


@pytest.mark.parametrize(
    ("scheme", "name", "written"),
    [
        ("latvian", "Иванов", "Ivanovs"),
        ("latvian", "Юрий", "Jurijs"),
        ("lithuanian", "Иванов", "Ivanovas"),
        ("lithuanian", "Юрий", "Jurijus"),
        ("lithuanian", "Сергей", "Sergejus"),
        ("lithuanian", "Троицкий", "Troickis"),
    ],
)
def test_a_man_gets_an_ending(scheme, name, written):
    """Latvian and Lithuanian authorities give a foreign man's name an ending, and leave a woman's without."""
    assert romanise(name, "RU", scheme, man=True) == written
    assert romanise("Иванова", "RU", scheme) == "Ivanova"


@pytest.mark.parametrize("row", rows("schemes"), ids=lambda row: f"{row['language']}-{row['scheme']}")
def test_every_scheme_romanises_every_name(row):
    """No letter of another script is left, whichever scheme writes any name of the culture."""
    names = [*culture(row["language"]).given["F"].values, *culture(row["language"]).surnames.man.values[:300]]
    for name in names:
        written = romanise(name, row["language"], row["scheme"])
        assert strip(written).isascii(), (name, written)
        assert written


@pytest.mark.parametrize("language", sorted({row["language"] for row in rows("schemes")}))
def test_schemes_differ(language):
    """Two schemes of one language do not write all names alike."""
    names = culture(language).surnames.man.values[:200]
    written = {
        scheme: [romanise(name, language, scheme) for name in names]
        for scheme in set(schemes(language, "SE"))
    }
    assert len({tuple(each) for each in written.values()}) == len(written)


@given(st.text(alphabet="abcxyzåäöøæüßéčšžėąłñțőðþ -'", max_size=30))
def test_latin_names_are_left_alone(text):
    """A name in Latin letters is not romanised, with whatever marks."""
    assert romanise(text, "RU", "german") == text


@given(st.text(alphabet="abcxyzåäöøæüßéčšžėąłñțőðþ -'", max_size=30))
def test_stripping_leaves_plain_letters(text):
    """Without marks only plain letters are left, and stripping twice changes nothing more."""
    assert strip(text).isascii()
    assert strip(strip(text)) == strip(text)


@pytest.mark.parametrize(
    ("habit", "written"),
    [
        ("keep", "Bjørn Müller Žukauskienė"),
        ("strip", "Bjorn Muller Zukauskiene"),
        ("expand", "Bjoern Mueller Zukauskiene"),
        ("latin1", "Bjørn Müller Zukauskiene"),
    ],
)
def test_habits_of_typists(habit, written):
    """Marks are kept, lost, spelled out, or lost where the character set has none."""
    assert letters("Bjørn Müller Žukauskienė", habit) == written
