#!/usr/bin/python3
"""Verifies recorded OAuth 1.0a requests with oauthlib, which shares no code with the library.

usage: verify_signatures.py FOLDER

Reads every line of FOLDER/*.jsonl, one request each:
  {"method", "url", "authorization", "content_type", "body", "public_key", "rsa": true}
`url` is the address as the client called it, its target exactly as on the wire.  Every request must
verify; then one byte of each is changed, which must make it fail.  Exit status 0 means both, for at
least one request.
"""
import glob
import json
import os
import random
import re
import sys
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from oauthlib.oauth1.rfc5849 import signature

import base64

KEYS = {}
PARAMETER = re.compile(r'([A-Za-z_]+)="([^"]*)"')


def key_of(pem):
    if pem not in KEYS:
        KEYS[pem] = serialization.load_pem_public_key(pem.encode())
    return KEYS[pem]


def verify(record):
    """Returns None when the signature is good, else why it is not."""
    try:
        url = urlsplit(record["url"])
        form = (record.get("content_type") or "").split(";")[0].strip().lower() \
            == "application/x-www-form-urlencoded"
        arguments = {
            "uri_query": url.query,
            "body": (record.get("body") or "") if form else [],
            "headers": {"Authorization": record["authorization"]},
        }
        everything = dict(signature.collect_parameters(exclude_oauth_signature=False, **arguments))
        if everything.get("oauth_signature_method") != "RSA-SHA1":
            return "oauth_signature_method is %r" % everything.get("oauth_signature_method")
        base = signature.signature_base_string(
            record["method"],
            signature.base_string_uri(record["url"]),
            signature.normalize_parameters(signature.collect_parameters(**arguments)))
        # Strict: a2b_base64, which oauthlib uses, skips characters that are not base64.
        value = base64.b64decode(everything["oauth_signature"], validate=True)
        key_of(record["public_key"]).verify(value, base.encode(), padding.PKCS1v15(), hashes.SHA1())
        return None
    except InvalidSignature:
        return "the signature is wrong"
    except Exception as error:  # an unreadable request is not verified
        return "%s: %s" % (type(error).__name__, error)


def another(character, dice):
    """Another letter or digit, also when upper and lower case are the same."""
    return dice.choice([c for c in "abcdefghijklmnopqrstuvwxyz0123456789" if c != character.lower()])


def changed(text, first, last, dice):
    """`text` with one letter or digit of [first, last) replaced; None when there is none."""
    places = [i for i in range(first, last) if text[i].isascii() and text[i].isalnum()]
    if not places:
        return None
    at = dice.choice(places)
    return text[:at] + another(text[at], dice) + text[at + 1:]


def tampered(record, dice):
    """Returns what was changed and the changed record."""
    authority = record["url"].index("/", record["url"].index("://") + 3) \
        if "/" in record["url"].split("://", 1)[1] else len(record["url"])
    parameters = [m for m in PARAMETER.finditer(record["authorization"]) if m.group(1) != "realm"]
    kinds = ["method", "target", "parameter", "signature"]
    dice.shuffle(kinds)
    for kind in kinds:
        out = dict(record)
        if kind == "method":
            out["method"] = changed(record["method"], 0, len(record["method"]), dice)
            if out["method"] is not None:
                return kind, out
        elif kind == "target":
            out["url"] = changed(record["url"], authority, len(record["url"]), dice)
            if out["url"] is not None:
                return kind, out
        else:
            wanted = [m for m in parameters if (m.group(1) == "oauth_signature") == (kind == "signature")]
            dice.shuffle(wanted)
            for match in wanted:
                # Some bits of the last character of a base64 text have no meaning.
                last = match.end(2) - (8 if kind == "signature" else 0)
                text = changed(record["authorization"], match.start(2), last, dice)
                if text is not None:
                    out["authorization"] = text
                    return "%s %s" % (kind, match.group(1)), out
    return "nothing", record


def records(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.jsonl"))):
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield "%s:%d" % (os.path.basename(path), number), line


def main():
    if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]):
        sys.exit(__doc__)
    dice = random.Random(20240501)
    good = failed = skipped = refused = accepted = 0
    for place, line in records(sys.argv[1]):
        try:
            record = json.loads(line)
            usable = record.get("rsa") is True and all(
                isinstance(record.get(name), str)
                for name in ("method", "url", "authorization", "public_key"))
        except (ValueError, AttributeError):
            usable = False
        if not usable:
            skipped += 1
            print("%s: skipped: not a complete record of an RSA-SHA1 request" % place)
            continue
        reason = verify(record)
        if reason:
            failed += 1
            print("%s: FAILED: %s %s: %s" % (place, record["method"], record["url"], reason))
            continue
        good += 1
        what, bad = tampered(record, dice)
        if verify(bad):
            refused += 1
        else:
            accepted += 1
            print("%s: ACCEPTED although changed: %s" % (place, what))
    print("%d signatures verified, %d failed, %d skipped" % (good, failed, skipped))
    print("%d changed requests refused, %d accepted" % (refused, accepted))
    sys.exit(0 if good > 0 and failed == skipped == accepted == 0 else 1)


if __name__ == "__main__":
    main()
