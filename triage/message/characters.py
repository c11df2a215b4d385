"""Bytes to characters: any charset in, safe Unicode out.

What comes out holds no lone surrogate and no control character but newline and tab, so
it can be stored, logged as JSON and shown.
"""

import re
from encodings.aliases import aliases

# Only codecs that read text in linear time: `punycode` is quadratic, `unicode_escape`
# and `idna` are no charsets, and codecs.lookup() remembers every unknown name for ever.
_TEXT_CODEC_NAMES = """
    ascii latin_1 utf_7 utf_8 utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le
    iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9
    iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16
    cp437 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869
    cp874 cp932 cp949 cp950 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257
    cp1258 koi8_r koi8_t koi8_u kz1048 ptcp154 mac_roman mac_cyrillic mac_greek
    mac_latin2 mac_turkish gb2312 gbk gb18030 hz big5 big5hkscs shift_jis
    shift_jis_2004 shift_jisx0213 euc_jp euc_jis_2004 iso2022_jp iso2022_jp_1
    iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext euc_kr iso2022_kr johab
    tis_620
"""
_TEXT_CODECS = frozenset(_TEXT_CODEC_NAMES.split())
_CODECS = {
    alias.replace("_", "-"): codec
    for alias, codec in [*aliases.items(), *((name, name) for name in _TEXT_CODECS)]
    if codec in _TEXT_CODECS
} | {"x-sjis": "cp932", "windows-874": "cp874", "unicode-1-1-utf-7": "utf_7"}

# Senders name the smaller charset and use the larger (WHATWG Encoding §4.2).
_AS_SENT = {
    "ascii": "utf_8",
    "latin_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}

_NEWLINE = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls, soft hyphen, zero-width space, byte order mark, direction marks and lone
# surrogates: all invisible, all used to hide or to spoof words.
_UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff]"
)
_ASCII_CONTROLS = {
    **dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0x7F]),
    **dict.fromkeys([0x0B, 0x0C], "\n"),
}
_CONTROL = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")


def codec_of(charset: str) -> str | None:
    """Name the codec for a charset as mail names it, or None where we know none."""
    return _CODECS.get(charset.strip(" \t'\"").lower().replace("_", "-"))


def decode(data: bytes, charset: str = "") -> tuple[str, str | None]:
    """Read bytes as the declared charset, else as UTF-8, else as Windows-1252.

    Returns the characters, not yet clean, and what was wrong in words, or None.
    """
    if data.isascii() and not _is_stateful(charset):
        return data.decode("ascii"), None
    codec = codec_of(charset) if charset else "utf_8"
    if codec is not None:
        try:
            return data.decode(_AS_SENT.get(codec, codec)), None
        except (UnicodeError, ValueError):
            defect = "A text is not in the charset that it names."
            if codec.startswith("utf_") and codec != "utf_8":
                return data.decode(codec, "replace"), defect
    else:
        defect = "A text names a charset that is not known."
    if not charset or codec == "ascii":
        defect = "A text has characters of a charset that it does not name."
    return _guess(data), defect


def _is_stateful(charset: str) -> bool:
    """Whether bytes below 128 may stand for other characters (UTF-16, ISO-2022, HZ)."""
    name = charset.lower()
    return ("utf" in name and "8" not in name) or "2022" in name or name[:2] == "hz"


def _guess(data: bytes) -> str:
    """Read as UTF-8 where most of it is (a cut, a stray byte), else as Windows-1252."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    whole = sum(len(run) for run in re.findall("[^\x00-\x7f\ufffd]+", text))
    return text if whole > damaged else data.decode("cp1252", "replace")


def clean(text: str) -> str:
    """Make a text of many lines safe: every newline is `\\n`, controls are dropped.

    The no-break space becomes a space, so that words are found on both sides of it.
    """
    if text.isascii():
        return text.replace("\r\n", "\n").replace("\r", "\n").translate(_ASCII_CONTROLS)
    return _UNSAFE.sub("", _NEWLINE.sub("\n", text)).replace("\xa0", " ")


def clean_line(text: str) -> str:
    """Make a header value safe: each run of controls and spaces becomes one space."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _UNSAFE.sub("", _CONTROL.sub(" ", text)).strip()
