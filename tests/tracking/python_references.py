"""Python's `re` as the judge of IssueReferences.

    python_references.py references FILE HOST   the references in the messages of a file
    python_references.py classes                the classes of every character

FILE holds pairs of netstrings: the shape of ids, a message.  The answer is one netstring for each
message: its references, each once, in the order of their first appearance.
"""
import re
import sys
import unicodedata
from urllib.parse import urlsplit

KEYWORDS = "Fix|Fixes|Fixed|Close|Closes|Closed|Resolve|Resolves|Resolved"
MARKDOWN = re.compile(r"\[([^]]+)\]\([^)]+\)")
LIST = re.compile(rf"\b(?:{KEYWORDS}):?\s+([A-Za-z0-9_\-\s\,]+)\b", re.IGNORECASE)
LIST_OF_NUMBERS = re.compile(rf"\b(?:{KEYWORDS}):?\s+([A-Za-z0-9_\-\s\,#]+)\b", re.IGNORECASE)
LINK = re.compile(rf"\b(?:{KEYWORDS}):?\s+(https?://[^\s]+)", re.IGNORECASE)
ISSUE = re.compile(r"/issues/(\d+)")
SHAPES = {
    "short_id": (LIST, re.compile(r"\b([A-Z0-9_-]+-[A-Z0-9]+)\b", re.IGNORECASE)),
    "key": (LIST, re.compile(r"\b([A-Z0-9_-]+-[0-9]+)\b", re.IGNORECASE)),
    "hash_number": (LIST_OF_NUMBERS, re.compile(r"(?<!\w)#([0-9]+)\b")),
}
LARGEST = 9223372036854775807


def host_and_path(url):
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.netloc.lower(), parts.path


def is_own(host, own):
    return host == own or host.endswith("." + own)


def number(digits):
    """Returns a number without leading zeros; None when it is too large."""
    value = int(digits)
    return str(value) if value <= LARGEST else None


def ids(text, shape):
    lists, an_id = SHAPES[shape]
    for match in lists.finditer(text):
        for found in an_id.finditer(match.group(1)):
            written = found.group(1)
            name = number(written) if shape == "hash_number" else written
            if name is not None:
                yield match.start(1) + found.start(1), name


def links(text, own):
    for match in LINK.finditer(text):
        host, path = host_and_path(match.group(1))
        issue = ISSUE.search(path)
        if issue and is_own(host, own) and number(issue.group(1)):
            yield match.start(1), "<" + number(issue.group(1)) + ">"


def references(message, shape, own):
    text = MARKDOWN.sub(r"\1", message)
    found = sorted([*ids(text, shape), *links(text, own)])
    return " ".join(dict.fromkeys(name for _, name in found))


def netstrings(data):
    at = 0
    while at < len(data):
        colon = data.index(b":", at)
        end = colon + 1 + int(data[at:colon])
        yield data[colon + 1:end]
        at = end


def judge(file, own):
    with open(file, "rb") as stream:
        fields = netstrings(stream.read())
    for shape, message in zip(fields, fields):
        answer = references(message.decode(errors="replace"), shape.decode(), own).encode()
        sys.stdout.buffer.write(b"%d:%s" % (len(answer), answer))


def classes():
    """Writes four bytes for each code point: \\w, \\s, the value of \\d (255: none), and the letter
    of ASCII that it equals without regard to case.  Then the characters, in hexadecimal, that a host
    cannot contain."""
    everything = "".join(map(chr, range(0x110000)))
    table = bytearray(b"\0\0\xff\0" * len(everything))
    for character in re.findall(r"\w", everything):
        table[4 * ord(character)] = 1
    for character in re.findall(r"\s", everything):
        table[4 * ord(character) + 1] = 1
    for character in re.findall(r"\d", everything):
        table[4 * ord(character) + 2] = int(character)
    for letter in "abcdefghijklmnopqrstuvwxyz":
        for character in re.findall(letter, everything, re.IGNORECASE):
            table[4 * ord(character) + 3] = ord(letter)
    sys.stdout.buffer.write(table)
    # A character that NFKC leaves as it is does not matter to urlsplit().
    for code in range(0x80, 0x110000):
        name = f"x{chr(code)}x.example.com"
        if not unicodedata.is_normalized("NFKC", name) and not host_and_path("https://" + name)[0]:
            sys.stdout.buffer.write(b"%x " % code)


if sys.argv[1] == "classes":
    classes()
else:
    sys.set_int_max_str_digits(0)
    judge(sys.argv[2], sys.argv[3])
