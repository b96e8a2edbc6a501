"""Reading written birth dates: what an analyst expects of each text, and what holds for every text."""

from datetime import date, timedelta

import pytest
from case_lists import case_lines
from hypothesis import example, given
from hypothesis import strategies as st

from hpmatch.data import read_table
from hpmatch.errors import HpmatchError
from hpmatch.standardise.calendars import from_hijri, from_persian
from hpmatch.standardise.characters import plain_characters
from hpmatch.standardise.date_words import date_words, months
from hpmatch.standardise.dates import (
    FIRST_BIRTH_YEAR,
    LAST_BIRTH_YEAR,
    ORDERS,
    PROBLEMS,
    is_default,
    read_date,
)
from hpmatch.standardise.text import fold

# text | convention | readings, best first | problem | why
CASES = """
09.04.1978        | DMY | 19780409          |  | the Nordic and Central European form; both parts could be the month
09.04.1978        | MDY | 19780904          |  | the same digits from an American tool
09.04.1978        | YMD | 19780409          |  | a year at the end is never year first; the rest of the world writes the day first
13.04.1978        | DMY | 19780413          |  | 13 is no month
04/13/1978        | DMY | 19780413          |  | an American date from a country that writes the day first
04.04.1978        | DMY | 19780404          |  | the same whichever way
09.04.1978.       | DMY | 19780409          |  | Latvian and Croatian trailing dot
09-04-1978        | DMY | 19780409          |  | Denmark, Netherlands
09/04/1978        | DMY | 19780409          |  | France, Ireland, Belgium
4/9/1978          | MDY | 19780409          |  | American spreadsheet
9.4.1978          | DMY | 19780409          |  | without zeros
9. 4. 1978        | DMY | 19780409          |  | Czech typography
 9 . 4 . 1978     | DMY | 19780409          |  | blanks around the separators
09 04 1978        | DMY | 19780409          |  | blanks only
09,04,1978        | DMY | 19780409          |  | commas
f. 09.04.1978     | DMY | 19780409          |  | Norwegian 'født'
(geb. 9.4.1978)   | DMY | 19780409          |  | German 'geboren' in brackets
1978-04-09        | DMY | 19780409          |  | ISO 8601 is never ambiguous
1978-04-09        | MDY | 19780409          |  | ISO 8601 is never ambiguous
1978.04.09.       | YMD | 19780409          |  | Hungary
1978 04 09        | YMD | 19780409          |  | Lithuania
1978/4/9          | YMD | 19780409          |  | without zeros
1978-13-04        | YMD | 19780413          |  | year, day, month: the only reading
19780409          | DMY | 19780409          |  | ISO 8601 basic form
09041978          | DMY | 19780409          |  | day first without separators
19111912          | DMY | 19121119          |  | 19 November 1912; years, days and months are not tried in that order here
01??1978          | DMY | 19780000          | partial | the month left out of a run
09.04.1978 ?      | DMY | 19780409          |  | marked as uncertain
09.04.1978 (?)    | DMY | 19780409          |  | marked as uncertain
09.04.??          | DMY |                   | placeholder | the year is not known; 00 would be one
XX.04.XX          | DMY |                   | placeholder | the year is not known
78-04-??          | YMD |                   | placeholder | as likely a year that is not known
9 April ?         | DMY |                   | placeholder | no year
1978?             | DMY | 19780000          | partial | marked as uncertain
??.04.????        | DMY |                   | placeholder | no year
9041978           | DMY | 19780409          |  | a spreadsheet took the leading zero
190478            | DMY | 19780419          |  | six digits
071985            | DMY | 19850700 19850719 | partial | month and year; the American short date is the less likely
071985            | MDY | 19850719 19850700 | partial | the same where the short date is the convention
072005            | DMY | 20050700 20050720 19050720 | partial | after 2000
780419            | YMD | 19780419          |  | six digits, year first
28589             | DMY | 19780409          |  | day number of a spreadsheet
28589.0           | DMY | 19780409          |  | the same after a detour through floats
19780409.0        | DMY | 19780409          |  | the same after a detour through floats
42369             | DMY | 20151231          |  | the last plausible spreadsheet day
42370             | DMY |                   | not a date | one day later
9.4.78            | DMY | 19780409          |  | two-digit year
09-Apr-78         | YMD | 19780409          |  | 78 is no day; as Excel writes dates in English
78-04-09          | YMD | 19780409          |  | two-digit year, year first
78-04-09          | DMY | 19780409          |  | 78 can only be the year
04-09-78          | YMD | 19780904          |  | 78 is no day
9.4.05            | DMY | 20050409 19050409 |  | both centuries are kept, the likelier first
9.4.16            | DMY | 19160409          |  | 2016 is no birth year of a professional
9.4.8             | DMY |                   | not a date | one digit is no year
1978-04-09T00:00:00       | DMY | 19780409 |  | ISO date and time
1978-04-09 00:00:00       | DMY | 19780409 |  | data base export
1978-04-09 00:00:00+00:00 | DMY | 19780409 |  | with a time zone
1978-04-09T00:00:00.000Z  | DMY | 19780409 |  | with fractions of a second
1978-04-09+02:00          | DMY | 19780409 |  | XML date with a time zone
1978-04-09Z               | DMY | 19780409 |  | XML date with a time zone
1978-04-08T23:00:00Z      | DMY | 19780408 19780409 |  | midnight of 9 April in Oslo
1978-04-08T22:30:00Z      | DMY | 19780408          |  | no midnight anywhere near
2015-12-31T23:00:00Z      | DMY | 20151231          |  | the next day is out of range
09.04.1978 00.00.00       | DMY | 19780409          |  | Danish and Finnish time of day
4/9/1978 12:00:00 AM      | MDY | 19780409          |  | American time of day
1978              | DMY | 19780000          | partial | year only
1978.0            | DMY | 19780000          | partial | year only, as a float
1978 m.           | YMD | 19780000          | partial | Lithuanian 'metai'
04.1978           | DMY | 19780400          | partial | year and month
1978-04           | YMD | 19780400          | partial | year and month
04/1978           | DMY | 19780400          | partial | year and month
197804            | DMY | 19780400          | partial | year and month
1978-04-00        | YMD | 19780400          | partial | unknown day
00.04.1978        | DMY | 19780400          | partial | unknown day
XX.04.1978        | DMY | 19780400          | partial | unknown day
??.??.1978        | DMY | 19780000          | partial | unknown day and month
1978-XX-XX        | DMY | 19780000          | partial | unknown day and month
00.00.1978        | DMY | 19780000          | partial | unknown day and month
09.00.1978        | DMY | 19780000          | partial | a day without a month says little
April 1978        | DMY | 19780400          | partial | year and month in words
31.02.1980        | DMY | 19800000          | impossible day | day or month is wrong, the year more likely right
30.02.1980        | MDY | 19800000          | impossible day | in either order
32.13.1978        | DMY | 19780000          | impossible day | neither day nor month exists
1978-45           | DMY | 19780000          | impossible day | no such month
29.02.1979        | DMY | 19790000          | impossible day | no leap year
29.02.1980        | DMY | 19800229          |  | a leap year
29.02.1904        | DMY | 19040229          |  | a leap year
29.02.1900        | DMY |                   | placeholder | day 60 of a spreadsheet, which takes 1900 for a leap year
29.02.2000        | DMY | 20000229          |  | a leap year
49.04.1978        | DMY | 19780409          |  | D-number day left as it was
71.01.1978        | DMY | 19780131          |  | D-number day of the 31st
09.44.1978        | DMY | 19780409          |  | H-number month left as it was
09.04.1878        | DMY | 19780409          | year out of range | one digit of the century
09.04.2078        | DMY | 19780409          | year out of range | one digit of the century
13.04.1878        | DMY | 19780413          | year out of range | one digit of the century
0078-04-09        | YMD | 19780409          | year out of range | the century was lost
1801-04-09        | YMD | 20010409          | year out of range | 1901 would be too old
09.04.2024        | DMY |                   | year out of range | probably the date of the decision
09.04.1578        | DMY | 19780409          | year out of range | one digit of the century
0978-04-09        | YMD | 19780409          | year out of range | one digit of the century
1178-04-09        | YMD | 19780409          | year out of range | one digit of the century
3978-04-09        | YMD | 19780409          | year out of range | one digit of the century
3005-04-09        | YMD | 20050409          | year out of range | one digit of the century
9178-04-09        | YMD | 19780409          | year out of range | two digits exchanged
1798-04-09        | YMD | 19980409 19780409 | year out of range | one digit of the century, or two digits exchanged
09.04.2050        | DMY | 19500409          | year out of range | two digits put into the wrong century
1505-04-09        | YMD |                   | year out of range | two digits are wrong
8778-04-09        | YMD |                   | year out of range | two digits are wrong
2512-04-09        | YMD |                   | year out of range | Buddhist: 1969
1878              | DMY | 19780000          | year out of range | year only, repaired
1357/01/20        | YMD | 19780409 19380322 | year out of range | Persian; or the Islamic year 1357
1398-05-01        | YMD | 19780409          | year out of range | Islamic year; as a Persian one it would be 2019
31/02/1357        | DMY | 19780521          | year out of range | Ordibehesht has 31 days
1357              | DMY | 19780000 19790000 | year out of range | a Persian year lies in two of ours
00.00.0000        | DMY |                   | placeholder | zeros
0000-00-00        | YMD |                   | placeholder | zeros, MySQL
00000000          | DMY |                   | placeholder | zeros
0                 | DMY |                   | placeholder | zeros
9999-12-31        | DMY |                   | placeholder | the end of time of data bases
0001-01-01        | DMY |                   | placeholder | the beginning of time of .NET
1899-12-30        | DMY |                   | placeholder | day zero of spreadsheets
1899-12-31        | DMY |                   | placeholder | day zero of spreadsheets
1900-01-01        | DMY |                   | placeholder | the default of data bases
01.01.1900        | DMY |                   | placeholder | the default of data bases
00.01.1900        | DMY |                   | placeholder | 0 as Excel shows it
1900-01-00        | YMD |                   | placeholder | 0 as Excel shows it
1901-01-01        | YMD |                   | placeholder | the default of data bases
1 January 1901    | DMY |                   | placeholder | in words
1900              | DMY |                   | placeholder | nobody now working was born then
02.01.1900        | DMY | 19000102          |  | any other day is a date
01.02.1901        | DMY | 19010201          |  | any other day is a date
01.01.1902        | DMY | 19020101          |  | any other year is a year
01.01.00          | DMY | 20000101          |  | 1900 would be a placeholder
1753-01-01        | YMD |                   | placeholder | the first day of SQL Server
1582-10-14        | YMD |                   | placeholder | the first day of SPSS
1582-10-15        | YMD |                   | placeholder | the first day of the Gregorian calendar
1677-09-21        | YMD |                   | placeholder | the first day of pandas
1858-11-17        | YMD |                   | placeholder | the first day of VMS
1753-01-02        | YMD | 19530102          | year out of range | one digit of the century
11.11.1111        | DMY |                   | placeholder | one key held down
99999999          | DMY |                   | placeholder | one key held down
unknown           | DMY |                   | placeholder | English
Ukjent            | DMY |                   | placeholder | Norwegian
ikke oppgitt      | DMY |                   | placeholder | Norwegian
Nežinoma          | YMD |                   | placeholder | Lithuanian
неизвестно        | DMY |                   | placeholder | Russian
n/a               | DMY |                   | placeholder | abbreviation
NaN               | DMY |                   | placeholder | an empty cell of a data frame
NaT               | DMY |                   | placeholder | an empty cell of a data frame
-                 | DMY |                   | placeholder | dash
--.--.----        | DMY |                   | placeholder | form left empty
dd.mm.yyyy        | DMY |                   | placeholder | form left empty
                  | DMY |                   | missing | nothing
Vilnius           | DMY |                   | not a date | birth place in the wrong column
9 April           | DMY |                   | not a date | no year
09.04             | DMY |                   | not a date | no year
1985-07-15; 1984-07-15 | YMD | 19850715 19840715 |  | two dates in one cell
15.07.1985;1984   | DMY | 19850715          |  | the whole date
1985-07-15; ukjent | YMD | 19850715         |  | one date and a placeholder
09;04;1978        | DMY | 19780409          |  | one date
780409-1234       | YMD | 19780409          |  | a Swedish personal number
780409-1234       | DMY | 19780409          |  | a Swedish personal number, as 78 is no day
780409+1234       | YMD |                   | not a date | of a person of a hundred years, born in 1878
19780409-1234     | YMD | 19780409          |  | the same in full
19780409-1234     | DMY | 19780409          |  | the same in full
20050409-1234     | YMD | 20050409          |  | the century is told
090478-1234       | DMY | 19780409          |  | a Danish personal number
090478-1234       | YMD |                   | not a date | a Danish number where Swedish ones are usual
090478-12345      | DMY | 19780409          |  | a Latvian personal number
090478-123A       | DMY | 19780409          |  | a Finnish personal number
* 780409-1234     | YMD | 19780409          |  | with a star
320123-45678      | DMY |                   | not a date | a Latvian code without a date
320123-45678      | YMD |                   | not a date | a Latvian code without a date
750562-1234       | YMD |                   | not a date | a Swedish coordination number, whose day is raised
750562-1234       | DMY |                   | not a date | a Swedish coordination number, whose day is raised
19750562-1234     | YMD |                   | not a date | a Swedish coordination number, whose day is raised
750442-1234       | YMD |                   | not a date | a raised day
050312-1234       | DMY |                   | not a date | 5 March 2012 or 1912 in Denmark, 12 March 2005 in Sweden
050312-1234       | YMD |                   | not a date | 2005 or 1905
010203-123X       | DMY |                   | not a date | 1903 in Finland, which the sign tells
010203A123X       | DMY |                   | not a date | a sign for 2003
310200-1234       | DMY |                   | not a date | no such day, and no such month
* 09.04.1978      | DMY | 19780409          |  | a star for the birth
* 04.1978         | DMY | 19780400          | partial | a star for a day that is not known
09.04.1978, Vilnius | DMY | 19780409        |  | the birth place beside it
Vilnius, 9 April 1978 | DMY | 19780409      |  | the birth place before it
9 April, Vilnius  | DMY |                   | not a date | no year, with a birth place
09/04/197B        | DMY | 19780409          |  | a letter read in place of a digit
O9.O4.l978        | DMY | 19780409          |  | letters read in place of digits
5S                | DMY |                   | not a date | nothing but two digits
Vilnius; Kaunas   | DMY |                   | not a date | no date in either part
12345678901       | DMY |                   | not a date | an identity number in the wrong column
1-2-3-4           | DMY |                   | not a date | four numbers
9.4.978           | DMY |                   | not a date | three digits are no year
1978.1979.04      | DMY |                   | not a date | two years
April May 1978    | DMY |                   | not a date | two months
9 April 1978 1979 | DMY |                   | not a date | two years
32 April 1978     | DMY | 19780000          | impossible day | no such day
9 апреля 1978     | DMY | 19780409 |  | Russian genitive
9 апреля 1978 г.  | DMY | 19780409 |  | Russian with 'goda'
9-го апреля 1978 года     | DMY | 19780409 |  | Russian ordinal
1978 m. balandžio 9 d.    | YMD | 19780409 |  | Lithuanian long form
1978 M. BALANDŽIO 9 D.    | YMD | 19780409 |  | the same in capitals
1978. gada 9. aprīlī      | DMY | 19780409 |  | Latvian long form
1978. április 9.          | YMD | 19780409 |  | Hungarian long form
9. april 1978             | DMY | 19780409 |  | Norwegian
April 9, 1978             | MDY | 19780409 |  | American
April 9th, 1978           | DMY | 19780409 |  | American ordinal
the 9th of April 1978     | DMY | 19780409 |  | English
9 de abril de 1978        | DMY | 19780409 |  | Spanish, Portuguese
1er avril 1978            | DMY | 19780401 |  | French ordinal
9 Απριλίου 1978           | DMY | 19780409 |  | Greek genitive
9 ΑΠΡΙΛΙΟΥ 1978           | DMY | 19780409 |  | the same in capitals
9 ta' April 1978          | DMY | 19780409 |  | Maltese
9ú Meán Fómhair 1978      | DMY | 19780909 |  | Irish, a month of two words
09-APR-78                 | DMY | 19780409 |  | Oracle
09APR1978                 | DMY | 19780409 |  | SAS
9 Apr 05                  | DMY | 20050409 19050409 |  | both centuries
78 Apr 09                 | YMD | 19780409 |  | year first
05 Apr 09                 | YMD | 20050409 19050409 |  | year first by convention
9.IV.1978                 | DMY | 19780409 |  | Roman month, Poland and Hungary
9.X.1978                  | DMY | 19781009 |  | the Roman ten is no placeholder
9 listopada 1978          | DMY | 19781109 19781009 |  | November in Poland, October in Croatia
9 April 1878              | DMY | 19780409 | year out of range | repaired as with digits
Sunday 9 April 1978       | DMY | 19780409 |  | day of the week
Sun, 09 Apr 1978          | DMY | 19780409 |  | as e-mails are dated
Lundi 9 avril 1978        | DMY | 19780409 |  | French day of the week
9 de abril de 1978, segunda-feira | DMY | 19780409 |  | Portuguese day of the week
Dé Domhnaigh 9 Aibreán 1978 | DMY | 19780409 |  | Irish day of the week
Is-Sibt 9 ta' April 1978  | DMY | 19780409 |  | Maltese day of the week
ca. 1978                  | DMY | 19780000 | partial | not certain
1978 р.н.                 | DMY | 19780000 | partial | Ukrainian 'year of birth'
13.04.1978 kl. 12:00      | DMY | 19780413 |  | time of day in words
"""


def _cases(table):
    for line in table.strip("\n").splitlines():
        text, order, readings, problem, reason = line.split("|")
        yield pytest.param(
            text, order.strip(), readings.split(), problem.strip(), id=f"{text.strip()} {reason.strip()}"
        )


@pytest.mark.parametrize(("text", "order", "readings", "problem"), [*_cases(CASES)])
def test_reads_as_an_analyst_would(text, order, readings, problem):
    """Each text of the table gives exactly the readings and the problem beside it."""
    result = read_date(text, order)
    assert ([str(reading) for reading in result.readings], result.problem) == (readings, problem)


@pytest.mark.parametrize(
    "text",
    [
        "٠٩/٠٩/١٩٧٨",
        "۰۹.۰۹.۱۹۷۸",
        "０９．０９．１９７８",
        "\u200f09.09.1978\u200e",
        "\ufeff09.09.1978",
        "09\u00a0.\u00a009\u2009.1978",
        "09–09–1978",
        "09—09—1978",
        "09‑09‑1978",
        "09−09−1978",
        "09.09.\x001978",
        "09.09.\t1978\r\n",
        "०९-०९-१९७८",
    ],
)
def test_reads_every_script_and_survives_copy_and_paste(text):
    """Digits of other scripts, other dashes and blanks, and invisible characters do not matter."""
    assert read_date(text).readings == (19780909,)


# Typed by hand, language by language: the twelve months, '|' between them, every form of one month side by side.
MONTHS = {
    "en": "January Jan|February Feb|March Mar|April Apr|May|June Jun|July Jul|August Aug|September Sept Sep|October Oct|November Nov|December Dec",
    "de": "Januar Jänner Jaenner Jan Jän|Februar Feb|März Maerz Mrz Mär|April Apr|Mai|Juni Jun|Juli Jul|August Aug|September Sept Sep|Oktober Okt|November Nov|Dezember Dez",
    "fr": "janvier janv jan|février févr fév|mars|avril avr|mai|juin|juillet juil juill|août|septembre sept|octobre oct|novembre nov|décembre déc",
    "it": "gennaio gen|febbraio feb|marzo mar|aprile apr|maggio mag|giugno giu|luglio lug|agosto ago|settembre set|ottobre ott|novembre nov|dicembre dic",
    "es": "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago|septiembre setiembre sept sep|octubre oct|noviembre nov|diciembre dic",
    "pt": "janeiro jan|fevereiro fev|março mar|abril abr|maio mai|junho jun|julho jul|agosto ago|setembro set|outubro out|novembro nov|dezembro dez",
    "nl": "januari jan|februari feb|maart mrt|april apr|mei|juni jun|juli jul|augustus aug|september sep|oktober okt|november nov|december dec",
    "lb": "Januar Jan|Februar Feb|Mäerz Mäe|Abrëll Abr|Mee|Juni Jun|Juli Jul|August Aug|September Sep|Oktober Okt|November Nov|Dezember Dez",
    "ga": "Eanáir Ean|Feabhra Feabh|Márta|Aibreán Aibreáin Aib|Bealtaine Beal|Meitheamh Meithimh Meith|Iúil|Lúnasa Lún|Meán_Fómhair Mheán_Fómhair MFómh|Deireadh_Fómhair Dheireadh_Fómhair DFómh|Samhain Samhna Samh|Nollaig Nollag Noll",
    "mt": "Jannar Jan|Frar Fra|Marzu Mar|April Apr|Mejju Mej|Ġunju Gunju Ġun|Lulju Lul|Awwissu Aww|Settembru Set|Ottubru Ott|Novembru Nov|Diċembru Diċ",
    "da": "januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug|september sep|oktober okt|november nov|december dec",
    "no": "januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug|september sep|oktober okt|november nov|desember des",
    "sv": "januari jan|februari feb|mars|april apr|maj|juni|juli|augusti aug|september sep|oktober okt|november nov|december dec",
    "is": "janúar jan|febrúar feb|mars mar|apríl apr|maí|júní jún|júlí júl|ágúst ágú|september sep|október okt|nóvember nóv|desember des",
    "fi": "tammikuu tammikuun tammikuuta tammi|helmikuu helmikuun helmikuuta helmi|maaliskuu maaliskuun maaliskuuta maalis|huhtikuu huhtikuun huhtikuuta huhti|toukokuu toukokuun toukokuuta touko|kesäkuu kesäkuun kesäkuuta kesä|heinäkuu heinäkuun heinäkuuta heinä|elokuu elokuun elokuuta elo|syyskuu syyskuun syyskuuta syys|lokakuu lokakuun lokakuuta loka|marraskuu marraskuun marraskuuta marras|joulukuu joulukuun joulukuuta joulu",
    "et": "jaanuar jaanuaril jaan|veebruar veebruaril veebr|märts märtsil|aprill aprillil apr|mai mail|juuni juunil|juuli juulil|august augustil aug|september septembril sept|oktoober oktoobril okt|november novembril nov|detsember detsembril dets",
    "lv": "janvāris janvāra janvārī janv|februāris februāra februārī febr|marts marta martā|aprīlis aprīļa aprīlī apr|maijs maija maijā|jūnijs jūnija jūnijā jūn|jūlijs jūlija jūlijā jūl|augusts augusta augustā aug|septembris septembra septembrī sept|oktobris oktobra oktobrī okt|novembris novembra novembrī nov|decembris decembra decembrī dec",
    "lt": "sausis sausio saus sau|vasaris vasario vas|kovas kovo kov|balandis balandžio bal|gegužė gegužės geg|birželis birželio birž bir|liepa liepos liep lie|rugpjūtis rugpjūčio rugp rgp|rugsėjis rugsėjo rugs rgs|spalis spalio spal spa|lapkritis lapkričio lapkr lap|gruodis gruodžio gruod grd",
    "pl": "styczeń stycznia stycz sty|luty lutego lut|marzec marca marz mar|kwiecień kwietnia kwiec kwi|maj maja|czerwiec czerwca czerw cze|lipiec lipca lip|sierpień sierpnia sierp sie|wrzesień września wrzes wrz|październik października paźdz paź|listopad listopada listop lis|grudzień grudnia grudz gru",
    "cs": "leden ledna led|únor února úno|březen března břez bře|duben dubna dub|květen května kvě|červen června červ čvn|červenec července červc čvc|srpen srpna srp|září zář|říjen října říj|listopad listopadu lis|prosinec prosince pro",
    "sk": "január januára jan|február februára feb|marec marca mar|apríl apríla apr|máj mája|jún júna|júl júla|august augusta aug|september septembra sep|október októbra okt|november novembra nov|december decembra dec",
    "sl": "januar januarja jan|februar februarja feb|marec marca mar|april aprila apr|maj maja|junij junija jun|julij julija jul|avgust avgusta avg|september septembra sep|oktober oktobra okt|november novembra nov|december decembra dec",
    "hr": "siječanj siječnja sij|veljača veljače velj|ožujak ožujka ožu|travanj travnja tra|svibanj svibnja svi|lipanj lipnja lip|srpanj srpnja srp|kolovoz kolovoza kol|rujan rujna ruj|listopad listopada lis|studeni studenoga studenog stu|prosinac prosinca pro",
    "hu": "január jan|február febr|március márc|április ápr|május máj|június jún|július júl|augusztus aug|szeptember szept|október okt|november nov|december dec",
    "ro": "ianuarie ian|februarie feb|martie mar|aprilie apr|mai|iunie iun|iulie iul|august aug|septembrie sept sep|octombrie oct|noiembrie nov noi|decembrie dec",
    "bg": "януари яну|февруари фев|март|април апр|май|юни|юли|август авг|септември сеп|октомври окт|ноември ное|декември дек",
    "el": "Ιανουάριος Ιανουαρίου Γενάρης Γενάρη Ιαν|Φεβρουάριος Φεβρουαρίου Φλεβάρης Φλεβάρη Φεβ|Μάρτιος Μαρτίου Μάρτης Μάρτη Μαρ|Απρίλιος Απριλίου Απρίλης Απρίλη Απρ|Μάιος Μαΐου Μάης Μάη Μάι|Ιούνιος Ιουνίου Ιούνης Ιούνη Ιουν|Ιούλιος Ιουλίου Ιούλης Ιούλη Ιουλ|Αύγουστος Αυγούστου Αυγ|Σεπτέμβριος Σεπτεμβρίου Σεπτέμβρης Σεπτέμβρη Σεπ|Οκτώβριος Οκτωβρίου Οκτώβρης Οκτώβρη Οκτ|Νοέμβριος Νοεμβρίου Νοέμβρης Νοέμβρη Νοε|Δεκέμβριος Δεκεμβρίου Δεκέμβρης Δεκέμβρη Δεκ",
    "ru": "январь января янв|февраль февраля февр|март марта мар|апрель апреля апр|май мая|июнь июня июн|июль июля июл|август августа авг|сентябрь сентября сент|октябрь октября окт|ноябрь ноября нояб|декабрь декабря дек",
    "uk": "січень січня січ|лютий лютого лют|березень березня бер|квітень квітня квіт|травень травня трав|червень червня черв|липень липня лип|серпень серпня серп|вересень вересня вер|жовтень жовтня жовт|листопад листопада лист|грудень грудня груд",
    "sr": "јануар јануара јан januar januara jan|фебруар фебруара феб februar februara feb|март марта мар mart marta mar|април априла апр april aprila apr|мај маја maj maja|јун јуна јуни jun juna|јул јула јули jul jula|август августа авг avgust avgusta avg|септембар септембра сеп septembar septembra sep|октобар октобра окт oktobar oktobra okt|новембар новембра нов novembar novembra nov|децембар децембра дец decembar decembra dec",
    "bs": "januar jan|februar feb|mart mar|april apr|maj|juni jun|juli jul|august augusta aug|septembar sep|oktobar okt|novembar nov|decembar dec",
    "mk": "јануари јан|февруари фев|март мар|април апр|мај|јуни јун|јули јул|август авг|септември сеп|октомври окт|ноември ное|декември дек",
    "tr": "Ocak Oca|Şubat Subat Şub|Mart Mar|Nisan Nis|Mayıs May|Haziran Haz|Temmuz Tem|Ağustos Agustos Ağu|Eylül Eylul Eyl|Ekim Eki|Kasım Kas|Aralık Ara",
    "any": "I|II|III|IV|V|VI|VII|VIII|IX|X|XI|XII",
}
TYPED = [
    (language, month, name.replace("_", " "))
    for language, months in MONTHS.items()
    for month, names in enumerate(months.split("|"), 1)
    for name in names.split()
]


def test_reads_months_in_words():
    """A month's name, in any form and in capitals too, is read as that month wherever it stands in the date."""
    assert not [
        text
        for _, month, name in TYPED
        for text in (f"9. {name} 1978", f"{name} 9, 1978", f"1978 {name}. 9.", f"9 {name.upper()} 1978")
        if 19780009 + month * 100 not in read_date(text).readings
    ]


def test_every_month_of_the_table_was_typed_by_hand():
    """No row of the table goes without a case of its own."""
    typed = {(language, month, fold(name)) for language, month, name in TYPED}
    rows = {
        (language, int(row["month"]), fold(row["name"]))
        for row in read_table("month_names")
        for language in row["language"].split(";")
    }
    assert rows == typed


def read_date_words():
    """Read the facts about words in dates: for each a text with it, and the reading and the problem."""
    for line in case_lines("date_words"):
        head, words = line.split(": ", 1)
        for word in words.split(", "):
            if head.startswith("no date"):
                yield word, word, ((), "placeholder")
            else:
                yield word, f"{word} 13.04.1978", ((19780413,), "")


DATE_WORDS = [*read_date_words()]


@pytest.mark.parametrize(("_word", "text", "expected"), DATE_WORDS)
def test_every_word_beside_a_date_is_passed_over(_word, text, expected):
    """Words like 'født' or 'года' beside a date change nothing; words that say 'unknown' are recognised as such."""
    assert read_date(text) == expected


def test_no_word_to_pass_over_is_part_of_a_month():
    """A word passed over would take a month with it."""
    parts = {word for name in months() for word in name.split()}
    assert not parts & (date_words("ignored") | date_words("no date"))


@pytest.mark.parametrize(
    ("persian", "gregorian"),
    [
        ((1300, 1, 1), 19210321),
        ((1342, 12, 30), 19640320),  # the last day of a leap year
        ((1343, 1, 1), 19640321),
        ((1357, 11, 22), 19790211),  # the revolution
        ((1358, 1, 12), 19790401),
        ((1375, 1, 1), 19960320),
        ((1356, 12, 30), 0),  # no leap year
        ((1357, 7, 31), 0),
        ((1357, 13, 1), 0),
    ],
)
def test_converts_persian_dates(persian, gregorian):
    """Known days of the Iranian calendar fall on the right Gregorian day; days that do not exist fall on none."""
    assert from_persian(*persian) == gregorian


@pytest.mark.parametrize(
    ("hijri", "gregorian"),
    [((1400, 1, 1), "1979-11-20"), ((1420, 1, 1), "1999-04-17"), ((1430, 1, 1), "2008-12-29")],
)
def test_converts_islamic_dates_to_within_a_day(hijri, gregorian):
    """Known new years of the Islamic calendar are met to within one day, which is what arithmetic can give."""
    found = date.fromisoformat(str(from_hijri(*hijri)))
    assert abs(found - date.fromisoformat(gregorian)) <= timedelta(days=1)


def test_islamic_dates_that_do_not_exist_have_no_reading():
    """There is no thirteenth month and no 31st day."""
    assert (from_hijri(1400, 13, 1), from_hijri(1400, 1, 31)) == (0, 0)


@pytest.mark.parametrize(
    ("reading", "default"),
    [
        (19780101, True),
        (19780701, True),
        (19780115, False),
        (19780201, False),
        (19780000, False),
        (19780100, False),
    ],
)
def test_knows_the_dates_that_stand_for_unknown(reading, default):
    """Only 1 January and 1 July stand for an unknown day; a partial reading does not."""
    assert is_default(reading) is default


def test_an_unknown_order_is_refused():
    """A convention that does not exist is an error, not a guess."""
    with pytest.raises(HpmatchError, match="DMY, MDY, YMD"):
        read_date("09.04.1978", "DYM")


DATES = st.dates(date(FIRST_BIRTH_YEAR + 2, 1, 1), date(LAST_BIRTH_YEAR, 12, 31))
FORMATS = {
    "DMY": ["%d.%m.%Y", "%d.%m.%Y.", "%d-%m-%Y", "%d/%m/%Y", "%d %m %Y", "%d%m%Y", "%d %B %Y", "%d-%b-%Y"],
    "MDY": ["%m/%d/%Y", "%m-%d-%Y", "%B %d, %Y"],
    "YMD": [
        "%Y-%m-%d",
        "%Y.%m.%d.",
        "%Y/%m/%d",
        "%Y%m%d",
        "%Y %B %d",
        "%Y-%m-%d 00:00:00",
        "%Y-%m-%dT00:00:00Z",
    ],
}


@given(DATES, st.sampled_from([(order, form) for order, forms in FORMATS.items() for form in forms]))
def test_a_date_written_by_the_convention_is_read_first(day, written):
    """Whatever day is written in a country's convention, that day is the first reading."""
    order, form = written
    result = read_date(day.strftime(form), order)
    assert (result.readings[0], result.problem) == (int(day.strftime("%Y%m%d")), "")


@given(
    st.dates(date(1916, 1, 1), date(1999, 12, 31)),
    st.sampled_from([("DMY", "%d.%m.%y"), ("MDY", "%m/%d/%y"), ("YMD", "%y-%m-%d"), ("DMY", "%d%m%y")]),
)
def test_a_two_digit_year_of_the_twentieth_century_is_read_first(day, written):
    """Years that can only lie in the twentieth century need no more than two digits."""
    order, form = written
    assert read_date(day.strftime(form), order).readings[0] == int(day.strftime("%Y%m%d"))


@given(DATES.filter(lambda day: day >= date(1927, 5, 18)))
def test_spreadsheet_days_are_read(day):
    """Five-digit day numbers are the days of a spreadsheet that counts from 30 December 1899."""
    assert read_date(str((day - date(1899, 12, 30)).days)).readings == (int(day.strftime("%Y%m%d")),)


DATE_LIKE = st.text(st.sampled_from("0123456789.-/ :TZ+XxIVaprilлистоpадгm٠٩０\u200f"), max_size=30)


@given(st.one_of(st.text(), DATE_LIKE), st.sampled_from(ORDERS))
@example("31.12.9999", "DMY")
@example("0" * 80, "DMY")
@example("²³.04.1978", "DMY")
@example("99999 00:00", "YMD")
def test_no_text_fails_and_readings_are_well_formed(text, order):
    """Any text gives a documented problem and distinct readings that are days, or months, or years, in the plausible range."""
    result = read_date(text, order)
    assert result.problem in PROBLEMS
    assert result.readings or result.problem
    assert len(set(result.readings)) == len(result.readings)
    for reading in result.readings:
        year, month, day = reading // 10000, reading // 100 % 100, reading % 100
        assert FIRST_BIRTH_YEAR <= year <= LAST_BIRTH_YEAR
        assert date(year, month or 1, day or 1)
        assert month or not day
        assert day or result.problem


@given(st.text())
def test_plain_characters_are_stable(text):
    """Cleaning a text twice is cleaning it once, and leaves no blanks at its ends."""
    plain = plain_characters(text)
    assert plain_characters(plain) == plain == plain.strip()


@pytest.mark.parametrize(
    "junk",
    [
        "1" * 10_000,
        " " * 9_999 + "x",
        "1." * 5_000,
        "\u200f" * 10_000,
        "ﷺ" * 80,
        "- " * 40,
        "1 " * 39,
        "x" * 80,
    ],
)
def test_junk_is_dismissed(junk):
    """Long or repetitive junk is no date, and does not keep the reader for ever."""
    assert read_date(junk).readings == ()
