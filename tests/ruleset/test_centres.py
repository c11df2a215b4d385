import pytest

from triage.errors import ConfigError
from triage.ruleset.centres import read_centres

TEXT = """\
number,name,domains or addresses
GB123,"Hill School, York",hill.example; office@post.example
PK417,Lyceum,lyceum.example lyceum-two.example

CN381,No mail yet,
"""

KNOWN = [
    pytest.param("head@hill.example", True, id="domain"),
    pytest.param("HEAD@Hill.Example", True, id="capitals"),
    pytest.param("head@staff.hill.example", True, id="subdomain"),
    pytest.param("office@post.example", True, id="address"),
    pytest.param("other@post.example", False, id="another at that address's domain"),
    pytest.param("x@lyceum-two.example", True, id="second domain"),
    pytest.param("x@nothill.example", False, id="domain that ends alike"),
    pytest.param("x@example", False, id="the domain above"),
    pytest.param("", False, id="nothing"),
]


@pytest.mark.parametrize(("address", "is_known"), KNOWN)
def test_a_centre_is_known_by_domain_or_address(address: str, is_known: bool) -> None:
    assert is_known == read_centres(TEXT, "c.csv").knows(address)


WRONG = [
    pytest.param("GB1,Hill", "3 columns", id="too few columns"),
    pytest.param("GB1,Hill,a.example,b.example", "3 columns", id="too many columns"),
    pytest.param(",Hill,a.example", "number is missing", id="no number"),
    pytest.param("GB1,Hill,hill", "neither a domain", id="no domain"),
    pytest.param("GB1,Hill,@hill.example", "neither a domain", id="no local part"),
    pytest.param("GB1,Hill,http://hill.example", "neither a domain", id="link"),
    pytest.param("GB1,Hill,mail.example", "many unrelated people", id="free mail"),
]


@pytest.mark.parametrize(("row", "words"), WRONG)
def test_a_wrong_row_is_told_with_its_line(row: str, words: str) -> None:
    text = f"number,name,domains\nGB0,Valley,valley.example\n{row}\n"

    with pytest.raises(ConfigError) as caught:
        read_centres(text, "c.csv", ["mail.example"])

    (problem,) = caught.value.problems
    assert ("c.csv", 3, row) == (problem.file, problem.line, problem.source)
    assert words in problem.message


def test_an_address_of_free_mail_is_fine() -> None:
    directory = read_centres(
        "n,n,d\nGB1,Hill,hill@mail.example", "c.csv", ["mail.example"]
    )

    assert directory.knows("hill@mail.example")
    assert not directory.knows("another@mail.example")


def test_a_number_that_stands_twice_names_both_lines() -> None:
    with pytest.raises(ConfigError) as caught:
        read_centres("n,n,d\nGB1,a,a.example\ngb1,b,b.example\n", "c.csv")

    (problem,) = caught.value.problems
    assert (problem.line, problem.message) == (3, "centre GB1 stands in line 2 too")


def test_all_wrong_rows_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read_centres("n,n,d\nGB1,a\nGB2,b\n", "c.csv")

    assert [problem.line for problem in caught.value.problems] == [2, 3]


@pytest.mark.parametrize(
    "text", ["", "number,name,domains\n", "\ufeffnumber,name,d\r\n"]
)
def test_an_empty_directory_knows_nobody(text: str) -> None:
    assert not read_centres(text, "c.csv").knows("a@b.example")
