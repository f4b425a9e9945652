//! CALL: what allowed names may do. Calls in shapes, calls that no opcode for calls makes, and
//! compositions of allowed parts.

use crate::catalogue::assemble::objects::*;
use crate::catalogue::assemble::*;
use crate::catalogue::verdict::judge_path;

/// `baseline` and entries of a team's own that say how they are called.
const POLICY: &str = "version: 1
extends: [baseline]
pickle:
  extra_allowed_globals:
    - { name: acme.Layer, call: new }
    - { name: acme.Table, call: [new, setitem] }
    - { name: acme.Rows, call: [new, append] }
    - { name: acme.Names, call: [new, add] }
    - { name: acme.Key, call: [new, hash] }
    - { name: acme.Shape, call: [(int...), \"new(int, str?)\"] }
    - name: acme.codec
      call: (str, 'latin1')
    - name: acme.index
      call: \"(acme.Layer, {'data': object, 'name'?: str | None})\"
    - { name: acme.Kind, call: enum }
    - { name: acme.swish, call: never }
    - { name: 'acme:Layer.forward', call: never }
    - { name: 'operator:methodcaller.lower', call: never }
    - { name: 'builtins:str.split', call: never }
    - acme.Free
";

/// The rules that fire above `low`, and whether the gate passes.
fn judge(body: &[u8]) -> (bool, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policy.yaml"), POLICY).unwrap();
    std::fs::write(folder.path().join("x.pkl"), protocol4(body)).unwrap();
    let arguments = ["scan", "--policy", "policy.yaml", "--format", "json", "x.pkl"];
    let (code, _, report) = judge_path(folder.path(), &arguments);
    let findings = report["findings"].as_array().unwrap().iter();
    let grave = findings.filter(|finding| {
        matches!(finding["severity"].as_str().unwrap(), "medium" | "high" | "critical")
    });
    let rules = grave.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
    (code == Some(0), rules)
}

fn passes(id: &str, body: &[u8]) {
    let (passes, rules) = judge(body);
    assert!(passes, "{id}: {rules:?}");
}

fn fails(id: &str, rule: &str, body: &[u8]) {
    let (passes, rules) = judge(body);
    assert!(!passes && rules.iter().any(|fired| fired == rule), "{id}: {rules:?}");
}

fn acme(name: &str) -> Vec<u8> {
    stack_global("acme", name)
}

fn int(number: u8) -> Vec<u8> {
    vec![b'K', number]
}

#[test]
fn an_allowed_class_is_not_an_allowed_call() {
    passes("CALL-001", &object("acme", "Layer", &[("units", int(3))]));
    fails("CALL-002", "unexpected-arguments", &call(&acme("Layer"), &[]));
    fails("CALL-003", "unexpected-arguments", &new(&acme("Layer"), &[text("/etc/passwd")]));
    fails(
        "CALL-004",
        "unexpected-arguments",
        &join(&[&acme("Layer"), b")", &dict(&[("path", text("x"))]), b"\x92"]),
    );
    fails("CALL-005", "unexpected-arguments", &join(&[b"(", &acme("Layer"), &text("x"), b"o"]));
    fails("CALL-006", "unexpected-arguments", b"(X\x01\0\0\0xiacme\nLayer\n");
    passes("CALL-007", b"(iacme\nLayer\n");
    let rebuilt = call(
        &stack_global("copyreg", "_reconstructor"),
        &[acme("Layer"), stack_global("builtins", "object"), b"N".to_vec()],
    );
    passes("CALL-008", &rebuilt);
    let held = stack_global("copyreg", "_reconstructor");
    let base = stack_global("builtins", "object");
    fails("CALL-009", "unexpected-arguments", &call(&held, &[acme("swish"), base, b"N".to_vec()]));
    passes("CALL-010", &call(&acme("Shape"), &[int(1), int(2)]));
    fails("CALL-011", "unexpected-arguments", &call(&acme("Shape"), &[text("x")]));
    passes("CALL-012", &new(&acme("Shape"), &[int(1), text("x")]));
    fails("CALL-013", "unexpected-arguments", &call(&acme("Shape"), &[int(1), text("x")]));
    passes("CALL-014", &call(&acme("codec"), &[text("x"), text("latin1")]));
    fails("CALL-015", "unexpected-arguments", &call(&acme("codec"), &[text("x"), text("rot13")]));
    let index = |pairs: &[(&str, Vec<u8>)]| call(&acme("index"), &[acme("Layer"), dict(pairs)]);
    passes("CALL-016", &index(&[("data", list_of(&[int(1)])), ("name", b"N".to_vec())]));
    fails("CALL-017", "unexpected-arguments", &index(&[("data", int(1)), ("tz", text("x"))]));
    let of_instance = [object("acme", "Layer", &[]), dict(&[("data", int(1))])];
    fails("CALL-018", "unexpected-arguments", &call(&acme("index"), &of_instance));
    passes("CALL-019", &call(&acme("Free"), &[text("x")]));
    passes("CALL-020", &list_of(&[acme("swish"), acme("Layer"), acme("Kind")]));
    fails("CALL-021", "unexpected-arguments", &call(&acme("swish"), &[int(1)]));
}

#[test]
fn a_dangerous_call_is_seen_behind_any_number_of_harmless_ones() {
    let mut calls = Vec::new();
    for number in 0..200_u8 {
        calls.push(call(&acme("codec"), &[text(&number.to_string()), text("latin1")]));
    }
    passes("CALL-030", &list_of(&calls));
    calls.push(call(&acme("codec"), &[text("x"), text("rot13")]));
    fails("CALL-031", "unexpected-arguments", &list_of(&calls));
    let mut calls: Vec<_> = (0..200_u8).map(|n| call(&acme("Shape"), &[int(n), int(1)])).collect();
    passes("CALL-032", &list_of(&calls));
    calls.push(call(&acme("Shape"), &[text("x")]));
    fails("CALL-033", "unexpected-arguments", &list_of(&calls));
}

#[test]
fn opcodes_that_call_methods_are_calls() {
    let layer = || new(&acme("Layer"), &[]);
    for (id, opcodes) in [
        ("CALL-040", join(&[&layer(), &text("x"), b"a"])),
        ("CALL-041", join(&[&layer(), b"(", &text("x"), b"e"])),
        ("CALL-042", join(&[&layer(), b"(", &text("x"), b"\x90"])),
        ("CALL-043", join(&[&layer(), &text("x"), &int(1), b"s"])),
        ("CALL-044", join(&[&layer(), b"(", &text("x"), &int(1), b"u"])),
        // As a key of a dict, by three opcodes, in a tuple, and in both kinds of sets.
        ("CALL-045", join(&[b"}", &layer(), &int(1), b"s"])),
        ("CALL-046", join(&[b"}(", &layer(), &int(1), b"u"])),
        ("CALL-047", join(&[b"(", &layer(), &int(1), b"d"])),
        ("CALL-048", join(&[b"}", &tuple_of(&[int(1), layer()]), &int(1), b"s"])),
        ("CALL-049", join(&[b"\x8f(", &layer(), b"\x90"])),
        ("CALL-050", join(&[b"(", &layer(), b"\x91"])),
    ] {
        fails(id, "indirect-call", &opcodes);
    }
    let of = |name: &str| new(&acme(name), &[]);
    passes("CALL-051", &join(&[&of("Rows"), &text("x"), b"a(", &text("y"), b"e"]));
    passes("CALL-052", &join(&[&of("Names"), b"(", &text("x"), b"\x90"]));
    passes(
        "CALL-053",
        &join(&[&of("Table"), &text("x"), &int(1), b"s(", &text("y"), &int(1), b"u"]),
    );
    passes("CALL-054", &join(&[b"}", &of("Key"), &int(1), b"s"]));
    passes("CALL-055", &join(&[b"}", &call(&acme("Shape"), &[]), &int(1), b"s"]));
    fails("CALL-056", "indirect-call", &join(&[&of("Table"), &text("x"), b"a"]));
    fails("CALL-057", "indirect-call", &join(&[&of("Rows"), b"(", &text("x"), b"\x90"]));
    // Something that is no instance at all.
    fails("CALL-058", "object-mutation", &join(&[&acme("Layer"), &text("x"), b"a"]));
    fails("CALL-059", "indirect-call", &join(&[&call(&list_of(&[]), &[]), b"0N"]));
    fails("CALL-060", "indirect-call", &join(&[&object("acme", "Layer", &[]), b")\x81"]));
}

#[test]
fn attributes_that_python_looks_up_are_no_data() {
    let swish = || acme("swish");
    for (id, key) in [
        ("CALL-070", "__setstate__"),
        ("CALL-071", "__class__"),
        ("CALL-072", "__new__"),
        ("CALL-073", "__array_interface__"),
        ("CALL-074", "__reduce_ex__"),
        ("CALL-075", "__torch_function__"),
        ("CALL-076", "append"),
        ("CALL-077", "extend"),
        ("CALL-078", "add"),
    ] {
        fails(id, "unsafe-state", &object("acme", "Free", &[(key, swish())]));
        let slots = tuple_of(&[b"N".to_vec(), dict(&[(key, swish())])]);
        fails(id, "unsafe-state", &build(&new(&acme("Free"), &[]), &slots));
        // By an item of a mapping that answers attributes, and by keywords.
        let item = join(&[&new(&acme("Table"), &[]), &text(key), &swish(), b"s"]);
        fails(id, "unsafe-state", &item);
        let keywords = join(&[&acme("Free"), b")", &dict(&[(key, swish())]), b"\x92"]);
        fails(id, "unsafe-state", &keywords);
        fails(id, "unsafe-state", &call(&acme("Free"), &[dict(&[(key, swish())])]));
        // Through a dict that derives from one, filled before it becomes a state.
        let ordered = call(&stack_global("collections", "OrderedDict"), &[]);
        let state = join(&[&ordered, &text(key), &swish(), b"s"]);
        fails(id, "unsafe-state", &build(&new(&acme("Free"), &[]), &state));
    }
    // Behind more keys than are kept of a state.
    let mut keys: Vec<(String, Vec<u8>)> = (0..2000).map(|n| (format!("k{n}"), int(1))).collect();
    keys.push(("__setstate__".to_owned(), swish()));
    let keys: Vec<(&str, Vec<u8>)> =
        keys.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    fails("CALL-079", "unsafe-state", &object("acme", "Free", &keys));
    let computed = join(&[b"}", &object("acme", "Key", &[]), &int(1), b"s"]);
    fails("CALL-080", "unsafe-state", &build(&new(&acme("Free"), &[]), &computed));
    // Names that nobody looks up.
    let own = [("__immutable__", b"\x89".to_vec()), ("__doc__", text("x")), ("add", int(1))];
    passes("CALL-081", &object("acme", "Layer", &own));
    // A word list is no state.
    passes("CALL-082", &dict(&[("__class__", int(1)), ("append", int(2))]));
    fails("CALL-083", "unsafe-state", &object("acme", "Layer", &[("restore_design_info", int(1))]));
}

#[test]
fn what_is_composed_of_allowed_parts_is_what_it_means() {
    let global = stack_global;
    let layer = || object("acme", "Layer", &[("units", int(3))]);
    passes("CALL-100", &attribute(&acme("Layer"), "forward"));
    passes("CALL-101", &attribute(&layer(), "forward"));
    passes("CALL-102", &attribute(&global("builtins", "str"), "split"));
    passes("CALL-114", &attribute(&text("a b"), "split"));
    fails("CALL-115", "unlisted-global", &attribute(&text("a b"), "format_map"));
    fails("CALL-103", "unlisted-global", &attribute(&acme("Layer"), "backward"));
    fails("CALL-104", "denied-global", &attribute(&acme("Layer"), "__init__"));
    fails("CALL-105", "denied-global", &attribute(&acme("Layer"), "forward.__globals__"));
    fails("CALL-106", "denied-global", &attribute(&global("os", "path"), "join"));
    // Called while loading.
    let forward = attribute(&acme("Layer"), "forward");
    fails("CALL-107", "unexpected-arguments", &call(&forward, &[text("x")]));
    // The file's own attribute of that name.
    let planted = object("acme", "Layer", &[("forward", acme("swish"))]);
    fails("CALL-108", "denied-global", &attribute(&planted, "forward"));
    let twice = build(&planted, &dict(&[("units", int(3))]));
    fails("CALL-109", "denied-global", &attribute(&twice, "forward"));
    // getattr as a value, in the hands of whoever loads the file.
    fails("CALL-110", "denied-global", &list_of(&[global("builtins", "getattr")]));
    fails(
        "CALL-111",
        "denied-global",
        &object("acme", "Layer", &[("f", global("builtins", "getattr"))]),
    );
    let default = [acme("Layer"), text("forward"), b"N".to_vec()];
    fails("CALL-112", "denied-global", &call(&global("builtins", "getattr"), &default));
    let computed = [acme("Layer"), call(&global("builtins", "str"), &[text("forward")])];
    fails("CALL-113", "denied-global", &call(&global("builtins", "getattr"), &computed));

    let partial = |parts: &[Vec<u8>]| call(&global("functools", "partial"), parts);
    let state = |function: Vec<u8>| {
        tuple_of(&[function, tuple_of(&[int(1)]), dict(&[("k", int(1))]), b"N".to_vec()])
    };
    passes("CALL-120", &build(&partial(&[acme("swish")]), &state(acme("swish"))));
    fails("CALL-121", "denied-global", &partial(&[global("os", "system")]));
    let swapped = build(&partial(&[acme("swish")]), &state(acme("Free")));
    fails("CALL-122", "object-mutation", &swapped);
    fails("CALL-123", "indirect-call", &call(&partial(&[acme("swish")]), &[]));
    fails("CALL-124", "denied-global", &partial(&[global("builtins", "getattr")]));
    passes("CALL-125", &partial(&[attribute(&acme("Layer"), "forward")]));

    let operator = |name: &str, parts: &[Vec<u8>]| call(&global("operator", name), parts);
    passes("CALL-130", &operator("itemgetter", &[int(1), text("k")]));
    passes("CALL-131", &operator("attrgetter", &[text("a.b")]));
    fails("CALL-132", "denied-global", &operator("attrgetter", &[text("a.__class__")]));
    passes("CALL-133", &operator("methodcaller", &[text("lower")]));
    fails("CALL-134", "denied-global", &operator("methodcaller", &[text("eval"), text("1")]));
    fails("CALL-135", "indirect-call", &call(&operator("itemgetter", &[int(1)]), &[list_of(&[])]));

    let kind = |constant: Vec<u8>| call(&global("builtins", "type"), &[constant]);
    passes("CALL-140", &kind(b"N".to_vec()));
    passes("CALL-141", &kind(global("builtins", "Ellipsis")));
    fails("CALL-142", "denied-global", &kind(acme("Layer")));
    let three = [text("X"), tuple_of(&[]), dict(&[])];
    fails("CALL-143", "denied-global", &call(&global("builtins", "type"), &three));

    passes("CALL-150", &call(&acme("Kind"), &[text("relu")]));
    passes("CALL-151", &attribute(&acme("Kind"), "RELU"));
    fails("CALL-152", "unexpected-arguments", &call(&acme("Kind"), &[list_of(&[layer()])]));
    fails("CALL-153", "unexpected-arguments", &call(&attribute(&acme("Kind"), "mro"), &[]));
    fails("CALL-154", "denied-global", &attribute(&acme("Kind"), "__members__"));

    let newobj = global("copyreg", "__newobj__");
    passes("CALL-160", &call(&newobj, &[acme("Layer")]));
    fails("CALL-161", "unexpected-arguments", &call(&newobj, &[acme("Layer"), text("x")]));
}

#[test]
fn estimators_follow_names_that_estimators_have() {
    let stacking = |key: &str, value: Vec<u8>| {
        object("sklearn.ensemble._stacking", "StackingClassifier", &[(key, value)])
    };
    let dummy = || object("sklearn.dummy", "DummyClassifier", &[("strategy", text("prior"))]);
    passes("CALL-170", &stacking("stack_method_", list_of(&[text("predict_proba")])));
    fails("CALL-171", "unsafe-state", &stacking("stack_method_", list_of(&[text("eval")])));
    fails("CALL-172", "unsafe-state", &stacking("stack_method", text("query")));
    passes("CALL-173", &stacking("estimators_", list_of(&[dummy(), text("drop")])));
    let frame = || object("pandas.core.frame", "DataFrame", &[("_mgr", b"N".to_vec())]);
    fails("CALL-174", "unsafe-state", &stacking("estimators_", list_of(&[frame()])));
    let named = tuple_of(&[text("a"), frame()]);
    fails("CALL-175", "unsafe-state", &stacking("estimators", list_of(&[named])));
    let namespace = object("argparse", "Namespace", &[("predict", acme("swish"))]);
    fails("CALL-176", "unsafe-state", &stacking("final_estimator_", namespace));
}

#[test]
fn tensors_of_a_teams_own_class_pass() {
    let torch = |name: &str| stack_global("torch._utils", name);
    let wrapped = |state: Vec<u8>| {
        let sizes = || tuple_of(&[int(2)]);
        let parts =
            tuple_of(&[acme("Layer"), stack_global("torch", "float32"), sizes(), sizes(), int(0)]);
        call(
            &stack_global("torch._tensor", "_rebuild_from_type_v2"),
            &[torch("_rebuild_wrapper_subclass"), acme("Layer"), parts, state],
        )
    };
    passes("CALL-180", &wrapped(dict(&[("scale", int(1))])));
    fails("CALL-181", "unsafe-state", &wrapped(dict(&[("__class__", acme("Free"))])));
    let through = |function: Vec<u8>| {
        call(
            &stack_global("torch._tensor", "_rebuild_from_type_v2"),
            &[function, acme("Layer"), tuple_of(&[text("x")]), b"N".to_vec()],
        )
    };
    passes("CALL-182", &through(acme("Free")));
    fails("CALL-183", "unexpected-arguments", &through(acme("swish")));
    fails("CALL-184", "denied-global", &through(stack_global("os", "system")));
}

#[test]
fn a_payload_that_nothing_loads_is_one_finding() {
    let payload = protocol2(b"cos\nsystem\nX\x04\0\0\0true\x85R");
    let (_, rules) = judge(&list_of(&[bytes(&payload)]));
    assert_eq!(rules, ["nested-payload"]);
    let loaded = call(&stack_global("pickle", "loads"), &[bytes(&payload)]);
    let (_, rules) = judge(&loaded);
    assert_eq!(rules.iter().filter(|rule| *rule == "denied-global").count(), 2, "{rules:?}");
    // Text that reads like one and breaks off is text; whole, it could be loaded.
    passes("CALL-190", &text("cos\nsystem\n(S'true'\ntR and so on"));
    fails("CALL-191", "nested-payload", &text("cos\nsystem\n(S'true'\ntR."));
}

#[test]
fn a_glob_that_does_not_reach_a_name_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let policy = "version: 1\nextends: [baseline]\n\
                  pickle: { extra_allowed_globals: [\"acme.**\"] }\n";
    std::fs::write(folder.path().join("policy.yaml"), policy).unwrap();
    let body = stack_global("acme.__inner__", "Net");
    std::fs::write(folder.path().join("x.pkl"), protocol4(&body)).unwrap();
    let arguments = ["scan", "--policy", "policy.yaml", "--format", "json", "x.pkl"];
    let (code, _, report) = judge_path(folder.path(), &arguments);
    assert_eq!(code, Some(1));
    let findings = report["findings"].to_string();
    assert!(findings.contains("`acme.**` does not reach it"), "{findings}");
}
