"""Which letters a file of text is written in."""

import pytest
from sourced import LATIN, TEXT, write

from hpmatch.errors import SourceError
from hpmatch.sources import read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_are_found_out(tmp_path, encoding, newline):
    """The same letters come out of every encoding."""
    path = write(tmp_path, TEXT.replace("\n", newline).encode(encoding))
    assert read(path, "t").data.to_pylist() == LATIN


def test_letters_of_windows_1252_beyond_latin_1_are_read(tmp_path):
    """Š and ž have places in Windows-1252 that Latin-1 leaves to control characters."""
    path = write(tmp_path, "id,name\n1,Šimkienė\n".replace("ė", "e").encode("cp1252"))
    assert read(path, "t").data["name"].to_pylist() == ["Šimkiene"]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1251", "Иванов Пётр"),
        ("koi8-r", "Иванов Пётр"),
        ("cp1253", "Παπαδόπουλος Γιώργος"),
        ("cp1255", "כהן דוד"),
        ("cp1256", "محمد أحمد"),
        ("cp1250", "Pawłowski Łukasz"),
        ("iso8859-2", "Wiśniewska Bożena"),
        ("cp850", "Sørås Bjørn Åge"),
        ("cp865", "Sørås Bjørn Åge"),
        ("cp850", "Bjørn"),
        ("cp850", "MÖLLER"),
        ("cp850", "Kjærstad"),
        ("cp437", "Björn"),
        ("cp850", "Anaïs Hélène"),
        ("cp850", "García"),
        ("cp852", "Pawłowski"),
        ("cp866", "Иванов Пётр"),
        ("mac-roman", "Bjørn Åge"),
        ("cp850", "Sánchez"),
        ("cp850", "SÁNCHEZ MUÑOZ"),
        ("cp852", "Dvořák"),
        ("cp865", "Sandø"),
        ("cp1250", "PAWŁOWSKI"),
        ("iso8859-2", "Růžička"),
        ("iso8859-5", "ИВАНОВ ПЕТР"),
        ("iso8859-5", "Иванов Петр"),
        ("iso8859-7", "Παπαδόπουλος Γιώργος"),
    ],
)
def test_other_code_pages_are_refused(tmp_path, encoding, names):
    """Their letters would be read as others, and nobody be found."""
    path = write(tmp_path, f"id,name\n1,{names}\n2,Berg Kari\n".encode(encoding))
    with pytest.raises(SourceError, match="save it as UTF-8"):
        read(path, "t")


@pytest.mark.parametrize(
    "name",
    [
        "Ødegård",
        "Þórður",
        "Señor Nuñez",
        "Ångström",
        "ÆØÅ",
        "Zoë",
        "5 m³",
        "Günther Öztürk",
        "L’Hôpital",
        "O’Brien",
        "d’Arc",
        "‘t Hooft",
        "in ’t Veld",
        "O‘Connor",
        "Sa‘id",
        "Lund–Berg",
        "so… und „so“",
        "Œuvre Šaš Žiž",
    ],
)
def test_names_of_western_europe_are_read_in_windows_1252(tmp_path, name):
    """Whatever signs and accents they have."""
    path = write(tmp_path, f"id,name\n1,{name}\n2,Bjørn Håkonsen Sørås\n".encode("cp1252"))
    assert read(path, "t").data["name"][0].as_py() == name


@pytest.mark.parametrize(
    "name",
    [
        *("O’Brien", "d’Arc", "O‘Connor", "Lund–Berg", "“Kari” Berg", "Müller", "so…", "Øåæ", "Óðý", "Sääöä"),
        *("Isma‘il", "Yo‘ldosheva", "Bog‘bonov", "Mas‘ud", "Kari\N{NO-BREAK SPACE}Berg", "N’DIAYE"),
    ],
)
def test_a_single_word_beyond_ascii_is_read_in_windows_1252(tmp_path, name):
    """An apostrophe or a dash amid a word is no sign of another code page, nor is one word of three accented letters."""
    path = write(tmp_path, f"id,name\n1,{name}\n".encode("cp1252"))
    assert read(path, "t").data["name"].to_pylist() == [name]


@pytest.mark.parametrize("others", [["Berg Kari"] * 1000, ["Bjørn Håkonsen Sørås"] * 10])
@pytest.mark.parametrize("cell", ["A“b”c", "a±b", "x³y", "Price£ten", "van\N{NO-BREAK SPACE}der Berg"])
def test_one_odd_cell_does_not_outvote_a_file(tmp_path, cell, others):
    """Among many names, or beside as many accented letters as a Western file has."""
    names = [cell, *others]
    rows = "".join(f"{number},{name}\n" for number, name in enumerate(names))
    found = read(write(tmp_path, f"id,name\n{rows}".encode("cp1252")), "t")
    assert found.data["name"].to_pylist() == names


def test_a_few_names_a_thousand_rows_show_another_code_page(tmp_path):
    """A DOS file whose names are mostly without accents."""
    names = ["Berg Kari", *["Moe Per"] * 49] * 20
    rows = "".join(f"{n},{name}\n" for n, name in enumerate(names)).replace("Berg Kari", "Bjørn Kjærstad")
    with pytest.raises(SourceError, match="save it as UTF-8"):
        read(write(tmp_path, f"id,name\n{rows}".encode("cp850")), "t")
