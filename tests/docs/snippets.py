#!/usr/bin/env python3
"""Compiles every C++ snippet of the given pages and checks their links and commands.
    snippets.py SOURCE_DIRECTORY WORK_DIRECTORY PAGE... -- COMPILER FLAG...

A block with a main() is a program of its own.  Any other one becomes a function, after the names of
prelude.hpp; with <!-- snippet: top level --> before it, a namespace's worth of declarations.  A block
that cannot be compiled says why: <!-- not compiled: REASON -->."""
import os
import pathlib
import re
import subprocess
import sys

FENCE = re.compile(r"(?:<!-- (?P<mark>[^\n]*?) -->\n)?^```cpp\n(?P<code>.*?)^```$", re.M | re.S)


def hoist(code):
    """Returns the #include lines, and the code with empty lines in their place."""
    return re.findall(r"^#include .*$", code, re.M), re.sub(r"^#include .*$", "", code, flags=re.M)


def units_of(pages, root):
    """Returns programs and one unit of all fragments, as (name, text)."""
    programs, includes, bodies, skipped = [], ['#include "prelude.hpp"'], [], 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start("code")) + 1
            at = f'#line {line} "{page.relative_to(root)}"\n'
            mark, code = found["mark"] or "", found["code"]
            number = len(programs) + len(bodies)
            if mark.startswith("not compiled: "):
                skipped += 1
            elif re.search(r"\bint main\(", code):
                programs.append((f"program_{number}.cpp", at + code))
            else:
                own, rest = hoist(code)
                includes += own
                # Declarations that specialise our templates cannot stand in a namespace.
                bodies.append(at + rest if mark == "snippet: top level"
                              else f"void snippet_{number}() {{\n{at}{rest}}}\n")
    return programs + [("fragments.cpp", "\n".join(includes) + "\n" + "".join(bodies))], len(bodies), skipped


def compile_all(units, work, command):
    running = []
    for name, text in units:
        (work / name).write_text(text, encoding="utf-8")
        running.append(subprocess.Popen(command + ["-fsyntax-only", name], cwd=work,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        if len(running) % 2 == 0:  # no more than two at a time
            yield from (process.communicate()[0] or process.returncode for process in running[-2:])
    if len(running) % 2:
        yield running[-1].communicate()[0] or running[-1].returncode


def broken_links(page, root):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:", target):
            continue
        path, _, heading = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            yield f"{page.name}: {target} leads nowhere"
        elif heading:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.M)
            anchors = {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings}
            if heading not in anchors:
                yield f"{page.name}: {target} has no such heading"


def broken_commands(page, root):
    """Scripts of this project that a page tells the reader to run."""
    text = page.read_text(encoding="utf-8")
    for name in set(re.findall(r"(?:examples|tests)/[a-z_]+\.sh|\.ci/run", text)):
        if not os.access(root / name, os.X_OK):
            yield f"{page.name}: {name} cannot be run"


def main(arguments):
    split = arguments.index("--")
    root, work, *names = arguments[:split]
    root, work = pathlib.Path(root).resolve(), pathlib.Path(work)
    command = arguments[split + 1:] + ["-std=c++20", f"-I{root}/include", f"-I{root}/tests/docs"]
    work.mkdir(parents=True, exist_ok=True)
    pages = [root / name for name in names]
    failures = [f for page in pages for f in (*broken_links(page, root), *broken_commands(page, root))]
    readme = (root / "README.md").read_text(encoding="utf-8")
    failures += [f"README.md names no {name}" for name in ("examples/quickstart.sh", "tests/run.sh")
                 if name not in readme]
    units, fragments, skipped = units_of(pages, root)
    failures += [str(output) for output in compile_all(units, work, command) if output]
    print("\n".join(failures))
    print(f"{len(pages)} pages, {len(units) - 1} programs and {fragments} fragments, {skipped} not compiled")
    return 1 if failures or fragments == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
