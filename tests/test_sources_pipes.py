"""Reading what comes through a pipe."""

import os
from threading import Thread

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sourced import TEXT, write

import hpmatch as hp
from hpmatch.errors import SourceError
from hpmatch.sources import files, lasting, read


@pytest.fixture
def piped(tmp_path):
    """Make a pipe that gives some bytes once."""

    def pipe(content):
        path = tmp_path / "pipe"
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        Thread(target=path.write_bytes, args=(content,), daemon=True).start()
        return path

    return pipe


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("latin-1"),
        TEXT.encode("utf-16"),
        b"id,name\n1,Berg\n2,Moe,9\n3,Lund\n",
    ],
)
def test_a_pipe_gives_what_the_file_gives(tmp_path, piped, content):
    """In every encoding, and with rows that are rejected, for which a file is read again."""
    ours, of_file = read(piped(content), "t"), read(write(tmp_path, content), "t")
    assert ours.data == of_file.data
    assert [row.row for row in ours.rejected] == [row.row for row in of_file.rejected]


def test_a_pipe_may_give_parquet(tmp_path, piped):
    """What it is its first bytes tell."""
    pq.write_table(pa.table({"id": ["1"]}), tmp_path / "t.parquet")
    assert read(piped((tmp_path / "t.parquet").read_bytes()), "t").data.to_pylist() == [{"id": "1"}]


def test_a_register_from_a_pipe_has_the_version_of_its_file(tmp_path, piped):
    """So that an answer says which register it was held against."""
    content = b"hpr_number,family_name,given_name,birth_date\n1,Berg,Kari,1980-02-03\n"
    path = write(tmp_path, content)
    assert hp.Register.prepare(piped(content)).read.version == hp.source_version(path)


def test_what_a_pipe_gave_lasts(tmp_path, piped):
    """It can be read again, as a file can; folders and tables are left to whoever reads them."""
    source = lasting(piped(TEXT.encode()), "t")
    assert read(source, "t").data == read(source, "t").data == read(write(tmp_path, TEXT.encode()), "t").data
    rows = [{"id": "1"}]
    for each in (rows, tmp_path, str(tmp_path), source):
        assert lasting(each, "t") is each
    with pytest.raises(SourceError, match="t: cannot read .*nowhere"):
        lasting(tmp_path / "nowhere", "t")


@pytest.mark.parametrize("find", [hp.Register.prepare, lambda table: hp.dedupe(table).clusters])
def test_what_can_be_read_once_is_enough(tmp_path, piped, find):
    """A table is standardised and its version worked out, whether it comes through a pipe or as a stream of Arrow."""
    content = b"hpr_number,family_name,given_name,birth_date\n1,Berg,Kari,1980-02-03\n2,Lund,Per,1970-05-06\n"
    stream = read(write(tmp_path, content), "t").data.to_reader()
    assert [len(find(piped(content))), len(find(stream))] == [2, 2]


def test_a_pipe_without_an_end_is_refused(monkeypatch, piped):
    """Before it fills the memory."""
    monkeypatch.setattr(files, "_LARGEST_PIPE", 10)
    with pytest.raises(SourceError, match="does not end; save it as a file"):
        read(piped(TEXT.encode()), "t")
    assert read(piped(b"id\n1234567"), "t").data.to_pylist() == [{"id": "1234567"}]
