"""
Spark: more alerts than one machine holds, against a prepared register that every worker reaches.

    alerts              a Spark DataFrame, in any number of partitions
       | set aside      by Spark: rows without an identifier of their own, found over all partitions
       | link           by the Python workers, batch by batch: the stages of the local job over Arrow (mapInArrow)
       | group          by Spark: alerts that match the same person, found over all partitions
    links, dispositions, rejected       Spark DataFrames

What is answered is row by row what ``hpmatch.link`` answers by a model without ``grouping``. That holds because each
alert is then answered by itself: its links and disposition depend on the alert and on the whole register, never on other
alerts. The three things that do depend on them are worked out over all alerts: which identifiers repeat, which alerts match
the same person, and which columns are wholly empty. To find the alerts about one person among millions is left out: their
evidence is together only where they are, and ``hpmatch.link`` does it for as many as one machine holds. Hence the
model has to be one that a file can hold: its stages then come from installed packages, which every worker has, and none
of them learns from the alerts at hand, as recordlinkage's may.

Each Python worker process opens the register once, by memory mapping, so that the processes of a machine share one copy.
A worker that sees another register than the driver refuses to answer.

A failure is handed to the driver as data, with its message or, where a message could hold personal data, with its type
and place only. So it is told in one line, once, and no log of Spark holds a name, a birth date or an identifier. PySpark also
logs in Python what it raises, cells and all, whatever ``spark.log.level`` says: those two loggers are silenced.

A register that does not fit on one machine is not served. The prior, the sizes of blocks and what a comparison learns of
the register are those of the whole; partitions of it, with the alerts sent to each, would need three passes:

1. ``Values.counts`` added up by value, and the number of records. A list column's ``term_counts`` come from all values that
   hold a term, so each worker needs the register's distinct values, though not its rows.
2. With the countries numbered from those counts, how many persons hold each name token, overall and by main country, added up
   (``TokenFrequencies`` would have to keep counts, not shares; ``known`` and ``rarity`` follow from counts and texts), and
   how many rows hold each key of the alerts.
3. Blocks cut by those sizes, pairs compared with the merged tables in place of ``NameTables.of`` the partition and weighed
   with the prior of the whole, and the pairs of each alert brought together for ``decide`` and ``dispose``.

Needs the extra ``spark`` and Java 17 or later.
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import re
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.decision import MATCH, check_min_weight
from hpmatch.dispose import dispose
from hpmatch.errors import HpmatchError, SchemaError, SourceError
from hpmatch.evidence import id_columns
from hpmatch.link import score_pairs
from hpmatch.model import Model, read_model
from hpmatch.parallel import batch_job
from hpmatch.prepared import MANIFEST
from hpmatch.reading import ReadRecords, check_filled, no_identifier, roles_of
from hpmatch.register import Register
from hpmatch.schema import Layout, Schema, read_schema, resolve, shown_names, with_id
from hpmatch.sources.tables import INVISIBLE
from hpmatch.standardise import standardise

try:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.logger import PySparkLogger
    from pyspark.sql import Column, DataFrame, SparkSession, Window
    from pyspark.sql import functions as F  # noqa: N812 - Spark's own habit
    from pyspark.sql import types as T  # noqa: N812
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"the Spark adapter needs {error.name}, which is not installed: pip install 'hpmatch[spark]'",
        name=error.name,
    ) from None

Found = TypeVar("Found")

_JAVA = 17
_INSTALL_JAVA = f"install Java {_JAVA} and set JAVA_HOME to its folder"
# What Arrow takes for white space at the ends of an identifier, said in Java's regular expressions.
_BLANKS = r"^[\p{IsWhite_Space}\x1c-\x1f]+|[\p{IsWhite_Space}\x1c-\x1f]+$"
_ID = "alert_id"
_REASON, _CONTENT, _PERSON = "_reason", "_content", "_person"  # the last a name that no comparison has


class Linked(NamedTuple):
    """
    What a run found, as Spark DataFrames in no particular order.

    They rest on answers that Spark keeps, in memory and on disk, until ``spark.catalog.clearCache()``.

    Attributes:
        links: As ``Result.links``.
        dispositions: As ``Result.dispositions``.
        rejected: A row a rejected row: reason, content. Rows of a Spark DataFrame have no number.
    """

    links: DataFrame
    dispositions: DataFrame
    rejected: DataFrame


def session(master: str = "local[2]", options: Mapping[str, str] = MappingProxyType({})) -> SparkSession:
    """
    A Spark session on this machine that listens on the loopback address only; or the session that there is already.

    Its Python workers use the Python of this process, unless the environment variable PYSPARK_PYTHON names another.
    A new one logs nothing once it runs: what goes wrong is raised.

    Args:
        master: How many cores it uses, in Spark's words.
        options: Further settings of Spark, such as ``{"spark.driver.memory": "4g"}``.

    Raises:
        HpmatchError: If there is no Java, or too old a one.
    """
    _check_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("hpmatch")
    for key, value in (_LOCAL | dict(options)).items():
        builder = builder.config(key, value)
    return _told(builder.getOrCreate)


_LOCAL = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.log.level": "OFF",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def link(
    alerts: DataFrame,
    register: str | Path,
    model: Model | str | Path | None = None,
    *,
    id: str | None = None,  # noqa: A002 - what the schema calls it
    schema: Schema | str | Path | None = None,
    min_weight: float | None = None,
    partitions: int | None = None,
) -> Linked:
    """
    Find out for every alert whether its person is in the register.

    Args:
        alerts: The alerts; the columns in use hold text, whole numbers or dates.
        register: The folder of a prepared register, which the driver and every worker reach by the same path.
        model: A model, the name of a shipped one, or the path of a model file; by default the one that the register was
            prepared with.
        id: The column that identifies an alert; by default what the schema or its name says, or of tables about something
            else the first column.
        schema: Which column plays which role, where its name does not say it.
        min_weight: Keep links of at least this match weight; by default those that may matter.
        partitions: How many parts the alerts are shared out in; by default one a core. Changes time and memory, never the
            result.

    Returns:
        Links, dispositions and rejected rows. The linking is done when this returns.

    Raises:
        HpmatchError: If the data, the schema, the model or the register cannot be used, or a worker fails; the message
            says what to do.
    """
    _check_given(alerts, register, partitions)
    check_min_weight(min_weight)
    folder = Path(register).absolute()
    seal = _seal(folder)
    held = Register.open(folder, verify=False)  # the workers, who use it, verify it
    model = replace(held.model if model is None else read_model(model), grouping=None)
    held.check(model)
    model.to_json()  # refuses stages that no package offers
    roles, required = roles_of(model, "alerts")
    said = read_schema(with_id(schema, id), "alerts")
    layout = resolve(said, alerts.columns, roles, table="alerts", required=required, is_headed_by_line=False)
    if layout.is_id_guessed:
        shown = shown_names(alerts.columns, roles, said, is_headed_by_line=False)
        _told(lambda: _check_identifies(alerts, layout.id, shown or ()))
    parts = partitions or alerts.sparkSession.sparkContext.defaultParallelism
    return _told(
        lambda: _link(alerts, layout, parts, _Job(folder, seal, model, held.read.id_name, min_weight))
    )


def _link(alerts: DataFrame, layout: Layout, partitions: int, job: _Job) -> Linked:
    stages = job.model.standardisers
    columns = {
        role: name for role, name in layout.columns.items() if any(role in stage.roles for stage in stages)
    }
    judged = _judged(_as_text(alerts, layout.id, columns), layout.id, partitions)
    usable = judged.where(F.col(_REASON).isNull())
    _, required = roles_of(job.model, "alerts")
    roles = _told_roles(judged, usable, layout.id, columns, required)
    linking = replace(job, roles=roles)
    cells = [name for role, name in _cell_names(columns).items() if role in roles]
    answers = usable.select(_ID, *cells).mapInArrow(linking.answers, _spark_type(job.answer_type)).persist()
    failures = answers.where(F.col("failure").isNotNull()).select("failure").distinct().collect()
    if failures:
        answers.unpersist()
        raise SourceError(f"the alerts could not be linked: {min(row.failure for row in failures)}")
    rejected = judged.where(F.col(_REASON).isNotNull())
    rejected = rejected.select(F.col(_REASON).alias("reason"), F.col(_CONTENT).alias("content"))
    return Linked(_links(answers, layout.id, job.person_name), _with_persons(answers), rejected)


def _check_given(alerts: object, register: object, partitions: int | None) -> None:
    if not isinstance(alerts, DataFrame):
        library = type(alerts).__module__.partition(".")[0]
        raise SourceError(
            f"alerts: this is a {library} {type(alerts).__name__}; give a Spark DataFrame, made by spark.read.csv(PATH, header=True) or "
            f"spark.createDataFrame(TABLE), or link it without Spark (hpmatch.link)"
        )
    if not isinstance(register, (str, Path)):
        raise SourceError(
            f"the register is a {type(register).__name__}; give the path of its folder, which every worker reaches (register.save(PATH))"
        )
    if partitions is not None and not (isinstance(partitions, int) and partitions > 0):
        raise HpmatchError("partitions has to be a whole number from 1; give one, or leave it out")


def _as_text(alerts: DataFrame, id_name: str, columns: Mapping[str, str]) -> DataFrame:
    """The identifier, each role's cells and the whole row, as the text that the local job reads."""
    for name in (id_name, *columns.values()):
        kind = alerts.schema[alerts.columns.index(name)].dataType
        if not isinstance(kind, (T.StringType, T.IntegralType, T.DateType)):
            raise SchemaError(
                f"alerts: column {name!r} holds {kind.simpleString()}; cast it to string or date"
            )
    plain, cells = _numbered(alerts)
    return plain.select(
        _trimmed(cells[id_name]).alias(_ID),
        *(cells[columns[role]].alias(name) for role, name in _cell_names(columns).items()),
        F.struct(*(cell.alias(name) for name, cell in cells.items())).alias(_CONTENT),
    )


def _numbered(alerts: DataFrame) -> tuple[DataFrame, dict[str, Column]]:
    """The rows, and each column's cells as text; by number, for Spark reads dots in names and takes no heed of their case."""
    plain = alerts.toDF(*(f"c{place}" for place in range(len(alerts.columns))))
    texts = (F.col(name).cast("string") for name in plain.columns)
    return plain, {name: F.nullif(text, F.lit("")) for name, text in zip(alerts.columns, texts, strict=True)}


def _trimmed(cell: Column) -> Column:
    return F.regexp_replace(F.regexp_replace(cell, INVISIBLE, ""), _BLANKS, "")


def _check_identifies(alerts: DataFrame, column: str, others: Sequence[str]) -> None:
    """Make sure that a column identifies the rows that was only taken to, as ``hpmatch.reading.layout_of`` does."""
    plain, cells = _numbered(alerts)

    def may_identify(name: str) -> bool:
        own = F.nullif(_trimmed(cells[name]), F.lit(""))
        wanted = F.count(own), F.countDistinct(own), F.countDistinct(F.struct(*cells.values()))
        rows, filled, values, distinct = plain.agg(F.count(F.lit(1)), *wanted).collect()[0]
        return bool(filled == rows and values in (rows, distinct))

    if not may_identify(column):
        raise SchemaError(no_identifier("alerts", [name for name in others if may_identify(name)]))


def _cell_names(columns: Mapping[str, str]) -> Mapping[str, str]:
    """For each role what its cells are called within Spark; a role may have the name of a column, and so any."""
    return {role: f"r{place}" for place, role in enumerate(columns)}


def _judged(rows: DataFrame, id_name: str, partitions: int) -> DataFrame:
    """The rows, each with the reason why it cannot be used, if it cannot; see ``hpmatch.reading``."""
    same_id = Window.partitionBy(_ID)
    first, last = F.min(_CONTENT).over(same_id), F.max(_CONTENT).over(same_id)
    place = F.row_number().over(same_id.orderBy(_CONTENT))
    reason = (
        F.when(F.coalesce(F.col(_ID), F.lit("")) == "", f"has no {id_name}; give it one")
        .when(first != last, f"shares its {id_name} with other content; give each row its own or keep one")
        .when(place > 1, "repeats another row word for word")
    )
    content = F.to_json(_CONTENT, {"ignoreNullFields": "false"})
    judged = rows.repartition(partitions, _ID).withColumn(_REASON, reason)
    return judged.withColumn(_CONTENT, F.when(F.col(_REASON).isNotNull(), content))


def _told_roles(
    judged: DataFrame, usable: DataFrame, id_name: str, columns: Mapping[str, str], required: Sequence[str]
) -> tuple[str, ...]:
    """The roles whose columns are not wholly empty, for an empty column is as good as absent."""
    rows, *filled = usable.agg(F.count(F.lit(1)), *map(F.count, _cell_names(columns).values())).collect()[0]
    if not rows:
        if rejected := judged.count():
            raise SourceError(
                f"alerts: none of the {rejected} rows can be used; each lacks a {id_name} of its own"
            )
        return tuple(columns)  # a night in which none came
    told = tuple(role for role, count in zip(columns, filled, strict=True) if count)
    empty = [role for role in required if role in columns and role not in told]
    check_filled("alerts", empty, columns, required, rows)
    if not told:
        raise SchemaError(
            "alerts: no column has anything that the model compares; say in a schema file which column holds what"
        )
    return told


def _links(answers: DataFrame, alert_name: str, person_name: str) -> DataFrame:
    links = answers.select(_ID, F.explode("links").alias("link")).select(_ID, "link.*")
    others = links.columns[2:]
    return links.toDF(*id_columns(alert_name, person_name, others), *others)


def _with_persons(answers: DataFrame) -> DataFrame:
    """The dispositions with the person of each alert: what ``hpmatch.alerts.person_ids`` says, over all partitions."""
    matched = F.when(F.col("disposition") == MATCH, F.col("hpr_number"))
    one = Window.partitionBy(matched, F.when(matched.isNull(), F.col(_ID)))
    found = answers.withColumn("person_id", F.min(_ID).over(one))
    return found.select(_ID, "disposition", "hpr_number", "match_probability", "person_id", "reason")


@dataclass(frozen=True)
class _Job:
    """
    What a Python worker needs to know to answer batches of alerts.

    Attributes:
        folder: The prepared register.
        seal: What the driver saw there.
        model: The model.
        person_name: The column that identifies a registered person.
        min_weight: See ``link``.
        roles: The roles that the alerts have: what the columns of a batch hold, after the identifier.
    """

    folder: Path
    seal: str
    model: Model
    person_name: str
    min_weight: float | None
    roles: tuple[str, ...] = ()

    @property
    def answer_type(self) -> pa.Schema:
        """A row an alert, its links in it; or a failure."""
        text, number = pa.string(), pa.float64()
        numbers = {"match_weight": number, "match_probability": number}
        link = {_PERSON: text, **numbers, **dict.fromkeys(("decision", "rules"), text)}
        levels = dict.fromkeys((part.name for part in self.model.parts), text)
        return pa.schema(
            {
                _ID: text,
                "disposition": text,
                "hpr_number": text,
                "match_probability": number,
                "reason": text,
                "links": pa.list_(pa.struct(link | levels)),
                "failure": text,
            }
        )

    def answers(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Answer batches of alerts; what goes wrong is answered too."""
        for batch in batches:
            if batch.num_rows:
                yield from self._answered_or_failed(batch).to_batches()

    def _answered_or_failed(self, batch: pa.RecordBatch) -> pa.Table:
        try:
            with batch_job(1):  # Spark shares out the cores
                return self._answered(batch)
        except HpmatchError as error:
            failure = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, its message may hold personal data
            where = traceback.extract_tb(error.__traceback__)[-1]
            failure = f"{type(error).__name__} at {Path(where.filename).name}, line {where.lineno}"
        return pa.Table.from_pylist([{"failure": failure}], self.answer_type)

    def _answered(self, batch: pa.RecordBatch) -> pa.Table:
        register = _opened(str(self.folder), self.seal)
        ids, *cells = (column.cast(pa.string()) for column in batch.columns)
        records = standardise(ids, dict(zip(self.roles, cells, strict=True)), self.model.standardisers)
        alerts = ReadRecords(records, _ID, (), len(records))
        scored = score_pairs(alerts, register, self.model)
        result = dispose(alerts, replace(register.read, rejected=()), scored, self.model, self.min_weight)
        table = result.dispositions.append_column("links", _nested(result.links, result.dispositions[_ID]))
        table = table.append_column("failure", pa.nulls(len(table), pa.string()))
        return table.select(self.answer_type.names).cast(self.answer_type)


def _spark_type(schema: pa.Schema | pa.StructType) -> T.StructType:
    """The same type in Spark's words."""
    return T.StructType([T.StructField(field.name, _spark_field(field.type)) for field in schema])


def _spark_field(kind: pa.DataType) -> T.DataType:
    if pa.types.is_list(kind):
        return T.ArrayType(_spark_type(kind.value_type))
    return T.DoubleType() if pa.types.is_floating(kind) else T.StringType()


def _nested(links: pa.Table, ids: pa.ChunkedArray) -> pa.Array:
    """For each alert its links; both come by ascending identifier of the alert."""
    owner = np.asarray(pc.index_in(links.column(0), ids.combine_chunks()))
    offsets = np.append(0, np.cumsum(np.bincount(owner, minlength=len(ids)))).astype(np.int32)
    columns = [column.combine_chunks() for column in links.columns[1:]]
    names = [_PERSON, *links.column_names[2:]]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.StructArray.from_arrays(columns, names))


@lru_cache(maxsize=1)
def _opened(folder: str, seal: str) -> Register:
    """The register, opened once a process; its seal tells when another has taken its place."""
    if _seal(Path(folder)) != seal:
        raise SourceError(
            f"worker {platform.node()} sees another register in {folder} than the driver; put the same one there"
        )
    return Register.open(folder)


def _seal(folder: Path) -> str:
    """What tells one prepared register from another: its manifest, which seals all files, and the names of its changes."""
    try:
        manifest = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise SourceError(
            f"{platform.node()} cannot reach the register in {folder} ({error.strerror or error}); prepare one there "
            f"(hpmatch prepare REGISTER --out DIR), or give a folder that the driver and every worker reach by one path"
        ) from error
    changes = sorted(path.name for path in folder.glob("changes-*.arrow"))
    return hashlib.sha256(manifest + "".join(changes).encode()).hexdigest()


def _told(run: Callable[[], Found]) -> Found:
    """Run something on Spark; what it raises is told in one line, without the data that Spark's own messages quote."""
    _silence()
    try:
        return run()
    except (PySparkException, Py4JError) as error:
        failure = _in_words(error)
    raise HpmatchError(failure)  # here, where it does not carry Spark's message along


def _silence() -> None:
    # For good: the rejected rows and the steps that made the alerts are run after this, too.
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        PySparkLogger.getLogger(name).addFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    """Lets no record pass; a filter, for ``logging.config`` may enable again what was disabled."""
    return False


def _in_words(error: Exception) -> str:
    text = f"{error} {getattr(error, 'java_exception', '')}"
    for symptom, words in _SYMPTOMS.items():
        if symptom in text:
            return words
    condition = error.getCondition() if isinstance(error, PySparkException) else None
    told = condition or type(error).__name__
    return f"Spark could not do it: {told}; its own log says more, where spark.log.level lets it"


_SYMPTOMS = {
    "JAVA_GATEWAY_EXITED": f"Spark's Java process did not start; {_INSTALL_JAVA}",
    "Python worker exited unexpectedly": (
        "a Python worker died, most likely for want of memory; run it again with smaller batches "
        "(spark.sql.execution.arrow.maxRecordsPerBatch), fewer cores a machine, or more memory"
    ),
    "No module named": (
        "the Python of the workers lacks a package that the driver has; install hpmatch there too, and say in "
        "PYSPARK_PYTHON which Python the workers use"
    ),
    "PYTHON_VERSION_MISMATCH": (
        "the workers run another version of Python than the driver; say in PYSPARK_PYTHON which one they use"
    ),
}


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    try:
        told = subprocess.run(  # noqa: S603 - the Java that Spark will run
            [java or "java", "-version"], capture_output=True, text=True, check=True
        ).stderr
    except (OSError, subprocess.CalledProcessError):
        where = f"in JAVA_HOME ({home})" if home else "on this machine"
        raise HpmatchError(f"Spark needs Java, and none can be run {where}; {_INSTALL_JAVA}") from None
    version = re.search(r'version "(?:1\.)?(\d+)', told)
    if version and int(version[1]) < _JAVA:
        raise HpmatchError(
            f"Spark needs Java {_JAVA} or later, and this is Java {version[1]}; {_INSTALL_JAVA}"
        )
