"""How lines become logical lines, which sentences are AIS, and where rejects are said to stand."""

import pytest

from northwatch.ais import NmeaDecoder
from northwatch.ais.layout import MAX_LINE
from northwatch.errors import ParameterError
from tests.unit.ais.nmea_forms import decode, lines, messages, sentence, tag

GOOD = sentence("13m=TP001TNuWu0diVL3Q2lD0000")
OTHER = sentence("139>Jh@01TNuWu0diVL3Q2lD0000")


def counted(*texts: str) -> dict[str, int]:
    return dict(decode([lines(texts)]).counters)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n"])
def test_any_line_end_will_do(end: str) -> None:
    assert decode([(GOOD + end + OTHER + end).encode()]).counters == {"position": 2}


def test_the_last_line_may_lack_its_end() -> None:
    assert decode([GOOD.encode()]).counters == {"position": 1}


def test_no_bytes_are_no_lines() -> None:
    got = decode([b"", b""])
    assert got.counters == {}
    assert got.reports.height == got.rejects.height == 0


def test_lines_of_blanks_and_tabs_are_blank() -> None:
    assert counted("", " \t ", "\r") == {"blank": 3}


def test_sentences_that_lost_the_line_feed_between_them_are_lines_of_their_own() -> None:
    got = decode([lines([GOOD + tag("s:b") + OTHER + "$GPZDA,1,2*00" + "!AIVDM,1,1,,A,0,0*00"])])
    assert got.counters == {"position": 2, "other_sentence": 1, "bad_checksum": 1}
    assert [message["station"] for message in messages(got)] == [None, "b"]
    assert got.reports["offset"].to_list() == [0, len(GOOD)]
    assert got.rejects.row(0)[:2] == (len(GOOD + tag("s:b") + OTHER) + 13, 1)


def test_a_sentence_that_breaks_off_does_not_take_the_next_with_it() -> None:
    assert counted("!AIVDM,1,1,,A,13m=TP" + GOOD) == {"no_checksum": 1, "position": 1}
    assert counted("!AIVDM,1,1,,A,13m=TP" + tag("s:a") + GOOD) == {"no_checksum": 1, "position": 1}


def test_a_tag_block_that_is_not_closed_is_not_used_and_is_flagged() -> None:
    got = messages(decode([lines(["\\s:a,c:1700000000*3D" + GOOD])]))
    assert (got[0]["station"], got[0]["t_ms"]) == (None, None)
    assert got[0]["flags"] == ["tag_bad_checksum"]


def test_a_tag_block_that_is_not_closed_does_not_swallow_a_sentence() -> None:
    got = decode([lines(["\\s:a" + GOOD + tag("s:b") + OTHER])])
    assert got.counters == {"position": 2}
    assert [message["station"] for message in messages(got)] == [None, "b"]


def test_a_bang_inside_a_tag_block_is_text() -> None:
    got = messages(decode([lines([tag("s:a!b,c:1700000000") + GOOD])]))
    assert got[0]["station"] == "a!b"


@pytest.mark.parametrize("talker", ["AI", "BS", "--", "x?", "99"])
def test_any_talker_will_do(talker: str) -> None:
    text = sentence("13m=TP001TNuWu0diVL3Q2lD0000", head=f"{talker}VDM,1,1,,A")
    assert counted(text) == {"position": 1}


@pytest.mark.parametrize(
    "text", ["AIVDM", "!AIVD", "!A,VDM,1,1", "$", "!", "price: $5, !", "\\s:a\\", "$gpzda,1*00"]
)
def test_what_is_no_sentence_is_counted_as_such(text: str) -> None:
    assert counted(text) == {"no_sentence": 1}


@pytest.mark.parametrize(
    "text", ["$GPRMC,1,2", "$GPZDA*00", "!AIVSI,1*00", "$PGRMZ,1*00", "$AITXT,01", "$AIVDM,1,1"]
)
def test_other_sentences_are_counted_whatever_their_checksum(text: str) -> None:
    assert counted(text) == {"other_sentence": 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("!AIVDM", "no_checksum"),
        ("!AIVDM,1,1,,A,0\t,0*00", "bad_byte"),
        ("!AIVDM,1,1,,A,0\x7f,0*00", "bad_byte"),
        ("!AIVDM,1,1,,A,0\xe9,0*00", "bad_byte"),
        ("!AIVDM,1,1,,A,0\x00", "bad_byte"),
        ("!AIVDM,1,1,,A,0,0*2", "no_checksum"),
        ("!AIVDM,1,1,,A,0,0*GG", "bad_checksum"),
        (sentence("0", head="AIVDMX,1,1,,A"), "bad_fields"),
        (sentence("0", head="AIVDM,1,1,A"), "bad_fields"),
        (sentence("0", head="AIVDM,1,2,,A"), "bad_fragment"),
        (sentence("0", head="AIVDM,11,1,,A"), "bad_fragment"),
        (sentence("0", head="AIVDM,,1,,A"), "bad_fragment"),
        (sentence("0", head="AIVDM,1,0,,A"), "bad_fragment"),
        (sentence("13m=TP001TNuWu0diVL3Q2lD0000", fill=6), "bad_fill"),
        (sentence("0", head="AIVDM,1,1,,A").replace(",0*", ",*"), "bad_checksum"),
        (sentence("13m=TP001TNuWu0diVL3Q2lD000X"), "bad_armour"),
        (sentence("x3m=TP001TNuWu0diVL3Q2lD0000"), "bad_armour"),
        (sentence("13m=TP00/TNuWu0diVL3Q2lD0000"), "bad_armour"),
        (sentence("1" * 6), "short"),
        (sentence("0" * 28), "unknown_type"),
    ],
)
def test_a_bad_line_is_refused_for_its_first_reason(text: str, reason: str) -> None:
    got = decode([lines([GOOD, text])])
    assert got.rejects.rows() == [(len(GOOD) + 1, 2, len(text), reason)]
    assert got.counters == {"position": 1, reason: 1}


def test_a_long_channel_or_sequence_id_does_not_matter() -> None:
    payload = "13m=TP001TNuWu0diVL3Q2lD0000"
    for head in ("AIVDM,1,1,12,A", "AIVDM,1,1,,AB", "AIVDM,1,1,x,", "AIVDM,1,1,123,ABC"):
        assert counted(sentence(payload, head=head)) == {"position": 1}


def test_offset_and_line_are_of_the_whole_stream() -> None:
    decoder = NmeaDecoder()
    for _ in range(3):
        decoder.feed(lines([GOOD] * 10))
    got = decoder.feed(lines([OTHER[:-1] + "0"]))
    assert got.rejects.row(0)[:2] == (30 * (len(GOOD) + 1), 31)


def test_a_line_without_end_is_taken_in_stretches_and_memory_is_bounded() -> None:
    junk = b"x" * (3 * MAX_LINE)
    end = b"\n" + lines([GOOD])
    whole = decode([junk + end])
    assert whole.counters == {"no_sentence": 3, "blank": 1, "position": 1}
    assert decode([junk[:1], junk[1:100_000], junk[100_000:] + end]).counters == whole.counters
    decoder = NmeaDecoder()
    for _ in range(64):
        decoder.feed(junk)
    assert decoder.close().counters == {"no_sentence": 3 * 64}


def test_lines_that_lost_all_line_feeds_are_still_read() -> None:
    count = 5 * MAX_LINE // len(GOOD)
    got = decode([(GOOD * count).encode()])
    # At each 65,536th byte one sentence is torn.
    assert got.counters["position"] >= count - 5
    assert sum(got.counters.values()) <= count + 5


def test_rejects_of_a_line_full_of_sentences_all_fit() -> None:
    got = decode([b"!AIVDM" * 200_000 + b"\n"])
    assert got.rejects.height == sum(got.counters.values())
    assert got.counters["no_checksum"] >= 199_000


@pytest.mark.parametrize(("name", "value"), [("tag_checksum", "maybe"), ("threads", 0)])
def test_a_parameter_that_is_not_allowed_is_named(name: str, value: object) -> None:
    with pytest.raises(ParameterError, match=name):
        NmeaDecoder(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_will_do(kind: type) -> None:
    decoder = NmeaDecoder()
    decoder.feed(kind(lines([GOOD] * 20)))
    assert decoder.close().counters == {"position": 20}
