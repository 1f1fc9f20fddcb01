"""A picture in, Apache Iceberg tables out: for engines that read Iceberg, such as Spark.

The tables register the lake's own files; no row is written again. They lie under `iceberg/` with a
SQLite catalog, and may be deleted at any time: the next export makes them anew. The catalog is
prepared aside and renamed into place, so that it shows all tables of one picture. Iceberg's
metadata hold absolute paths: in a lake that was moved, the export begins anew.
"""

import shutil
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Final

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import parquet_files_to_data_files
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import Transaction
from pyiceberg.table.snapshots import Snapshot

from northwatch.lake.layout import arrow_schema
from northwatch.lake.log import Log
from northwatch.lake.pictures import Picture
from northwatch.lake.segments import sync_folder
from northwatch.schema import DERIVED, STORED, Table

NAMESPACE: Final = "picture"
PICTURE_KEY: Final = "northwatch.picture"
DATA_HASH_KEY: Final = "northwatch.data_hash"
_FOLDER: Final = "iceberg"
_CATALOG: Final = "catalog.db"
_KEPT: Final = 20  # Iceberg snapshots; each costs every later commit about a millisecond a table

_PROPERTIES: Final = {
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.target-size-bytes": "65536",
    "commit.manifest.min-count-to-merge": "30",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "gc.enabled": "false",  # the files are the lake's: no engine's maintenance may delete them
}


def export(log: Log, picture: Picture) -> dict[str, int]:
    """Bring the Iceberg tables to a picture; the caller holds the writer's lock.

    Returns:
        The Iceberg snapshot id of each table of the picture that has rows.
    """
    folder = log.lake / _FOLDER
    aside = _begin(folder)
    before = set(folder.rglob("*"))
    kept = {entry.id for entry in log.entries() if not entry.expired}
    catalog = SqlCatalog("northwatch", uri=f"sqlite:///{aside}", warehouse=f"file://{folder}")
    try:
        catalog.create_namespace_if_not_exists(NAMESPACE)
        for spec in (*STORED, *DERIVED):
            _export_table(catalog, folder, picture, spec, kept)
        tables = {name[-1]: catalog.load_table(name) for name in catalog.list_tables(NAMESPACE)}
    finally:
        catalog.close()
    _sync([aside, *(set(folder.rglob("*")) - before)])
    aside.replace(folder / _CATALOG)
    sync_folder(folder)
    log.note_export(picture.number)
    _tidy(folder, tables.values())
    heads = {name: table.current_snapshot() for name, table in sorted(tables.items())}
    return {name: head.snapshot_id for name, head in heads.items() if head is not None}


def open_catalog(lake: Path) -> SqlCatalog:
    """Return the catalog of an exported lake, to be closed; its tables are `picture.<table>`."""
    folder = lake / _FOLDER
    return SqlCatalog(
        "northwatch", uri=f"sqlite:///{folder / _CATALOG}", warehouse=f"file://{folder}"
    )


def _begin(folder: Path) -> Path:
    """Lay out the catalog to be prepared: a copy of the present one, if that can be carried on."""
    # An export made elsewhere, or of other columns, begins anew.
    told = "\n".join([str(folder), *(str(table.polars) for table in (*STORED, *DERIVED))])
    made_for = folder / "made_for"
    if not made_for.exists() or made_for.read_text(encoding="utf-8") != told:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        made_for.write_text(told, encoding="utf-8")
    aside = folder / f"{_CATALOG}.aside"
    aside.unlink(missing_ok=True)
    if (folder / _CATALOG).exists():
        shutil.copyfile(folder / _CATALOG, aside)
    return aside


def _export_table(
    catalog: SqlCatalog, folder: Path, picture: Picture, spec: Table, kept: Container[str]
) -> None:
    """Make one Iceberg table name just the picture's files."""
    wanted = {f"file://{segment.path}" for segment in picture.segments(spec.name)}
    identifier = (NAMESPACE, spec.name)
    if not catalog.table_exists(identifier):
        if not wanted:
            return
        _create(catalog, folder, spec)
    table = catalog.load_table(identifier)
    there = {task.file.file_path: task.file for task in table.scan().plan_files()}
    entering = sorted(wanted - set(there))
    leaving = [there[path] for path in sorted(set(there) - wanted)]
    if entering or leaving:
        told = {PICTURE_KEY: picture.id, DATA_HASH_KEY: picture.data_hash()}
        with table.transaction() as transaction:
            if leaving and len(leaving) == len(there):
                _empty(transaction, told)
                leaving = []
            if leaving:
                _replace(transaction, table, entering, leaving, told)
            elif entering:
                _append(transaction, table, entering, told)
        _expire(catalog.load_table(identifier), kept)


def _create(catalog: SqlCatalog, folder: Path, table: Table) -> None:
    made = catalog.create_table(
        (NAMESPACE, table.name),
        arrow_schema(table),
        location=f"file://{folder / table.name}",
        properties=_PROPERTIES,
    )
    with made.transaction() as transaction:
        if table.partitioned:
            with transaction.update_spec() as spec:
                spec.add_identity("day").add_identity("bucket")
        # The files carry no field ids: columns are found by name.
        mapping = transaction.table_metadata.schema().name_mapping.model_dump_json()
        transaction.set_properties({"schema.name-mapping.default": mapping})


def _data_files(
    transaction: Transaction, table: IcebergTable, paths: Iterable[str]
) -> Iterator[DataFile]:
    return parquet_files_to_data_files(
        io=table.io, table_metadata=transaction.table_metadata, file_paths=iter(paths)
    )


def _empty(transaction: Transaction, told: dict[str, str]) -> None:
    """Let all files leave, in a snapshot of its own.

    With `overwrite` each build would leave a manifest of deleted files behind, for ever, and read
    them all; after this, the append that follows in the same commit drops them.
    """
    with transaction.update_snapshot(snapshot_properties=told).delete() as step:
        step.delete_by_predicate(AlwaysTrue())


def _append(
    transaction: Transaction, table: IcebergTable, entering: Iterable[str], told: dict[str, str]
) -> None:
    with transaction.update_snapshot(snapshot_properties=told).merge_append() as step:
        for file in _data_files(transaction, table, entering):
            step.append_data_file(file)


def _replace(
    transaction: Transaction,
    table: IcebergTable,
    entering: Iterable[str],
    leaving: Iterable[DataFile],
    told: dict[str, str],
) -> None:
    """Let some files leave and others enter, in one snapshot."""
    with transaction.update_snapshot(snapshot_properties=told).overwrite() as step:
        for file in leaving:
            step.delete_data_file(file)
        for file in _data_files(transaction, table, entering):
            step.append_data_file(file)


def _expire(table: IcebergTable, kept: Container[str]) -> None:
    """Forget Iceberg's older snapshots, and those of pictures whose files may be swept."""
    snapshots = sorted(table.metadata.snapshots, key=lambda s: s.sequence_number or 0)
    old = [s.snapshot_id for s in snapshots[:-_KEPT]]
    gone = [s.snapshot_id for s in snapshots[-_KEPT:-1] if _picture(s) not in kept]
    if old or gone:
        table.maintenance.expire_snapshots().by_ids([*old, *gone]).commit()


def _picture(snapshot: Snapshot) -> str | None:
    return snapshot.summary.get(PICTURE_KEY) if snapshot.summary else None


def _tidy(folder: Path, tables: Iterable[IcebergTable]) -> None:
    """Delete metadata files that no kept snapshot needs: pyiceberg leaves them behind."""
    named: set[str] = set()
    for table in tables:
        named |= {table.metadata_location, *(e.metadata_file for e in table.metadata.metadata_log)}
        for snapshot in table.metadata.snapshots:
            named |= {m.manifest_path for m in snapshot.manifests(table.io)}
            named.add(snapshot.manifest_list)
    for path in folder.glob("*/metadata/*"):
        if f"file://{path}" not in named:
            path.unlink()


def _sync(paths: Iterable[Path]) -> None:
    """Make metadata durable, and the names in their folders: pyiceberg syncs nothing."""
    files = [path for path in paths if path.is_file()]
    for path in (*files, *{file.parent for file in files}):
        sync_folder(path)
