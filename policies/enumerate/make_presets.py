#!/usr/bin/env python3
"""Makes the presets of globals: make_presets.py [PRESET...]

Puts together, for each preset, what the library's releases hold (names/, enumerate_names.py), what real
objects of it were pickled to (recorded/, record_calls.py), what published files are known to import
(published.tsv) and the shapes of calls that were reviewed by hand (shapes.tsv), leaves out what is
refused (refused.tsv, and names/*.left-out.tsv but for accepted.tsv), and writes policies/globals and policies/libraries. The
comment at the head of a file is kept. A name of the deny-list gets in only where undenied.tsv says why.
"""

import fnmatch
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
POLICIES = HERE.parent

ARRAY = " | ".join(f"numpy.{core}.{name}()" for core in ("_core", "core") for name in ("multiarray._reconstruct", "numeric._frombuffer")) \
    + " | joblib.numpy_pickle.NumpyArrayWrapper()"
MOMENT = " | ".join(["pandas._libs.tslibs.timestamps._unpickle_timestamp()", "pandas._libs.tslibs.timedeltas._timedelta_unpickle()",
                     "numpy._core.multiarray.scalar()", "numpy.core.multiarray.scalar()"])
INDEX = " | ".join(f"{module}.{name}" for name, place in [
    ("Index", "base"), ("RangeIndex", "range"), ("MultiIndex", "multi"), ("CategoricalIndex", "category"), ("PeriodIndex", "period")]
    for module in ("pandas", f"pandas.core.indexes.{place}")) \
    + " | pandas.core.indexes.numeric.Int64Index | pandas.core.indexes.numeric.UInt64Index | pandas.core.indexes.numeric.Float64Index"
# How a call is written in shapes.tsv, and what is put in its place.
SHORT = {"ARRAY": ARRAY, "MOMENT": MOMENT, "INDEX": INDEX}

# Whole models of these libraries hold modules of others: who names one preset gets both.
EXTENDS = {preset: ("torch-module",) for preset in ("yolov5", "yolov11", "flair", "torchvision", "timm", "torchao")} \
    | {"pyannote": ("torch-module", "lightning"), "transformers": ("torch-module",), "sentence-transformers": ("transformers",)}

# `known`: the machine has the shape in code.
KNOWN = ("*.__pyx_unpickle_*", "*.newObj", "torch._utils._rebuild_*")


def rows(path, columns):
    if not path.exists():
        return []
    return [(line.split("\t") + [""] * columns)[:columns] for line in path.read_text().splitlines()[1:]]


def matches(name, table):
    """The value of the first row whose name, or pattern with a `*`, fits."""
    if name in table:
        return table[name]
    return next((value for pattern, value in table.items() if "*" in pattern and fnmatch.fnmatchcase(name, pattern)), None)


def is_class(name):
    last = re.split(r"[.:]", name)[-1].lstrip("_")
    return last[:1].isupper()


def generalised(shapes):
    """Argument lists as recorded, those of one length joined position by position."""
    lengths = {}
    for shape in shapes:
        parts = split(shape)
        lengths.setdefault(len(parts), []).append(parts)
    result = []
    for length, lists in sorted(lengths.items()):
        if length > 8:
            result.append("(any...)" if any("." in part for parts in lists for part in parts) else "(" + " | ".join(sorted({p for parts in lists for p in parts})) + "...)")
            continue
        result.append("(" + ", ".join(" | ".join(sorted({alternative(parts[at]) for parts in lists})) for at in range(length)) + ")")
    return sorted(set(result))


def alternative(part):
    """An argument as it may stand in a shape: joblib, and other releases, put other names in its place."""
    if part.startswith("("):
        return "tuple"
    if part in ARRAY.split(" | "):
        return ARRAY
    if re.fullmatch(r"numpy\._?core\.multiarray\.scalar\(\)", part):
        return "numpy._core.multiarray.scalar() | numpy.core.multiarray.scalar()"
    return part


def split(shape):
    """The arguments of `(a, (b, c), d)`."""
    parts, depth, current = [], 0, ""
    for character in shape[1:-1]:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append(current.strip())
            current = ""
        else:
            current += character
    return parts + [current.strip()] if current.strip() else parts


def shaped(text):
    """The calls of a row of shapes.tsv."""
    for short, long in SHORT.items():
        text = re.sub(rf"\b{short}\b", long, text)
    calls = []
    for call in (part.strip() for part in text.split(" ; ")):
        if call.endswith(")?"):
            calls += ["()", call[:-1]]
        else:
            calls.append(call)
    return calls


def is_accepted(name, reason):
    """Whether accepted.tsv says why a reason to leave a name out does not hold."""
    return any(fnmatch.fnmatchcase(name, pattern) and reason.endswith(accepted) for pattern, accepted, _why in rows(HERE / "accepted.tsv", 3))


def collected():
    """preset -> name -> calls."""
    reviewed = {name: shaped(calls) for name, calls, _why in rows(HERE / "shapes.tsv", 3)}
    refused = {name: why for name, why in rows(HERE / "refused.tsv", 2)}
    prefixes = {prefix: preset for prefix, preset in rows(HERE / "prefixes.tsv", 2)}
    presets, published, left = {}, {}, set()
    for preset, name in rows(HERE / "published.tsv", 2):
        published.setdefault(preset, set()).add(name)
    for path in sorted((HERE / "names").glob("*.tsv")):
        if path.name.endswith(".left-out.tsv"):
            for name, reasons in rows(path, 2):
                if all(is_accepted(name, reason) for reason in reasons.split("; ")):
                    presets.setdefault(path.name.removesuffix(".left-out.tsv"), {}).setdefault(name, set()).add("new")
                else:
                    left.add(name)
        else:
            for name, call, _releases in rows(path, 3):
                presets.setdefault(path.stem, {}).setdefault(name, set()).update(call.split(" "))
    enums = {name for names in presets.values() for name, calls in names.items() if calls == {"enum"}}
    recorded = {}
    for path in sorted((HERE / "recorded").glob("*.tsv")):
        for name, how, arguments in rows(path, 3):
            recorded.setdefault(name, set()).add((how, arguments))
    tensors = published.get("tensors", set())
    for name, seen in recorded.items():
        preset = next((prefixes[prefix] for prefix in sorted(prefixes, key=len, reverse=True) if name.startswith(prefix)), None)
        if preset is None or name in tensors:
            continue
        calls = presets.setdefault(preset, {}).setdefault(name, set())
        if name in enums:
            continue
        called = [arguments for how, arguments in seen if how == "call"]
        made = [arguments for how, arguments in seen if how == "new" and arguments]
        calls |= set(generalised(called)) | {f"new{shape}" for shape in generalised(made)}
        calls |= {how for how, arguments in seen if how in ("append", "setitem", "add") or how == "new" and not arguments}
        if not calls:
            calls.add("never")
    for preset, names in published.items():
        for name in names:
            presets.setdefault(preset, {}).setdefault(name, set()) or presets[preset][name].add("new" if is_class(name) else "never")
    # ufuncs lie at other paths in other releases: numpy.log, numpy.core._multiarray_umath.log.
    for name in list(presets["numpy"]):
        ufunc = re.fullmatch(r"numpy\.(_?core)\._multiarray_umath\.(\w+)", name)
        if ufunc:
            for place in ("numpy", "numpy.core._multiarray_umath", "numpy._core._multiarray_umath"):
                presets["numpy"].setdefault(f"{place}.{ufunc[2]}", {"never"})
    result = {}
    for preset, names in presets.items():
        for name, calls in names.items():
            if matches(name, refused) and preset != "tensors" or name in left:
                continue
            given = matches(name, reviewed)
            if given:
                calls = set(given)
            elif any(fnmatch.fnmatchcase(name, pattern) for pattern in KNOWN):
                calls = {"known"}
            elif calls != {"never"}:
                calls = calls - {"never"}
            if name in enums and not given:
                calls = {"enum"}
            result.setdefault(preset, {})[name] = tuple(sorted(calls, key=order))
    return result


class DenyList:
    """The rules' list of denied globals, as src/rules/pickle/deny_list.rs reads it."""

    def __init__(self):
        self.exact, self.modules, self.names = set(), {}, set()
        for module, name, how, _family, excepted in rows(POLICIES.parent / "src/rules/pickle/denied_globals.tsv", 5):
            if how == "exact":
                self.exact.add(f"{module}.{name}")
            elif how == "module":
                self.modules[module] = set(excepted.split(" "))
            elif how == "name":
                self.names.add(name)

    def has(self, name):
        full = name.replace(":", ".")
        if full in self.exact or self.names & set(re.split(r"[.:]", name)[-1:]):
            return True
        module = full
        while module:
            if module in self.modules:
                return full[len(module) + 1:] not in self.modules[module]
            module = module.rpartition(".")[0]
        return False


def order(call):
    words = ["known", "enum", "never", "new", "setitem", "append", "add", "hash"]
    return (words.index(call), call) if call in words else (3.5, call)


def written(names, extends=()):
    """The body of a preset: names by their calls, the most frequent first."""
    groups = {}
    for name, calls in names.items():
        groups.setdefault(calls, []).append(name)
    lines = ["version: 1", *([f"extends: [{', '.join(extends)}]"] if extends else []), "pickle:", "  extra_allowed_globals:"]
    for calls, members in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        spelled = [call if re.fullmatch(r"\w+", call) else '"' + call + '"' for call in calls]
        if len(spelled) == 1:
            lines.append(f"    - call: {spelled[0]}")
        else:
            lines += ["    - call:", *(f"        - {call}" for call in spelled)]
        lines.append("      names:")
        lines += [f"        - {name}" for name in sorted(members)]
    return "\n".join(lines) + "\n"


def file_of(preset):
    for folder in ("globals", "libraries"):
        if (POLICIES / folder / f"{preset}.yaml").exists():
            return POLICIES / folder / f"{preset}.yaml"
    return POLICIES / "libraries" / f"{preset}.yaml"


def main():
    denied, undenied = DenyList(), {name: why for name, why in rows(HERE / "undenied.tsv", 2)}
    for preset, names in sorted(collected().items()):
        for name in sorted(names):
            if denied.has(name) and not matches(name, undenied):
                print(f"{preset}: {name} is on the deny-list: it is left out", file=sys.stderr)
                del names[name]
        if sys.argv[1:] and preset not in sys.argv[1:]:
            continue
        path = file_of(preset)
        head = path.read_text() if path.exists() else f"# {preset}\n"
        head = "".join(line + "\n" for line in head.split("version: 1")[0].splitlines())
        path.write_text(head + written(names, EXTENDS.get(preset, ())))
        print(f"{preset}: {len(names)} names")


if __name__ == "__main__":
    main()
