"""
What can go wrong, as types.

    HpmatchError                    the data or the request could not be used
    ├── SchemaError                 columns: missing, named twice, unknown role
    ├── SourceError                 a file or table that cannot be read or written
    ├── LedgerError                 a ledger that cannot be used, or what it would not record
    ├── ModelError                  a model file that does not hold together
    ├── PluginError                 a stage that is missing or does not keep its contract
    └── ArgumentError               what a function was given is nothing that it can use; a TypeError, too

Every message says what is wrong, where, and what to do about it. No message holds a name, a birth date or an
identifier of a person: rows are named by their number.
"""


class HpmatchError(ValueError):
    """The data or the request could not be used."""


class SchemaError(HpmatchError):
    """A column is missing, named twice or has a role that does not exist."""


class SourceError(HpmatchError):
    """A file or table cannot be read or written."""


class LedgerError(HpmatchError):
    """A ledger cannot be read, relied on or written, or will not record what it was given."""


class ModelError(HpmatchError):
    """A model file does not hold together."""


class PluginError(HpmatchError):
    """A stage cannot be found or does not keep its contract."""


class ArgumentError(HpmatchError, TypeError):
    """What a function was given is of a kind that it cannot use."""
