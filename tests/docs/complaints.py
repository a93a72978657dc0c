#!/usr/bin/env python3
"""Checks docs/complaints.md: the numbers are complete, each test it names exists and, where all tests
ran, has passed.   complaints.py COMPLAINTS.md BUILD_DIRECTORY CTEST"""
import json
import pathlib
import re
import subprocess
import sys

LAST = "verify_recorded_signatures"  # ends a run beside this one


def plain(name):
    """Makes Suite.Test of the name that GoogleTest gives to one with parameters."""
    return re.sub(r"^\w+/|/\w+$", "", name)


def names_in_sources(root):
    for source in root.glob("tests/**/*.cpp"):
        text = source.read_text(encoding="utf-8")
        for suite, name in re.findall(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", text, re.M):
            yield f"{suite}.{name}"


def read_log(build):
    """Returns how many tests the newest run has, and for each one that ended whether it passed."""
    logs = build / "Testing" / "Temporary"
    # The log of a run is renamed when the run ends; this test is part of one.
    log = next((p for p in (logs / "LastTest.log.tmp", logs / "LastTest.log") if p.exists()), None)
    text = log.read_text(encoding="utf-8", errors="replace") if log else ""
    totals = {int(total) for total in re.findall(r"^\d+/(\d+) Testing: ", text, re.M)}
    results = {}
    for part in re.split(r"^\d+/\d+ Testing: ", text, flags=re.M)[1:]:
        passed = re.search(r"^Test (Pass|Passed)\.", part, re.M) is not None
        name = plain(part.splitlines()[0])
        results[name] = passed and results.get(name, True)
    return max(totals, default=0), results


def main(page, build, ctest):
    page, build = pathlib.Path(page), pathlib.Path(build)
    listed = subprocess.run([ctest, "--show-only=json-v1"], cwd=build, check=True, capture_output=True)
    tests = [test["name"] for test in json.loads(listed.stdout)["tests"]]
    existing = {plain(name) for name in tests}
    if any(name.endswith("_NOT_BUILT") for name in tests):  # a room that only its sources know
        existing.update(names_in_sources(page.parent.parent))
    total, results = read_log(build)
    whole = total == len(tests)

    failures, numbers, named = [], [], 0
    rows = re.findall(r"^\| (\d+) \| .+? \| (.+?) \|$", page.read_text(encoding="utf-8"), re.M)
    for number, proof in rows:
        numbers.append(int(number))
        for name in re.findall(r"`([^`]+)`", proof):
            named += 1
            if name not in existing:
                failures.append(f"{number}: there is no test {name}")
            elif whole and not results.get(name) and name != LAST:
                failures.append(f"{number}: {name} did not run, or failed")
    if sorted(numbers) != list(range(1, 81)):
        failures.append(f"the numbers are not 1 to 80: {numbers}")
    print("\n".join(failures))
    print(f"{len(rows)} complaints name {named} tests, " +
          ("which all ran" if whole else f"of which only the names were checked: {total} of {len(tests)} tests run"))
    return 1 if failures or not named else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
