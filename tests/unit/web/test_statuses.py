from northwatch import errors
from northwatch.errors import NorthwatchError
from northwatch.web.statuses import STATUSES, status_of


def _all(kind: type[NorthwatchError]) -> set[type[NorthwatchError]]:
    return {kind}.union(*(_all(sub) for sub in kind.__subclasses__()))


def test_every_error_that_this_tree_names_has_a_status_of_its_own() -> None:
    named = {kind for kind in _all(NorthwatchError) if kind.__module__ == errors.__name__}
    missing = {kind.__name__ for kind in named - set(STATUSES)}
    assert not missing


def test_an_error_from_elsewhere_has_the_status_of_the_class_above() -> None:
    class OddError(errors.MissingError):
        pass

    assert status_of(OddError(what="it")) == 404
