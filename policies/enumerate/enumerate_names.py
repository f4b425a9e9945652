#!/usr/bin/env python3
"""Lists what a library's pickles may name: enumerate.py FOLDER-OF-WHEELS [PRESET...]

Reads every release of releases.tsv and writes names/PRESET.tsv (name, call, releases that have it) and
names/PRESET.left-out.tsv (name, why). make_presets.py makes the presets of both and of what was recorded.
"""

import pathlib
import sys

import fetch
import review
from library import Class, Library
from selection import PRESETS, Take, Values

HERE = pathlib.Path(__file__).parent


def libraries(folder, preset):
    """(release, Library) for every release of a preset's packages, its newest neighbours beside."""
    rows = fetch.releases()
    newest = {package: version for package, version in rows}
    for package, version in rows:
        if package not in preset.packages:
            continue
        wheel = fetch.wheel(folder, package, version)
        if wheel is None:
            print(f"no wheel: {package} {version}", file=sys.stderr)
            continue
        beside = [fetch.wheel(folder, other, newest[other]) for other in preset.beside]
        yield f"{package} {version}", Library([wheel, *filter(None, beside)])


def enumerated(folder, preset):
    """name -> (call, first release, last release) and name -> why not."""
    taken, left = {}, {}

    def take(name, call, release):
        before = taken.get(name)
        taken[name] = (call, before[1] if before else release, release)

    for release, library in libraries(folder, preset):
        for part in preset.parts:
            for module in library.below(part.within, getattr(part, "files", "")):
                if isinstance(part, Values):
                    for name in module.functions:
                        if not name.startswith("_"):
                            take(f"{module.name}.{name}", ("never",), release)
                    continue
                if any(f".{word}." in f".{module.name}." or word in module.name.split(".")[-1:] for word in part.but):
                    continue
                for item in module.classes.values():
                    if not library.derives(item, part.roots):
                        continue
                    # The members of an enumeration are the library's own, whatever the file says.
                    out = [] if part.call == ("enum",) else review.reasons(library, item)
                    names = {item.path, library.written(item)}
                    for name in names:
                        if out:
                            left[name] = out
                        else:
                            take(name, part.call, release)
    # What one release does is reason enough.
    return {name: row for name, row in taken.items() if name not in left}, left


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    names = HERE / "names"
    names.mkdir(exist_ok=True)
    for key, preset in PRESETS.items():
        if sys.argv[2:] and key not in sys.argv[2:]:
            continue
        taken, left = enumerated(folder, preset)
        rows = [f"{name}\t{' '.join(call)}\t{first} to {last}" for name, (call, first, last) in sorted(taken.items())]
        (names / f"{key}.tsv").write_text("\n".join(["name\tcall\treleases", *rows]) + "\n")
        rows = [f"{name}\t{'; '.join(why)}" for name, why in sorted(left.items())]
        (names / f"{key}.left-out.tsv").write_text("\n".join(["name\twhy", *rows]) + "\n")
        print(f"{key}: {len(taken)} names, {len(left)} left out")


if __name__ == "__main__":
    main()
