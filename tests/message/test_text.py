"""Characters, flowed paragraphs and HTML as the text that a person reads."""

import pytest

from tests.message.mails import html_mail, mail, text_mail
from triage.message import limits, parse
from triage.message.characters import clean, decode
from triage.message.flowed import unflow


@pytest.mark.parametrize(
    ("octets", "charset", "text"),
    [
        pytest.param("café".encode(), "utf-8", "café", id="utf-8"),
        pytest.param("café".encode(), "", "café", id="unlabelled utf-8"),
        pytest.param(b"\xa35", "", "£5", id="unlabelled Windows-1252"),
        pytest.param(b"\x93no\x94", "iso-8859-1", "“no”", id="latin-1 is cp1252"),
        pytest.param(b"\x93no\x94", "us-ascii", "“no”", id="ascii is cp1252"),
        pytest.param("café".encode(), "us-ascii", "café", id="ascii is utf-8"),
        pytest.param(b"\x94\x81", "gb2312", "攣", id="gb2312 is gb18030"),
        pytest.param("한글".encode("cp949"), "ks_c_5601-1987", "한글", id="Korean"),
        pytest.param("日本".encode("iso2022_jp"), "iso-2022-jp", "日本", id="ISO 2022"),
        pytest.param("caf\xe9".encode("utf-16"), "utf-16", "café", id="utf-16"),
        pytest.param("привет".encode("koi8-r"), "KOI8-R", "привет", id="koi8-r"),
        pytest.param("café".encode(), '"UTF8"', "café", id="quoted alias"),
        pytest.param("café".encode(), "x-unknown", "café", id="unknown charset"),
        pytest.param(b"caf\xe9", "rot13", "café", id="a codec that is no charset"),
        pytest.param(b"caf\xe9", "undefined", "café", id="the undefined codec"),
        pytest.param(b"caf\xe9", "a\0b", "café", id="NUL in the name"),
        pytest.param(b"caf\xe9", "ü\ud800", "café", id="surrogate in the name"),
        pytest.param(
            "ééééé\u00e9".encode()[:-1], "utf-8", "ééééé\ufffd", id="cut utf-8"
        ),
        pytest.param(b"caf\xe9", "utf-8", "café", id="no utf-8 at all"),
    ],
)
def test_octets_are_read_in_the_charset_that_was_meant(
    octets: bytes, charset: str, text: str
) -> None:
    assert text == decode(octets, charset)[0]


def test_a_wrong_charset_is_a_defect_and_a_right_one_is_not() -> None:
    assert parse(text_mail(b"caf\xe9", charset="utf-8")).defects
    assert parse(text_mail("café", charset="utf-8")).defects == ()


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        pytest.param(
            "a\r\nb\rc\u2028d\u2029e\x85f\x0bg\x0ch", "a\nb\nc\nd\ne\nf\ng\nh"
        ),
        pytest.param("com\0pl\u200bain\xadt\ufeff", "complaint"),
        pytest.param("a\tb\x1b[31m\x07\x9fc", "a\tb[31mc"),
        pytest.param("\u202eevil\u202c \u2066x\u2069", "evil x"),
        pytest.param("a\ud800b\udfff", "ab"),
        pytest.param("a\xa0b", "a b"),
        pytest.param("👩\u200d👧 \u0645\u200c\u0646", "👩\u200d👧 \u0645\u200c\u0646"),
    ],
    ids=[
        "newlines",
        "invisible",
        "controls",
        "direction",
        "surrogates",
        "nbsp",
        "joiners",
    ],
)
def test_a_text_is_made_safe(raw: str, safe: str) -> None:
    assert safe == clean(raw)


def test_surrogates_in_utf_7_and_utf_8_do_not_come_out() -> None:
    for raw, charset in ((b"a+2AA-b", "utf-7"), (b"a\xed\xa0\x80b", "utf-8")):
        message = parse(text_mail(raw, charset=charset))

        message.text.encode("utf-8")
        assert message.text[0] == "a"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        pytest.param("a \nb\nc", "a b\nc", id="joined"),
        pytest.param("> a \n> b\nc", "> a b\nc", id="within a quotation"),
        pytest.param("> a \nb", "> a \nb", id="not across quotations"),
        pytest.param(">>a \n>> b", "> > a b", id="two levels"),
        pytest.param(" From me\n  x", "From me\n x", id="space-stuffed"),
        pytest.param("a \n-- \nAnn", "a \n-- \nAnn", id="the signature line is fixed"),
    ],
)
def test_flowed_lines_are_joined_to_paragraphs(lines: str, text: str) -> None:
    assert text == unflow(lines)


def test_flowed_text_of_deleted_spaces_is_joined_without_them() -> None:
    raw = mail(
        "Content-Type: text/plain; format=flowed; delsp=yes", body="com \nplaint"
    )

    assert parse(raw).text == "complaint"


def test_lines_that_are_not_flowed_are_kept() -> None:
    assert parse(text_mail("a \nb")).text == "a \nb"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<p>a<p>b", "a\n\nb", id="paragraphs"),
        pytest.param("<div>a</div><div>b</div>", "a\nb", id="lines"),
        pytest.param(
            "<div>a</div><div><br></div><div>b</div>", "a\n\nb", id="empty line"
        ),
        pytest.param(
            "<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p>"
            "<p class=MsoNormal>b</p>",
            "a\n\nb",
            id="Outlook",
        ),
        pytest.param("a<br>b<br/>c", "a\nb\nc", id="line breaks"),
        pytest.param("some <b>bold</b>\n  words", "some bold words", id="spaces"),
        pytest.param("com<b>plain</b>t", "complaint", id="no space within a word"),
        pytest.param("<ul><li>a<li>b</ul>", "- a\n- b", id="list"),
        pytest.param(
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a  b\nc"
        ),
        pytest.param("<pre>a\n  b</pre>", "a\n  b", id="preformatted"),
        pytest.param(
            "&lt;b&gt; &amp;amp; &#163;5 &copy;", "<b> &amp; £5 ©", id="entities"
        ),
        pytest.param("&#xD800;&#0;x", "\ufffd\ufffdx", id="no such characters"),
        pytest.param("a<!-- b -->c<![CDATA[d]]>", "ac", id="comments"),
        pytest.param(
            "<title>t</title><style>p{}</style><script>if(a<b)x</script>a", "a"
        ),
        pytest.param("a<script>b", "a", id="unclosed script"),
        pytest.param("<a href='http://x.example'>here</a>", "here", id="link"),
        pytest.param(
            "<img alt='Logo' src='http://x.example/p.gif'>a", "a", id="picture"
        ),
        pytest.param("<a title='>'>a</a>", "a", id="bracket in an attribute"),
        pytest.param("a <b", "a", id="unfinished tag"),
    ],
)
def test_html_becomes_the_text_that_is_seen(html: str, text: str) -> None:
    assert text == parse(html_mail(html)).text


@pytest.mark.parametrize(
    "style",
    [
        "hidden",
        'style="display:none"',
        'style="DISPLAY : NONE"',
        'style="visibility:hidden"',
        'style="font-size:0"',
        'style="font-size:0.0px;color:red"',
        'style="mso-hide:all"',
        'style="max-height:0px;overflow:hidden"',
    ],
)
def test_hidden_text_is_not_read(style: str) -> None:
    message = parse(html_mail(f"<p>seen</p><div {style}>un<p>seen</p></div><p>end</p>"))

    assert message.text == "seen\n\nend"


@pytest.mark.parametrize(
    "style",
    ['style="font-size:0.9em"', 'style="max-height:0.5em"', 'style="display:block"'],
)
def test_small_text_is_read(style: str) -> None:
    assert parse(html_mail(f"<p {style}>seen</p>")).text == "seen"


QUOTING = [
    pytest.param("<blockquote>{}</blockquote>", id="blockquote"),
    pytest.param('<blockquote type="cite">{}</blockquote>', id="Apple"),
    pytest.param(
        '<div class="gmail_quote"><div class="gmail_attr">Op ma 3 mei 2026 om 10:20 '
        "schreef X &lt;<a href=x>x@y.example</a>&gt;:</div>"
        '<blockquote class="gmail_quote" style="border-left:1px #ccc solid">{}'
        "</blockquote></div>",
        id="Gmail",
    ),
    pytest.param(
        '<div class="moz-cite-prefix">Foo kirjoitti 3.5.2026:</div>'
        "<blockquote>{}</blockquote>",
        id="Thunderbird",
    ),
    pytest.param('<p style="border-left:solid blue 1.5pt">{}</p>', id="bar"),
    pytest.param(
        '<div id="divRplyFwdMsg"><b>Od:</b> X</div><div>{}</div>', id="Outlook"
    ),
    pytest.param(
        "<div><b>From:</b> X &lt;x@y.example&gt;<br><b>Sent:</b> Monday<br>"
        "<b>To:</b> Y<br><b>Subject:</b> Z</div><div>{}</div>",
        id="Outlook header run",
    ),
    pytest.param('<div class="yahoo_quoted"><div>{}</div></div>', id="Yahoo"),
]


@pytest.mark.parametrize("markup", QUOTING)
def test_what_html_quotes_is_quoted(markup: str) -> None:
    own = "<p>I am writing because nobody has answered my letter of the third.</p>"
    html = own + markup.format("We have concluded our investigation.")

    message = parse(html_mail(html, "Subject: Re: Complaint"))

    assert (
        message.text
        == "I am writing because nobody has answered my letter of the third."
    )
    assert "We have concluded our investigation." in message.quoted


FORWARDING = [
    pytest.param(
        '<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message '
        "---------<br>From: <b>X</b><br>Subject: Z<br></div><br><div>{}</div></div>",
        id="Gmail",
    ),
    pytest.param(
        '<blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From: '
        "</b>X</div><div><b>Subject: </b>Z</div><br><div>{}</div></blockquote>",
        id="Apple",
    ),
    pytest.param(
        '<div class="moz-forward-container"><br>-------- Forwarded Message --------'
        "<table><tr><th>Subject: </th><td>Z</td></tr><tr><th>From: </th><td>X</td></tr>"
        "</table><br>{}</div>",
        id="Thunderbird",
    ),
    pytest.param(
        '<div id="divRplyFwdMsg"><b>Od:</b> X</div><div>{}</div>', id="Outlook"
    ),
]


@pytest.mark.parametrize("markup", FORWARDING)
def test_what_html_forwards_is_forwarded(markup: str) -> None:
    html = "<div>She is right, and we stand with her.</div><br>" + markup.format(
        "<p>My daughter was sent home.</p><p>Nobody rang me.</p>"
    )

    message = parse(html_mail(html, "Subject: Fwd: Complaint"))

    assert message.text == "She is right, and we stand with her."
    assert "My daughter was sent home.\n\nNobody rang me." in message.forwarded
    assert message.quoted == ""


def test_a_block_that_webmail_indents_is_the_writers_own() -> None:
    indented = '<blockquote style="margin:0 0 0 40px;border:none;padding:0px">'

    message = parse(html_mail(f"<p>I ask:</p>{indented}a new mark</blockquote>"))

    assert message.text == "I ask:\n\na new mark"


def test_a_signature_that_html_marks_is_a_signature() -> None:
    html = (
        "<div>Nobody answers.</div>"
        '<div class="gmail_signature"><div>Moderato</div><div>since 1909</div></div>'
    )

    message = parse(html_mail(html))

    assert message.text == "Nobody answers."
    assert "Moderato" in message.signature


def test_html_beyond_the_limit_is_cut_with_a_defect() -> None:
    message = parse(html_mail("<p>first</p>" + "word " * (limits.HTML // 4)))

    assert message.text.startswith("first")
    assert any("HTML text is too large" in defect for defect in message.defects)


def test_styles_and_pictures_do_not_count_towards_the_limit() -> None:
    style = "<style>" + "p{color:red}" * (limits.HTML // 10) + "</style>"
    picture = f'<img src="data:image/png;base64,{"A" * limits.HTML}">'

    message = parse(html_mail(f"{style}{picture}<p>after both</p>"))

    assert message.text == "after both"
    assert message.defects == ()
