"""A charter edited at random is read, or refused with a line of it: no other outcome."""

from hypothesis import given
from hypothesis import strategies as st

from northwatch.data import read_text
from northwatch.errors import UnreadableError
from northwatch.workstreams.charter import parse_charter

SHIPPED = {
    name: read_text(f"charters/{name}.toml").split("\n")
    for name in ("arctic-defence", "greenland-talks")
}
ACTS = ("delete", "double", "swap value", "cut", "insert")


@st.composite
def edited(draw: st.DrawFn) -> str:
    lines = list(SHIPPED[draw(st.sampled_from(sorted(SHIPPED)))])
    for _ in range(draw(st.integers(1, 5))):
        at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        act = draw(st.sampled_from(ACTS))
        if act == "delete" and len(lines) > 1:
            del lines[at]
        elif act == "double":
            lines.insert(other, lines[at])
        elif act == "swap value":
            lines[at] = f"{lines[at].partition('=')[0]}={lines[other].partition('=')[2]}"
        elif act == "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
        else:
            put = st.sampled_from(["[", "]", '"', "'", "=", "{", "#", ".", "1", "\\", '"""', "é"])
            place = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:place] + draw(put) + lines[at][place:]
    return "\n".join(lines)


def read_or_refused(text: str) -> None:
    try:
        parse_charter(text, "edited.toml")
    except UnreadableError as error:
        assert error.line is not None  # noqa: PT017 - either outcome is right
        assert 1 <= error.line <= text.count("\n") + 1  # noqa: PT017
        assert str(error).startswith(f"edited.toml, line {error.line}: ")  # noqa: PT017


@given(edited())
def test_an_edited_charter_is_read_or_refused_with_a_line(text: str) -> None:
    read_or_refused(text)


@given(st.text())
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    read_or_refused(text)


@given(st.sampled_from("[{"), st.integers(1, 3000), st.sampled_from(["", "a=", "1,"]))
def test_deep_brackets_are_refused_with_a_line(bracket: str, depth: int, between: str) -> None:
    read_or_refused("x = " + (bracket + between) * depth)
