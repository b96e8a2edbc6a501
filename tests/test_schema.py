"""Which column plays which role."""

import pytest

from hpmatch.cases import CASE_ROLES
from hpmatch.errors import SchemaError
from hpmatch.reconcile.tables import DECISION_ROLES
from hpmatch.schema import (
    ALERT_ROLES,
    CHANGE_ROLES,
    RECORD_ROLES,
    Schema,
    kind_told,
    read_schema,
    resolve,
    with_id,
)

# What the column is called, the role it is recognised as.
ALIASES = {
    "alert_id": ["alert_id", "Alert", "ALERT-NUMBER", "imi number", "melding_id", "meldingsnummer", "varsel id", "Varselnummer"],
    "sending_country": ["sending_country", "sender country", "Country", "avsenderland", "meldeland", "Land"],
    "sent_date": ["sent_date", "sent at", "sendt_dato", "sendedato", "meldt dato"],
    "family_name": ["family_name", "Surname", "Surname(s)", "Last Name", "LASTNAME", "etternavn", "Slektsnavn"],
    "given_name": ["given_name", "given names", "First name", "firstname", "forename", "Forename(s)", "Fornavn", "Vorname(n)"],
    "birth_date": ["birth_date", "date of birth", "birthDate", "DOB", "fødselsdato", "fodselsdato", "foedselsdato", "Født"],
    "sex": ["sex", "Gender", "Kjønn", "kjonn", "kjoenn"],
    "profession": ["profession", "profession title", "Yrke", "yrker", "yrkesgruppe", "yrkestittel"],
    "specialty": ["specialty", "speciality", "Spesialitet"],
    "birth_place": ["birth_place", "place of birth", "fødested"],
    "birth_name": ["birth_name", "name at birth", "maiden name", "fødenavn", "pikenavn", "navn ved fødsel"],
    "other_names": ["other_names", "former names", "andre navn", "tidligere navn"],
    "nationality": ["nationality", "citizenship", "statsborgerskap"],
    "national_id": ["national_id", "national identifier", "personal code", "fødselsnummer", "fnr", "personnummer", "NIN"],
    "measure": ["measure", "tiltak", "Reaksjon"],
    "decision_date": ["decision_date", "vedtaksdato"],
    "reason": ["reason", "årsak", "aarsak"],
    "status": ["status", "alert status"],
    "hpr_number": ["hpr_number", "hpr no", "HPR-nummer", "hprnummer", "hpr nr", "HP-nummer"],
    "middle_name": ["middle_name", "middle names", "Mellomnavn"],
    "professions": ["professions", "helsepersonellkategori", "helsepersonellkategorier", "autorisasjon", "autorisasjoner"],
    "specialties": ["specialties", "specialities", "spesialiteter"],
    "education_country": ["education_country", "country of education", "utdanningsland", "KonvertertFraLand"],
    "id": ["ID", "record id", "rec_id", "unique_id", "Løpenummer", "lopenummer"],
    "case_number": ["case_number", "case no", "Saksnummer", "saksnr"],
    "decision_id": ["decision_id", "Decision number", "case number", "Saksnummer", "saksnr", "vedtak id", "Vedtaksnummer"],
    "case_status": ["status", "case status", "saksstatus"],
    "case_date": ["date", "case date", "Dato", "saksdato"],
    "change": ["change", "Change type", "operation", "Action", "endring", "Endringstype", "type endring", "Handling", "hendelse", "hendelsestype"],
}  # fmt: skip

# As lists of persons are headed in other languages, and what the columns are; of one language each role may have several names.
HEADERS = {
    "de": {"family_name": ["Nachname", "Familienname", "Zuname"], "given_name": ["Vorname", "Vornamen"], "birth_name": ["Geburtsname"], "birth_date": ["Geburtsdatum"], "birth_place": ["Geburtsort"], "sex": ["Geschlecht"], "nationality": ["Staatsangehörigkeit", "Staatsangehoerigkeit", "Nationalität"]},
    "fr": {"family_name": ["Nom de famille", "Nom d usage"], "given_name": ["Prénom", "Prénoms"], "birth_name": ["Nom de naissance"], "birth_date": ["Date de naissance"], "birth_place": ["Lieu de naissance"], "sex": ["Sexe"], "nationality": ["Nationalité"]},
    "es": {"family_name": ["Apellido", "Apellidos"], "given_name": ["Nombre de pila"], "birth_date": ["Fecha de nacimiento", "Fecha nacimiento"], "birth_place": ["Lugar de nacimiento"], "sex": ["Sexo"], "nationality": ["Nacionalidad"]},
    "pt": {"family_name": ["Apelido", "Sobrenome"], "given_name": ["Nome próprio"], "birth_date": ["Data de nascimento", "Data nascimento"], "birth_place": ["Local de nascimento"], "nationality": ["Nacionalidade"]},
    "it": {"family_name": ["Cognome"], "birth_date": ["Data di nascita", "Data nascita"], "birth_place": ["Luogo di nascita", "Luogo nascita"], "sex": ["Sesso"], "nationality": ["Cittadinanza", "Nazionalità"]},
    "ro": {"family_name": ["Nume de familie"], "given_name": ["Prenume"], "birth_date": ["Data nașterii"], "birth_place": ["Locul nașterii"], "nationality": ["Cetățenie", "Cetățenia"]},
    "nl": {"family_name": ["Achternaam"], "given_name": ["Voornaam", "Voornamen"], "birth_name": ["Geboortenaam"], "birth_date": ["Geboortedatum"], "birth_place": ["Geboorteplaats"], "sex": ["Geslacht"], "nationality": ["Nationaliteit"]},
    "sv": {"family_name": ["Efternamn"], "given_name": ["Förnamn"], "birth_name": ["Födelsenamn"], "birth_date": ["Födelsedatum"], "birth_place": ["Födelseort"], "nationality": ["Medborgarskap"]},
    "da": {"family_name": ["Efternavn"], "sex": ["Køn"], "nationality": ["Statsborgerskab"]},
    "fi": {"family_name": ["Sukunimi"], "given_name": ["Etunimi", "Etunimet"], "birth_date": ["Syntymäaika"], "birth_place": ["Syntymäpaikka"], "sex": ["Sukupuoli"], "nationality": ["Kansalaisuus"]},
    "is": {"family_name": ["Kenninafn", "Eftirnafn"], "given_name": ["Eiginnafn", "Eiginnöfn"], "birth_date": ["Fæðingardagur"], "birth_place": ["Fæðingarstaður"], "sex": ["Kyn"], "nationality": ["Ríkisfang"]},
    "pl": {"family_name": ["Nazwisko"], "given_name": ["Imię", "Imiona"], "birth_name": ["Nazwisko rodowe"], "birth_date": ["Data urodzenia"], "birth_place": ["Miejsce urodzenia"], "sex": ["Płeć"], "nationality": ["Obywatelstwo"]},
    "cs": {"family_name": ["Příjmení"], "birth_name": ["Rodné příjmení"], "birth_date": ["Datum narození"], "birth_place": ["Místo narození"], "sex": ["Pohlaví"], "nationality": ["Státní občanství"]},
    "sk": {"family_name": ["Priezvisko"], "birth_name": ["Rodné priezvisko"], "birth_date": ["Dátum narodenia"], "birth_place": ["Miesto narodenia"], "sex": ["Pohlavie"], "nationality": ["Štátne občianstvo"]},
    "hu": {"family_name": ["Vezetéknév", "Családi név"], "given_name": ["Keresztnév", "Utónév"], "birth_name": ["Születési név"], "birth_date": ["Születési dátum", "Születési idő"], "birth_place": ["Születési hely"], "sex": ["Neme"], "nationality": ["Állampolgárság"]},
    "lt": {"family_name": ["Pavardė"], "birth_date": ["Gimimo data"], "birth_place": ["Gimimo vieta"], "sex": ["Lytis"], "nationality": ["Pilietybė"]},
    "lv": {"family_name": ["Uzvārds"], "birth_date": ["Dzimšanas datums"], "birth_place": ["Dzimšanas vieta"], "sex": ["Dzimums"], "nationality": ["Pilsonība", "Valstspiederība"]},
    "et": {"family_name": ["Perekonnanimi"], "given_name": ["Eesnimi"], "birth_date": ["Sünniaeg", "Sünnikuupäev"], "birth_place": ["Sünnikoht"], "sex": ["Sugu"], "nationality": ["Kodakondsus"]},
    "hr": {"family_name": ["Prezime"], "birth_date": ["Datum rođenja"], "birth_place": ["Mjesto rođenja"], "sex": ["Spol"], "nationality": ["Državljanstvo"]},
    "sl": {"family_name": ["Priimek"], "birth_date": ["Datum rojstva"], "birth_place": ["Kraj rojstva"]},
    "el": {"family_name": ["Επώνυμο"], "birth_date": ["Ημερομηνία γέννησης"], "birth_place": ["Τόπος γέννησης"], "sex": ["Φύλο"], "nationality": ["Ιθαγένεια", "Υπηκοότητα"]},
    "bg": {"family_name": ["Фамилия", "Фамилно име"], "given_name": ["Собствено име"], "birth_date": ["Дата на раждане"], "birth_place": ["Място на раждане"], "sex": ["Пол"], "nationality": ["Гражданство"]},
}  # fmt: skip
for _roles in HEADERS.values():
    for _role, _names in _roles.items():
        ALIASES[_role] += _names
# What means a surname, or a given name, beside a column that means the other, and anything where there is none.
BESIDE = [
    ("Nom", "family_name", "Prénom", "given_name"),
    ("NOM", "family_name", "Prénoms", "given_name"),
    ("Nume", "family_name", "Prenume", "given_name"),
    ("Name", "family_name", "Vorname", "given_name"),
    ("Name", "family_name", "Vornamen", "given_name"),
    ("Naam", "family_name", "Voornaam", "given_name"),
    ("Naam", "family_name", "Voornamen", "given_name"),
    ("Nombre", "given_name", "Apellidos", "family_name"),
    ("Nombres", "given_name", "Apellido", "family_name"),
    ("Nome", "given_name", "Cognome", "family_name"),
    ("Nome", "given_name", "Apelido", "family_name"),
    ("Nome", "given_name", "Sobrenome", "family_name"),
    ("Jméno", "given_name", "Příjmení", "family_name"),
    ("Meno", "given_name", "Priezvisko", "family_name"),
    ("Vardas", "given_name", "Pavardė", "family_name"),
    ("Vardai", "given_name", "Pavardė", "family_name"),
    ("Vārds", "given_name", "Uzvārds", "family_name"),
    ("Vārdi", "given_name", "Uzvārds", "family_name"),
    ("Ime", "given_name", "Prezime", "family_name"),
    ("Ime", "given_name", "Priimek", "family_name"),
    ("Όνομα", "given_name", "Επώνυμο", "family_name"),
    ("Име", "given_name", "Фамилия", "family_name"),
    ("Име", "given_name", "Фамилно име", "family_name"),
]
# What tells a kind where the cells bear it out.
KINDS_TOLD = {
    "name": [
        "Name", "Names", "Full Name", "complete name", "Name in full", "Person", "person_name", "name of person",
        "Surname, first name", "surname and first name", "Last name, first name", "First name, last name",
        "Employee", "Employee name", "staff_name", "Patient", "Patient name", "client name", "Customer Name",
        "member name", "Contact", "contact_name", "Contact person", "Navn", "Fullt navn", "hele navnet",
        "personnavn", "Etternavn, fornavn", "Etternavn og fornavn", "Fornavn etternavn", "For- og etternavn",
        "Ansatt", "Pasient", "pasientnavn", "kontaktperson", "Namn", "Fullt namn", "Vollständiger Name",
        "Vollstaendiger Name", "Vor- und Nachname", "Vor- und Zuname", "Name, Vorname", "Nachname, Vorname",
        "Mitarbeiter", "Patient/in", "Ansprechpartner", "Nom", "Noms", "Nom complet", "NOM, Prénom", "Nom et prénom",
        "Nombre", "Nombre completo", "Nombre y apellidos", "Apellidos y nombre", "Apellidos, nombre", "Nome",
        "Nome completo", "Nominativo", "Cognome Nome", "Cognome e nome", "Nome e cognome", "Nume", "Nume complet",
        "Nume și prenume", "Naam", "Volledige naam", "Fullständigt namn", "För- och efternamn", "Fulde navn", "Nimi",
        "Koko nimi", "Nafn", "Fullt nafn", "Imię i nazwisko", "Nazwisko i imię", "Jméno", "Celé jméno",
        "Jméno a příjmení", "Příjmení a jméno", "Meno", "Celé meno", "Meno a priezvisko", "Priezvisko a meno", "Név",
        "Teljes név", "Vardas, pavardė", "Vardas ir pavardė", "Pavardė, vardas", "Vārds, uzvārds",
        "Vārds un uzvārds", "Uzvārds, vārds", "Täisnimi", "Ees- ja perekonnanimi", "Ime", "Ime i prezime",
        "Prezime i ime", "Ime in priimek", "Priimek in ime", "Όνομα", "Ονοματεπώνυμο", "Име", "Трите имена",
        "Име и фамилия",
    ],
    "telephone": [
        "Phone", "Phone number", "Phone no.", "Telephone", "Telephone Number", "telephone no", "Tel.", "Tel. no.",
        "Mobile", "mobile_phone", "Mobile number", "Mobile no.", "Cell phone", "cell number", "Home phone",
        "phone_home", "work_phone", "Phone (work)", "Business Phone", "Contact number", "Landline", "Fax",
        "Fax number", "Telefon", "Telefonnummer", "Telefonnr.", "Tlf.", "tlf.nr.", "Telefon privat",
        "Telefon arbeid", "Mobil", "Mobilnummer", "mobilnr", "Mobiltelefon", "Tel.-Nr.", "Rufnummer", "Handy",
        "Handynummer", "Festnetz", "Telefon dienstlich", "Telefax", "Téléphone", "Numéro de téléphone",
        "Téléphone mobile", "Téléphone portable", "Téléphone fixe", "Teléfono", "Número de teléfono",
        "Teléfono móvil", "Móvil", "Celular", "Telefone", "Número de telefone", "Telemóvel", "Numero di telefono",
        "Cellulare", "Număr de telefon", "Telefoon", "Telefoonnummer", "Mobiel", "Puhelin", "Puhelinnumero",
        "Matkapuhelin", "Sími", "Símanúmer", "Farsími", "Numer telefonu", "Nr telefonu", "Telefon komórkowy",
        "Telefonní číslo", "Telefónne číslo", "Telefonszám", "Telefonas", "Telefono numeris", "Tālrunis",
        "Tālruņa numurs", "Telefoninumber", "Mobiiltelefon", "Broj telefona", "Mobitel", "Telefonska številka",
        "Τηλέφωνο", "Αριθμός τηλεφώνου", "Κινητό", "Телефон", "Телефонен номер", "Мобилен телефон",
    ],
}  # fmt: skip
# What is taken for a role only where no other column plays it, as an agency's exports are headed.
ALONE = {
    "alert_id": ["IMI-nummer", "Meldingsnr.", "Varsel nr", "IMI alert number"],
    "sending_country": ["Meldende land", "Varslende land", "Varselland", "Issuing Member State", "Issuing country", "Sending Member State", "Avsendende land"],
    "sent_date": ["Dato sendt", "Meldingsdato", "Varseldato", "Date sent", "Date of broadcast"],
    "hpr_number": ["HPR", "HPR-ID", "Helsepersonellnummer", "Helsepersonellnr"],
    "family_name": ["Etternamn", "Slektsnamn"],
    "given_name": ["For- og mellomnavn", "For- og mellomnamn", "Fornavn og mellomnavn"],
    "middle_name": ["Mellomnamn"],
    "birth_name": ["Fødselsnavn"],
    "other_names": ["Andre namn", "Tidlegare namn"],
    "birth_date": ["Født dato", "FODT_DATO", "Foedt dato", "Fødd dato", "Fødd", "Dato født", "F.dato", "Fødselsdag"],
    "birth_place": ["Fødestad"],
    "profession": ["professions", "Helsepersonellkategori", "Helsepersonellkategorier", "Autorisasjon", "Autorisasjoner", "Profesjon", "Autorisasjonstype", "Beruf", "Erhverv", "Yrkesgrupper", "Yrkestitler", "Profesjoner", "Yrkeskategori", "Helsepersonelltype"],
    "professions": ["profession", "Yrke", "Yrkesgruppe", "Yrkestittel", "Profesjon", "Autorisasjonstype", "Yrker", "Yrkesgrupper", "Yrkestitler", "Profesjoner", "Yrkeskategori", "Helsepersonelltype"],
    "specialty": ["specialties", "specialities", "Spesialiteter"],
    "specialties": ["specialty", "speciality", "Spesialitet", "Godkjente spesialiteter"],
    "education_country": ["Utdannelsesland", "Utdannet i land", "Utd.land", "Utdannet i", "Country of training"],
    "nationality": ["Nasjonalitet", "Statsborgarskap"],
    "national_id": ["D-nummer", "Fnr/Dnr", "Fnr/D-nummer", "Fødselsnummer/D-nummer", "Foedselsnummer / D-nummer", "Fødselsnummer eller D-nummer", "Fødselsnummer og D-nummer", "Fødsels-/D-nummer", "Fødsels- eller D-nummer", "Fødsels- og D-nummer", "Fødselsnr.", "Personnr", "Folkeregisteridentifikator", "Nasjonal ID", "Nasjonalt ID-nummer", "Utenlandsk ID"],
    "measure": ["Reaksjonstype"],
    "decision_date": ["Dato for vedtak", "Vedtak dato"],
    "status": ["Varselstatus"],
}  # fmt: skip
ALONE_PAIRS = [(role, alias) for role, aliases in ALONE.items() for alias in aliases]


def taken_for(role, alias):
    """Give the column that is taken for a role where one has this name."""
    known = next(
        roles
        for roles in (ALERT_ROLES, CHANGE_ROLES, CASE_ROLES, DECISION_ROLES, RECORD_ROLES)
        if role in roles
    )
    others = [] if known is CASE_ROLES else [known[0], "family_name", "given_name", "birth_date"]
    columns = [alias, *(name for name in others if name != role)]
    required = ("birth_date",) if others else ()
    return resolve(Schema(), columns, known, table="t", required=required).roles.get(role)


def test_what_is_no_schema_is_refused():
    """The message says what to give."""
    with pytest.raises(SchemaError, match=r"a dict is no schema; give hp\.Schema"):
        read_schema({"id": "case"}, "alerts")


def test_a_column_that_has_a_role_is_not_offered_for_another():
    """However like it their names are."""
    with pytest.raises(SchemaError, match="no column for 'case_number'; found: hpr_number; recognised"):
        resolve(Schema(), ["hpr_number"], CASE_ROLES, table="cases", required=("hpr_number",))


@pytest.mark.parametrize(
    ("role", "alias"), [(role, alias) for role, aliases in ALIASES.items() for alias in aliases]
)
def test_aliases_are_recognised(role, alias):
    """Names in many languages are known, whatever their case, blanks and missing marks."""
    assert taken_for(role, alias) == alias


@pytest.mark.parametrize(("role", "alias"), ALONE_PAIRS)
def test_what_tells_a_role_where_no_other_column_does(role, alias):
    """A D-number is the national identifier of who has no other, and a register's *Yrke* its professions."""
    assert taken_for(role, alias) == alias


@pytest.mark.parametrize(("role", "alias"), ALONE_PAIRS)
def test_what_tells_a_role_alone_gives_way_to_any_other_column(role, alias):
    """A table of both was read before, and is read as it was."""
    tables = (ALERT_ROLES, CHANGE_ROLES, CASE_ROLES, DECISION_ROLES, RECORD_ROLES)
    for known in (roles for roles in tables if role in roles):
        for columns in ([alias, role], [role, alias]):
            assert resolve(Schema(), columns, known, table="t", required=()).roles[role] == role
    said = resolve(
        Schema(columns={"town": role}), [alias, "town"], (*RECORD_ROLES, role), table="t", required=()
    )
    assert said.roles[role] == "town"


@pytest.mark.parametrize(
    ("kind", "column"), [(kind, column) for kind, columns in KINDS_TOLD.items() for column in columns]
)
def test_what_tells_a_kind(kind, column):
    """Whatever the case, blanks, marks and a number behind; not where it is a part of another word."""
    for written in (column, column.upper(), column.replace(" ", "_"), f"{column} 2"):
        assert kind_told(written) == kind
    assert kind_told(f"{column} of town") is None


def test_fnr_and_d_number_side_by_side_are_read_as_ever():
    """The one is the national identifier, and nothing is made of the other; a schema may say that it is the other way round."""
    columns = ["HPR-nummer", "Etternavn", "Fornavn", "Fødselsdato", "Fnr", "D-nummer"]
    roles = resolve(Schema(), columns, CHANGE_ROLES, table="register").roles
    assert roles["national_id"] == "Fnr"
    said = Schema(columns={"D-nummer": "national_id"})
    assert resolve(said, columns, CHANGE_ROLES, table="register").roles["national_id"] == "D-nummer"


def test_of_two_that_tell_a_role_alone_none_is_chosen():
    """Which of them is meant nobody knows."""
    message = _message([*ALERT_COLUMNS, "Autorisasjon", "Helsepersonellkategori"])
    assert "'Autorisasjon' and 'Helsepersonellkategori' are both taken for 'profession'" in message


def test_what_has_a_role_of_its_own_is_not_taken_for_another():
    """In a table that may have both, *profession* is no second column of *professions*, nor is *Yrke*."""
    roles = resolve(Schema(), ["id", "Yrke", "specialties"], RECORD_ROLES, table="t", required=()).roles
    assert dict(roles) == {"id": "id", "profession": "Yrke", "specialties": "specialties"}


@pytest.mark.parametrize(("name", "role", "other", "its_role"), BESIDE)
def test_what_means_a_name_only_beside_another(name, role, other, its_role):
    """Spanish *nombre* is a given name beside *apellidos*; alone it may be the name of a shop."""
    roles = resolve(Schema(), ["no", other, name], RECORD_ROLES, table="t", required=()).roles
    assert (roles[role], roles[its_role]) == (name, other)
    assert role not in resolve(Schema(), ["no", name, "town"], RECORD_ROLES, table="t", required=()).roles
    said = resolve(
        Schema(columns={"town": role}), ["no", other, name, "town"], RECORD_ROLES, table="t", required=()
    )
    assert said.roles[role] == "town"


def test_what_is_something_else_is_no_name_beside_another():
    """Neither the identifier that a schema names, nor what a model reads by its own name; and of two none is chosen."""
    said = resolve(Schema("Nom"), ["Nom", "Prénom"], RECORD_ROLES, table="t", required=())
    assert dict(said.roles) == {"id": "Nom", "given_name": "Prénom"}
    own = resolve(Schema("no"), ["no", "nom", "Prénom"], (*RECORD_ROLES, "nom"), table="t", required=())
    assert dict(own.roles) == {"id": "no", "nom": "nom", "given_name": "Prénom"}
    with pytest.raises(SchemaError, match="'Vardas' and 'Vardai' are both taken for 'given_name'"):
        resolve(Schema("no"), ["no", "Vardas", "Vardai", "Pavardė"], RECORD_ROLES, table="t", required=())


def test_a_table_is_recognised_by_another_languages_names():
    """A whole line of them at once."""
    line = ["Alert", "Nom", "Prénoms", "Date de naissance", "Nationalité"]
    roles = resolve(Schema(), line, ALERT_ROLES, table="alerts").roles
    assert dict(roles) == dict(
        zip(("alert_id", "family_name", "given_name", "birth_date", "nationality"), line, strict=True)
    )


ALERT_COLUMNS = ["alert_id", "family_name", "given_name", "birth_date"]


def _message(columns, schema=Schema(), known=ALERT_ROLES):  # noqa: B008 - frozen
    with pytest.raises(SchemaError) as raised:
        resolve(schema, columns, known, table="alerts")
    return str(raised.value)


def test_a_missing_column_is_named_with_what_was_found_and_what_would_fit():
    """The message names the role, the columns found, the names known and the way out."""
    message = _message(["alert_id", "family_name", "given_name", "born_on"])
    assert "'birth_date'" in message
    assert "born_on" in message
    assert "fødselsdato" in message
    assert 'YOUR_COLUMN = "birth_date"' in message


def test_all_problems_are_told_at_once():
    """Nobody has to mend a file one message at a time."""
    message = _message(["alert_id", "note"])
    assert all(role in message for role in ("'family_name'", "'given_name'", "'birth_date'"))


def test_a_column_named_twice_is_refused():
    """Two columns of one name cannot be told apart."""
    assert "'family_name' is there more than once" in _message([*ALERT_COLUMNS, "family_name"])


def test_two_columns_for_one_role_are_refused():
    """An alias beside the name itself would be a guess."""
    message = _message([*ALERT_COLUMNS, "etternavn"])
    assert "'family_name' and 'etternavn'" in message


def test_a_schema_decides_between_two_columns():
    """What the user says goes before what is recognised."""
    schema = Schema(columns={"etternavn": "family_name"})
    layout = resolve(schema, [*ALERT_COLUMNS, "etternavn"], ALERT_ROLES, table="alerts")
    assert layout.roles["family_name"] == "etternavn"


def test_a_schema_with_an_unknown_column_names_the_nearest():
    """A slip of the pen in the schema is shown with what it may have meant."""
    assert "did you mean 'surname'" in _message(
        [*ALERT_COLUMNS, "surname"], Schema(columns={"surnam": "family_name"})
    )


def test_a_schema_with_an_unknown_role_lists_what_would_fit():
    """An unknown role is answered with the known ones."""
    message = _message([*ALERT_COLUMNS, "x"], Schema(columns={"x": "familyname"}))
    assert "role or kind 'familyname'" in message
    assert "did you mean 'family_name'" in message
    assert "category" in message


def test_an_unknown_kind_lists_the_kinds_first():
    """Of a table about something else they are what was meant."""
    message = _message(["id", "price"], Schema(columns={"price": "decimal"}), RECORD_ROLES)
    assert message.index(
        "the kinds name, date, year, category, text, words, number, identifier"
    ) < message.index("the roles ")


FREE = ["sku", "title", "price"]


def test_names_are_told_of_tables_that_have_names():
    """Those of a frame, or of a file of which the schema names some, are no data, however unknown they are."""
    for columns, is_headed in (({"titel": "text"}, False), ({"titel": "text", "price": "number"}, True)):
        with pytest.raises(SchemaError, match=r"found: sku, title, price \(did you mean 'title'\?\)"):
            resolve(
                Schema(columns=columns),
                FREE,
                RECORD_ROLES,
                table="t",
                required=(),
                is_headed_by_line=is_headed,
            )


@pytest.mark.parametrize(("names", "is_headed"), [(["Berg", "Kari"], True), (["Berg", "1980-02-03"], False)])
def test_names_that_may_be_data_are_not_told(names, is_headed):
    """A frame may have been read from a file without a header."""
    with pytest.raises(SchemaError, match="may hold data") as raised:
        resolve(Schema("no"), names, RECORD_ROLES, table="t", required=(), is_headed_by_line=is_headed)
    assert not any(name in str(raised.value) for name in names)


def test_what_a_model_reads_by_its_own_name_goes_before_an_alias():
    """A column of that very name is meant, and a schema may name another for it."""
    known = (*RECORD_ROLES, "surname", "town")
    assert resolve(Schema(), ["no", "surname"], known, table="t", required=()).roles == {"surname": "surname"}
    said = Schema(columns={"city": "town"})
    assert resolve(said, ["no", "city"], known, table="t", required=()).roles == {"town": "city"}


def test_the_first_column_that_is_called_an_identifier_is_it():
    """Wherever it stands; and what only stands first is known to be a guess."""
    layout = resolve(Schema(), ["town", "Record ID", "unique_id"], RECORD_ROLES, table="t", required=())
    assert (layout.id, layout.is_id_guessed) == ("Record ID", False)
    layout = resolve(Schema(), ["town", "street"], RECORD_ROLES, table="t", required=())
    assert (layout.id, layout.is_id_guessed) == ("town", True)


def test_the_text_of_a_schema_is_a_schema_file(tmp_path):
    """Odd names and all."""
    schema = Schema("no", {'the "price", net': "number", "fødested": "text", "x\x7f": "name"})
    (tmp_path / "schema.toml").write_text(str(schema), "utf-8")
    assert Schema.read(tmp_path / "schema.toml") == schema


def test_an_identifier_beside_a_schema_file_is_refused():
    """The file itself says it, perhaps another for each table."""
    with pytest.raises(SchemaError, match="write id = 'no' into it"):
        with_id("schema.toml", "no")
    assert with_id(Schema(columns={"a": "text"}), "no") == Schema("no", {"a": "text"})
    for wrong in ("", 5):
        with pytest.raises(SchemaError, match="name of a column"):
            with_id(None, wrong)


def test_a_kind_keeps_the_column_under_its_own_name():
    """A table about something else says what kind a column is."""
    layout = resolve(
        Schema(columns={"town": "category"}), [*ALERT_COLUMNS, "town"], ALERT_ROLES, table="alerts"
    )
    assert layout.kinds == {"town": "category"}


def test_a_schema_names_the_identifier():
    """The identifier keeps its own name."""
    schema = Schema(id="no", columns={"a": "family_name", "b": "given_name", "c": "birth_date"})
    assert resolve(schema, ["no", "a", "b", "c"], ALERT_ROLES, table="alerts").id == "no"


def test_a_file_may_speak_of_each_table(tmp_path):
    """A section named after a table holds for that table, the top for the others."""
    path = tmp_path / "schema.toml"
    path.write_text('[columns]\nx = "sex"\n[register]\nid = "nr"\n[register.columns]\ny = "sex"\n', "utf-8")
    assert Schema.read(path, "register") == Schema("nr", {"y": "sex"})
    assert Schema.read(path, "alerts") == Schema(None, {"x": "sex"})


def test_a_file_of_nothing_but_sections_needs_the_table(tmp_path):
    """An empty schema would let every column be guessed that the file tells of."""
    path = tmp_path / "schema.toml"
    path.write_text('[alerts.columns]\nx = "sex"\n', "utf-8")
    with pytest.raises(SchemaError, match="name the table whose section is meant, one of alerts"):
        Schema.read(path)
    assert Schema.read(path, "register") == Schema()


@pytest.mark.parametrize("content", ["id = 3", "columns = 3", "[columns]\nx = 4", "= broken", b"\xff\xfe"])
def test_a_schema_file_that_is_none_is_refused(tmp_path, content):
    """The message names the file."""
    path = tmp_path / "schema.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SchemaError, match=r"schema\.toml"):
        Schema.read(path)


def test_a_schema_file_that_is_not_there_is_told(tmp_path):
    """The message says that there is no such file."""
    with pytest.raises(SchemaError, match="No such file"):
        Schema.read(tmp_path / "none.toml")
