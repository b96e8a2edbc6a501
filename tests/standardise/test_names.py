"""From name fields to tokens, stems and blocking keys."""

import re

import pytest
from case_lists import case_lines
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.standardise.names import MAX_TOKEN_LETTERS, MAX_TOKENS, full_name_tokens, name_tokens, token_keys
from hpmatch.standardise.scripts import spellings
from hpmatch.standardise.stages import PersonName
from hpmatch.standardise.surnames import stems

# What was typed, the tokens.
TOKENS = [
    ("HANSEN", "hansen"),
    ("Dr. Hansen", "hansen"),
    ("Prof. dr. med. Hansen", "hansen"),
    ("Hansen M.D.", "hansen"),
    ("Hansen, Ph.D.", "hansen"),
    ("J.P. Hansen", "j p hansen"),
    ("Hansen née Olsen", "hansen olsen"),
    ("Schmidt geb. Müller", "schmidt müller"),
    ("Lie f. Hansen", "lie hansen"),
    ("Nowak z domu Kowalska", "nowak kowalska"),
    ("Jan van der Berg", "jan|van der berg"),
    ("de la Cruz", "de la cruz"),
    ("O. Hansen", "o|hansen"),
    ("JacobsenVatsøy", "jacobsen vatsøy"),  # the blank or hyphen is lost
    ("RadeIienė", "radelienė"),  # a capital I that was an l
    ("WiIson KowaIski", "wilson kowalski"),
    ("DanieI", "daniel"),
    ("AnnaInger", "anna inger"),  # one that was none
    ("NieIsenVatsøy", "nielsen vatsøy"),
    ("MacIntyre", "macintyre"),
    ("KarIII", "kariii"),
    ("BergDahl-Lie", "berg dahl lie"),
    ("ПетровИванов", "петров иванов"),
    ("McDonald MacLeod FitzGerald VanDerBerg LeBlanc", "mcdonald macleod fitzgerald vanderberg leblanc"),
    ("MaRit HanSEN hANsen", "marit hansen"),  # the shift key
    ("O Brien", "o brien"),
    ("García y López", "garcía|lópez"),
    ("O'Brien", "obrien"),
    ("O’Brien", "obrien"),
    ("O´Brien", "obrien"),
    ("Al-Hassan", "al hassan"),
    ("Anne-Marie", "anne marie"),
    ("García  López", "garcía lópez"),
    ("García (López)", "garcía lópez"),
    ("Hansen; Olsen", "hansen olsen"),
    ("Hansen Hansen", "hansen"),
    ("Test", "test"),  # a surname in Italy and Germany
    ("John E Smith", "john e smith"),
    ("Maria I Lopez", "maria i lopez"),
    ("Ortega y Gasset", "ortega gasset"),
    ("Silva e Costa", "silva costa"),
    ("An Dagrund", "an dagrund"),
    ("As Olav", "as olav"),
    ("An Na", "an na"),
    ("Haji Rahim", "rahim"),
    ("Rahim Haji", "rahim haji"),
    ("\u202eHansen\u202c", "hansen"),
    ("Han\x00sen", "hansen"),
    ("Ha\u0301nsen", "hánsen"),
    ("محمّد", "محمد"),
    ("ЩЕРБАКОВА", "щербакова"),
    ("गोरखपुर मोरिंडा", "gorakhapur morinddaa"),  # its vowels are marks, which would split the words
    ("कमल", "kamal"),  # a vowel without a mark, not heard at the end
    ("முருகன்", "murukannn"),
    ("ተስፋዬ ወልደ", "tesfaye welde"),
    ("አበበ ኃይሌ", "abebe hayle"),
    ("សុខ", "sukh"),
    ("Eng. Hansen", "hansen"),
    ("Lim Siu Eng.", "lim siu eng"),  # a title only where it comes first
    ("Lt. Gen. Dahl", "dahl"),
    ("Rajan s/o Muthu", "rajan muthu"),
    ("Rashid Elchin oglu Hasanov", "rashid elchin hasanov"),
    ("王小明 先生", "王小明"),
    ("김민수 박사", "김민수"),
    ("Dr", "dr"),  # nothing else stands there: a title alone may be a name
    ("de", "de"),
    ("unknown", ""),
    ("UKJENT", ""),
    ("no name", ""),
    ("-", ""),
    ("12345", ""),
    ("", ""),
    ("=cmd()", "cmd"),
    ("Dott.ssa Rossi", "rossi"),  # signs within a title
    ("Dr.ssa Rossi", "rossi"),
    ("Sig.ra Rossi", "rossi"),
    ("Enf.ª Lopes", "lopes"),
    ("Hansen Ph.D", "hansen"),
    ("д-р Иванов", "иванов"),
    ("г-жа Иванова", "иванова"),
    ("Jansen e/v de Vries", "jansen|de vries"),
    ("Dupont nom d'usage Martin", "dupont martin"),
    ("H-R Hansen", "h r hansen"),  # initials
    ("А-М Иванова", "а м иванова"),
    ("El.en Hansen", "el en hansen"),
    ("L.Ek", "l ek"),
    ("R.Od", "r od"),
    ("I.Ng", "i ng"),
    ("E.P. Dahl", "e p dahl"),  # initials that spell what is no name
    ("Dahl E.P.", "dahl e p"),
    ("I.D. Dahl", "i d dahl"),
    ("A.S. Dahl", "a s dahl"),
    ("Z.D. Dahl", "z d dahl"),
    ("Dahl E.V. Lie", "dahl e v lie"),
    ("D.R. Dahl", "d r dahl"),
    ("M.S. Dahl", "m s dahl"),
    ("Dahl I.V.", "dahl i v"),
    ("N.A. Dahl", "n a dahl"),
    ("M.D. Dahl", "m d dahl"),
    ("F.D. Dahl", "f d dahl"),
    ("A.F. Dahl", "a f dahl"),
    ("Κ.Α. Κωστα", "κ α κωστα"),
    ("A.K.A. Dahl", "a k dahl"),
    ("M.A.Dahl", "m a dahl"),
    ("N.N.", ""),
    ("Dahl J.M.D.", "dahl j m d"),
    ("Dahl M.D.H.", "dahl m d h"),
    ("Dupont ép. Martin", "dupont martin"),
    ("Nowak z d. Kowalska", "nowak kowalska"),
    ("Virtanen o.s. Korhonen", "virtanen korhonen"),
    ("Lie f.d. Dahl", "lie dahl"),
    ("Jan v.d. Berg", "jan berg"),
    ("J. v.d.Berg", "j berg"),
    ("v/d Berg", "berg"),
    ("n/a", ""),
    ("J0anne", "joanne"),  # digits read in place of letters
    ("C0OK", "cook"),
    ("R0sdal-Jak0bsen", "rosdal jakobsen"),
    ("Hansen1", "hansen"),  # digits at the end
    ("Anna1", "anna"),
    ("Olsen5", "olsen"),
    ("Ole8", "ole"),
    ("Maria0", "maria"),
    ("Dahl1-Lie0", "dahl lie"),
    ("E1izabeth O1ga", "elizabeth olga"),
    ("1nger K1rsten 1ena", "inger kirsten lena"),
    ("Ø1ga", "ølga"),
    ("5erban", "serban"),
    ("8irgit", "birgit"),
    ("B00th", "booth"),
    ("O'8rien", "obrien"),
    ("Henry 3", "henry"),  # a number apart
    ("2. Hansen", "hansen"),
    ("Hansen 01051980", "hansen"),
    ("A5", "a"),
    ("AB1105", "ab"),
    ("Hansen2", "hansen"),
    ("Bal?i?nas", "bal�i�nas"),  # letters that a code page lacked
    ("TAURI??A", "tauri��a"),
    ("Zieli�ska", "zieli�ska"),
    ("Hansen?", "hansen"),  # in doubt
    ("?Hansen", "hansen"),
    ("Koz³owski", "kozłowski"),  # letters of Central Europe that became signs
    ("£ukasik", "łukasik"),
    ("Micha³", "michał"),
    ("Hansen³", "hansen"),  # a footnote
    ("Hansen¹", "hansen"),
    ("¯ak", "ak"),
    ("Bo¿ena", "bożena"),
    ("GRA¯YNA", "grażyna"),
    ("Popeºcu", "popeşcu"),
    ("Nº", "no"),
    ("D¥BROWSKI", "dąbrowski"),
    ("D±browski", "dąbrowski"),
    ("Ja¶ko", "jaśko"),
    ("JA¦KO", "jaśko"),
    ("D¹browski", "d�browski"),  # ą or š
    ("¥o¾ena", "o�ena"),
    ("¡Anna!", "anna"),
]

# What was typed, of which each sign stands once, and the tokens.
MISREAD = [each for each in TOKENS if set(each[0]) & set("³£¿º¥¯¹¾¶±¦")]


_ONE_TOKEN = ("de la cruz", "o brien", "al hassan")


@pytest.mark.parametrize(("text", "tokens"), TOKENS)
def test_tokens(text, tokens):
    """Titles, markers, particles and signs go; names stay in their own script."""
    assert name_tokens(text) == tuple(
        tokens.split("|") if "|" in tokens or tokens in _ONE_TOKEN else tokens.split()
    )


# What was typed as given names, the tokens.
GIVEN = [
    ("Ben Arthur", "ben|arthur"),
    ("Do Van Nam", "do|van|nam"),
    ("Le Thi", "le|thi"),
    ("San Mai", "san|mai"),
    ("Den Tore", "den|tore"),
    ("Abu Bakr", "abu bakr"),
    ("Abd al Rahman", "abd al rahman"),
    ("El Mehdi", "el mehdi"),
    ("Maria del Carmen", "maria|del carmen"),
    ("Ben", "ben"),
    ("E.P.", "e|p"),
    ("I.D.", "i|d"),
    ("A.S.", "a|s"),
    ("Z.D.", "z|d"),
    ("E.V.", "e|v"),
    ("M.D.", "m|d"),
    ("E.P. Anna", "e|p|anna"),
    ("Anna I.D.", "anna|i|d"),
    ("Thị Trang", "trang"),  # VN: any woman may have it
    ("Wei-wei", "weiwei"),  # a syllable twice is a name
    ("Li Li Anna", "lili|anna"),
    ("Kari Kari", "kari"),  # typed twice
    ("Li Li Li", "li"),
]


@pytest.mark.parametrize(("text", "tokens"), GIVEN)
def test_tokens_of_given_names(text, tokens):
    """Where given names stand, what is a particle elsewhere is a name if it comes first."""
    assert name_tokens(text, given=True) == tuple(tokens.split("|"))


def test_only_given_names_begin_with_a_name():
    """The field of given names is read so, and no other field is."""
    assert PersonName("given_name").standardise(["Ben Arthur"]) == [("ben", "arthur")]
    assert PersonName("family_name").standardise(["Ben Arthur"]) == [("ben arthur",)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Yusuf Ali Yusuf", "yusuf|ali|yusuf"),
        ("Ben Carter", "ben|carter"),
        ("Mohamed Ben Ali", "mohamed|ben ali"),
        ("von Hansen, Jan", "von hansen|jan"),
        ("J0anne C0OK", "joanne|cook"),
        ("ukjent", ""),
        ("王小明", "王|小明"),
        ("Dr. 王小明, 1970", "王|小明"),
        ("“王小明”。", "王|小明"),
        ("\u200f王\u200b小明\ufeff 😀", "王|小明"),
        ("\u1100\u1175\u11b7\u1106\u1175\u11ab\u1109\u116e", "김|민수"),  # not composed
        ("佐々木健", "佐々木|健"),
        ("鈴木一郎", "鈴木|一郎"),
        ("高橋みなみ", "高橋|みなみ"),
        ("谷沢みなみ", "谷沢|みなみ"),  # a surname that no table knows
        ("谷沢一郎", "谷沢|一郎"),
        ("田中", "田中"),
        ("罗伯特·泰勒", "罗伯特|泰勒"),
    ],
)
def test_tokens_of_full_names(text, tokens):
    """A whole name keeps what it has twice, and a given name that comes first."""
    assert full_name_tokens(text) == tuple(filter(None, tokens.split("|")))


def read_noise():
    """Read the facts about name noise: for each word its kind, rule and languages."""
    for line in case_lines("name_noise"):
        head, words = line.split(": ", 1)
        kind, rule, languages = head.split(" | ")
        for word in words.split(", "):
            yield word, kind, rule, languages.strip("-").replace(" ", ";")


NOISE = [*read_noise()]
# Where a word of each rule is dropped and where it stays.
DROPPED = {
    "any": ("{} Hansen", "Hansen {}"),
    "with_dot": ("{}. Hansen", "Hansen {}."),
    "first_with_dot": ("{}. Hansen",),
    "first": ("{} Hansen",),
    "last": ("Hansen {}",),
    "between": ("Hansen {} Hansen",),
}
KEPT = {
    "any": (),
    "with_dot": ("{} Hansen",),
    "first_with_dot": ("{} Hansen", "Hansen {}.", "Lie {}. Hansen"),
    "first": ("Lie {} Hansen", "{}-Hansen"),
    "last": ("{} Hansen Lie", "Hansen-{}"),
    "between": ("{} Hansen", "Hansen {}"),
}


@pytest.mark.parametrize(("word", "kind", "rule", "_languages"), NOISE)
def test_noise_is_dropped_where_its_rule_says(word, kind, rule, _languages):
    """A word that is no name is dropped beside a name, only where its rule says; alone only if it says 'unknown'."""
    assert {name_tokens(text.format(word)) for text in DROPPED[rule]} == {("hansen",)}
    kept = [
        text for text in KEPT[rule] if "." not in word or "-" not in text
    ]  # dots make no half of a surname
    assert all(len(name_tokens(text.format(word))) > len(re.findall("[ -]", text)) for text in kept)
    assert (name_tokens(word) == ()) is (kind == "placeholder")


BETWEEN = ["und", "y", "e", "i", "af", "av", "bint", "بنت"]


@pytest.mark.parametrize("word", BETWEEN)
def test_words_between_surnames_are_dropped_beside_a_name(word):
    """They go where a name stands, and stay where nothing else does."""
    assert name_tokens(f"Hansen {word} Lie") == ("hansen", "lie")
    assert name_tokens(word) == (word,)


@given(st.text())
def test_any_text_gives_bounded_tokens(text):
    """No text fails, and no cell costs more than a name."""
    tokens = name_tokens(text)
    assert len(tokens) <= MAX_TOKENS
    assert all(0 < len(token) <= MAX_TOKEN_LETTERS for token in tokens)
    assert len(set(tokens)) == len(tokens)


@given(st.text())
def test_case_does_not_matter(text):
    """Capitals alone and small letters alone give the same, where they are the same letters."""
    if text.upper().lower() == text.lower():
        assert name_tokens(text.upper()) == name_tokens(text.lower())


def test_a_very_long_name_is_cut():
    """Ten thousand characters are read in no time."""
    assert name_tokens("a" * 10_000) == ("a" * MAX_TOKEN_LETTERS,)
    assert (
        len(name_tokens(" ".join(f"name{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(600))))
        == MAX_TOKENS
    )


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("müller", "muller mueller"),
        ("bjørn", "bjorn bjoern"),
        ("åse", "ase aase"),
        ("đurić", "duric djuric"),
        ("großmann", "grossmann"),
        ("łukasz", "lukasz"),
        ("þórður", "thordur"),
        ("щербакова", "shcherbakova"),
        ("γεώργιος", "georgios"),
        ("ʻ", ""),
    ],
)
def test_spellings(token, expected):
    """A token is spelled in the letters a to z in each way that is in use."""
    assert set(expected.split()) <= set(spellings(token))
    assert all(
        spelling.isascii() and spelling.isalpha() and spelling.islower() for spelling in spellings(token)
    )


@given(st.text())
def test_keys_and_stems_of_any_token_are_finite(text):
    """Whatever a token is, its keys are short and its stems no longer than its spellings."""
    for token in name_tokens(text):
        assert all(0 < len(key) <= 4 for key in token_keys(token))
        longest = max(map(len, spellings(token)), default=0)
        assert all(0 < len(stem) <= longest for stem in stems(token))


@pytest.mark.parametrize(
    "names",
    [
        "kazlauskas kazlauskienė kazlauskaitė",
        "kowalski kowalska",
        "ivanov ivanova ivanovs",
        "müller mueller muller",
        "щербакова shcherbakova",
        "novák nováková",
        "παπαδόπουλος papadopoulos papadopoulou",
        "đurić djuric",
    ],
)
def test_names_that_belong_together_share_a_key(names):
    """Romanisation, gendered endings and common spellings leave a key in common."""
    first, *others = [set(token_keys(name)) for name in names.split()]
    assert all(first & other for other in others)
