"""Spellings of names in every script, and the sounds that they share."""

import csv
from collections import defaultdict

import pytest
from case_lists import CASES, case_lines
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.data import read_table
from hpmatch.standardise.names import token_keys
from hpmatch.standardise.scripts import (
    CONSONANT_SCRIPTS,
    MAX_SOUNDS,
    MAX_SPELLINGS,
    script_of,
    sound_table,
    sound_units,
    sounds,
    spellings,
)

# A token, spellings that it takes, and where that is said.
EXAMPLES = [
    ("jäger", "jager jaeger", "ICAO Doc 9303-3"),
    ("sjögren", "sjogren sjoegren", "ICAO Doc 9303-3"),
    ("balèiûnas", "baleiunas balciunas", "cp1257 read as cp1252"),
    ("ðimkus", "dimkus simkus", "cp1257 read as cp1252"),
    ("þilinskas", "thilinskas zilinskas", "cp1257 read as cp1252"),
    ("þadeikis", "thadeikis zadeikis", "cp1257 read as cp1252"),
    ("þukauskas", "thukauskas zukauskas", "cp1257 read as cp1252"),
    ("maþeika", "matheika mazeika", "cp1257 read as cp1252"),
    ("lavriè", "lavrie lavric", "cp1250 read as cp1252"),
    ("vukoviæ", "vukovic", "cp1250 read as cp1252"),
    ("nìmec", "nimec nemec", "cp1250 read as cp1252"),
    ("constanþa", "constanta", "cp1250 read as cp1252"),
    ("èzic", "ezic", "no letter is lost"),
    ("nicolì", "nicoli", "no letter is lost"),
    ("müller", "muller mueller", "ICAO Doc 9303-3"),
    ("müller", "myller", "Finnish and Estonian habit"),
    ("åse", "ase aase", "ICAO Doc 9303-3"),
    ("håland", "haland haaland", "older Norwegian spelling"),
    ("ødegård", "odegard oedegaard", "ICAO Doc 9303-3"),
    ("kærgaard", "kaergaard", "ICAO Doc 9303-3"),
    ("großmann", "grossmann", "ICAO Doc 9303-3"),
    ("þórður", "thordur thordhur", "Icelandic passports"),
    ("đurić", "duric djuric", "Croatian and Serbian habit"),
    ("łukasz", "lukasz", "ICAO Doc 9303-3"),
    ("muñoz", "munoz munyoz", "ICAO Doc 9303-3; Catalan habit"),
    ("yıldız", "yildiz", "Turkish passports"),
    ("ștefan", "stefan shtefan", "Romanian, with the comma"),
    ("ştefan", "stefan shtefan", "Romanian, with the cedilla"),
    ("țurcanu", "turcanu tsurcanu", "Romanian, with the comma"),
    ("ţurcanu", "turcanu tsurcanu", "Romanian, with the cedilla"),
    ("čapek", "capek chapek czapek", "English and Polish habit"),
    ("šimić", "simic shimich schimitsch", "English and German habit"),
    ("šimkienė", "simkiene", "Lithuanian passports"),
    ("bērziņš", "berzins", "Latvian passports"),
    ("ķeniņš", "kenins kjeninjs", "Latvian sounds"),
    ("ġorġ", "gorg", "Maltese passports"),
    ("győző", "gyozo gyoezoe", "Hungarian passports"),
    ("nguyễn", "nguyen", "Vietnamese, marks dropped"),
    ("юлия", "iuliia yuliya julija iouliia", "ICAO, BGN/PCGN, scientific, French"),
    ("щербакова", "shcherbakova chtcherbakova scerbakova", "ICAO, French, scientific"),
    ("щербакова", "schtscherbakowa szczerbakowa", "German press, Polish"),
    ("хрущёв", "khrushchev khrushchyov", "ICAO, by ear"),
    ("наталья", "natalia natalja", "ICAO, scientific"),
    ("ельцина", "eltsina yeltsina jelzina elcina", "ICAO, BGN/PCGN, German, scientific"),
    ("дмитрий", "dmitrii dmitriy dmitry dmitrij", "ICAO, BGN/PCGN, English, scientific"),
    ("цой", "tsoi tsoy coj zoi", "ICAO, BGN/PCGN, scientific, German"),
    ("щерев", "shterev", "Bulgarian Transliteration Act"),
    ("кръстев", "krastev", "Bulgarian Transliteration Act"),
    ("цветков", "tsvetkov tzvetkoff", "Bulgarian Transliteration Act; passports before 2000"),
    ("желев", "zhelev jeleff", "Bulgarian Transliteration Act; passports before 2000"),
    ("гончаренко", "honcharenko goncharenko", "Ukrainian law; by way of Russian"),
    ("ігор", "ihor igor", "Ukrainian law; by way of Russian"),
    ("юрій", "yurii", "Ukrainian law"),
    ("згурський", "zghurskyi", "Ukrainian law"),
    ("ђорђе", "dorde djordje", "Serbian Latin alphabet"),
    ("џајић", "dzajic", "Serbian Latin alphabet"),
    ("ѓорѓи", "gjorgji", "Macedonian passports"),
    ("быкаў", "bykau bykaw", "Belarusian passports"),
    ("γεώργιος", "georgios", "ELOT 743"),
    ("παπαχρήστου", "papachristou papahristou", "ELOT 743; by ear"),
    ("ευαγγελία", "evangelia", "ELOT 743"),
    ("μπακογιάννη", "bakogianni", "ELOT 743"),
    ("χατζής", "chatzis hatzis", "ELOT 743; by ear"),
    ("δημήτριος", "dimitrios demetrios", "ELOT 743; classical"),
    ("գրիգոր", "grigor krikor", "Eastern and Western Armenian"),
    ("ղազարյան", "ghazaryan", "BGN/PCGN for Armenian"),
    ("ჭავჭავაძე", "chavchavadze", "Georgian national system"),
    ("სააკაშვილი", "saakashvili", "Georgian national system"),
    ("حسن", "hasan", "BGN/PCGN"),
    ("شريف", "sharif charif", "BGN/PCGN; French habit"),
    ("محمود", "mahmud mahmoud", "BGN/PCGN; French habit"),
    ("الحسن", "alhasan elhesen", "the article joined"),
    ("مصطفى", "mastafa", "alef maksura; the short u is not written"),
    ("فاطمة", "fatma fatme", "ta marbuta"),
    ("کیان", "kian kyan", "Persian letters"),
    ("پرویز", "parviz", "Persian letters"),
    ("קרן", "keren", "Hebrew final form"),
    ("שלום", "shelom", "vav as a vowel"),
    ("לוי", "levi lewi", "vav as a consonant before a vowel"),
    ("철수", "cheolsu cholsu chulsoo", "Revised Romanization, McCune-Reischauer, passports"),
    ("영희", "yeonghui yonghui younghee", "Revised Romanization, McCune-Reischauer, passports"),
    ("정", "jeong chong jung chung", "Revised Romanization, McCune-Reischauer, passports"),
    ("광철", "kwangchol", "North Korean passports"),
    ("ジュン", "jun zyun", "Hepburn, Kunrei-shiki"),
    ("しんいち", "shinichi siniti", "Hepburn, Kunrei-shiki"),
    ("きょうこ", "kyouko", "Hepburn"),
    ("建國", "jianguo chienkuo", "Pinyin, Wade-Giles"),
    ("秋萍", "qiuping chiuping", "Pinyin, Wade-Giles"),
    ("曉東", "xiaodong hsiaotung", "Pinyin, Wade-Giles"),
    ("黃", "huang wong ng", "Pinyin, Cantonese, Hokkien"),
    ("家輝", "jiahui kafai", "Pinyin, Cantonese"),
    ("秀英", "xiuying siueng", "Pinyin, Hokkien"),
    ("佐藤", "sato satou satoh", "Hepburn, with and without the long vowel"),
    ("裕子", "yuko hiroko", "two Japanese readings"),
]

# Spellings of one name that share a sound.
ONE_NAME = [
    "shcherbakova schtscherbakowa szczerbakowa ščerbakova chtcherbakova щербакова",
    "юлия iuliia yuliya julia ioulia julija",
    "хрущёв khrushchev chruschtschow hruščov",
    "ђорђе đorđe djordje dorde",
    "γεώργιος georgios giorgos",
    "γεώργιος yorgos",
    "محمد muhammad mohamed mehmet",
    "קרן keren",
    "جمال jamal gamal djamal",
    "уланов ulanov oulanov ulanow",
]


def rows(name):
    """Give the rows of a case file."""
    with (CASES / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


NAMES = [
    (row["language"], row["native"].casefold(), row["latin"].casefold().split())
    for row in rows("names_native_latin")
]
SAME_SOUND = [tuple(line.split()) for line in case_lines("same_sound")]
LETTERS = [(row["token"], spelling) for row in rows("spellings") for spelling in row["spellings"].split()]


@pytest.mark.parametrize(("token", "expected", "source"), EXAMPLES)
def test_spellings_of_examples(token, expected, source):
    """A name takes the spellings that laws, passports and habits give it."""
    assert source
    assert set(expected.split()) - set(spellings(token)) == set()


def test_each_letter_in_its_context():
    """Each letter is spelled as a scheme says for its context."""
    assert not [(token, spelling) for token, spelling in LETTERS if spelling not in spellings(token)]


def test_every_scheme_has_rows_and_sources():
    """Each scheme says where it comes from, and each row belongs to a scheme of its script."""
    schemes = {(row["script"], row["scheme"]) for row in read_table("romanisation_schemes")}
    used = {(row["script"], row["scheme"]) for row in read_table("romanisation")}
    assert used == schemes
    assert all(row["source"] for name in ("romanisation_schemes", "romanisation") for row in read_table(name))


def test_every_sound_row_is_used():
    """Each row of the table of sounds occurs in a name of the cases, in a form of its own letters."""
    typed = {token for _, native, latin in NAMES for token in (native, *latin)}
    typed |= {token for token, *_ in EXAMPLES} | set(SOUND_WORDS.split())
    typed |= {spelling for token in typed for spelling in spellings(token)}
    used = {place for token in typed for units in sound_units(token) for place in units}
    idle = [sound_table()[place].rule for place in range(len(sound_table())) if place not in used]
    assert idle == []


# Words for letters that the names of the cases lack.
SOUND_WORDS = """
ılgaz avcı grå ärla järvelä ærø hæ bjørn östen malmö őry őz ülle fűz űr szegfű talü ueli eero lee oona soo kyyrö
yyri lyy yjr kyjan avyj ijsbrand pârvu ânghel bâ mărgărit ăl popă mîndru înger hotărî çağlar tšehhov csaba kovacs bal�i�nas
kovács whelan okszana dsjugasjvili schmidt ħal koń kučeraň řezníček śliwa blacksen żuk źrebak maarten
دجيرالد ايما اوليفيا לץ׳ ٱحمد بٱ بإذن بڵ بں بڼ بڭ بګ بټ بڈ بډ بړ بڕ بڤ بښ بږ بڅ بځ بۃ بۀ بە بۆ بے بې بێ بۓ بۍ אלפ נח
"""


@pytest.mark.parametrize("names", [*ONE_NAME, *map(" ".join, SAME_SOUND)])
def test_spellings_of_one_name_share_a_sound(names):
    """The first shares a sound with each other spelling of the name."""
    first, *others = names.split()
    assert [other for other in others if not set(sounds(first)) & set(sounds(other))] == []


SHARES = {
    "ru": 0.99, "uk": 0.99, "bg": 0.99, "sr": 0.99, "mk": 0.99, "be": 0.99, "el": 0.95, "hy": 0.94, "ka": 0.99,
    "ar": 0.96, "fa": 0.97, "ur": 0.90, "he": 0.94, "ar-western": 0.85, "he-western": 0.86,
}  # fmt: skip


def test_names_share_a_key_with_their_latin_forms():
    """In each language nearly every name shares a blocking key with its Latin forms; 97 % in all, without Western names."""
    shared = defaultdict(list)
    for language, native, latin in NAMES:
        shared[language] += [not set(token_keys(native)).isdisjoint(token_keys(form)) for form in latin]
    low = {
        language: share
        for language, found in shared.items()
        if (share := sum(found) / len(found)) < SHARES[language]
    }
    assert low == {}
    every = [hit for language, found in shared.items() if "-" not in language for hit in found]
    assert sum(every) / len(every) >= 0.97


def test_keys_are_few():
    """A token has one to three keys, most have one."""
    counts = [len(token_keys(form)) for _, _, latin in NAMES for form in latin]
    assert max(counts) <= MAX_SOUNDS
    assert sum(counts) / len(counts) < 1.7


@given(st.text(max_size=60))
def test_any_text_has_bounded_spellings_and_sounds(text):
    """No text fails; spellings and sounds are distinct words of the letters a to z."""
    for found, most in ((spellings(text.casefold()), MAX_SPELLINGS), (sounds(text.casefold()), MAX_SOUNDS)):
        assert len(found) == len(set(found)) <= most
        assert all(each.isascii() and each.isalpha() and each.islower() for each in found)


LETTER = st.sampled_from(sorted({letter for row in read_table("romanisation") for letter in row["letters"]}))


@given(st.text(LETTER, max_size=20))
def test_letters_of_the_tables_are_spelled(token):
    """Letters that the tables know never fail, however they are mixed."""
    assert all(each.isascii() and each.isalpha() for each in spellings(token.casefold()))
    assert all(sound_table()[place] for units in sound_units(token.casefold()) for place in units)


@pytest.mark.parametrize("token", ["hansen", "anna", "x"])
def test_plain_letters_stay(token):
    """A token in plain letters has itself as its only spelling."""
    assert spellings(token) == (token,)


def test_scripts_without_a_table_fall_back():
    """Letters that no table knows are spelled by the general romanisation."""
    assert script_of("ᠮᠣᠩ") == script_of("김") == ""
    assert spellings("ᠮᠣᠩ") == ("mong",)
    assert spellings("ʻ") == ()


def test_an_arabic_name_is_heard_without_its_article():
    """The joined article may be missing on the other side."""
    assert set(sounds("الحسن")) & set(sounds("hassan"))
    assert set(sounds("الحسن")) & set(sounds("alhassan"))
    assert script_of("الحسن") in CONSONANT_SCRIPTS
