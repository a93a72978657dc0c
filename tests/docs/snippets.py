#!/usr/bin/env python3
"""Compiles every C++ snippet of the given pages as it stands and checks their links and commands.
    snippets.py SOURCE_DIRECTORY WORK_DIRECTORY PAGE... -- COMPILER FLAG...

A block with a main() is a program.  Any other block is a fragment: its own #include lines are all the
headers it gets, and its code becomes a function, or a namespace's worth of declarations with
<!-- snippet: top level --> before it.  A fragment may use the names below without declaring them.  A
block that cannot be compiled says why: <!-- not compiled: REASON -->.  Fragments with the same headers
are compiled together."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

FENCE = re.compile(r"(?:<!-- (?P<mark>[^\n]*?) -->\n)?^```cpp\n(?P<code>.*?)^```$", re.M | re.S)
INCLUDE = re.compile(r"^#include .*$", re.M)

# The names that a reader has; each is declared where it is used.
NAMES = {
    "client": "const bitbucket::BitbucketServer",
    "options": "bitbucket::ClientOptions",
    "repo": "const bitbucket::RepoRef",
    "git_server": "bitbucket::testing::GitServer",
    "url": "const std::string",
    "token": "const std::string",
    "verifier": "const std::string",
}


class Unit:
    """A group of fragments with the same headers."""

    def __init__(self, includes):
        self.includes, self.names, self.bodies = includes, set(), []

    def add(self, code, at, top_level):
        plain = re.sub(r'"[^"\n]*"', '""', code)
        # Not a member: .url, a.url
        self.names |= {name for name in NAMES if re.search(rf"(?<![\w.]){name}\b", plain)}
        body = at + INCLUDE.sub("", code)
        self.bodies.append(body if top_level else f"void snippet_{len(self.bodies)}() {{\n{body}}}\n")

    def text(self):
        names = "".join(f"extern {NAMES[name]} {name};\n" for name in sorted(self.names))
        return "\n".join(self.includes) + "\n" + names + "".join(self.bodies)


def units_of(pages, root):
    """Returns the texts to compile, the number of programs, of fragments, and of blocks left out."""
    programs, units, skipped = [], {}, 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start("code")) + 1
            at = f'#line {line} "{page.relative_to(root)}"\n'
            mark, code = found["mark"] or "", found["code"]
            if mark.startswith("not compiled: "):
                skipped += 1
            elif re.search(r"\bint main\(", code):
                programs.append(at + code)
            else:
                includes = tuple(sorted(INCLUDE.findall(code)))
                units.setdefault(includes, Unit(includes)).add(code, at, mark == "snippet: top level")
    fragments = sum(len(unit.bodies) for unit in units.values())
    return programs + [unit.text() for unit in units.values()], len(programs), fragments, skipped


def compile_all(texts, work, command):
    def compile_one(numbered):
        name = f"snippets_{numbered[0]}.cpp"
        (work / name).write_text(numbered[1], encoding="utf-8")
        done = subprocess.run(command + ["-fsyntax-only", name], cwd=work, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout or done.returncode

    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        yield from threads.map(compile_one, enumerate(texts))


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
    command = arguments[split + 1:] + ["-std=c++20", f"-I{root}/include"]
    work.mkdir(parents=True, exist_ok=True)
    pages = [root / name for name in names]
    failures = [f for page in pages for f in (*broken_links(page, root), *broken_commands(page, root))]
    readme = (root / "README.md").read_text(encoding="utf-8")
    failures += [f"README.md names no {name}" for name in ("examples/quickstart.sh", "tests/run.sh")
                 if name not in readme]
    texts, programs, fragments, skipped = units_of(pages, root)
    failures += [str(output) for output in compile_all(texts, work, command) if output]
    print("\n".join(failures))
    print(f"{len(pages)} pages, {programs} programs and {fragments} fragments "
          f"in {len(texts)} units, {skipped} not compiled")
    return 1 if failures or fragments == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
