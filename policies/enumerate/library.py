"""Classes and functions of a library, read from its wheels and never imported.

A wheel is an archive of Python sources and stubs; they are parsed, names are followed through
imports to where they are defined, and bases to the classes of the same or of another library.
"""

import ast
import functools
import zipfile

# Builtins and modules of the standard library whose classes presets derive from.
KNOWN_ENUMS = {"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"}


class Class:
    """A class statement, or what stands for it in a stub."""

    def __init__(self, module, node):
        self.module = module
        self.name = node.name
        self.node = node
        self.bases = [dotted(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases]
        # Several under conditions: all count.
        self.methods = {}
        for item in ast.walk(node):
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.methods.setdefault(item.name, []).append(item)
        # `__reduce__ = f`, `__getattr__ = g`
        self.assigned = {target.id for item in node.body if isinstance(item, ast.Assign)
                         for target in item.targets if isinstance(target, ast.Name)}
        self.written_module = set_module(node)
        # What review.py found in it, once it has looked.
        self.risks = None

    @property
    def path(self):
        return f"{self.module}.{self.name}"


def dotted(node):
    """`a.b.c` of an expression of names, else None."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return before and f"{before}.{node.attr}"
    return None


def set_module(node):
    """The module that a decorator `@set_module("numpy")` lets an object claim; pickles write that."""
    for item in node.decorator_list:
        if isinstance(item, ast.Call) and (dotted(item.func) or "").split(".")[-1] in ("set_module", "_set_module"):
            if item.args and isinstance(item.args[0], ast.Constant):
                return item.args[0].value
    return None


class Module:
    """A parsed file."""

    def __init__(self, name, is_package, text):
        self.name = name
        self.package = name if is_package else name.rpartition(".")[0]
        self.classes, self.functions, self.imports, self.stars, self.claimed = {}, {}, {}, [], {}
        self.assigned = {}
        try:
            self.visit(ast.parse(text).body)
        except (SyntaxError, ValueError):
            pass

    def visit(self, body):
        for node in body:
            if isinstance(node, ast.ClassDef):
                self.classes[node.name] = Class(self.name, node)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions[node.name] = node
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.split(".")[0]
                    self.imports[name] = alias.name if alias.asname else alias.name.split(".")[0]
            elif isinstance(node, ast.ImportFrom):
                source = self.absolute(node)
                for alias in node.names:
                    if alias.name == "*":
                        self.stars.append(source)
                    else:
                        self.imports[alias.asname or alias.name] = f"{source}.{alias.name}"
            elif isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = node.targets[0]
                # `Int8Tensor.__module__ = "torchao.quantization"`
                if isinstance(target, ast.Attribute) and target.attr == "__module__" and isinstance(node.value, ast.Constant):
                    self.claimed[dotted(target.value)] = node.value.value
                elif isinstance(target, ast.Name):
                    self.assigned[target.id] = node.value
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self.assigned[node.target.id] = node
            elif isinstance(node, (ast.If, ast.Try, ast.With)):
                self.visit(node.body)
                self.visit(getattr(node, "orelse", []))
                for handler in getattr(node, "handlers", []):
                    self.visit(handler.body)

    def absolute(self, node):
        if not node.level:
            return node.module or ""
        parts = self.package.split(".")
        parts = parts[: len(parts) - node.level + 1]
        return ".".join([*parts, node.module] if node.module else parts)


class Library:
    """The modules of some wheels, parsed when they are asked for."""

    def __init__(self, wheels):
        self.members = {}
        for path in wheels:
            archive = zipfile.ZipFile(path)
            for name in archive.namelist():
                for ending in (".py", ".pyi"):
                    if name.endswith(ending) and ".dist-info/" not in name and ".data/" not in name:
                        module = name.removesuffix(ending).replace("/", ".")
                        package = module.endswith(".__init__")
                        module = module.removesuffix(".__init__")
                        if module.replace(".", "").isidentifier():
                            # A source is better than its stub.
                            if ending == ".py" or module not in self.members:
                                self.members[module] = (archive, name, package)
        self.modules = {}

    def module(self, name):
        if name not in self.modules:
            found = self.members.get(name)
            text = found[0].read(found[1]).decode("utf-8", "replace") if found else ""
            self.modules[name] = Module(name, found[2], text) if found else None
        return self.modules[name]

    def below(self, prefixes, files=""):
        """Parsed modules at or below these, in files whose name begins so."""
        for name in sorted(self.members):
            if name.rpartition(".")[2].startswith(files) and any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes):
                yield self.module(name)

    @functools.lru_cache(maxsize=None)
    def resolve(self, module, name, depth=0):
        """Where a name that a module uses is defined: a Class, a function's path, or a path outside."""
        found = self.module(module)
        if found is None or depth > 12:
            return f"{module}.{name}"
        head, _, rest = name.partition(".")
        if not rest:
            if head in found.classes:
                return found.classes[head]
            if head in found.functions:
                return f"{module}.{head}"
        if head in found.imports:
            target = found.imports[head] + ("." + rest if rest else "")
            owner, _, last = target.rpartition(".")
            return self.follow(owner, last, depth + 1)
        if head in found.assigned and dotted(found.assigned[head]) not in (None, head):
            return self.resolve(module, dotted(found.assigned[head]) + ("." + rest if rest else ""), depth + 1)
        for star in found.stars:
            result = self.resolve(star, name, depth + 1)
            if isinstance(result, Class):
                return result
        return f"{module}.{name}"

    def follow(self, owner, last, depth):
        """`owner.last`, where owner may be a module or something in one."""
        if owner in self.members:
            return self.resolve(owner, last, depth)
        before, _, middle = owner.rpartition(".")
        while before:
            if before in self.members:
                return self.resolve(before, f"{middle}.{last}", depth)
            before, _, part = before.rpartition(".")
            middle = f"{part}.{middle}"
        return f"{owner}.{last}"

    @functools.lru_cache(maxsize=None)
    def ancestors(self, item):
        """The classes that a class derives from, itself first, and the paths of those outside."""
        seen, queue, outside = [], [item], set()
        while queue:
            current = queue.pop(0)
            if not isinstance(current, Class):
                outside.add(current)
                continue
            if current in seen:
                continue
            seen.append(current)
            for base in current.bases:
                if base:
                    queue.append(self.resolve(current.module, base))
        return tuple(seen), frozenset(outside)

    def derives(self, item, roots):
        classes, outside = self.ancestors(item)
        return any(found.path in roots for found in classes) or bool(outside & set(roots))

    def written(self, item):
        """The `module.name` that a pickle writes for a class: where it is defined, or claims to be."""
        owner = self.module(item.module)
        claimed = owner.claimed.get(item.name) or item.written_module
        return f"{claimed or item.module}.{item.name}"
