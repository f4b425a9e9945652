//! Names that Jinja offers to a template of a conversation, and names that lead out of it.

use super::Hazardous;
use crate::evidence::TemplateHazard;

/// Functions that `transformers` gives to every chat template (`_compile_jinja_template`), and
/// those that Jinja itself has and that give nothing away.
pub(super) const FUNCTIONS: [&str; 7] =
    ["range", "dict", "namespace", "raise_exception", "strftime_now", "caller", "loop"];

/// Objects that no conversation needs and that public payloads climb out by: Jinja's own helpers,
/// whose `__globals__` hold `os`, and Flask's.
pub(super) const WAYS_OUT: [&str; 7] =
    ["cycler", "joiner", "lipsum", "self", "request", "get_flashed_messages", "url_for"];

/// Filters of Jinja 3.1 (`jinja2.filters.FILTERS`), and the two that runtimes of chat templates
/// add: `tojson` of transformers, `fromjson` of vLLM.
const FILTERS: [&str; 55] = [
    "abs",
    "attr",
    "batch",
    "capitalize",
    "center",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "filesizeformat",
    "first",
    "float",
    "forceescape",
    "format",
    "fromjson",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "random",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "string",
    "striptags",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "urlize",
    "wordcount",
    "wordwrap",
    "xmlattr",
];

/// Attributes of Python's functions, frames, generators and classes that Jinja's sandbox refuses
/// (`jinja2.sandbox.is_internal_attribute`), and what frames lead to.
const INTERNALS: [&str; 27] = [
    "mro",
    "func_closure",
    "func_code",
    "func_dict",
    "func_defaults",
    "func_globals",
    "im_class",
    "im_func",
    "im_self",
    "gi_frame",
    "gi_code",
    "gi_yieldfrom",
    "cr_frame",
    "cr_code",
    "cr_origin",
    "ag_frame",
    "ag_code",
    "tb_frame",
    "tb_next",
    "f_globals",
    "f_locals",
    "f_builtins",
    "f_back",
    "f_code",
    "co_code",
    "co_consts",
    "func_name",
];

/// Python's own attributes that public payloads use, without their underscores. A text between
/// double underscores that is none of them is a marker like any other.
const DUNDERS: [&str; 39] = [
    "abstractmethods",
    "annotations",
    "base",
    "bases",
    "builtin",
    "builtins",
    "call",
    "class",
    "closure",
    "code",
    "delattr",
    "dict",
    "doc",
    "enter",
    "func",
    "get",
    "getattr",
    "getattribute",
    "getitem",
    "globals",
    "import",
    "init",
    "kwdefaults",
    "loader",
    "module",
    "mro",
    "name",
    "new",
    "objclass",
    "path",
    "qualname",
    "reduce",
    "reduce_ex",
    "self",
    "setattr",
    "spec",
    "subclasses",
    "traceback",
    "weakref",
];

/// Whether the sandbox refuses the attribute.
pub(super) fn is_internal_attribute(name: &str) -> bool {
    name.starts_with('_') || INTERNALS.contains(&name)
}

/// Whether a text, used as a key or given to a function, names one of Python's internals. Keys of
/// a conversation may begin with an underscore.
pub(super) fn is_internal_text(text: &str) -> bool {
    let dunder = text.strip_prefix("__").and_then(|rest| rest.strip_suffix("__"));
    dunder.is_some_and(|name| DUNDERS.contains(&name)) || INTERNALS.contains(&text)
}

/// Whether a runtime of chat templates has the filter.
pub(super) fn is_filter(name: &str) -> bool {
    FILTERS.contains(&name)
}

/// Python's internals in a text that could not be parsed, each once.
pub(super) fn internals_in(source: &str) -> Vec<Hazardous> {
    let mut found: Vec<Hazardous> = Vec::new();
    let part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut line = 1_u32;
    let mut offset = 0_u32;
    for word in source.split_inclusive(|c| !part_of_word(c)) {
        let name = word.trim_end_matches(|c| !part_of_word(c));
        let known = |hazard: &TemplateHazard| found.iter().any(|it| it.hazard == *hazard);
        if is_internal_text(name) && name.starts_with("__") {
            let hazard = TemplateHazard::InternalAttribute { name: name.to_owned() };
            if !known(&hazard) {
                found.push(Hazardous { hazard, line, offset });
            }
        }
        if word.ends_with('\n') {
            line = line.saturating_add(1);
        }
        offset = offset.saturating_add(u32::try_from(word.len()).unwrap_or(u32::MAX));
    }
    found
}
