"""What a class does that a preset must know: code, files and names out of its own state.

Presets let a class be created empty and filled by `BUILD`. Then Python calls what is in LOADING, and
whoever uses the object calls the rest. A class is left out where either turns text of the state into
code, opens what it names, or loads another pickle.
"""

import ast

from library import dotted

# What Python calls while a pickle is read, also without any call in it.
LOADING = {"__new__", "__setstate__", "__getattr__", "__getattribute__", "__setattr__", "__del__", "__init_subclass__",
           "__hash__", "__eq__", "__set_name__", "__setitem__", "append", "extend", "add", "__reduce__"}
# What nobody calls on an object that was loaded, or only with arguments of his own.
BY_THE_USER = {"__init__", "__reduce__", "__reduce_ex__", "__getstate__", "__init_subclass__", "__class_getitem__", "__post_init__"}

EVALUATES = {"eval", "exec", "compile", "execfile", "numexpr.evaluate", "ne.evaluate", "dmatrices", "dmatrix",
             "patsy.dmatrices", "patsy.dmatrix", "types.FunctionType", "types.CodeType", "marshal.loads"}
RUNS = {"os.system", "os.popen", "os.execv", "subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_call",
        "subprocess.check_output", "runpy.run_path", "runpy.run_module", "ctypes.CDLL", "ctypes.cdll.LoadLibrary",
        "torch.ops.load_library", "torch.classes.load_library"}
IMPORTS = {"__import__", "importlib.import_module", "import_module", "pkgutil.resolve_name", "pydoc.locate", "locate",
           "get_class", "import_string", "importlib.util.spec_from_file_location"}
LOADS = {"pickle.load", "pickle.loads", "cPickle.loads", "dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads",
         "joblib.load", "torch.load", "torch.jit.load", "torch.hub.load", "np.load", "numpy.load", "pd.read_pickle",
         "yaml.load", "yaml.unsafe_load", "shelve.open"}
OPENS = {"open", "io.open", "os.remove", "os.unlink", "os.rmdir", "os.makedirs", "shutil.rmtree", "os.environ.update",
         "urlopen", "urllib.request.urlopen", "requests.get", "requests.post", "socket.socket", "os.mkdir", "os.rename",
         "os.putenv", "hf_hub_download", "torch.hub.load_state_dict_from_url", "load_state_dict_from_url"}
# Methods by their last name alone, whosever they are: only what runs while loading is held against them.
FETCHES = {"from_pretrained", "cached_path", "load_model", "from_checkpoint", "load_from_checkpoint", "from_disk", "get_pretrained_model", "Load", "load", "from_file",
           "MecabTokenizer", "SudachiTokenizer", "JumanppTokenizer"}
ALL = [("evaluates text", EVALUATES), ("runs a program", RUNS), ("imports by name", IMPORTS), ("loads a pickle or model", LOADS),
       ("opens what it names", OPENS)]


def own_state(call):
    """Whether an argument comes from the object itself."""
    return any(isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
               for argument in [*call.args, *(keyword.value for keyword in call.keywords)] for node in ast.walk(argument))


def by_name(call):
    """`getattr(x, self.name)(…)`: what it calls is text of the state."""
    inner = call.func
    return (isinstance(inner, ast.Call) and dotted(inner.func) == "getattr" and len(inner.args) > 1
            and not isinstance(inner.args[1], ast.Constant) and own_state(inner))


def risks(owner):
    """(method, whether it takes no instance, callee, what that does, whether of its own state) of a class."""
    if owner.risks is None:
        owner.risks = []
        for name, variants in owner.methods.items():
            for node in variants:
                apart = bool({dotted(decorator) for decorator in node.decorator_list} & {"classmethod", "staticmethod"})
                for call in (inner for inner in ast.walk(node) if isinstance(inner, ast.Call)):
                    callee = dotted(call.func) or ""
                    what = next((what for what, names in ALL if callee in names), None)
                    if what:
                        owner.risks.append((name, apart, callee, what, own_state(call)))
                    elif name in LOADING and callee.rpartition(".")[2] in FETCHES:
                        owner.risks.append((name, apart, callee, "opens what it names", True))
                    elif by_name(call):
                        owner.risks.append((name, apart, "getattr", "calls by a name of its state", True))
    return owner.risks


def reasons(library, item):
    """Why a class is left out: a list of texts."""
    out, seen = set(), set()
    for owner in library.ancestors(item)[0]:
        for name, apart, callee, what, own in risks(owner):
            # What a class nearer by puts in its place is not called.
            if name in seen:
                continue
            text = f"{owner.name}.{name} {what} ({callee})"
            if name in LOADING:
                out.add("while loading: " + text)
            elif name in BY_THE_USER or apart or callee == "getattr":
                continue
            elif own or what in (ALL[0][0], ALL[1][0]):
                out.add("when it is used: " + text)
        seen |= set(owner.methods)
    return sorted(out)
