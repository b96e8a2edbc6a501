"""Numbers made from a known date by the public rules, one function a kind."""

from datetime import date
from importlib import import_module

# Each takes (born, sex, serial) and gives a number, None if it is not given out.


def _sum(digits, weights):
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _odd_for_men(serial, sex):
    return serial // 2 * 2 + (sex == "M")


def make_norwegian(born, sex, serial, *, add_day=0, add_month=0, remainder=0):
    """The individual number has three digits: 000-499 for the twentieth century, 500-999 after it."""
    individual = _odd_for_men(serial % 498, sex) + (500 if born.year >= 2000 else 0)
    front = f"{born.day + add_day:02}{born.month + add_month:02}{born:%y}{individual:03}"
    k1 = (remainder - _sum(front, [3, 7, 6, 1, 8, 9, 4, 5, 2])) % 11
    k2 = -_sum(f"{front}{k1 % 10}", [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return None if 10 in (k1, k2) else f"{front}{k1}{k2}"


def _luhn_digit(digits):
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits), 1)]
    return str(-sum(n - 9 if n > 9 else n for n in doubled) % 10)


def make_swedish(born, sex, serial, *, add_day=0):
    front = f"{born:%y%m}{born.day + add_day:02}{_odd_for_men(serial % 998, sex):03}"
    return f"{born:%Y}"[:2] + front + _luhn_digit(front)


def make_danish(born, sex, serial, *, add_day=0):
    century = 4 if born.year >= 2000 else serial % 4
    return f"{born.day + add_day:02}{born:%m%y}{century}{serial % 100:02}{_odd_for_men(serial % 10, sex)}"


def make_finnish(born, sex, serial):
    individual = f"{_odd_for_men(2 + serial % 890, sex):03}"
    letter = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{born:%d%m%y}{individual}") % 31]
    return f"{born:%d%m%y}{'A' if born.year >= 2000 else '-'}{individual}{letter}"


def make_icelandic(born, sex, serial):
    del sex
    return f"{born:%d%m%y}{20 + serial % 80}{serial % 10}{'0' if born.year >= 2000 else '9'}"


def make_estonian(born, sex, serial):
    first = (3 if born.year < 2000 else 5) + (sex == "F")
    front = f"{first}{born:%y%m%d}{serial % 1000:03}"
    check = _sum(front, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
    if check == 10:
        check = _sum(front, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10
    return f"{front}{check}"


def make_latvian(born, sex, serial):
    del sex
    front = f"{born:%d%m%y}{1 if born.year < 2000 else 2}{serial % 1000:03}"
    check = (1101 - _sum(front, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11
    return None if check == 10 else f"{front}{check}"


def make_polish(born, sex, serial):
    month = born.month + (20 if born.year >= 2000 else 0)
    front = f"{born:%y}{month:02}{born:%d}{_odd_for_men(serial % 9998, sex):04}"
    return f"{front}{-_sum(front, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10}"


def make_czech(born, sex, serial):
    front = f"{born:%y}{born.month + 50 * (sex == 'F'):02}{born:%d}{serial % 1000:03}"
    if born.year < 1954:
        return front
    return None if int(front) % 11 == 10 else f"{front}{int(front) % 11}"


def make_hungarian_person(born, sex, serial):
    first = (1 if born.year < 2000 else 3) + (sex == "F")
    front = f"{first}{born:%y%m%d}{serial % 1000:03}"
    weights = list(range(1, 11)) if born < date(1997, 1, 1) else list(range(10, 0, -1))
    check = _sum(front, weights) % 11
    return None if check == 10 else f"{front}{check}"


def make_hungarian_tax(born, sex, serial):
    del sex
    front = f"8{(born - date(1867, 1, 1)).days:05}{serial % 1000:03}"
    check = _sum(front, range(1, 10)) % 11
    return None if check == 10 else f"{front}{check}"


def make_romanian(born, sex, serial):
    first = (1 if born.year < 2000 else 5) + (sex == "F")
    front = f"{first}{born:%y%m%d}{1 + serial % 46:02}{1 + serial % 999:03}"
    check = _sum(front, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
    return f"{front}{1 if check == 10 else check}"


def make_bulgarian(born, sex, serial):
    month = born.month + (40 if born.year >= 2000 else 0)
    front = f"{born:%y}{month:02}{born:%d}{serial % 100:02}{serial % 5 * 2 + (sex == 'F')}"
    return f"{front}{_sum(front, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10}"


def make_jmbg(born, sex, serial):
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


def make_italian(born, sex, serial):
    day = born.day + 40 * (sex == "F")
    front = f"XQZKWJ{born:%y}{'ABCDEHLMPRST'[born.month - 1]}{day:02}Z{serial % 1000:03}"
    return front + _italian_letter(front)


def make_italian_with_letters(born, sex, serial):
    """Homonyms get letters for digits."""
    plain = make_italian(born, sex, serial)
    to_letters = str.maketrans("0123456789", "LMNPQRSTUV")
    front = plain[:6] + "".join(c.translate(to_letters) for c in plain[6:15])
    front = front[:8] + plain[8] + front[9:]
    return front + _italian_letter(front)


def make_belgian(born, sex, serial, *, add_month=0):
    front = f"{born:%y}{born.month + add_month:02}{born:%d}{_odd_for_men(2 + serial % 995, sex):03}"
    check = 97 - int(("2" if born.year >= 2000 else "") + front) % 97
    number = f"{front}{check:02}"
    other = int(("" if born.year >= 2000 else "2") + front)
    return None if (other + check) % 97 == 0 else number


def make_french(born, sex, serial):
    front = f"{'1' if sex == 'M' else '2'}{born:%y%m}75{1 + serial % 120:03}{1 + serial % 999:03}"
    return f"{front}{97 - int(front) % 97:02}"


def make_greek(born, sex, serial):
    front = f"{born:%d%m%y}{_odd_for_men(serial % 9998, sex):04}"
    return front + _luhn_digit(front)


def make_austrian(born, sex, serial):
    del sex
    serial_digits, birthday = f"{100 + serial % 900}", f"{born:%d%m%y}"
    check = _sum(serial_digits + birthday, [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11
    return None if check == 10 else f"{serial_digits}{check}{birthday}"


def make_german(born, sex, serial):
    front = f"{10 + serial % 80}{born:%d%m%y}M{serial % 50 + 50 * (sex == 'F'):02}"
    digits = front.replace("M", "13")
    products = [str(int(d) * w) for d, w in zip(digits, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1], strict=True)]
    return f"{front}{sum(map(int, ''.join(products))) % 10}"


def make_luxembourgish(born, sex, serial):
    del sex
    front = f"{born:%Y%m%d}{serial % 1000:03}"
    return front + _luhn_digit(front) + import_module("stdnum.verhoeff").calc_check_digit(front)


def make_old_luxembourgish(born, sex, serial):
    front = f"{born:%Y%m%d}{_odd_for_men(serial % 98, sex):02}"
    check = -_sum(front, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return None if check == 10 else f"{front}{check}"


def make_ukrainian(born, sex, serial):
    front = f"{(born - date(1899, 12, 31)).days:05}{serial % 1000:03}{_odd_for_men(serial % 8, sex)}"
    return f"{front}{_sum(front, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10}"


def _plus(make, **additions):
    return lambda born, sex, serial: make(born, sex, serial, **additions)


# country, kind, how it is made, whether it tells the sex, whether every wrong digit is noticed
MAKERS = [
    ("NO", "fnr", make_norwegian, True, True),
    ("NO", "dnr", _plus(make_norwegian, add_day=40), True, True),
    ("NO", "hnr", _plus(make_norwegian, add_month=40), True, True),
    ("NO", "tnr", _plus(make_norwegian, add_month=80), True, True),
    ("NO", "tnr", _plus(make_norwegian, add_month=65), True, True),
    ("NO", "tnr", _plus(make_norwegian, add_day=40, add_month=80), True, True),
    ("NO", "hnr", _plus(make_norwegian, add_day=40, add_month=40), True, True),
    ("NO", "fnr", _plus(make_norwegian, remainder=1), False, True),
    ("NO", "dnr", _plus(make_norwegian, remainder=3, add_day=40), False, True),
    ("NO", "tnr", _plus(make_norwegian, remainder=2, add_month=80), False, True),
    ("SE", "personnummer", make_swedish, True, False),
    ("SE", "samordningsnummer", _plus(make_swedish, add_day=60), True, False),
    ("DK", "cpr", make_danish, True, False),
    ("DK", "cpr", _plus(make_danish, add_day=60), True, False),
    ("FI", "hetu", make_finnish, True, True),
    ("IS", "kennitala", make_icelandic, False, False),
    ("EE", "isikukood", make_estonian, True, False),
    ("LT", "asmens_kodas", make_estonian, True, False),
    ("LV", "personas_kods", make_latvian, False, False),
    ("PL", "pesel", make_polish, True, True),
    ("CZ", "rodne_cislo", make_czech, True, False),
    ("SK", "rodne_cislo", make_czech, True, False),
    ("HU", "szemelyi_szam", make_hungarian_person, True, False),
    ("HU", "adoazonosito_jel", make_hungarian_tax, False, True),
    ("RO", "cnp", make_romanian, True, False),
    ("BG", "egn", make_bulgarian, True, False),
    *((country, "jmbg", make_jmbg, True, False) for country in ("SI", "HR", "BA", "ME", "MK", "RS")),
    ("IT", "codice_fiscale", make_italian, True, True),
    ("IT", "codice_fiscale", make_italian_with_letters, True, False),
    ("BE", "nn", make_belgian, True, False),
    ("BE", "bis", _plus(make_belgian, add_month=40), True, False),
    ("BE", "bis", _plus(make_belgian, add_month=20), False, False),
    ("FR", "nir", make_french, True, True),
    ("GR", "amka", make_greek, True, True),
    ("AT", "svnr", make_austrian, False, False),
    ("DE", "rvnr", make_german, True, False),
    ("LU", "matricule", make_luxembourgish, False, True),
    ("LU", "matricule_11", make_old_luxembourgish, True, False),
    ("UA", "rnokpp", make_ukrainian, True, False),
]
