import pytest

from triage.decision.domains import is_usable, organisational_domain, same_organisation
from triage.ruleset.schema import Senders

SUFFIXES = Senders.model_fields["public_suffixes"].default


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        pytest.param("school.example", "school.example", id="two labels"),
        pytest.param("mail.school.example", "school.example", id="below it"),
        pytest.param("a.b.c.school.example", "school.example", id="far below it"),
        pytest.param("school.co.uk", "school.co.uk", id="co.uk"),
        pytest.param("mail.school.ac.uk", "school.ac.uk", id="ac.uk"),
        pytest.param("mail.school.edu.pk", "school.edu.pk", id="edu.pk"),
        pytest.param("mail.school.com.eg", "school.com.eg", id="com.eg"),
        pytest.param("mail.school.org.zw", "school.org.zw", id="org of any country"),
        pytest.param("mail.school.org.info", "org.info", id="no country"),
        pytest.param("hill.kent.sch.uk", "hill.kent.sch.uk", id="sch.uk"),
        pytest.param("mail.hill.kent.sch.uk", "hill.kent.sch.uk", id="below sch.uk"),
        pytest.param("hill.sch.ae", "hill.sch.ae", id="sch.ae"),
        pytest.param("co.uk", "co.uk", id="a suffix"),
        pytest.param("localhost", "localhost", id="one label"),
        pytest.param("School.Example.", "school.example", id="capitals, root"),
        pytest.param("", "", id="empty"),
        pytest.param("..", "", id="dots"),
        pytest.param(".".join("a" * 5000), "a.a", id="many labels"),
    ],
)
def test_an_organisation_registered_a_name(domain: str, expected: str) -> None:
    assert expected == organisational_domain(domain, SUFFIXES)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("school.example", "mail.school.example", True, id="below"),
        pytest.param("a.co.uk", "b.co.uk", False, id="two companies"),
        pytest.param("a.kent.sch.uk", "b.kent.sch.uk", False, id="two schools"),
        pytest.param("a.onmicrosoft.com", "b.onmicrosoft.com", False, id="two tenants"),
        pytest.param("a.k12.ca.us", "b.k12.ca.us", False, id="two districts"),
        pytest.param("", "", False, id="none"),
        pytest.param("school.example", "", False, id="one is none"),
    ],
)
def test_domains_of_one_organisation(one: str, other: str, expected: bool) -> None:
    assert expected == same_organisation(one, other, SUFFIXES)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("ann@readers.example", True, id="ordinary"),
        pytest.param("ann.o'neil+x@mail.readers.example", True, id="o'neil"),
        pytest.param("ann@xn--bcher-kva.example", True, id="punycode"),
        pytest.param("ann@readers.xn--p1ai", True, id="punycode top level"),
        pytest.param("prvs=1=ann@readers.example", True, id="BATV"),
        pytest.param("", False, id="empty"),
        pytest.param("ann", False, id="no domain"),
        pytest.param("@readers.example", False, id="no local part"),
        pytest.param("ann@", False, id="empty domain"),
        pytest.param("ann@readers", False, id="one label"),
        pytest.param("ann@@readers.example", False, id="two @"),
        pytest.param("a b@readers.example", False, id="space"),
        pytest.param('"ann"@readers.example', False, id="quoted"),
        pytest.param("ann.@readers.example", False, id="dot at the end"),
        pytest.param(".ann@readers.example", False, id="dot at the start"),
        pytest.param("a..n@readers.example", False, id="two dots"),
        pytest.param("ann@readers..example", False, id="two dots in the domain"),
        pytest.param("ann@-readers.example", False, id="hyphen"),
        pytest.param("ann@[192.0.2.1]", False, id="literal"),
        pytest.param("ann@192.0.2.1", False, id="number"),
        pytest.param("zoë@readers.example", False, id="not ASCII"),
        pytest.param("ann@büro.example", False, id="domain not ASCII"),
        pytest.param("ann@readers.example\n", False, id="line feed"),
        pytest.param("ann@readers.example\r\nbcc:x@y.example", False, id="injection"),
        pytest.param("ann@readers.invalid", False, id="invalid"),
        pytest.param("ann@pc.LOCAL", False, id="local"),
        pytest.param(f"{'a' * 64}@readers.example", True, id="longest local part"),
        pytest.param(f"{'a' * 65}@readers.example", False, id="too long a local part"),
        pytest.param(f"ann@{'a' * 60}.{'b.' * 100}example", False, id="too long"),
        pytest.param("a" * 100_000, False, id="huge"),
    ],
)
def test_a_usable_address_needs_no_extension(address: str, expected: bool) -> None:
    assert expected == is_usable(address)
