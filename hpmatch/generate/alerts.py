"""The alerts as sent, in the order of their dates, and the truth about each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from hpmatch.generate.errormodel import Written, force, tag_names, title, write_down
from hpmatch.generate.identifiers import MAKERS, national
from hpmatch.generate.population import Person, Rates
from hpmatch.generate.profiles import Profile
from hpmatch.generate.scenario import Planned, Subject
from hpmatch.generate.streams import stream
from hpmatch.generate.tables import grouped, happens, pick
from hpmatch.generate.views import Holder

COLUMNS: tuple[str, ...] = (
    "alert_id",
    "sending_country",
    "sent_date",
    "family_name",
    "given_name",
    "birth_date",
    "sex",
    "profession",
    "specialty",
    "birth_place",
    "birth_name",
    "other_names",
    "nationality",
    "national_id",
    "measure",
    "decision_date",
    "reason",
    "status",
)
TRUTH: tuple[str, ...] = ("alert_id", "person_id", "hpr_number", "tags")
_MEASURES = ("prohibition", "prohibition", "suspension", "restriction", "conditions")
_LAPSE = 0.75
_SAME_TEXT = 0.7
_MOST_TRIES = 20
# Further alerts that tell of the same decision as the first.
_ONE_DECISION = frozenset({"alert-specialist", "alert-earlier-profession", "alert-resent"})


class Alert(NamedTuple):
    """One alert: whose it is, what was planned, what was written."""

    subject: int
    planned: Planned
    written: Written
    fields: Mapping[str, str]


def write_alerts(subjects: Sequence[Subject], profile: Profile, seed: int) -> list[Alert]:
    """Every planned alert, written down; alerts with a date in common keep the order of their people."""
    found = [
        alert
        for at, subject in enumerate(subjects)
        for alert in _of_subject(at, subject, profile.rates, seed)
    ]
    if profile.covered:
        found = _covering(found, subjects, profile.rates, seed)
    return sorted(found, key=lambda alert: alert.planned.sent)


def alert_row(alert: Alert, number: int) -> tuple[str, ...]:
    """One row of the alerts, in the order of `COLUMNS`."""
    values = {"alert_id": alert_id(number), **alert.fields, **alert.written._asdict()}
    return tuple(values[column] for column in COLUMNS)


def truth_row(alert: Alert, number: int, subject: Subject, hpr_number: str) -> tuple[str, ...]:
    """One row of the truth, in the order of `TRUTH`."""
    kinds = (alert.planned.kind, subject.kin_tag, subject.identity)
    tags = dict.fromkeys((*filter(None, kinds), *alert.written.tags))
    return alert_id(number), f"P{alert.subject + 1:06}", hpr_number, ";".join(tags)


def alert_id(number: int) -> str:
    """
    The id of the alert with that place in the order of dates.

    Example:
        >>> alert_id(0)
        'A000001'
    """
    return f"A{number + 1:06}"


def _of_subject(at: int, subject: Subject, rates: Rates, seed: int) -> list[Alert]:
    rng, found = stream(seed, "alert", at), list[Alert]()
    for planned in subject.plan:
        holder = Holder(planned.country, subject.rates or rates)
        first = found[0].written if found else None
        written = _written(subject.person, planned, holder, first, rng)
        details = _details(subject.person, planned, holder, rng, stream(seed, "details", at))
        fields = _fields(subject.person, planned, holder, rng) | details
        if found and planned.kind in _ONE_DECISION:
            fields |= {field: found[0].fields[field] for field in ("measure", "decision_date", "reason")}
        found.append(Alert(at, planned, written, fields))
    return found


def _written(
    person: Person, planned: Planned, holder: Holder, first: Written | None, rng: np.random.Generator
) -> Written:
    """What a country sent before, it mostly sends again; another country, or another clerk, writes anew."""
    anew = planned.kind == "alert-other-country" or (
        planned.kind != "alert-resent" and not happens(rng, _SAME_TEXT)
    )
    if first is None or anew:
        return write_down(person, planned.category, holder, planned.sent, rng)
    if planned.kind in ("alert-resent", "alert-update"):
        return first
    tags = tuple(tag for tag in first.tags if tag != "profession-other")
    return first._replace(
        profession=title(person, planned.category, holder, rng), category=planned.category, tags=tags
    )


def _fields(person: Person, planned: Planned, holder: Holder, rng: np.random.Generator) -> dict[str, str]:
    """What an alert holds besides the person's name, date, sex and profession."""
    decided = planned.sent - timedelta(days=int(rng.random() * 4))
    measure, reason = _measure(planned, rng)
    return {
        "sending_country": planned.country,
        "sent_date": planned.sent.isoformat(),
        "specialty": _specialty(planned, rng),
        "nationality": person.country if happens(rng, holder.rates["nationality"]) else "",
        "measure": measure,
        "decision_date": decided.isoformat(),
        "reason": reason,
        "status": "updated" if planned.kind == "alert-update" else "sent",
    }


def _details(
    person: Person, planned: Planned, holder: Holder, rng: np.random.Generator, own: np.random.Generator
) -> dict[str, str]:
    """Birth place and identifier: the same in every alert about the person that gives them, for they come from `own`."""
    place = pick(own, grouped("places", "country")[(person.country,)])["place"]
    (country,) = grouped("countries", "country")[(planned.country,)]
    share = float(country["identifier"]) * holder.rates["national-id"]
    given = happens(rng, share) and planned.country in MAKERS
    return {
        "birth_place": place if happens(rng, holder.rates["birth-place"]) else "",
        "national_id": national(planned.country, person.born, person.woman, own) if given else "",
    }


def _measure(planned: Planned, rng: np.random.Generator) -> tuple[str, str]:
    """An alert holds no reasons; only the Lithuanian lapse of a licence is told by its measure."""
    if planned.country == "LT" and happens(rng, _LAPSE):
        return "administrative lapse", "required practice and training not documented"
    return pick(rng, _MEASURES), ""


def _specialty(planned: Planned, rng: np.random.Generator) -> str:
    """The specialty in the sender's language where the table has it, else in English."""
    if not planned.specialty:
        return ""
    (row,) = grouped("specialties", "norwegian")[(planned.specialty,)]
    return row.get(planned.country, row["EN"]) if happens(rng, 0.7) else row["EN"]


def _covering(alerts: list[Alert], subjects: Sequence[Subject], rates: Rates, seed: int) -> list[Alert]:
    """The alerts, some of them written anew so that every tag an error can leave occurs."""
    found = list(alerts)
    for number, tag in enumerate(_coverable()):
        if not any(tag in alert.written.tags for alert in found):
            rate = "romanised" if tag.startswith("romanised") else tag
            _rewrite_one(found, subjects, tag, force(rates, rate), stream(seed, "cover", number + 1))
    return found


def _coverable() -> list[str]:
    apart = ("twin", "namesake", "parent-child", "identity-unclear")
    return [tag for tag in tag_names() if tag not in apart and not tag.startswith("alert-")]


def _rewrite_one(
    alerts: list[Alert], subjects: Sequence[Subject], tag: str, rates: Rates, rng: np.random.Generator
) -> None:
    """Rewrite the first alert that can bear the tag and holds no tag that occurs nowhere else."""
    counts = Counter(each for alert in alerts for each in alert.written.tags)
    free = [at for at, alert in enumerate(alerts) if all(counts[each] > 1 for each in alert.written.tags)]
    for at in free * _MOST_TRIES:
        alert = alerts[at]
        holder = Holder(alert.planned.country, rates)
        written = write_down(
            subjects[alert.subject].person, alert.planned.category, holder, alert.planned.sent, rng
        )
        if tag in written.tags:
            alerts[at] = alert._replace(written=written)
            return
