#!/usr/bin/env python3
"""Checks docs/complaints.md: the numbers are complete, and each test that it names exists and has passed.
After a run of only some tests, checks only those that ran.   complaints.py COMPLAINTS.md BUILD_DIRECTORY CTEST"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

LAST = "verify_recorded_signatures"  # runs last too, in parallel with this test


def plain(name):
    """Returns Suite.Test for the name that GoogleTest gives to a test with parameters."""
    return re.sub(r"^\w+/|/\w+$", "", name)


def names_in_sources(root):
    for source in root.glob("tests/**/*.cpp"):
        text = source.read_text(encoding="utf-8")
        for suite, name in re.findall(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", text, re.M):
            yield f"{suite}.{name}"


def read_log(build):
    """Returns whether each test that has ended in the newest run passed, and how many have ended."""
    logs = build / "Testing" / "Temporary"
    # The log of a run is renamed when the run ends; this test is usually part of a run.
    log = next((p for p in (logs / "LastTest.log.tmp", logs / "LastTest.log") if p.exists()), None)
    text = log.read_text(encoding="utf-8", errors="replace") if log else ""
    results = {}
    parts = re.split(r"^\d+/\d+ Testing: ", text, flags=re.M)[1:]
    for part in parts:
        passed = re.search(r"^Test (Passed\.|Pass Reason:)$", part, re.M) is not None
        name = plain(part.splitlines()[0])
        results[name] = passed and results.get(name, True)
    return results, len(parts)


def list_tests(build, ctest):
    # In the build itself, ctest would replace the log of this run with an empty one.
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "CTestTestfile.cmake").write_text(f'subdirs("{build}")\n', encoding="utf-8")
        listed = subprocess.run([ctest, "--show-only=json-v1"], cwd=folder, check=True, capture_output=True)
    return [test["name"] for test in json.loads(listed.stdout)["tests"]]


def main(page, build, ctest):
    page, build = pathlib.Path(page), pathlib.Path(build).resolve()
    tests = list_tests(build, ctest)
    existing = {plain(name) for name in tests}
    if any(name.endswith("_NOT_BUILT") for name in tests):  # a room that was not built
        existing.update(names_in_sources(page.parent.parent))
    results, ended = read_log(build)
    # The log does not say what was selected; some tests that are named nowhere may still run beside this.
    whole = ended > 0.9 * len(tests)

    failures, numbers, named = [], [], 0
    rows = re.findall(r"^\| (\d+) \| .+? \| (.+?) \|$", page.read_text(encoding="utf-8"), re.M)
    for number, proof in rows:
        numbers.append(int(number))
        for name in re.findall(r"`([^`]+)`", proof):
            named += 1
            if name not in existing:
                failures.append(f"{number}: there is no test {name}")
            elif name != LAST and not results.get(name, not whole):
                failures.append(f"{number}: {name} did not run, or did not pass")
    if sorted(numbers) != list(range(1, 81)):
        failures.append(f"the numbers are not 1 to 80: {numbers}")
    print("\n".join(failures))
    print(f"{len(rows)} complaints name {named} tests, " +
          ("in a run of all" if whole else f"which exist; only {ended} of {len(tests)} tests ran"))
    return 1 if failures or not named else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
