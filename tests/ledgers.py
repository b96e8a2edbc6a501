"""What the tests of the ledger share."""

import hashlib
import json

import pyarrow as pa
import pytest

import hpmatch as hp

PERSON = {"family_name": "Kazlauskaite", "given_name": "Rasa", "birth_date": "1978-04-09"}
REGISTER = [{"hpr_number": "9144889", **PERSON}]
# What neither a ledger nor a message about one may hold.
SECRETS = (*PERSON.values(), "Lundqvist")


def alert(name, **other):
    """An alert of the given identifier."""
    return {"alert_id": name, **PERSON, **other}


def result_of(answers, *, model="m1", register="r1"):
    """A result that gives alerts the dispositions of a mapping."""
    names = sorted(answers)
    dispositions = pa.table(
        {
            "alert_id": pa.array(names, pa.string()),
            "disposition": pa.array([answers[name] for name in names], pa.string()),
            "hpr_number": pa.array(
                ["9144889" if answers[name] == "match" else None for name in names], pa.string()
            ),
            "match_probability": pa.array(
                [0.987 if answers[name] == "match" else 0.0 for name in names], pa.float64()
            ),
        }
    )
    summary = {
        "alerts": {"read": len(names)},
        "register": {"read": 1, "rejected": 0, "version": register},
        "model": {"name": "imi", "sha256": model},
        "hpmatch": "0",
    }
    nothing = pa.table({})
    return hp.Result(nothing, nothing, dispositions, nothing, nothing, nothing, nothing, summary)


def entries(ledger):
    """
    The entries of a ledger, each held against the chain, by code that shares nothing with the package.

    Returns:
        For each entry what its head says, its body (None once forgotten) and its hash.
    """
    found, before = [], "0" * 64
    for line in ledger.path.read_bytes().removesuffix(b"\n").split(b"\n"):
        stated, head, body = line.split(b" ", 2)
        before = hashlib.sha256(before.encode() + head).hexdigest()
        assert before == stated.decode()
        told = json.loads(head)
        assert told["entry"] == len(found) + 1
        assert body == b"-" or told["body"] == hashlib.sha256(body).hexdigest()
        found.append((told, None if body == b"-" else json.loads(body), before))
    return found


def about(ledger, kind):
    """The alerts that entries of a kind are about, in their order."""
    return [body["alert"] for head, body, _ in entries(ledger) if head["kind"] == kind and body]


def refused(act, *words):
    """The message with which a ledger refuses: with the words, and with nothing of a person."""
    with pytest.raises(hp.LedgerError) as caught:
        act()
    message = str(caught.value)
    assert [word for word in words if str(word) not in message] == [], message
    assert [secret for secret in SECRETS if secret in message] == []
    return message
