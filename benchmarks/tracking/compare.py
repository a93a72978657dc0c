#!/usr/bin/env python3
"""Compares the library with the limit: compare.py PROGRAM [--rounds N] [--commits N] [--releases N]
           [--plot FILE.svg]

Starts a PostgreSQL server of its own (as `nobody` when it is root), runs both programs in turn on
empty databases of both products, and prints the medians, and the median and range of the ratios.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time


def unprivileged(command):
    user = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
    return (user if os.geteuid() == 0 else []) + [str(word) for word in command]


class Server:
    def __init__(self, folder):
        self.folder = folder
        os.chmod(folder, 0o777)
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        subprocess.run(unprivileged([programs / "initdb", "--pgdata", folder / "data", "--username",
                                     "tester", "--auth", "trust", "--no-locale", "--encoding",
                                     "UTF8"]), check=True, stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen(
            unprivileged([programs / "postgres", "-D", folder / "data", "-k", folder, "-h", ""]),
            stderr=subprocess.DEVNULL)
        self.psql = [programs / "psql", "-qX", "-h", folder, "-U", "tester", "-d", "postgres", "-c"]
        while subprocess.run(self.psql + ["SELECT 1"], capture_output=True).returncode != 0:
            time.sleep(0.1)

    def fresh(self):
        for statement in ("DROP DATABASE IF EXISTS bench", "CREATE DATABASE bench", "CHECKPOINT"):
            subprocess.run(self.psql + [statement], check=True)
        return f"postgresql:///bench?user=tester&host={self.folder}"

    def stop(self):
        self.process.terminate()
        self.process.wait()


def run(program, name, address, releases, commits):
    return json.loads(subprocess.run([program, name, address, str(releases), str(commits)],
                                     check=True, capture_output=True, text=True).stdout)


def median(results, member):
    return statistics.median(result[member] for result in results)


def plot(file, rows):
    """Draws (label, seconds by hand, seconds of the library) as pairs of bars."""
    scale = 480 / max(max(row[1:]) for row in rows)
    parts = []
    for i, (label, *seconds) in enumerate(rows):
        top = 20 + 70 * i
        parts.append(f'<text x="10" y="{top + 28}">{label}</text>')
        for name, color, value, y in zip(("by hand", "library"), ("#999999", "#1f77b4"), seconds,
                                         (top, top + 24)):
            parts.append(f'<rect x="170" y="{y}" width="{value * scale:.1f}" height="20" '
                         f'fill="{color}"/><text x="{175 + value * scale:.1f}" y="{y + 15}">'
                         f'{value:.2f} s {name}</text>')
    height = 20 + 70 * len(rows)
    pathlib.Path(file).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="780" height="{height}" '
        f'viewBox="0 0 780 {height}" font-family="sans-serif" font-size="13">\n'
        f'<rect width="780" height="{height}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--commits", type=int, default=100_000)
    parser.add_argument("--releases", type=int, default=1000)
    parser.add_argument("--plot")
    options = parser.parse_args()
    bars = []
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bitbucket-bench-"))
    server = Server(folder)
    try:
        for releases, commits in ((1, options.commits), (options.releases, 100)):
            for product in ("sqlite", "postgresql"):
                results = {"limit": [], "library": []}
                for _ in range(options.rounds):
                    for name, list_of_results in results.items():
                        for old in folder.glob("bench.db*"):
                            old.unlink()
                        address = (f"sqlite:{folder}/bench.db" if product == "sqlite"
                                   else server.fresh())
                        list_of_results.append(
                            run(options.program, name, address, releases, commits))
                ratios = {member: sorted(
                    library[member] / limit[member]
                    for limit, library in zip(results["limit"], results["library"]))
                    for member in ("wall_seconds", "cpu_seconds")}
                print(f"{product:10} {releases:5} x {commits:6}: " + ", ".join(
                    f"{name} {median(rows, 'wall_seconds'):.2f} s "
                    f"(cpu {median(rows, 'cpu_seconds'):.2f} s, "
                    f"{median(rows, 'peak_rss_kib') / 1024:.0f} MiB)"
                    for name, rows in results.items()) + "; " + ", ".join(
                    f"{member.split('_')[0]} ratio {statistics.median(all_ratios):.2f} "
                    f"({all_ratios[0]:.2f} to {all_ratios[-1]:.2f})"
                    for member, all_ratios in ratios.items()), flush=True)
                bars.append([f"{product}, {releases} x {commits}"] + [
                    median(rows, "wall_seconds") for rows in results.values()])
        if options.plot:
            plot(options.plot, bars)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
