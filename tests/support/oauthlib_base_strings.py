#!/usr/bin/python3
"""Prints oauthlib's signature base string of each request read from standard input.

One request per line: {"method", "url", "parameters": [[name, value], ...]}
"""
import json
import sys
from urllib.parse import urlsplit

from oauthlib.oauth1.rfc5849 import signature

for line in sys.stdin:
    request = json.loads(line)
    query = signature.collect_parameters(uri_query=urlsplit(request["url"]).query)
    parameters = query + [tuple(pair) for pair in request["parameters"]]
    print(signature.signature_base_string(
        request["method"],
        signature.base_string_uri(request["url"]),
        signature.normalize_parameters(parameters)))
