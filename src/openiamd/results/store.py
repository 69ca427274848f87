"""Reading a run folder: Arrow tables, the summary, and SQL over all of them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from openiamd.errors import ResultsError
from openiamd.results.manifests import check_schema
from openiamd.results.record import MANIFEST, SCHEMA, SUMMARY, finished_parts, join_parts
from openiamd.results.summary import summarise
from openiamd.results.tables import EVENT_TABLES, TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EVENT_NAMES = (*EVENT_TABLES, "picture")


@dataclass(frozen=True)
class Results:
    """A run folder. Tables are Arrow: `.to_pandas()` where pandas is installed, `.to_pylist()` anywhere."""

    directory: Path
    manifest: dict[str, Any]
    complete: bool
    notice: str = ""  # what is missing, where the batch was interrupted
    _tables: dict[str, pa.Table] = field(default_factory=dict, repr=False, compare=False)

    @property
    def variants(self) -> list[str]:
        """The variants in compare order."""
        return list(self.manifest["variants"])

    @property
    def reference(self) -> str:
        """The variant that the others are compared with."""
        return str(self.manifest.get("reference", self.variants[0]))

    @property
    def runs(self) -> pa.Table:
        """One row per variant and run; a column per measure, null where the run has no value."""
        return self.table("runs")

    @property
    def entities(self) -> pa.Table:
        """Every named thing: variant, domain, index, id, name, object_class, side, node, group, place, price."""
        return self.table("entities")

    @property
    def objects(self) -> pa.Table:
        """One row per variant, run and object: what became of it."""
        return self.table("objects")

    @property
    def magazines(self) -> pa.Table:
        """One row per variant, run, fire unit and interceptor type: ready at the start, left at the end."""
        return self.table("magazines")

    def events(self, name: str) -> pa.Table:
        """Return one event table: threats, detections, tracks, messages, decisions, shots, outcomes or picture.

        Raises:
            ResultsError: there is no table of that name.
        """
        if name not in EVENT_NAMES:
            raise ResultsError(f"there is no event table {name!r}", hint=f"tables are {', '.join(EVENT_NAMES)}")
        return self.table(f"events/{name}")

    def table(self, name: str) -> pa.Table:
        """Return a stored table by its path in the folder, without `.parquet`; read once."""
        if name not in self._tables:
            self._tables[name] = self._read(name)
        return self._tables[name]

    def _read(self, name: str) -> pa.Table:
        path = self.directory / f"{name}.parquet"
        try:
            if self.complete or name == "entities":
                return pq.ParquetFile(path).read()
            return join_parts(self.directory, name)
        except (OSError, pa.ArrowException) as error:
            reason = str(error).splitlines()[0]
            raise ResultsError(f"{path} cannot be read: {reason}", hint="run the comparison again") from error

    def summary(self) -> dict[str, Any]:
        """Return the content of `summary.json`: means with intervals, and paired differences to the reference."""
        if self.complete:
            return _read_json(self.directory / SUMMARY)
        return summarise(self.runs, self.variants, self.reference)

    def sql(self, query: str) -> pa.Table:
        """Return the answer to a query over the views runs, entities, objects, magazines and each event table.

        Raises:
            ResultsError: the query is not understood; the message is DuckDB's.
        """
        import duckdb

        with duckdb.connect() as connection:
            self._add_views(connection)
            try:
                return connection.sql(query).to_arrow_table()
            except (duckdb.Error, AttributeError) as error:
                reason = str(error).splitlines()[0]
                raise ResultsError(f"query failed: {reason}", hint=f"views are {', '.join(self.views)}") from error

    @property
    def views(self) -> list[str]:
        """The names that `sql` knows."""
        return [name.rpartition("/")[2] for name in (*TABLES, "entities")]

    def _add_views(self, connection: "DuckDBPyConnection") -> None:
        for name, view in zip((*TABLES, "entities"), self.views, strict=True):
            if self.complete:
                path = str(self.directory / f"{name}.parquet").replace("'", "''")
                connection.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet('{path}')")
            elif len(self.table(name).column_names):
                connection.register(view, self.table(name))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} cannot be read", hint="run the comparison again") from error
    if not isinstance(document, dict):
        raise ResultsError(f"{path} is not a JSON object", hint="run the comparison again")
    return document


def open_results(directory: str | Path) -> Results:
    """Open a run folder. An interrupted one opens with the runs that it has, and `notice` says so.

    Raises:
        ResultsError: there is no such folder, it is not a run folder, or it holds no finished run.
    """
    directory = Path(directory)
    hint = "give the folder that `iamd run` or `iamd compare` wrote, such as runs/turkey-…"
    if not directory.is_dir():
        raise ResultsError(f"there is no folder {directory}", hint=hint)
    if not (directory / MANIFEST).is_file():
        raise ResultsError(f"{directory} is not a run folder: it has no {MANIFEST}", hint=hint)
    manifest = _read_json(directory / MANIFEST)
    check_schema(directory / MANIFEST, manifest, SCHEMA, "run folder", hint)
    if manifest.get("complete"):
        return Results(directory, manifest, complete=True)
    parts = finished_parts(directory)
    if not parts:
        raise ResultsError(f"{directory} was interrupted before any slice was finished", hint="run it again")
    results = Results(directory, manifest, complete=False)
    total = len(results.variants) * int(manifest.get("replications", 0))
    notice = f"interrupted: {len(results.runs)} of {total} runs were kept"
    return Results(directory, manifest, complete=False, notice=notice, _tables=results._tables)
