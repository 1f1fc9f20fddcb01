"""Law: the kernels say what a slow reader says, on rows good and bad, however they are cut."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.ais import Decoded, DelimitedDecoder
from northwatch.dialect import Dialect
from northwatch.sources import shipped_dialects
from tests.slow_delimited import Read, read_slowly

NUMBERS = st.sampled_from(
    ["", " ", "0", "-0", "1", "7.", ".5", "12.5", "-3.25", "+4", "91", "181", "102.3", "360", "511",
     "63", "1e2", "2.5E-1", "1e", "e1", "--1", "1.2.3", "x", "0x1", "99999999999999999999", "1 2"]
)  # fmt: skip
DECIMALS = st.decimals(-200, 200, places=9, allow_nan=False).map(lambda d: f"{d.normalize():f}")
PLACES = st.one_of(
    st.floats(-95, 95).map(lambda x: f"{x:.6f}"),
    st.floats(-190, 190).map(lambda x: f"{x:.5f}"),
    st.floats(-190, 190, allow_subnormal=False).map(repr),
    st.integers(-2160, 2160).map(lambda k: f"{k / 12:.13f}"),  # near halves of 1/600000
    NUMBERS,
)
MMSIS = st.sampled_from(
    [
        "219000001",
        "219000002",
        "2",
        "0",
        "219000003.0",
        "1073741824",
        "1073741823",
        "1.5",
        "",
        "21900000x",
    ]
)
TEXTS = st.text(
    st.characters(min_codepoint=1, max_codepoint=255, exclude_characters='\n\r"'), max_size=24
).map(lambda text: text.strip(" "))
WORDS = st.sampled_from(
    ["", "Unknown", "UNKNOWN", "Class A", "class b", "Base Station", "AtoN", "SAR Airborne",
     "Moored", "Under way using engine", "under WAY using engine", "Unknown value", "Sail boat",
     "Cargo", "70",
     "Category X", "Category OS",
     "Undefined", "None", "3.0", "IMO9074729", "9074729", "0"]
)  # fmt: skip
DMY = st.sampled_from(
    ["01/06/2023 00:00:00", "01/06/2023 00:00:01", "02/06/2023 23:59:59", "29/02/2023 00:00:00",
     "29/02/2024 12:00:00", "31/04/2024 12:00:00", "01/06/2023 24:00:00", "01/06/2023 10:00",
     "01/06/2023 10:00:00.25", "01/06/2023 10:00:00+02:00", "1/6/2023 10:00:00", "", "01-06-2023",
     "01/06/2023 10:00:00Z", "01/13/2023 10:00:00", "00/06/2023 10:00:00", "01/06/2023 10:60:00"]
)  # fmt: skip
COMPACT = st.sampled_from(
    ["20210701_181947", "20210701_181948", "20210702_000000", "20210229_000000", "20240229_000000",
     "20210701_246060", "20210701-1819", "", "2021070118194777"]
)  # fmt: skip
ODD_LINES = st.sampled_from(["", "  ", "a,b", ",,,", '"open,quote', '"a"b,c', "\0\0", ","])
CELLS = {
    "t_ms": DMY, "mmsi": MMSIS, "lat_i": PLACES, "lon_i": PLACES, "name": TEXTS,
    "destination": TEXTS, "call_sign": TEXTS, "sog_i": st.one_of(NUMBERS, DECIMALS),
    "cog_i": st.one_of(NUMBERS, DECIMALS), "heading_deg": st.one_of(NUMBERS, DECIMALS),
    "msg_type": st.sampled_from(["1", "3.0", "5", "18", "24", "27", "4", "8", "", "x", "None"]),
    "millisecond": st.sampled_from(["0", "390", "1000", "", "-1", "x"]),
    "length_m": NUMBERS, "width_m": NUMBERS, "draught_i": NUMBERS, "bow_m": NUMBERS,
    "stern_m": NUMBERS,
}  # fmt: skip


def _quoted(cell: str, separator: str) -> str:
    if separator in cell or cell.startswith('"'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


@st.composite
def files(draw: st.DrawFn, dialect: Dialect, times: st.SearchStrategy[str]) -> bytes:
    names = {
        name: theirs.column[0] for name, theirs in dialect.fields.items()
        if not isinstance(theirs.column, int)
    }  # fmt: skip
    cells = {name: CELLS.get(name, WORDS) for name in names} | {"t_ms": times}
    good = {"lat_i": "57.123456", "lon_i": "10.5", "sog_i": "10.1", "cog_i": "9.5",
            "heading_deg": "8", "mmsi": "219000001"}  # fmt: skip
    row = st.fixed_dictionaries(
        {name: st.one_of(st.just(good[name]), cell) if name in good else cell
         for name, cell in cells.items()}
    )  # fmt: skip
    lines = [dialect.separator.join(names.values())]
    for _ in range(draw(st.integers(0, 6))):
        if draw(st.integers(0, 9)) == 0:
            lines.append(draw(ODD_LINES))
        else:
            drawn = draw(row)
            lines.append(
                dialect.separator.join(_quoted(cell, dialect.separator) for cell in drawn.values())
            )
    end = draw(st.sampled_from(["\n", "\r\n"]))
    last = draw(st.sampled_from(["", end]))
    return (end.join(lines) + last).encode("latin-1")


def decoded(dialect: Dialect, blocks: list[bytes]) -> Decoded:
    decoder = DelimitedDecoder(dialect)
    return Decoded.join([*(decoder.feed(block) for block in blocks), decoder.close()])


def agree(got: Decoded, want: Read) -> None:
    assert dict(got.counters) == {name: n for name, n in want.counters.items() if n}
    assert got.rejects.to_dicts() == want.rejects
    for table, rows in ((got.reports, want.reports), (got.statics, want.statics)):
        columns = table.columns
        assert [{name: row[name] for name in columns} for row in rows] == table.to_dicts()


@settings(max_examples=150, deadline=None)
@given(files(shipped_dialects()["dma-csv/comma-26"], DMY), st.integers(0, 4000))
def test_a_danish_file_reads_as_slowly_read(data: bytes, cut: int) -> None:
    dialect = shipped_dialects()["dma-csv/comma-26"]
    agree(decoded(dialect, [data[:cut], data[cut:]]), read_slowly(dialect, data))


@settings(max_examples=150, deadline=None)
@given(files(shipped_dialects()["exactearth-csv/wide"], COMPACT), st.integers(0, 4000))
def test_a_file_of_all_message_types_reads_as_slowly_read(data: bytes, cut: int) -> None:
    dialect = shipped_dialects()["exactearth-csv/wide"]
    agree(decoded(dialect, [data[:cut], data[cut:]]), read_slowly(dialect, data))


@settings(max_examples=60, deadline=None)
@given(
    files(shipped_dialects()["dma-csv/comma-22"], DMY), st.lists(st.integers(1, 60), max_size=60)
)
def test_any_cut_gives_the_same(data: bytes, sizes: list[int]) -> None:
    dialect = shipped_dialects()["dma-csv/comma-22"]
    blocks, at = [], 0
    for size in sizes:
        blocks.append(data[at : at + size])
        at += size
    cut, whole = decoded(dialect, [*blocks, data[at:]]), decoded(dialect, [data])
    assert cut.counters == whole.counters
    for name in ("reports", "statics", "rejects"):
        one, other = getattr(cut, name), getattr(whole, name)
        assert isinstance(one, pl.DataFrame)
        assert one.equals(other)
