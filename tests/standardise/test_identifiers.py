"""National identifiers: published examples, numbers made from a known date, and what every number promises."""

import re
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hpmatch.data import read_table
from hpmatch.standardise.identifiers import (
    Identifier,
    read_identifier,
    read_identifiers,
    same_but_one_error,
    take_identifier,
    take_identifiers,
)

# text | country | kind | canonical number | valid | birth date | sex | source: published examples or invented numbers
CASES = """
13097248022          | NO | fnr | 13097248022 | yes | 19720913 | F | navikt/fnrvalidator tests
130972 48022         | NO | fnr | 13097248022 | yes | 19720913 | F | with a blank
80012345600          | NO | fh  | 80012345600 | yes | 0        |   | invented: a help number of the new kind
15021951940          | NO | fnr | 15021951940 | yes | 0        | M | navikt/fnrvalidator tests: k1 from 11; born in 2019
29020075838          | NO | fnr | 29020075838 | yes | 20000229 | F | navikt/fnrvalidator tests: leap year 2000
15108695088          | NO | fnr | 15108695088 | yes | 19861015 | F | python-stdnum: individual number 900-999
13097248032          | NO | fnr | 13097248032 | no  | 19720913 | F | navikt/fnrvalidator tests: k1 wrong
32127248022          | NO | fnr | 32127248022 | no  | 0        | F | navikt/fnrvalidator tests: no such day
53097248016          | NO | dnr | 53097248016 | yes | 19720913 | F | navikt/fnrvalidator tests: day + 40
13527248013          | NO | hnr | 13527248013 | yes | 19721213 | F | navikt/fnrvalidator tests: month + 40
15507600333          | NO | hnr | 15507600333 | yes | 19761015 | M | Nav's synthetic person: month + 40
55507608360          | NO | hnr | 55507608360 | yes | 19761015 | M | Nav's synthetic person: day + 40, month + 40
68467038838          | NO | hnr | 68467038838 | yes | 19700628 | F | navikt/fnrvalidator tests: day + 40, month + 40
10915596784          | NO | tnr | 10915596784 | yes | 19551110 | M | navikt/fnrvalidator tests: month + 80
50846202355          | NO | tnr | 50846202355 | yes | 19620410 | M | navikt/fnrvalidator tests: day + 40, month + 80
30108299939          | NO | fnr | 30108299939 | yes | 19821030 |   | navikt/fnrvalidator tests: issued from 2032, tells no sex
70108299914          | NO | dnr | 70108299914 | yes | 19821030 | M | navikt/fnrvalidator tests: D-number with remainder 0, as before 2032
02013299997          | NO | fnr | 02013299997 | yes | 0        | M | navikt/fnrvalidator tests: born in 2032
02013299987          | NO | fnr | 02013299987 | no  | 0        | M | navikt/fnrvalidator tests: no remainder fits
201512345609         | NO | duf | 201512345609 | yes | 0       |   | invented: the year is that of registration
9144889              | NO | hpr | 9144889     | yes | 0        |   | HL7 Norway example: nothing to check
811228-9874          | SE | personnummer | 198112289874 | yes | 19811228 | M | Skatteverket, test number
19811228-9874        | SE | personnummer | 198112289874 | yes | 19811228 | M | with its century
8112289874           | SE | personnummer | 198112289874 | yes | 19811228 | M | without a sign
670919-9530          | SE | personnummer | 196709199530 | yes | 19670919 | M | Skatteverket, test number
811228-9847          | SE | personnummer | 198112289847 | no  | 19811228 | F | two digits swapped
701063-2391          | SE | samordningsnummer | 197010632391 | yes | 19701003 | M | Skatteverket SKV 707: day + 60
121212+1212          | SE | personnummer | 191212121212 | yes | 19121212 | M | a hundred years old
070761-4285          | DK | cpr | 0707614285 | yes | 19610707 | M | CPR-kontoret, example
0707614286           | DK | cpr | 0707614286 | yes | 19610707 | F | no check digit since 2007
670761-4285          | DK | cpr | 6707614285 | yes | 19610707 | M | replacement number: day + 60
321361-4285          | DK | cpr | 3213614285 | no  | 0        | M | no such day
010100-4006          | DK | cpr | 0101004006 | yes | 20000101 | F | seventh digit 4: after 2000
131052-308T          | FI | hetu | 131052-308T | yes | 19521013 | F | DVV, example
131052308t           | FI | hetu | 131052-308T | yes | 19521013 | F | the sign was lost
131052A308T          | FI | hetu | 131052A308T | yes | 0        | F | born in 2052: told by nobody
131052-308U          | FI | hetu | 131052-308U | no  | 19521013 | F | wrong check character
120174-3399          | IS | kennitala | 1201743399 | yes | 19740112 |  | Wikipedia, example
120174-3389          | IS | kennitala | 1201743389 | yes | 19740112 |  | no check digit since 2026
120174-3397          | IS | kennitala | 1201743397 | no  | 0        |  | no such century
37605030299          | EE | isikukood | 37605030299 | yes | 19760503 | M | Wikipedia, example
37605030298          | EE | isikukood | 37605030298 | no  | 19760503 | M | wrong check digit
33309240064          | LT | asmens_kodas | 33309240064 | yes | 19330924 | M | python-stdnum
91234567895          | LT | asmens_kodas | 91234567895 | yes | 0        |  | invented: begins with 9, tells nothing
43605001235          | LT | asmens_kodas | 43605001235 | yes | 19360500 | F | invented: day not known
43600001232          | LT | asmens_kodas | 43600001232 | yes | 19360000 | F | invented: month not known
161175-19997         | LV | personas_kods | 16117519997 | yes | 19751116 |  | python-stdnum
LV16117519997        | LV | personas_kods | 16117519997 | yes | 19751116 |  | with the country's code
321234-56718         | LV | personas_kods | 32123456718 | yes | 0        |  | invented: from July 2017, tells nothing
44051401359          | PL | pesel | 44051401359 | yes | 19440514 | M | Wikipedia, example
PESEL: 44051401359   | PL | pesel | 44051401359 | yes | 19440514 | M | with its name
4405140135           | PL |       |             |     |          |   | a digit is missing
710319/2745          | CZ | rodne_cislo | 7103192745 | yes | 19710319 | M | python-stdnum
710319/2745          | SK | rodne_cislo | 7103192745 | yes | 19710319 | M | the same in Slovakia
785723/0008          | CZ | rodne_cislo | 7857230008 | no  | 19780723 | F | month + 50, wrong check digit
525723/000           | SK | rodne_cislo | 525723000  | yes | 19520723 | F | nine digits: nothing to check
525723/000           | CZ | rodne_cislo | 525723000  | yes | 19520723 | F | nine digits: nothing to check
1 800325 123 5       | HU | szemelyi_szam | 18003251235 | no | 19800325 | M | invented, wrong check digit
8365670003           | HU | adoazonosito_jel | 8365670003 | yes | 19670213 |  | muzso.hu, worked example
8422780135           | HU | adoazonosito_jel | 8422780135 | yes | 19821003 |  | vkovacs/Tax-number-generator
1630615123457        | RO | cnp | 1630615123457 | yes | 19630615 | M | python-stdnum
7780409123453        | RO | cnp | 7780409123453 | yes | 19780409 | M | invented: foreign resident
8780409123455        | RO | cnp | 8780409123455 | yes | 19780409 | F | invented: foreign resident
9780409123457        | RO | cnp | 9780409123457 | yes | 19780409 |   | invented: foreigner, sex not told
2630615123457        | RO | cnp | 2630615123457 | no  | 19630615 | F | first digit wrong
752316 926 3         | BG | egn | 7523169263 | yes | 0        | M | python-stdnum: born in 1875
8032056031           | BG | egn | 8032056031 | yes | 0        | F | python-stdnum: born in 1880
7111042925           | BG | lnch | 7111042925 | yes | 0        |   | python-stdnum: foreigner
0101006500006        | SI | jmbg | 0101006500006 | yes | 20060101 | M | python-stdnum
0904978335000        | HR | jmbg | 0904978335000 | yes | 19780409 | F | invented: Zagreb
0904978175003        | BA | jmbg | 0904978175003 | yes | 19780409 | F | invented: Sarajevo
0904978215005        | ME | jmbg | 0904978215005 | yes | 19780409 | F | invented: Podgorica
0904978455006        | MK | jmbg | 0904978455006 | yes | 19780409 | F | invented: Skopje
0101006500006        | RS | jmbg | 0101006500006 | yes | 20060101 | M | the same number in Serbia
33392005961          | HR | oib | 33392005961 | yes | 0 |  | python-stdnum
RCCMNL83S18D969H     | IT | codice_fiscale | RCCMNL83S18D969H | yes | 19831118 | M | python-stdnum
CNTCHR83T41D969D     | IT | codice_fiscale | CNTCHR83T41D969D | yes | 19831201 | F | python-stdnum: day + 40
rccmnl 83s18 d969h   | IT | codice_fiscale | RCCMNL83S18D969H | yes | 19831118 | M | small letters and blanks
RCCMNL83S18D969J     | IT | codice_fiscale | RCCMNL83S18D969J | no  | 19831118 | M | wrong check letter
85.07.30-033 28      | BE | nn  | 85073003328 | yes | 19850730 | M | python-stdnum
17 07 30 033 84      | BE | nn  | 17073003384 | yes | 0        | M | python-stdnum: born in 2017
98.47.28-997.65      | BE | bis | 98472899765 | yes | 19980728 | M | python-stdnum: month + 40
78 04 00 124 87      | BE | nn  | 78040012487 | yes | 19780400 | F | invented: day not known
78 04 33 125 66      | BE | nn  | 78043312566 | yes | 19780400 | M | invented: the days were used up
78 00 00 123 60      | BE | nn  | 78000012360 | yes | 19780000 | M | invented: month not known
00 00 01 125 39      | BE | nn  | 00000112539 | yes | 0        | M | invented: nothing known about the birth
01 04 00 124 51      | BE | nn  | 01040012451 | yes | 20010400 | F | invented: day not known, after 2000
78 24 09 125 53      | BE | bis | 78240912553 | yes | 19780409 |   | invented: month + 20, sex not known
01 49 07 001 85      | BE | bis | 01490700185 | yes | 20010907 | M | python-stdnum: month + 40, after 2000
2 95 10 99 126 111 93 | FR | nir | 295109912611193 | yes | 19951000 | F | python-stdnum: no day
278317512345606      | FR | nir | 278317512345606 | yes | 19780000 | F | invented: month 31 stands for an unknown one
278507512345619      | FR | nir | 278507512345619 | yes | 19780000 | F | invented: month 50 stands for an unknown one
178042A12345669      | FR | nir | 178042A12345669 | yes | 19780400 | M | invented: born in southern Corsica
778047512345603      | FR | nir | 778047512345603 | yes | 19780400 | M | invented: temporary number of a man
253072B07300470      | FR | nir | 253072B07300470 | yes | 19530700 | F | python-stdnum: born in Corsica
2951099126111        | FR | nir | 295109912611193 | yes | 19951000 | F | without its key
295109912611199      | FR | nir | 295109912611199 | no  | 19951000 | F | wrong key
01013099997          | GR | amka | 01013099997 | yes | 19300101 | M | python-stdnum
1237 010180          | AT | svnr | 1237010180 | yes | 19800101 |  | Dachverband, example
1237 011378          | AT | svnr | 1237011378 | yes | 19780000 |  | invented: month 13 stands for an unknown date
1248 051578          | AT | svnr | 1248051578 | yes | 19780000 |  | invented: month 15
1234 010180          | AT | svnr | 1234010180 | no  | 19800101 |  | wrong check digit
65 170839 J 003      | DE | rvnr | 65170839J003 | yes | 19390817 | M | Deutsche Rentenversicherung, example
15 070649 C 103      | DE | rvnr | 15070649C103 | yes | 19490607 | M | Wikipedia, example
10010490A443         | DE | rvnr | 10010490A443 | yes | 19900401 | M | kryptografie.de, worked example
36574261809          | DE | idnr | 36574261809 | yes | 0 |  | python-stdnum
1978040912331        | LU | matricule | 1978040912331 | yes | 19780409 |  | invented
1978040912332        | LU | matricule | 1978040912332 | no  | 19780409 |  | invented: second check digit wrong
1978040012329        | LU | matricule | 1978040012329 | yes | 19780400 |  | invented: day not known
19780409129          | LU | matricule_11 | 19780409129 | yes | 19780409 | F | invented: the older number
1978000012360        | LU | matricule | 1978000012360 | yes | 19780000 |  | invented: month not known
1759013776           | UA | rnokpp | 1759013776 | yes | 19480228 | M | python-stdnum
54362315K            | ES | dni | 54362315K | yes | 0 |  | python-stdnum
x-2482300w           | ES | nie | X2482300W | yes | 0 |  | python-stdnum
00000000 0 ZZ4       | PT | cc  | 000000000ZZ4 | yes | 0 |  | python-stdnum
PT 501 964 843       | PT | nif | 501964843 | yes | 0 |  | python-stdnum
1112.22.333          | NL | bsn | 111222333 | yes | 0 |  | python-stdnum
1112.52.333          | NL | bsn | 111252333 | no  | 0 |  | python-stdnum
6433435F             | IE | pps | 6433435F | yes | 0 |  | python-stdnum
943-476-5870         | GB | nhs | 9434765870 | yes | 0 |  | python-stdnum
QQ 12 34 56 C        | GB |     |            |     |   |  | the official dummy: a prefix that is never given
AB 12 34 56 C        | GB | nino | AB123456C | yes | 0 |  | invented: nothing to check
756.9217.0769.85     | CH | ahv | 7569217076985 | yes | 0 |  | python-stdnum
756.9217.0769.85     | LI | ahv | 7569217076985 | yes | 0 |  | the same number in Liechtenstein
123.456.789          | LI | peid | 123456789 | yes | 0 |  | invented: nothing to check
17291716060          | TR | tckimlik | 17291716060 | yes | 0 |  | python-stdnum
1234567              | CY | id_card | 1234567 | yes | 0 |  | invented: nothing to check
0123478M             | MT | id_card | 0123478M | yes | 0 |  | invented: nothing to check
fødselsnummer 130972 48022 | NO | fnr | 13097248022 | yes | 19720913 | F | letters with marks
fnr: 13097248032     | NO | fnr | 13097248032 | no  | 19720913 | F | a typing error behind a word
C.F. rccmnl 83s18 d969h | IT | codice_fiscale | RCCMNL83S18D969H | yes | 19831118 | M | the number begins with letters
codice fiscale RCCMNL83S18D969H | IT | codice_fiscale | RCCMNL83S18D969H | yes | 19831118 | M | the kind in words
IT RCCMNL83S18D969H  | IT | codice_fiscale | RCCMNL83S18D969H | yes | 19831118 | M | the country's code
NIE X-2482300W       | ES | nie | X2482300W | yes | 0 |  | the number begins with a letter
hetu: 131052-308T    | FI | hetu | 131052-308T | yes | 19521013 | F | the sign stays
CPRnummer 070761-4285 | DK | cpr | 0707614285 | yes | 19610707 | M | two words written as one
CPR-nr. 070761-4285  | DK | cpr | 0707614285 | yes | 19610707 | M | a hyphen and a dot
rodné číslo: 710319/2745 | CZ | rodne_cislo | 7103192745 | yes | 19710319 | M | the kind in words
R.Č. 710319/2745     | SK | rodne_cislo | 7103192745 | yes | 19710319 | M | abbreviated
személyi szám: 1 800325 123 5 | HU | szemelyi_szam | 18003251235 | no | 19800325 | M | the kind in words
44051401359 PESEL    | PL | pesel | 44051401359 | yes | 19440514 | M | the word behind
48507150067 (LT)     | LT | asmens_kodas | 48507150067 | yes | 19850715 | F | the country behind
48507150067,0        | LT | asmens_kodas | 48507150067 | yes | 19850715 | F | a decimal comma
48507150067.00       | LT | asmens_kodas | 48507150067 | yes | 19850715 | F | a decimal point
756.9217.0769.85     | CH | ahv | 7569217076985 | yes | 0 |  | dots that are no decimal points
lietuviškas kodas 485 0715 0067! | LT | asmens_kodas | 48507150067 | yes | 19850715 | F | words that are not known
15 070649 C 103 laut Ausweis | DE | rvnr | 15070649C103 | yes | 19490607 | M | words that are not known
Ausweis 65 170839 J 004 | DE |  |  |  |  |  | wrong check digit, between words that are not known
pass 501 964 843     | PT |     |          |     |   |  | no nif: nothing in it tells a person's
passport 111222333   | NL |     |          |     |   |  | no bsn
telefon 0707614285   | DK |     |          |     |   |  | no cpr: without check digit
case 48507150068     | LT |     |          |     |   |  | wrong check digit
case 2019/48507150067 | LT |    |          |     |   |  | more digits than the number's
case 20112150003     | LT |     |          |     |   |  | born in 1801
48507150067 48507150067 | LT |  |          |     |   |  | two numbers
+48 507 150 067      | LT |     |          |     |   |  | a telephone number, though its digits are a code
tel. +370 612 34567  | LT |     |          |     |   |  | a telephone number
tel. +48 507 150 067 | LT |     |          |     |   |  | a telephone number, though its digits are a code
15.07.1985           | LT |     |          |     |   |  | a date
1985-07-15 00:00     | PL |     |          |     |   |  | a date
passport LT 12345678 | LT |     |          |     |   |  | a passport
passport no. AB 1234567 | PL |  |          |     |   |  | a passport
ref. LT-2019-1234567 | LT |     |          |     |   |  | a case
                     | NO |     |          |     |   |  | nothing
unknown              | NO |     |          |     |   |  | no number
13097248022          | XX |     |          |     |   |  | no such country
"""


def read_cases(table):
    """Read the cases of a table: a text, the country, and what is told, or None."""
    for line in table.strip("\n").splitlines():
        text, country, kind, number, valid, birth_date, sex, _ = (cell.strip() for cell in line.split("|"))
        yield text, country, (kind, number, valid == "yes", int(birth_date), sex) if kind else None


def told_by(text, country):
    """Give what the code tells of a number, or None."""
    found = read_identifier(text, country)
    return found and (found.kind, found.number, found.valid, found.birth_date, found.sex)


def _cases(table):
    for line in table.strip("\n").splitlines():
        text, country, kind, number, valid, birth_date, sex, reason = (
            cell.strip() for cell in line.split("|")
        )
        expected = (kind, number, valid == "yes", int(birth_date), sex) if kind else None
        yield pytest.param(text, country, expected, id=f"{country} {text} {reason}")


@pytest.mark.parametrize(("text", "country", "expected"), [*_cases(CASES)])
def test_reads_published_examples(text, country, expected):
    """Each number of the table is recognised, judged and decoded as its source says."""
    found = read_identifier(text, country)
    assert told_by(text, country) == expected
    assert not found or found.country == country


# How numbers are made, from the public rules, one function a kind: (born, sex, serial) -> number, None if not given out.


def _sum(digits, weights):
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _odd_for_men(serial, sex):
    return serial // 2 * 2 + (sex == "M")


def _make_norwegian(born, sex, serial, *, add_day=0, add_month=0, remainder=0):
    """The individual number has three digits: 000-499 for the twentieth century, 500-999 after it."""
    individual = _odd_for_men(serial % 498, sex) + (500 if born.year >= 2000 else 0)
    front = f"{born.day + add_day:02}{born.month + add_month:02}{born:%y}{individual:03}"
    k1 = (remainder - _sum(front, [3, 7, 6, 1, 8, 9, 4, 5, 2])) % 11
    k2 = -_sum(f"{front}{k1 % 10}", [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return None if 10 in (k1, k2) else f"{front}{k1}{k2}"


def _luhn_digit(digits):
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits), 1)]
    return str(-sum(n - 9 if n > 9 else n for n in doubled) % 10)


def _make_swedish(born, sex, serial, *, add_day=0):
    front = f"{born:%y%m}{born.day + add_day:02}{_odd_for_men(serial % 998, sex):03}"
    return f"{born:%Y}"[:2] + front + _luhn_digit(front)


def _make_danish(born, sex, serial, *, add_day=0):
    century = 4 if born.year >= 2000 else serial % 4
    return f"{born.day + add_day:02}{born:%m%y}{century}{serial % 100:02}{_odd_for_men(serial % 10, sex)}"


def _make_finnish(born, sex, serial):
    individual = f"{_odd_for_men(2 + serial % 890, sex):03}"
    letter = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{born:%d%m%y}{individual}") % 31]
    return f"{born:%d%m%y}{'A' if born.year >= 2000 else '-'}{individual}{letter}"


def _make_icelandic(born, sex, serial):
    del sex
    return f"{born:%d%m%y}{20 + serial % 80}{serial % 10}{'0' if born.year >= 2000 else '9'}"


def _make_estonian(born, sex, serial):
    first = (3 if born.year < 2000 else 5) + (sex == "F")
    front = f"{first}{born:%y%m%d}{serial % 1000:03}"
    check = _sum(front, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
    if check == 10:
        check = _sum(front, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10
    return f"{front}{check}"


def _make_latvian(born, sex, serial):
    del sex
    front = f"{born:%d%m%y}{1 if born.year < 2000 else 2}{serial % 1000:03}"
    check = (1101 - _sum(front, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11
    return None if check == 10 else f"{front}{check}"


def _make_polish(born, sex, serial):
    month = born.month + (20 if born.year >= 2000 else 0)
    front = f"{born:%y}{month:02}{born:%d}{_odd_for_men(serial % 9998, sex):04}"
    return f"{front}{-_sum(front, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10}"


def _make_czech(born, sex, serial):
    front = f"{born:%y}{born.month + 50 * (sex == 'F'):02}{born:%d}{serial % 1000:03}"
    if born.year < 1954:
        return front
    return None if int(front) % 11 == 10 else f"{front}{int(front) % 11}"


def _make_hungarian_person(born, sex, serial):
    first = (1 if born.year < 2000 else 3) + (sex == "F")
    front = f"{first}{born:%y%m%d}{serial % 1000:03}"
    weights = list(range(1, 11)) if born < date(1997, 1, 1) else list(range(10, 0, -1))
    check = _sum(front, weights) % 11
    return None if check == 10 else f"{front}{check}"


def _make_hungarian_tax(born, sex, serial):
    del sex
    front = f"8{(born - date(1867, 1, 1)).days:05}{serial % 1000:03}"
    check = _sum(front, range(1, 10)) % 11
    return None if check == 10 else f"{front}{check}"


def _make_romanian(born, sex, serial):
    first = (1 if born.year < 2000 else 5) + (sex == "F")
    front = f"{first}{born:%y%m%d}{1 + serial % 46:02}{1 + serial % 999:03}"
    check = _sum(front, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
    return f"{front}{1 if check == 10 else check}"


def _make_bulgarian(born, sex, serial):
    month = born.month + (40 if born.year >= 2000 else 0)
    front = f"{born:%y}{month:02}{born:%d}{serial % 100:02}{serial % 5 * 2 + (sex == 'F')}"
    return f"{front}{_sum(front, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10}"


def _make_jmbg(born, sex, serial):
    front = f"{born:%d%m}{born.year % 1000:03}50{serial % 500 + 500 * (sex == 'F'):03}"
    check = -_sum(front, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return None if check == 10 else f"{front}{check}"


# The decree of 23 December 1976: what a character in an odd place counts; in an even place it counts its rank.
_ODD_PLACES = dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True)) | dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)


def _italian_letter(front):
    even = {character: int(character, 36) - 10 * character.isalpha() for character in _ODD_PLACES}
    total = sum((even if place % 2 else _ODD_PLACES)[character] for place, character in enumerate(front))
    return chr(ord("A") + total % 26)


def _make_italian(born, sex, serial):
    day = born.day + 40 * (sex == "F")
    front = f"XQZKWJ{born:%y}{'ABCDEHLMPRST'[born.month - 1]}{day:02}Z{serial % 1000:03}"
    return front + _italian_letter(front)


def _make_italian_with_letters(born, sex, serial):
    """Homonyms get letters for digits."""
    plain = _make_italian(born, sex, serial)
    to_letters = str.maketrans("0123456789", "LMNPQRSTUV")
    front = plain[:6] + "".join(c.translate(to_letters) for c in plain[6:15])
    front = front[:8] + plain[8] + front[9:]
    return front + _italian_letter(front)


def _make_belgian(born, sex, serial, *, add_month=0):
    front = f"{born:%y}{born.month + add_month:02}{born:%d}{_odd_for_men(2 + serial % 995, sex):03}"
    check = 97 - int(("2" if born.year >= 2000 else "") + front) % 97
    number = f"{front}{check:02}"
    other = int(("" if born.year >= 2000 else "2") + front)
    return None if (other + check) % 97 == 0 else number


def _make_french(born, sex, serial):
    front = f"{'1' if sex == 'M' else '2'}{born:%y%m}75{1 + serial % 120:03}{1 + serial % 999:03}"
    return f"{front}{97 - int(front) % 97:02}"


def _make_greek(born, sex, serial):
    front = f"{born:%d%m%y}{_odd_for_men(serial % 9998, sex):04}"
    return front + _luhn_digit(front)


def _make_austrian(born, sex, serial):
    del sex
    serial_digits, birthday = f"{100 + serial % 900}", f"{born:%d%m%y}"
    check = _sum(serial_digits + birthday, [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11
    return None if check == 10 else f"{serial_digits}{check}{birthday}"


def _make_german(born, sex, serial):
    front = f"{10 + serial % 80}{born:%d%m%y}M{serial % 50 + 50 * (sex == 'F'):02}"
    digits = front.replace("M", "13")
    products = [str(int(d) * w) for d, w in zip(digits, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1], strict=True)]
    return f"{front}{sum(map(int, ''.join(products))) % 10}"


def _make_luxembourgish(born, sex, serial):
    del sex
    front = f"{born:%Y%m%d}{serial % 1000:03}"
    return front + _luhn_digit(front) + import_module("stdnum.verhoeff").calc_check_digit(front)


def _make_old_luxembourgish(born, sex, serial):
    front = f"{born:%Y%m%d}{_odd_for_men(serial % 98, sex):02}"
    check = -_sum(front, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return None if check == 10 else f"{front}{check}"


def _make_ukrainian(born, sex, serial):
    front = f"{(born - date(1899, 12, 31)).days:05}{serial % 1000:03}{_odd_for_men(serial % 8, sex)}"
    return f"{front}{_sum(front, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10}"


def _plus(make, **additions):
    return lambda born, sex, serial: make(born, sex, serial, **additions)


# country, kind, how it is made, whether it tells the sex, whether every wrong digit is noticed
MAKERS = [
    ("NO", "fnr", _make_norwegian, True, True),
    ("NO", "dnr", _plus(_make_norwegian, add_day=40), True, True),
    ("NO", "hnr", _plus(_make_norwegian, add_month=40), True, True),
    ("NO", "tnr", _plus(_make_norwegian, add_month=80), True, True),
    ("NO", "tnr", _plus(_make_norwegian, add_month=65), True, True),
    ("NO", "tnr", _plus(_make_norwegian, add_day=40, add_month=80), True, True),
    ("NO", "hnr", _plus(_make_norwegian, add_day=40, add_month=40), True, True),
    ("NO", "fnr", _plus(_make_norwegian, remainder=1), False, True),
    ("NO", "dnr", _plus(_make_norwegian, remainder=3, add_day=40), False, True),
    ("NO", "tnr", _plus(_make_norwegian, remainder=2, add_month=80), False, True),
    ("SE", "personnummer", _make_swedish, True, False),
    ("SE", "samordningsnummer", _plus(_make_swedish, add_day=60), True, False),
    ("DK", "cpr", _make_danish, True, False),
    ("DK", "cpr", _plus(_make_danish, add_day=60), True, False),
    ("FI", "hetu", _make_finnish, True, True),
    ("IS", "kennitala", _make_icelandic, False, False),
    ("EE", "isikukood", _make_estonian, True, False),
    ("LT", "asmens_kodas", _make_estonian, True, False),
    ("LV", "personas_kods", _make_latvian, False, False),
    ("PL", "pesel", _make_polish, True, True),
    ("CZ", "rodne_cislo", _make_czech, True, False),
    ("SK", "rodne_cislo", _make_czech, True, False),
    ("HU", "szemelyi_szam", _make_hungarian_person, True, False),
    ("HU", "adoazonosito_jel", _make_hungarian_tax, False, True),
    ("RO", "cnp", _make_romanian, True, False),
    ("BG", "egn", _make_bulgarian, True, False),
    *((country, "jmbg", _make_jmbg, True, False) for country in ("SI", "HR", "BA", "ME", "MK", "RS")),
    ("IT", "codice_fiscale", _make_italian, True, True),
    ("IT", "codice_fiscale", _make_italian_with_letters, True, False),
    ("BE", "nn", _make_belgian, True, False),
    ("BE", "bis", _plus(_make_belgian, add_month=40), True, False),
    ("BE", "bis", _plus(_make_belgian, add_month=20), False, False),
    ("FR", "nir", _make_french, True, True),
    ("GR", "amka", _make_greek, True, True),
    ("AT", "svnr", _make_austrian, False, False),
    ("DE", "rvnr", _make_german, True, False),
    ("LU", "matricule", _make_luxembourgish, False, True),
    ("LU", "matricule_11", _make_old_luxembourgish, True, False),
    ("UA", "rnokpp", _make_ukrainian, True, False),
]
NAMES = [f"{country}-{kind}-{n}" for n, (country, kind, *_) in enumerate(MAKERS)]
BIRTHS = st.dates(date(1920, 1, 1), date(2015, 12, 31))
SEXES = st.sampled_from("FM")
SERIALS = st.integers(0, 9_999)


@pytest.mark.parametrize(("country", "kind", "make", "tells_sex", "_notices"), MAKERS, ids=NAMES)
@given(born=BIRTHS, sex=SEXES, serial=SERIALS)
@example(born=date(2000, 2, 29), sex="F", serial=1)
@example(born=date(1997, 1, 1), sex="M", serial=2)
def test_a_number_tells_what_it_was_made_from(country, kind, make, tells_sex, _notices, born, sex, serial):
    """A number made by the public rules is valid and gives back the birth date, and the sex where it holds it."""
    number = make(born, sex, serial)
    assume(number is not None)
    found = read_identifier(number, country)
    expected = int(born.strftime("%Y%m00" if kind == "nir" else "%Y%m%d"))
    assert found is not None
    assert (found.kind, found.valid, found.number) == (kind, True, number)
    assert found.birth_date == expected
    assert found.sex == (sex if tells_sex else "")


NOTICING = [(country, kind, make) for country, kind, make, _, notices in MAKERS if notices]


@pytest.mark.parametrize(
    ("country", "kind", "make"), NOTICING, ids=[f"{c}-{k}-{n}" for n, (c, k, _) in enumerate(NOTICING)]
)
@given(born=BIRTHS, sex=SEXES, serial=SERIALS, place=st.integers(0, 30), more=st.integers(1, 9))
def test_one_wrong_digit_is_noticed(country, kind, make, born, sex, serial, place, more):
    """Where the check digits promise it, no digit can be replaced without the number being judged a typing error."""
    number = make(born, sex, serial)
    assume(number is not None)
    places = [n for n, character in enumerate(number) if character.isdecimal()]
    place = places[place % len(places)]
    wrong = f"{number[:place]}{(int(number[place]) + more) % 10}{number[place + 1 :]}"
    found = read_identifier(wrong, country)
    assert found is None or not (found.valid and found.kind == kind)
    assert same_but_one_error(number, wrong)


@pytest.mark.parametrize(("country", "kind", "make", "_tells_sex", "_notices"), MAKERS, ids=NAMES)
@given(born=BIRTHS, sex=SEXES, serial=SERIALS)
def test_a_number_without_a_country_is_among_those_found(
    country, kind, make, _tells_sex, _notices, born, sex, serial
):
    """Every kind with check digits is found without knowing the country; all that is found validates and is checkable."""
    number = make(born, sex, serial)
    assume(number is not None)
    found = read_identifiers([number], [""])[0]
    assert all(identifier.valid and identifier.checkable for identifier in found)
    with_country = read_identifier(number, country)
    assert with_country is not None
    if with_country.checkable:
        assert (kind, number) in {(identifier.kind, identifier.number) for identifier in found}
        assert {i.country for i in found if i.kind == kind} <= {country, ""}


@given(born=BIRTHS, sex=SEXES, serial=SERIALS)
def test_a_zero_that_a_spreadsheet_took_is_put_back(born, sex, serial):
    """A number read as a figure loses its leading zero and may gain '.0'; it is the same number still."""
    number = _make_norwegian(born.replace(day=born.day % 9 + 1), sex, serial)
    assume(number is not None)
    whole = read_identifier(number, "NO")
    assert read_identifier(number[1:], "NO") == read_identifier(f"{number[1:]}.0", "NO") == whole


def test_a_zero_is_not_put_before_numbers_that_nothing_confirms():
    """A number that tells and checks nothing stays as short as it is; a zero that makes nothing valid is not put back."""
    assert read_identifier("12345", "CY") is None
    assert read_identifier("1309724802", "NO") is None


def test_shared_kinds_come_once_and_without_a_country():
    """A number that six countries could have given is one identifier, of none of them when the country is unknown."""
    assert read_identifiers(["0101006500006"], [""]) == [
        (Identifier("", "jmbg", "0101006500006", True, 20060101, "M", True, True),)
    ]


def test_several_kinds_are_all_found_without_a_country():
    """Estonian and Lithuanian codes look alike: both are found, and the singular, which cannot choose, gives none."""
    found = read_identifiers(["37605030299"], [""])[0]
    assert {(i.country, i.kind) for i in found} >= {("EE", "isikukood"), ("LT", "asmens_kodas")}
    assert read_identifier("37605030299") is None
    assert read_identifier("RCCMNL83S18D969H") == read_identifier("RCCMNL83S18D969H", "IT")


def test_the_plural_reads_each_with_its_country():
    """Results come in the order of the texts; sequences of different lengths are refused."""
    texts, countries = ["811228-9874", "811228-9874", ""], ["SE", "NO", "SE"]
    assert [[i.kind for i in found] for found in read_identifiers(texts, countries)] == [
        ["personnummer"],
        [],
        [],
    ]
    with pytest.raises(ValueError, match="zip"):
        read_identifiers(["1"], [])


def test_every_kind_of_the_table_is_covered():
    """Each row is shown by an example with its country and kind, and says only what the code understands."""
    shown = {(case.values[1], case.values[2][0]) for case in _cases(CASES) if case.values[2]}
    shown |= {(country, kind) for country, kind, *_ in MAKERS}
    shown |= {("NO", "fh")}  # below
    rows = read_table("identifiers")
    assert {(row["country"], row["kind"]) for row in rows} == shown
    for row in rows:
        assert row["encodes_date"] in ("day", "month", "no")
        assert {row["encodes_sex"], row["strong"]} <= {"yes", "no"}
        assert not (row["module"] and row["check"] and row["kind"] != "asmens_kodas")
        assert re.compile(row["layout"])
        assert row["source"]
        if row["module"]:
            assert import_module(f"stdnum.{row['module']}").is_valid


def test_a_help_number_of_the_new_kind_tells_nothing():
    """FH-numbers, which begin with 8 or 9, have check digits but no birth date, and are no proof of identity."""
    assert read_identifier("80012345600", "NO") == Identifier(
        country="NO",
        kind="fh",
        number="80012345600",
        valid=True,
        birth_date=0,
        sex="",
        strong=False,
        checkable=True,
    )


def test_kinds_that_tell_nothing_tell_nothing():
    """No number of a kind without birth date in the table gives one, and only strong kinds are strong."""
    kinds = {(row["country"], row["kind"]): row for row in read_table("identifiers")}
    for case in _cases(CASES):
        found = read_identifier(*case.values[:2])
        if found:
            row = kinds[found.country, found.kind]
            assert row["encodes_date"] != "no" or not found.birth_date
            assert row["encodes_sex"] != "no" or not found.sex
            assert found.strong == (row["strong"] == "yes")


NUMBER_LIKE = st.text(st.sampled_from("0123456789-+/ .ABLXY٠٩"), max_size=20)
COUNTRIES = sorted({row["country"] for row in read_table("identifiers")} | {"", "XX"})


@given(
    st.one_of(st.text(), NUMBER_LIKE, st.text("0123456789", min_size=7, max_size=15)),
    st.sampled_from(COUNTRIES),
)
@example("2 95 10 99 126 111 93", "")
@example("9" * 11, "BE")
@example("1" * 10_000, "")
def test_no_text_fails_and_what_is_found_is_well_formed(text, country):
    """Any text gives identifiers that can be compared: a plain number, a possible date or none, a known sex or none."""
    for found in read_identifiers([text], [country])[0]:
        assert re.fullmatch(r"[0-9A-Z+-]+", found.number)
        year, month, day = found.birth_date // 10000, found.birth_date // 100 % 100, found.birth_date % 100
        assert found.birth_date == 0 or (1900 <= year <= 2015 and date(year, month or 1, day or 1))
        assert month or not day
        assert found.sex in ("F", "M", "")
        assert found.country == country or not country
        again = read_identifier(found.number, found.country or "RS")
        assert again is None or again.number == found.number or not found.valid


@given(st.text("0123456789", min_size=1, max_size=11), st.data())
def test_one_error_is_one_error(number, data):
    """A digit replaced, two neighbours swapped or a digit left out are one error, in both directions; none is no error."""
    place = data.draw(st.integers(0, len(number) - 1))
    digit = data.draw(st.sampled_from("0123456789"))
    replaced = number[:place] + digit + number[place + 1 :]
    swapped = number[:place] + number[place : place + 2][::-1] + number[place + 2 :]
    shortened = number[:place] + number[place + 1 :]
    assert not same_but_one_error(number, number)
    for other in (replaced, swapped, shortened):
        assert same_but_one_error(number, other) == same_but_one_error(other, number) == (other != number)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("12345", "21354"),
        ("12345", "12543"),
        ("12345", "13254"),
        ("123", "12345"),
        ("12345", "1354"),
        ("", "12"),
    ],
)
def test_two_errors_are_more_than_one(a, b):
    """Two swaps, a swap over a distance, or two missing digits are not one error."""
    assert not same_but_one_error(a, b)


def test_a_day_is_a_day_in_every_calendar_count():
    """The Hungarian and Ukrainian day counts agree with each other on every day of the range."""
    days = [date(1900, 1, 1) + timedelta(days=n) for n in range(0, 42_000, 501)]
    for day in days:
        numbers = [
            next(filter(None, (make(day, "M", n) for n in range(20))))
            for make in (_make_hungarian_tax, _make_ukrainian)
        ]
        found = read_identifiers(numbers, ["HU", "UA"])
        assert [i.birth_date for (i,) in found] == [int(day.strftime("%Y%m%d"))] * 2


@given(
    st.lists(
        st.sampled_from([*(case.split("|")[0] for case in CASES.split("\n")), "ß1", "ﬁ", "x y\n1"])
        | st.text()
    )
)
def test_numbers_are_taken_alike_one_by_one_or_many(texts):
    """One by one or as an array."""
    for country in ("NO", "SE", "FR", "FI"):
        many = [taken[0] if taken else None for taken in take_identifiers(texts, country).to_pylist()]
        assert [take_identifier(text, country) for text in texts] == many


def read_words():
    """Read the words that may stand before or behind a number, with their languages."""
    path = Path(__file__).with_name("cases") / "identifier_words.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            languages, words = line.split(": ")
            yield from ((word, languages.replace(" ", ";")) for word in words.split(", "))


WORDS = [*read_words()]
# With a wrong check digit, which is not looked for between words that are not known.
NAMED = "13097248032"


def test_the_table_of_words_is_these_facts():
    """The table holds these words, no others and no fewer."""
    rows = [(row["word"], row["language"]) for row in read_table("identifier_words")]
    assert rows == WORDS
    assert {row["source"] for row in read_table("identifier_words")} == {"usage"}


@pytest.mark.parametrize("word", [word for word, _ in WORDS])
def test_a_word_names_a_number(word):
    """A word stands before or behind a number, in capitals and with a colon or brackets too; between digits it does not."""
    for text in (f"{word} {NAMED}", f"{word.upper()}: {NAMED}", f"{word}.{NAMED}", f"{NAMED} ({word})"):
        assert told_by(text, "NO") == ("fnr", NAMED, False, 19720913, "F")
    assert read_identifier(f"{word}q {NAMED}", "NO") is None
    assert read_identifier(f"130972 {word} 48032", "NO") is None


@given(st.text("0123456789", min_size=9, max_size=15), st.sampled_from(COUNTRIES))
@example("48507150067", "LT")
def test_words_that_are_not_known_never_make_a_number(digits, country):
    """Between words that may name anything only a number with check digits and a birth date is read, as it is without them."""
    for text in (f"sak {digits}", f"{digits} pass", f"sak {digits} pass"):
        for found in read_identifiers([text], [country])[0]:
            assert found.valid
            assert found.checkable
            assert found.birth_date
            assert found == read_identifier(digits, country)
