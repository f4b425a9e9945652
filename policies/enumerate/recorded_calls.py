"""How pickles that real libraries wrote create what they hold: names, calls and their arguments.

Reads opcodes with pickletools and follows the stack; nothing is imported or loaded.
"""

import io
import pickletools
import tarfile
import zipfile

NAMES = {"__builtin__": "builtins", "copy_reg": "copyreg"}
RENAMED = {"builtins.unicode": "builtins.str", "builtins.long": "builtins.int", "builtins.xrange": "builtins.range",
           "builtins.unichr": "builtins.chr"}
MARK = object()


class Value:
    """What a pickle has on its stack: a kind, and for some kinds more."""

    def __init__(self, kind, of=None):
        self.kind, self.of = kind, of


def constant(value):
    return Value("constant", value)


def spell(value, depth=0):
    """A value as an argument of a call is written in a policy."""
    if value.kind == "constant":
        kind = type(value.of).__name__
        return {"NoneType": "None", "bytearray": "bytes"}.get(kind, kind)
    if value.kind == "tuple":
        if depth or len(value.of) > 12:
            return "tuple"
        inner = [spell(item, depth + 1) for item in value.of]
        if len(inner) > 1 and len(set(inner)) == 1 and inner[0] in ("int", "str", "float"):
            return f"({inner[0]}...)"
        return "(" + ", ".join(inner) + ")"
    if value.kind in ("list", "dict", "set"):
        return value.kind
    if value.kind == "class":
        return value.of
    if value.kind == "made":
        # The bytes of protocols below 3.
        return "bytes" if value.of == "_codecs.encode" else f"{value.of}()"
    return "object"


class Calls:
    """Rows (name, how, arguments) of some pickles, and which names only stood as values."""

    def __init__(self):
        self.rows = {}
        self.names = set()
        self.called = set()

    def add(self, name, how, arguments=""):
        self.called.add(name)
        self.rows[name, how, arguments] = self.rows.get((name, how, arguments), 0) + 1

    def make(self, callee, arguments, how):
        if callee.kind != "class":
            return Value("object")
        given = arguments.of if arguments.kind == "tuple" else []
        if callee.of == "copyreg._reconstructor" and given and given[0].kind == "class":
            self.add(given[0].of, "new")
            self.add(callee.of, "call", "(class, class, any)")
            return Value("made", given[0].of)
        if callee.of == "copyreg.__newobj__" and given and given[0].kind == "class":
            return self.make(given[0], Value("tuple", given[1:]), "new")
        if callee.of == "builtins.getattr" and len(given) == 2 and given[0].kind in ("class", "made") and given[1].kind == "constant":
            # A method: of a class, or bound to an object.
            owner = {"re._compile": "re:Pattern"}.get(given[0].of, given[0].of)
            if ":" not in owner:
                owner = ":".join(owner.rsplit(".", 1))
            self.names.add(f"{owner}.{given[1].of}")
            return Value("class", f"{owner}.{given[1].of}")
        last = callee.of.rpartition(".")[2]
        if given and given[0].kind == "class" and (last.startswith("__pyx_unpickle_") or last in ("newObj", "_reconstruct")):
            self.add(given[0].of, "new")
        if last == "_mareconstruct":
            for item in given[:2]:
                self.add(item.of, "new")
        inner = ", ".join(spell(item) for item in given)
        self.add(callee.of, how, "" if how == "new" and not inner else f"({inner})")
        return Value("made", callee.of)

    def read(self, data):
        """One pickle; returns how many bytes it takes."""
        stack, memo, end = [], {}, 0

        def top_mark():
            index = max(i for i, item in enumerate(stack) if item is MARK)
            items = stack[index + 1:]
            del stack[index:]
            return items

        def fill(target, how):
            if target.kind == "made" and target.of not in ("builtins.set", "builtins.list", "builtins.dict"):
                self.add(target.of, how)

        def imported(module, name):
            full = f"{NAMES.get(module, module)}{'.' if '.' not in name else ':'}{name}"
            full = RENAMED.get(full, full)
            self.names.add(full)
            return Value("class", full)

        for opcode, argument, position in pickletools.genops(data):
            code, end = opcode.name, position + 1
            if code in ("PROTO", "FRAME"):
                pass
            elif code == "STOP":
                break
            elif code == "MARK":
                stack.append(MARK)
            elif code == "POP":
                stack.pop()
            elif code == "POP_MARK":
                top_mark()
            elif code == "DUP":
                stack.append(stack[-1])
            elif code in ("PUT", "BINPUT", "LONG_BINPUT"):
                memo[argument] = stack[-1]
            elif code == "MEMOIZE":
                memo[len(memo)] = stack[-1]
            elif code in ("GET", "BINGET", "LONG_BINGET"):
                stack.append(memo[argument])
            elif code == "NONE":
                stack.append(constant(None))
            elif code == "NEWTRUE":
                stack.append(constant(True))
            elif code == "NEWFALSE":
                stack.append(constant(False))
            elif code in ("EMPTY_TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"):
                count = int(code[-1]) if code[-1].isdigit() else 0
                items = stack[len(stack) - count:]
                del stack[len(stack) - count:]
                stack.append(Value("tuple", items))
            elif code == "TUPLE":
                stack.append(Value("tuple", top_mark()))
            elif code in ("EMPTY_LIST", "EMPTY_DICT", "EMPTY_SET"):
                stack.append(Value(code[6:].lower()))
            elif code in ("LIST", "DICT", "FROZENSET"):
                top_mark()
                stack.append(Value("set" if code == "FROZENSET" else code.lower()))
            elif code == "APPEND":
                stack.pop()
                fill(stack[-1], "append")
            elif code == "APPENDS":
                top_mark()
                fill(stack[-1], "append")
            elif code == "SETITEM":
                del stack[-2:]
                fill(stack[-1], "setitem")
            elif code == "SETITEMS":
                top_mark()
                fill(stack[-1], "setitem")
            elif code == "ADDITEMS":
                top_mark()
                fill(stack[-1], "add")
            elif code == "GLOBAL":
                stack.append(imported(*argument.split(" ", 1)))
            elif code == "STACK_GLOBAL":
                name, module = stack.pop(), stack.pop()
                stack.append(imported(module.of, name.of))
            elif code == "REDUCE":
                arguments, callee = stack.pop(), stack.pop()
                stack.append(self.make(callee, arguments, "call"))
            elif code == "NEWOBJ":
                arguments, callee = stack.pop(), stack.pop()
                stack.append(self.make(callee, arguments, "new"))
            elif code == "NEWOBJ_EX":
                keywords, arguments, callee = stack.pop(), stack.pop(), stack.pop()
                arguments.of.append(keywords)
                stack.append(self.make(callee, arguments, "new"))
            elif code in ("INST", "OBJ"):
                items = top_mark()
                callee = imported(*argument.split(" ", 1)) if code == "INST" else items.pop(0)
                stack.append(self.make(callee, Value("tuple", items), "call"))
            elif code == "BUILD":
                stack.pop()
                if stack[-1].kind == "made":
                    self.rows.setdefault((stack[-1].of, "build", ""), 0)
            elif code in ("PERSID",):
                stack.append(Value("object"))
            elif code == "BINPERSID":
                stack[-1] = Value("object")
            elif code == "READONLY_BUFFER":
                pass
            elif code == "NEXT_BUFFER":
                stack.append(constant(b""))
            elif code in ("SHORT_BINSTRING", "BINSTRING", "STRING"):
                stack.append(constant(argument))
            else:
                stack.append(constant(argument))
        return end

    def read_all(self, data):
        """The streams of a file: a bare pickle, several in a row, or the pickles of a zip or tar."""
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    if name.endswith(".pkl"):
                        self.read(archive.read(name))
            return
        if data[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                for member in archive.getmembers():
                    if member.isfile() and member.name == "pickle":
                        self.read(archive.extractfile(member).read())
            return
        at = 0
        while at < len(data) and (data[at:at + 1] == b"\x80" or at == 0):
            try:
                at += self.read(data[at:])
            except (ValueError, KeyError, IndexError, UnicodeDecodeError):
                # Raw data behind the streams of an old checkpoint.
                return
