"""Messages of several parts: what joins, what does not, and what becomes of the rest."""

import pytest

from northwatch.ais import NmeaDecoder
from northwatch.ais.layout import MAX_APART_EVER, MAX_OPEN
from tests.unit.ais.nmea_forms import checksum, decode, lines, messages, rejects, sentence, tag

FIRST, SECOND = "53m=TP02E?ml@8hd0010th59=@E8p0000000", "00166A4:?5WdNL33kQnA@DPVACP00000000"
OTHER_FIRST = "53n34P@2E?ml@8hd000I84l0000000000000"
SINGLE = sentence("13m=TP001TNuWu0diVL3Q2lD0000")


def part(number: int, payload: str = "", *, key: str = "3,A", total: int = 2) -> str:
    text = payload or (FIRST if number == 1 else SECOND)
    head = f"AIVDM,{total},{number},{key}"
    return sentence(text, fill=2 if number == total else 0, head=head)


def counted(*texts: str) -> dict[str, int]:
    return dict(decode([lines(texts)]).counters)


JOINED = {"part": 1, "static": 1}
APART = {"orphan_part": 2}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AIVDM,2,{},3,A", "BSVDM,2,{},3,A"),
        ("AIVDM,2,{},3,A", "AIVDO,2,{},3,A"),
        ("AIVDM,2,{},3,A", "AIVDM,3,{},3,A"),
        ("AIVDM,2,{},3,A", "AIVDM,2,{},4,A"),
        ("AIVDM,2,{},3,A", "AIVDM,2,{},3,B"),
        ("AIVDM,2,{},3,A", "AIVDM,2,{},3,"),
        ("AIVDM,2,{},12,A", "AIVDM,2,{},13,A"),
        ("AIVDM,2,{},3,AB", "AIVDM,2,{},3,AC"),
    ],
)
def test_parts_with_other_keys_do_not_join(one: str, other: str) -> None:
    first = sentence(FIRST, head=one.format(1))
    assert counted(first, sentence(SECOND, fill=2, head=other.format(2))) == APART
    assert counted(first, sentence(SECOND, fill=2, head=one.format(2))) == JOINED


@pytest.mark.parametrize(
    ("one", "other", "join"),
    [
        ("s:a", "s:a", True),
        ("s:a", "s:b", False),
        ("s:a", "", True),
        ("", "s:a", True),
        ("g:1-2-7", "g:2-2-7", True),
        ("g:1-2-7", "g:2-2-8", False),
        ("g:1-2-7", "", False),
        ("", "g:2-2-7", False),
        ("1G2:7", "2G2:7", True),
        ("1G2:7", "g:2-2-7", True),
        ("1G2:7", "2G2:8", False),
        ("g:7", "", True),
        ("n:1", "n:2", True),
    ],
)
def test_station_and_group_keep_parts_apart(one: str, other: str, *, join: bool) -> None:
    first = (tag(one) if one else "") + part(1)
    second = (tag(other) if other else "") + part(2)
    assert counted(first, second) == (JOINED if join else APART)


def test_a_part_without_station_joins_the_newest_message() -> None:
    got = decode([lines([tag("s:a") + part(1), tag("s:b") + part(1, OTHER_FIRST), part(2)])])
    assert [message["name"] for message in messages(got)] == ["FRAM"]
    assert [message["station"] for message in messages(got)] == ["b"]


def test_a_station_may_come_with_a_later_part() -> None:
    got = decode([lines([part(1), tag("s:a") + part(2)])])
    assert messages(got)[0]["station"] == "a"


@pytest.mark.parametrize(("seconds", "join"), [(60, True), (61, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_minute_by_their_own_times_is_the_limit(seconds: int, sign: int, *, join: bool) -> None:
    first = tag("c:1700000000") + part(1)
    second = tag(f"c:{1_700_000_000 + sign * seconds}") + part(2)
    assert counted(first, second) == (JOINED if join else APART)


@pytest.mark.parametrize(("between", "join"), [(999, True), (1000, False)])
@pytest.mark.parametrize("timed", ["", "c:1700000000"])
def test_without_times_a_thousand_lines_are_the_limit(
    between: int, timed: str, *, join: bool
) -> None:
    first = (tag(timed) if timed else "") + part(1)
    got = decode([lines([first, *["#"] * between, part(2)])])
    assert got.counters == {**(JOINED if join else APART), "no_sentence": between}


def test_with_times_more_lines_may_lie_between_but_not_any_number() -> None:
    def with_between(count: int) -> dict[str, int]:
        timed = tag("c:1700000000")
        data = lines([timed + part(1)]) + b"#\n" * count + lines([timed + part(2)])
        counters = dict(decode([data]).counters)
        counters.pop("no_sentence")
        return counters

    assert with_between(MAX_APART_EVER - 1) == JOINED
    assert with_between(MAX_APART_EVER) == APART


def test_the_oldest_of_too_many_open_messages_is_given_up() -> None:
    firsts = [tag(f"g:1-2-{number},c:1700000000") + part(1) for number in range(MAX_OPEN + 1)]
    seconds = [tag(f"g:2-2-{number},c:1700000000") + part(2) for number in (0, 1)]
    got = decode([lines([*firsts, *seconds])])
    # 0 was evicted by the last; then its late part evicted 1, whose late part evicted 2.
    assert got.counters == {"orphan_part": MAX_OPEN + 3}
    kept = decode([lines([*firsts, seconds[1]])])
    assert kept.counters == {"orphan_part": MAX_OPEN, **JOINED}


def test_evicted_parts_are_refused_where_they_stand() -> None:
    firsts = [tag(f"g:1-2-{number}") + part(1) for number in range(MAX_OPEN + 1)]
    got = NmeaDecoder().feed(lines(firsts))
    assert got.rejects.rows() == [(0, 1, len(firsts[0]), "orphan_part")]
    assert got.counters == {"orphan_part": 1, "open": MAX_OPEN}


def test_the_same_part_again_is_refused_and_the_message_goes_on() -> None:
    assert counted(part(1), part(1), part(2), part(2)) == {
        **JOINED,
        "duplicate_part": 1,
        "orphan_part": 1,
    }


def test_other_bytes_under_a_number_begin_a_new_message() -> None:
    got = decode([lines([part(1), part(1, OTHER_FIRST), part(2)])])
    assert rejects(got) == [{"line": 0, "offset": 0, "reason": "orphan_part"}]
    assert messages(got)[0]["name"] == "FRAM"


def test_the_same_payload_with_other_padding_is_other_bytes() -> None:
    second = sentence(SECOND, fill=3, head="AIVDM,2,2,3,A")
    assert counted(part(2), second, part(1)) == {"orphan_part": 1, **JOINED}


def test_a_refused_message_refuses_the_line_that_completed_it() -> None:
    texts = [
        sentence("w", head="AIVDM,2,1,3,A"),
        sentence("3m=TP001T", head="AIVDM,2,2,3,A"),
        sentence("5", head="AIVDM,2,1,3,A"),
        sentence("3", head="AIVDM,2,2,3,A"),
    ]
    got = decode([lines(texts)])
    assert got.counters == {"part": 2, "unknown_type": 1, "short": 1}
    assert [reject["line"] for reject in rejects(got)] == [1, 3]


def test_the_time_is_that_of_the_first_part_that_has_one() -> None:
    texts = [
        tag("c:1700000009") + part(3, "NL33kQnA@DPVACP00000000", total=3),
        tag("c:1700000005") + part(2, "=@E8p000000000166A4:?5Wd", total=3),
        part(1, "53m=TP02E?ml@8hd0010th59", total=3),
    ]
    assert messages(decode([lines(texts)]))[0]["t_ms"] == 1_700_000_005_000
    texts[2] = tag("c:1700000002") + texts[2]
    assert messages(decode([lines(texts)]))[0]["t_ms"] == 1_700_000_002_000


def test_flags_of_all_parts_are_kept() -> None:
    texts = ["\\c:1700000000\\" + part(1), "\\c:1700000000*00\\" + part(2)]
    message = messages(decode([lines(texts)]))[0]
    assert message["flags"] == ["tag_bad_checksum", "tag_no_checksum"]


def test_utc_is_assumed_only_for_the_time_that_is_taken() -> None:
    texts = [part(1), "2026-01-02 03:04:05 " + part(2)]
    assert messages(decode([lines(texts)]))[0]["flags"] == ["t_utc_assumed"]
    texts[0] = tag("c:1767323045") + texts[0]
    assert messages(decode([lines(texts)]))[0]["flags"] == []


def test_the_sum_of_a_pghp_line_is_over_all_parts() -> None:
    text = "PGHP,1,2010,6,11,11,46,11,390,231,45,992190934,1,{:02X}"
    total = int(part(1)[-2:], 16) ^ int(part(2)[-2:], 16)
    for cc, flags in ((total, []), (total ^ 1, ["pghp_mismatch"])):
        line = text.format(cc)
        message = messages(decode([lines([f"${line}*{checksum(line):02X}", part(2), part(1)])]))[0]
        assert (message["flags"], message["t_ms"] is None) == (flags, bool(flags))


def test_parts_longer_than_any_message_are_joined_as_far_as_it_matters() -> None:
    texts = [part(1, FIRST + "0" * 100), part(2, SECOND)]
    message = messages(decode([lines(texts)]))[0]
    assert (message["name"], message["destination"]) == ("POLARSTERN", None)
    assert message["flags"] == ["length"]


def test_rows_stand_where_the_message_was_completed_and_say_where_it_began() -> None:
    got = decode([lines([part(2), SINGLE, part(1)])])
    second = len(part(2)) + len(SINGLE) + 2
    assert got.statics["offset"].to_list() == [second]
    assert got.statics["offset_first"].to_list() == [0]


def test_stations_are_numbered_by_first_appearance() -> None:
    texts = [tag(f"s:{name}") + SINGLE for name in ("b", "a", "b", "c" * 30, "c" * 31, "c" * 30)]
    got = decode([lines(texts)])
    assert got.reports["station"].to_list() == [0, 1, 0, 2, 3, 2]
    assert got.stations["name"].to_list() == ["b", "a", "c" * 30, "c" * 31]


def test_many_stations_are_kept_apart() -> None:
    texts = [tag(f"s:station-{number % 40_000}") + SINGLE for number in range(60_000)]
    got = decode([lines(texts)])
    assert got.stations.height == 40_000
    assert got.reports["station"].to_list() == [number % 40_000 for number in range(60_000)]
