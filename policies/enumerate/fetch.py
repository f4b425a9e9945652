#!/usr/bin/env python3
"""Downloads the releases of releases.tsv from the package index: fetch.py FOLDER [PACKAGE...]

Nothing is installed and nothing is run: the wheels are read as archives by read_library.py. Their
Python sources are the same for every platform, so that the smallest wheel is taken: for macOS, which
brings no GPU libraries along.
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SMALL = [f"--platform=macosx_{version}_{arch}" for version in ("10_9", "10_15", "11_0", "12_0", "14_0")
         for arch in ("arm64", "universal2")]
PLATFORMS = [
    [*SMALL, "--python-version=3.11"],
    [*SMALL, "--python-version=3.10"],
    ["--platform=manylinux2014_x86_64", "--platform=manylinux_2_28_x86_64", "--python-version=3.11"],
]


def releases():
    """(package, version) of every row."""
    rows = (HERE / "releases.tsv").read_text().splitlines()[1:]
    return [(row.split("\t")[0], version) for row in rows for version in row.split("\t")[1].split()]


def wheel(folder, package, version):
    """The downloaded wheel of a release, if it is there."""
    stem = package.replace("-", "_").replace(".", "_").lower()
    for path in folder.glob("*.whl"):
        name, found = path.name.split("-")[:2]
        if name.replace(".", "_").lower() == stem and found.split("+")[0] == version:
            return path
    return None


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    for package, version in releases():
        if sys.argv[2:] and package not in sys.argv[2:] or wheel(folder, package, version):
            continue
        for platform in PLATFORMS:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                       *platform, "--dest", str(folder), f"{package}=={version}"]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                break
        else:
            missing.append(f"{package} {version}")
    for line in missing:
        print(f"no wheel: {line}", file=sys.stderr)
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
