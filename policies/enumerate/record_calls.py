#!/usr/bin/env python3
"""Records how real libraries pickle their own objects: record_calls.py [WRITER...]

Runs in a virtual environment that has them. The objects of write_objects.py are pickled at protocols
0 to 5 and by torch.save; the opcodes are read (recorded_calls.py), nothing is loaded. The writer
`fixtures` reads the files of tests/fixtures/real. Adds to recorded/WRITER.tsv: name, how it is created (call, new, value, and what fills it) and the arguments.
"""

import io
import pathlib
import pickle
import sys

from recorded_calls import Calls
from write_objects import WRITERS

HERE = pathlib.Path(__file__).parent


def record(writer):
    calls = Calls()
    try:
        for item in WRITERS[writer]():
            # At protocol 0 objects of torch end the process.
            for protocol in (2, 4, 5) if "torch" in sys.modules else (0, 2, 4, 5):
                # One by one where a collection holds something that cannot be pickled.
                for part in [item] if not isinstance(item, list) else [item, *item]:
                    try:
                        calls.read(pickle.dumps(part, protocol))
                    except Exception:
                        continue
            if "torch" in sys.modules:
                import torch

                for options in ({}, {"_use_new_zipfile_serialization": False}):
                    try:
                        buffer = io.BytesIO()
                        torch.save(item, buffer, **options)
                        calls.read_all(buffer.getvalue())
                    except Exception:
                        continue
    except ImportError as error:
        print(f"{writer}: {error}", file=sys.stderr)
    return calls


def fixtures():
    """What tests/fixtures/real holds: written by make.py there, in two versions of each library."""
    calls = Calls()
    for folder in sorted((HERE.parent.parent / "tests/fixtures/real").iterdir()):
        if not folder.is_dir() or folder.name in ("dill", "cloudpickle", "python2", "safetensors"):
            continue
        for path in sorted(folder.iterdir()):
            if path.suffix in (".pkl", ".pt", ".pth", ".bin", ".tar") and "script" not in path.name and "names" not in path.name:
                calls.read_all(path.read_bytes())
    return calls


def main():
    folder = HERE / "recorded"
    folder.mkdir(exist_ok=True)
    for writer in sys.argv[1:] or [*WRITERS, "fixtures"]:
        calls = fixtures() if writer == "fixtures" else record(writer)
        path = folder / f"{writer}.tsv"
        rows = set(path.read_text().splitlines()[1:]) if path.exists() else set()
        rows |= {"\t".join(row) for row in calls.rows if row[1] != "build"}
        rows |= {f"{name}\tvalue\t" for name in calls.names}
        path.write_text("\n".join(["name\thow\targuments", *sorted(rows)]) + "\n")
        print(f"{writer}: {len(calls.names)} names")


if __name__ == "__main__":
    main()
