from collections.abc import Callable

import pytest

from triage.errors import ConfigError
from triage.reply import Organisation, compile_templates

SUBJECT = "Subject: Complaint {{ reference }}\n"
HTML = '<html lang="en-GB"><p>{}</p></html>'


def pair(text: str, html: str | None = None) -> dict[str, str]:
    """A letter of one paragraph, the same in both forms unless told otherwise."""
    shown = HTML.format(text.replace("\n", " ")) if html is None else html
    return {"a.txt": SUBJECT + text, "a.html": shown}


def problems_of(
    files: dict[str, str], organisation: Organisation, *missing: str
) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        compile_templates(files, organisation, missing)
    return [str(problem) for problem in caught.value.problems]


def test_all_problems_of_all_files_are_told_at_once(organisation: Organisation) -> None:
    files = {
        "a.txt": SUBJECT + "Dear {{ respond_on }},\n\n{{ links.hand }}",
        "b.txt": SUBJECT + "{% if missing %}",
        "b.html": "{{ x|nonsense }}",
        "c.md": "",
    }

    expected = [
        "a.txt: there is no `a.html` beside it\n"
        "    every letter has a text and an HTML form, and both say the same",
        "a.txt:2:9: unknown variable `respond_on`\n"
        "    Dear {{ respond_on }},\n"
        "            ^\n"
        "    did you mean `respond_by`?",
        "a.txt:4:10: the configuration's [links] has no `hand`\n"
        "    {{ links.hand }}\n"
        "             ^\n"
        "    did you mean `handbook`?",
        "b.html:1: No filter named 'nonsense'.\n    {{ x|nonsense }}",
        "b.txt:2: Unexpected end of template. "
        "Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. "
        "The innermost block that needs to be closed is 'if'.\n    {% if missing %}",
        "c.md: a template's name must end in .txt or .html",
    ]
    assert expected == problems_of(files, organisation)


@pytest.mark.parametrize(
    ("first_line", "fault"),
    [
        pytest.param("Hello", "the first line must be the subject", id="none"),
        pytest.param("", "the first line must be the subject", id="empty-line"),
        pytest.param("Subject:", "a subject names {{ reference }}", id="empty"),
        pytest.param(
            "Subject: {{ reference }}", "the subject has no words", id="no-words"
        ),
        pytest.param(
            "Subject: Your complaint",
            "a subject names {{ reference }}",
            id="fixed-only",
        ),
        pytest.param(
            "Subject: {{ reference }} {{ reference }}",
            "a subject names {{ reference }}",
            id="twice",
        ),
        pytest.param(
            "Subject: {{ reference }} of {{ received_on }}",
            "a subject is fixed words and {{ reference }}",
            id="another-variable",
        ),
        pytest.param(
            "Subject: {{ reference }}{% if missing %}!{% endif %}",
            "a subject is fixed words and {{ reference }}",
            id="a-condition",
        ),
        pytest.param(
            "Subject: Bell\x07 {{ reference }}", "the subject has no words", id="bell"
        ),
    ],
)
def test_a_subject_is_fixed_words_and_the_reference(
    first_line: str, fault: str, organisation: Organisation
) -> None:
    files = pair("Hello") | {"a.txt": f"{first_line}\nHello"}

    (problem,) = problems_of(files, organisation)

    assert problem.startswith(f"a.txt:1: {fault}")


def test_lines_are_counted_from_the_subject_on(organisation: Organisation) -> None:
    files = {
        "_piece.txt": "fine",
        "a.txt": SUBJECT + "{% include '_piece.txt' %}\n\n{{ missing.nothing }}",
        "a.html": HTML.format("fine"),
    }

    (problem,) = problems_of(files, organisation)

    assert problem.startswith("a.txt:4: 'tuple object' has no attribute 'nothing'")


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        pytest.param(
            "{{ organisation.fax }}", "`organisation` has no `fax`", id="organisation"
        ),
        pytest.param(
            "{{ contacts['form-9'] }}", "[contacts] has no `form-9`", id="contact"
        ),
        pytest.param("{{ links['x'] }}", "[links] has no `x`", id="link"),
        pytest.param(
            "{{ links[missing] }}", "followed by a name in quotes", id="computed-link"
        ),
        pytest.param("{% include 'b' %}", "there is no file `b`", id="no-such-file"),
        pytest.param(
            "{% include reference %}", "must be named in quotes", id="computed-file"
        ),
        pytest.param("{{ why }}", "unknown variable `why`", id="a-notice's-variable"),
        pytest.param("{{ range(3) }}", "unknown variable `range`", id="jinja's-own"),
        pytest.param(
            "{{ series }}", "a value is printed that not every", id="no-value"
        ),
        pytest.param("{{ 1 // 0 }}", "division", id="division"),
        pytest.param(
            "{{ ''.__class__.__mro__ }}", "access to attribute", id="the-sandbox"
        ),
        pytest.param(
            "{{ missing.append(1) }}", "has no attribute 'append'", id="a-change"
        ),
        pytest.param(
            "{{ links.update }}", "[links] has no `update`", id="a-change-of-links"
        ),
    ],
)
def test_a_mistake_shows_when_templates_are_compiled(
    written: str, fault: str, organisation: Organisation
) -> None:
    problems = problems_of(pair(f"Hello\n{written}"), organisation, "centre")

    assert fault in problems[0]


def test_a_fault_of_many_samples_is_told_once(organisation: Organisation) -> None:
    files = pair("Hello", HTML.format("Goodbye"))

    assert problems_of(files, organisation, "centre", "candidate") == [
        "a.html:1:23: a.html says something else than a.txt: "
        "“hello” in the text, “goodbye” in the HTML (with nothing missing)\n"
        '    <html lang="en-GB"><p>Goodbye</p></html>\n'
        "                          ^"
    ]


def test_a_missing_item_without_words_is_a_problem(organisation: Organisation) -> None:
    words = "{% set asked = {'centre': 'the centre'} %}"
    files = pair(words + "Send: {% for item in missing %}{{ asked[item] }}{% endfor %}")

    problems = problems_of(files, organisation, "centre", "passport")

    assert len(problems) == 1
    assert "a.txt:2: 'dict object' has no attribute 'passport'" in problems[0]


def test_the_letters_as_shipped_need_words_for_each_item(
    shipped: dict[str, str], organisation: Organisation
) -> None:
    problems = problems_of(shipped, organisation, "centre", "passport")

    assert problems
    assert all("passport" in problem for problem in problems)
    assert all(problem.startswith("_missing.txt:") for problem in problems)


@pytest.mark.parametrize(
    ("html", "refused"),
    [
        pytest.param('<img src="https://x.example/p.gif">', "<img>", id="image"),
        pytest.param("<script>1</script>", "<script>", id="script"),
        pytest.param(
            '<link rel="stylesheet" href="https://x.example">',
            "<link>",
            id="stylesheet",
        ),
        pytest.param('<form action="https://x.example"></form>', "<form>", id="form"),
        pytest.param(
            '<iframe src="https://x.example"></iframe>', "<iframe>", id="frame"
        ),
        pytest.param('<p onclick="go()"></p>', "<p onclick=…>", id="event"),
        pytest.param(
            '<meta http-equiv="refresh" content="1">',
            "<meta http-equiv=…>",
            id="refresh",
        ),
        pytest.param(
            '<p background="https://x.example/p"></p>', "<p background=…>", id="image-2"
        ),
        pytest.param(
            "<style>p { background: URL(https://x.example/p) }</style>",
            "a style fetches",
            id="style-with-an-image",
        ),
        pytest.param(
            "<style>@import 'https://x.example';</style>",
            "a style fetches",
            id="style-with-an-import",
        ),
        pytest.param(
            "<p style=\"background: u\\72l('//x.example')\"></p>",
            "a style fetches",
            id="style-in-disguise",
        ),
        pytest.param(
            '<p><a href="http://x.example"></a></p>',
            "a link is neither",
            id="plain-http",
        ),
        pytest.param(
            '<p><a href="javascript:go()"></a></p>',
            "a link is neither",
            id="script-link",
        ),
    ],
)
def test_html_that_fetches_or_acts_is_refused(
    html: str, refused: str, organisation: Organisation
) -> None:
    files = pair("Hello", f'<html lang="en-GB">{html}<p>Hello</p></html>')

    problems = problems_of(files, organisation)

    assert any(refused in problem for problem in problems)


def test_html_says_its_language(organisation: Organisation) -> None:
    problems = problems_of(pair("Hello", "<html><p>Hello</p></html>"), organisation)

    assert problems == [
        "a.html: <html> does not say its language (with nothing missing)"
    ]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param(
            "1. Read this: https://x.example/a?b=1&c=2\n2. Then that.",
            '<ol><li><a href="https://x.example/a?b=1&amp;c=2">Read this</a></li>'
            "<li>Then <strong>that</strong>.</li></ol>",
            id="list-and-link",
        ),
        pytest.param(
            "Write to x@y.example or call +44 1",
            '<p>Write to <a href="mailto:x@y.example">x@y.example</a> or call '
            '<a href="tel:+441">+44 1</a></p>',
            id="address-and-phone",
        ),
        pytest.param(
            "Next\n----\n- “Yes” — no",
            "<h2>Next</h2><ul><li>&ldquo;Yes&rdquo; &mdash; no</li></ul>",
            id="heading-and-typography",
        ),
    ],
)
def test_text_and_html_may_look_different_and_say_the_same(
    text: str, html: str, organisation: Organisation
) -> None:
    files = pair(text, f'<html lang="en-GB"><title>x</title>{html}</html>')

    assert "a" in compile_templates(files, organisation)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param(
            "Read this", '<a href="https://x.example">Read this</a>', id="link"
        ),
        pytest.param(
            "Write to x@y.example",
            '<p>Write to <a href="mailto:z@y.example">x@y.example</a></p>',
            id="another-address",
        ),
        pytest.param("Yes", "<p>Yes</p><p>and no</p>", id="html-says-more"),
        pytest.param("Yes\n\nand no", "<p>Yes</p>", id="text-says-more"),
        pytest.param("by 8 April", "<p>by 9 April</p>", id="another-date"),
    ],
)
def test_text_and_html_that_say_different_things_are_a_problem(
    text: str, html: str, organisation: Organisation
) -> None:
    files = pair(text, f'<html lang="en-GB">{html}</html>')

    (problem,) = problems_of(files, organisation)

    assert "a.html says something else than a.txt" in problem


def test_a_letter_too_large_is_a_problem(organisation: Organisation) -> None:
    (problem,) = problems_of(pair("word " * 5_000), organisation)

    assert "it is larger than" in problem


def test_values_are_escaped_in_html_and_not_in_text(
    make_organisation: Callable[..., Organisation],
) -> None:
    organisation = make_organisation(team="Fish & <b>Chips</b>")
    templates = compile_templates(pair("{{ organisation.team }}"), organisation)

    wording = templates.pair("a").word({})

    assert wording.text == "Fish & <b>Chips</b>\n"
    assert "<p>Fish &amp; &lt;b&gt;Chips&lt;/b&gt;</p>" in wording.html


def test_an_alert_may_do_without_a_reference(organisation: Organisation) -> None:
    files = {
        "notice-breaker.txt": "Subject: Held\nHello",
        "notice-breaker.html": HTML.format("Hello"),
    }

    assert "notice-breaker" in compile_templates(files, organisation)


@pytest.mark.parametrize(
    ("text", "html", "place"),
    [
        pytest.param("one\ntwo 3", "<p>one\ntwo 4", "a.html:2:5", id="html"),
        pytest.param("one\ntwo three", "<p>one\ntwo", "a.txt:3:5", id="text-only"),
        pytest.param(
            "one {{ reference }}",
            "<p>one\n{{ received_on }}",
            "a.html:1:23",
            id="behind-what-both-say",
        ),
    ],
)
def test_a_difference_is_shown_where_its_words_stand(
    text: str, html: str, place: str, organisation: Organisation
) -> None:
    files = pair(text, f'<html lang="en-GB">{html}</p></html>')

    (problem,) = problems_of(files, organisation)

    assert problem.startswith(f"{place}: ")


def test_a_difference_in_a_piece_is_shown_there(organisation: Organisation) -> None:
    files = pair(
        '{% include "_piece.txt" %}',
        '<html lang="en-GB">{% include "_piece.html" %}</html>',
    )
    files |= {"_piece.txt": "yes", "_piece.html": "<p>\nnever</p>"}

    (problem,) = problems_of(files, organisation)

    assert problem.startswith("_piece.html:2:1: a.html says something else")


@pytest.mark.parametrize("link", ["<a>here</a>", '<a href="">here</a>'])
def test_a_link_without_an_address_is_a_problem(
    link: str, organisation: Organisation
) -> None:
    files = pair("See here", f'<html lang="en-GB"><p>See {link}</p></html>')

    problems = problems_of(files, organisation)

    assert "a.html: a link has no address (with nothing missing)" in problems


def test_each_kind_of_mistake_has_a_name_that_stays(
    organisation: Organisation,
) -> None:
    files = {
        "a.txt": SUBJECT + "{{ respond_on }} {{ sender }} {{ links.hand }}",
        "a.html": '{% include "_none.html" %}{{ contacts.nobody }}',
        "b.txt": SUBJECT + "{% if %}",
        "d.md": "",
        "e.txt": "Hello",
        "e.html": "",
    }

    with pytest.raises(ConfigError) as caught:
        compile_templates(files, organisation)

    assert {problem.code for problem in caught.value.problems} == {
        "unknown-variable",
        "sender-text",
        "missing-link",
        "unknown-file",
        "unknown-contact",
        "template-syntax",
        "missing-twin",
        "template-name",
        "template-subject",
    }


@pytest.mark.parametrize("name", ["sender", "text", "message", "body", "name"])
def test_who_wants_to_print_what_the_sender_wrote_is_told_that_none_can(
    name: str, organisation: Organisation
) -> None:
    (problem,) = problems_of(pair(f"Dear {{{{ {name} }}}}", HTML), organisation)

    assert problem.startswith("a.txt:2:9: no letter can say what the sender wrote")


def test_one_broken_letter_does_not_hide_what_is_wrong_with_another(
    organisation: Organisation,
) -> None:
    files = pair("{{ respond_on }}") | {
        "b.txt": SUBJECT + "yes",
        "b.html": HTML.format("no"),
    }

    problems = problems_of(files, organisation)

    assert [problem.partition(":")[0] for problem in problems] == [
        "a.html",
        "a.txt",
        "b.html",
    ]
