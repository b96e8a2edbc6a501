"""What the tests of re-screening share."""

KARI = {"family_name": "Bergersen", "given_name": "Kari", "birth_date": "1980-02-03"}
OLA = {"family_name": "Dahl", "given_name": "Ola", "birth_date": "1975-07-30"}
RASA = {"family_name": "Kazlauskaite", "given_name": "Rasa", "birth_date": "1978-04-09"}
ALERTED = [
    {"alert_id": f"A{number}", "sending_country": "SE", **who} for number, who in enumerate((KARI, OLA, RASA))
]
REGISTER = [{"hpr_number": "12", **OLA}, {"hpr_number": "13", **RASA}]
