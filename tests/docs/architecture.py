#!/usr/bin/env python3
"""Draws the includes between the rooms (source folders) and checks that each goes to a lower room.
    architecture.py SOURCE_DIRECTORY [--write]

The tables of docs/architecture.md list the rooms, the lowest first, with the public headers that
belong to each of them.  Between the markers in that page stand the graphs that this script draws:
--write replaces them, otherwise a page that is out of date is a failure, as is an include of a
higher room, an include that is not a path below src or include/bitbucket (as with `..`), and a folder or
public header that no table lists."""
import pathlib
import re
import sys

ROOM = re.compile(r"^\| `([\w/]+)` \| .+? \| (.*?) ?\|$", re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<bitbucket/([^>]+)>)', re.M)
GRAPH = re.compile(r"(<!-- graph: (\S+) -->\n).*?(<!-- end of graph -->)", re.S)


def read_rooms(page, headers):
    """Returns the rooms in the order of the page, and the room of each public header."""
    order, owner, failures = [], {}, []
    for room, listed in ROOM.findall(page):
        order.append(room)
        for pattern in re.findall(r"`([^`]+)`", listed):
            matching = [header for header in headers if pathlib.PurePath(header).match(pattern)
                        and header.count("/") == pattern.count("/")]
            if not matching:
                failures.append(f"the page gives {room} the header {pattern}, which does not exist")
            for header in matching:
                if header in owner:
                    failures.append(f"the page gives {header} to {owner[header]} and to {room}")
                owner[header] = room
    failures += [f"no room of the page has the public header {header}" for header in headers if header not in owner]
    return order, owner, failures


def read_edges(root, owner):
    """Returns for each pair of rooms the includes from the first to the second, all rooms in use, and failures."""
    edges, rooms, failures = {}, set(), []
    src, public = root / "src", root / "include" / "bitbucket"
    files = [(path, path.parent.relative_to(src).as_posix()) for path in src.rglob("*.[ch]pp")]
    sources = {path.relative_to(src).as_posix() for path, _ in files}
    files += [(path, owner.get(path.relative_to(public).as_posix())) for path in public.rglob("*.hpp")]
    for path, room in sorted(file for file in files if file[1]):
        rooms.add(room)
        for own, shown in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if own not in sources and shown not in owner:
                failures.append(f"{path.relative_to(root)} includes {own or shown}, which is not a path below src or "
                                "include/bitbucket")
                continue
            to = pathlib.PurePosixPath(own).parent.as_posix() if own else owner[shown]
            if to != room:
                edges.setdefault((room, to), []).append(f"{path.relative_to(root)} includes {own or shown}")
    return edges, rooms, failures


def reaches(edges, start, goal):
    seen, todo = set(), [start]
    while todo:
        room = todo.pop()
        if room == goal:
            return True
        if room not in seen:
            seen.add(room)
            todo += [to for begin, to in edges if begin == room]
    return False


def draw(edges, order, part):
    """Draws the rooms of a part.  An arrow that follows from others is left out."""
    def drawn(room):
        return (room.split("/")[0] == part) if part == "testing" else not room.startswith("testing")

    inside = {edge for edge in edges if drawn(edge[0]) and drawn(edge[1])}
    lines = ["```mermaid", "graph TD"]
    for room in reversed([room for room in order if drawn(room)]):
        for to in reversed(order):
            rest = inside - {(room, to)}
            if (room, to) in inside and not reaches(rest, room, to):
                lines.append(f"  {room.replace('/', '_')}[{room}] --> {to.replace('/', '_')}[{to}]")
    return "\n".join(lines + ["```", ""])


def main(source, *options):
    root = pathlib.Path(source).resolve()
    where = root / "docs" / "architecture.md"
    page = where.read_text(encoding="utf-8")
    public = root / "include" / "bitbucket"
    headers = sorted(path.relative_to(public).as_posix() for path in public.rglob("*.hpp"))
    order, owner, failures = read_rooms(page, headers)
    edges, rooms, relative = read_edges(root, owner)
    failures += relative
    failures += [f"the page has no room {room}" for room in sorted(rooms - set(order))]
    failures += [f"there is no room {room}" for room in order if room not in rooms]

    place = {room: i for i, room in enumerate(order)}
    for (room, to), includes in sorted(edges.items()):
        if place.get(to, -1) > place.get(room, len(place)):
            failures += [f"{room} must not include {to}, which is above it: {each}" for each in includes]

    new = GRAPH.sub(lambda found: found[1] + draw(edges, order, found[2]) + found[3], page)
    if new != page and "--write" in options:
        where.write_text(new, encoding="utf-8")
    elif new != page:
        failures.append("the graphs in docs/architecture.md are out of date; run "
                        "tests/docs/architecture.py . --write")
    print("\n".join(failures))
    print(f"{len(order)} rooms, {len(edges)} arrows between them")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
