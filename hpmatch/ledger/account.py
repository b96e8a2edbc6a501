"""What the entries of a ledger say, taken together."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from hpmatch.ledger.entries import BrokenLedgerError, Entry, read_entries


class Answer(NamedTuple):
    """How an alert was answered, by which model, held against which version of the register."""

    disposition: str
    hpr_number: str | None
    match_probability: float
    model_sha256: str
    register_version: str


@dataclass(frozen=True)
class Account:
    """
    What the entries of a ledger say, taken together.

    Attributes:
        last: The last of them.
        secret: What digests of content are made with.
        content: For each alert that was received and not forgotten the digest of what it says.
        answers: For each alert that was answered the number of its last answer, and that answer.
        rejected: The digests of rows that could not be used.
        forgotten: The alerts that were forgotten.
        counts: How many entries there are of each kind, those without a body too.
        runs: What is said of each run, by the number of its entry.
    """

    last: Entry
    secret: bytes
    content: Mapping[str, str]
    answers: Mapping[str, tuple[int, Answer]]
    rejected: frozenset[str]
    forgotten: frozenset[str]
    counts: Mapping[str, int]
    runs: Mapping[int, Mapping[str, Any]]

    @property
    def last_run(self) -> Mapping[str, Any] | None:
        """What is said of the last run; None if there was none."""
        return self.runs[max(self.runs)] if self.runs else None

    def standing(self) -> dict[str, Answer]:
        """
        The answers that hold for the model and the register of the last run.

        An answer is of the run that gave it, and of every re-screening that started from there: what it did not answer anew,
        it left as it was.
        """
        holds: dict[int, bool] = {}
        for number, run in self.runs.items():
            versions = versions_of(run)
            for later, other in self.runs.items():
                if later > number and other.get("rescreened") == versions:
                    versions = versions_of(other)
            holds[number] = versions == versions_of(self.last_run or {})
        numbers = sorted(self.runs)
        return {
            alert: answer
            for alert, (entry, answer) in self.answers.items()
            if holds[numbers[bisect(numbers, entry) - 1]]
        }


def versions_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """The model and the register of a run."""
    return {name: run.get(name) for name in ("model_sha256", "register_version")}


def read_account(path: Path) -> Account:
    """
    Read a ledger whole.

    Raises:
        BrokenLedgerError: At the first entry that is not as it was written, or does not fit those before it.
        LedgerError: If there is no such file, or it cannot be read.
    """
    said: dict[str, dict[Any, Any]] = {
        kind: {} for kind in ("ledger", "received", "rejected", "run", "answered", "forgotten")
    }
    counts, emptied, wrong = Counter[str](), set[int](), dict[int, str]()
    for entry in read_entries(path):
        counts[entry.kind] += 1
        if entry.body is None:
            emptied.add(entry.number)
            continue
        try:
            key, value = _meaning(entry.kind, entry.number, entry.body, said)
            said[entry.kind][key] = value
        except (ValueError, LookupError, TypeError):
            wrong[entry.number] = "does not fit the entries before it"
    accounted_for = {number for numbers in said["forgotten"].values() for number in numbers}
    wrong |= dict.fromkeys(emptied - accounted_for, "says nothing, and no tombstone accounts for it")
    wrong |= dict.fromkeys(accounted_for - emptied, "says what a tombstone took out")
    if wrong:
        raise BrokenLedgerError(path, min(wrong), wrong[min(wrong)])
    return Account(
        last=entry,
        secret=said["ledger"]["secret"],
        content=said["received"],
        answers=said["answered"],
        rejected=frozenset(said["rejected"]),
        forgotten=frozenset(said["forgotten"]),
        counts=counts,
        runs=said["run"],
    )


def _meaning(
    kind: str, number: int, body: Mapping[str, Any], said: Mapping[str, Mapping[Any, Any]]
) -> tuple[Any, Any]:
    """What an entry is about, and what it says of that; a later entry about the same goes before an earlier one."""
    if kind == "received" and body["alert"] not in said["received"]:
        return body["alert"], body["content"]
    if kind == "answered" and body["alert"] in said["received"]:
        return body["alert"], (number, answer_of(body, said["run"][body["run"]]))
    if kind == "rejected":
        return body["content"], number
    if kind == "run":
        return number, body
    if kind == "forgotten":
        return body["alert"], tuple(body["entries"])
    if kind == "ledger" and number == 1:
        return "secret", bytes.fromhex(body["secret"])
    raise ValueError(kind)


def answer_of(said: Mapping[str, Any], run: Mapping[str, Any]) -> Answer:
    """An answer, from what says it and from what is said of its run."""
    return Answer(
        said["disposition"],
        said["hpr_number"],
        said["match_probability"],
        run["model_sha256"],
        run["register_version"],
    )
