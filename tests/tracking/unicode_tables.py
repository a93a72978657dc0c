"""Writes src/tracking/unicode_tables.hpp: the characters of \\w, \\s and \\d in this Python's `re`.

    /usr/bin/python3 tests/tracking/unicode_tables.py | clang-format-14 > src/tracking/unicode_tables.hpp

The library's tables are those of Python 3.11 (Unicode 14).
"""
import re
import unicodedata

NOT_ASCII = range(0x80, 0x110000)


def ranges(pattern):
    """Returns the first and last code points of each run of characters that match."""
    found = []
    for code in NOT_ASCII:
        if not re.match(pattern, chr(code)):
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def table(kind, name, items):
    return f"constexpr {kind} {name}[] = {{{', '.join(items)}}};"


def pairs(pattern):
    return [f"{{{first:#x}, {last:#x}}}" for first, last in ranges(pattern)]


words = pairs(r"\w")
spaces = pairs(r"\s")
zeros = [hex(code) for code in NOT_ASCII if re.match(r"\d", chr(code)) and int(chr(code)) == 0]
print(f"""#pragma once

// Written by tests/tracking/unicode_tables.py: characters beyond ASCII, of Unicode {unicodedata.unidata_version}.
namespace bitbucket::inline v0_1::tracking {{

struct CodeRange {{
  char32_t first, last;
}};

/// Letters, digits and numbers.
{table("CodeRange", "word_ranges", words)}

{table("CodeRange", "space_ranges", spaces)}

/// Digits with the value 0; those with the values 1 to 9 follow each.
{table("char32_t", "digit_zeros", zeros)}

}}  // namespace bitbucket::inline v0_1::tracking""")
