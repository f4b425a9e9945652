//! PKL: the raw pickle machine. GOOD: what must pass.

use crate::catalogue::assemble::*;
use crate::catalogue::verdict::{Case, check, fails, judge, passes};

const DENIED: &[&str] = &["denied-global"];
const UNLISTED: &[&str] = &["unlisted-global"];

#[test]
fn names_and_opcodes() {
    check(vec![
        fails("PKL-001", "x.pkl", protocol2(b"cos\nsystem\nX\x02\0\0\0id\x85R"), DENIED),
        fails("PKL-002a", "x.pkl", protocol2(b"cnt\nsystem\n)R"), DENIED),
        fails("PKL-002b", "x.pkl", protocol2(b"cposix\nsystem\n)R"), DENIED),
        fails("PKL-003", "x.pkl", protocol2(b"c__builtin__\neval\nX\x01\0\0\x001\x85R"), DENIED),
        fails("PKL-004", "x.pkl", b"ccommands\ngetstatusoutput\n(S'id'\ntR.".to_vec(), DENIED),
        fails(
            "PKL-005",
            "x.pkl",
            b"\x80\x04\x80\x02c__builtin__\neval\nX\x01\0\0\x001\x85R.".to_vec(),
            &["denied-global", "divergent-stream"],
        ),
        fails(
            "PKL-006",
            "x.pkl",
            protocol4(&join(&[&stack_global("os", "system"), b")R"])),
            DENIED,
        ),
        fails("PKL-007a", "x.pkl", b"S'\\x6fs'\nS'system'\n\x93)R.".to_vec(), DENIED),
        fails("PKL-007b", "x.pkl", b"V\\u006fs\nVsystem\n\x93)R.".to_vec(), DENIED),
        fails("PKL-008", "x.pkl", b"U\x02osT\x06\0\0\0system\x93)R.".to_vec(), DENIED),
        fails("PKL-009", "x.pkl", b"X\x02\0\0\0osX\x06\0\0\0system\x93)R.".to_vec(), DENIED),
        fails(
            "PKL-010",
            "x.pkl",
            protocol4(&join(&[&text("os"), b"\x940", &text("system"), b"\x940h\0h\x01\x93)R"])),
            DENIED,
        ),
        fails(
            "PKL-011",
            "x.pkl",
            protocol2(b"X\x04\0\0\0mathq\x000X\x02\0\0\0osq\x000h\0X\x06\0\0\0system\x93)R"),
            DENIED,
        ),
        fails(
            "PKL-012",
            "x.pkl",
            protocol4(&join(&[
                &text("math"),
                b"q\x010",
                &text("os"),
                b"\x940h\x01",
                &text("system"),
                b"\x93)R",
            ])),
            DENIED,
        ),
        fails(
            "PKL-013",
            "x.pkl",
            protocol4(&join(&[
                &stack_global("builtins", "str"),
                b")R",
                &text("system"),
                b"\x93)R",
            ])),
            &["unresolved-global"],
        ),
        fails(
            "PKL-014",
            "x.pkl",
            protocol4(&join(&[
                &stack_global("builtins", "getattr"),
                &stack_global("builtins", "__import__"),
                &text("os"),
                b"\x85R",
                &text("system"),
                b"\x86R)R",
            ])),
            &["denied-global", "indirect-call"],
        ),
        fails(
            "PKL-015",
            "x.pkl",
            protocol4(&join(&[&stack_global("logging", "os.system"), b")R"])),
            &[],
        ),
        fails(
            "PKL-016a",
            "x.pkl",
            protocol4(&join(&[&stack_global("torch", "os.system"), b")R"])),
            &[],
        ),
        fails(
            "PKL-016b",
            "x.pkl",
            protocol4(&join(&[&stack_global("numpy", "f2py.crackfortran.myeval"), b")R"])),
            &[],
        ),
        fails(
            "PKL-017",
            "x.pkl",
            b"N0\x80\x04X\x07\0\0\0loggingX\x09\0\0\0os.system\x93)R.".to_vec(),
            &["divergent-stream"],
        ),
        fails("PKL-018", "x.pkl", b"(ios\nsystem\n.".to_vec(), DENIED),
        fails("PKL-019", "x.pkl", b"(cos\nsystem\no.".to_vec(), DENIED),
        fails("PKL-020a", "x.pkl", protocol2(b"csubprocess\nPopen\n)\x81"), DENIED),
        fails(
            "PKL-020b",
            "x.pkl",
            protocol4(&join(&[&stack_global("subprocess", "Popen"), b")}\x92"])),
            DENIED,
        ),
    ]);
}

#[test]
fn changes_and_states() {
    check(vec![
        fails(
            "PKL-021",
            "x.pkl",
            protocol2(
                b"ctypes\nSimpleNamespace\n)\x81}X\x0c\0\0\0__setstate__cos\nsystem\nsbX\x02\0\0\0idb",
            ),
            &["denied-global", "unsafe-state"],
        ),
        fails(
            "PKL-022",
            "x.pkl",
            protocol2(b"ccollections\nOrderedDict\nN}X\x05\0\0\0clearNs\x86b"),
            &["object-mutation"],
        ),
        fails("PKL-023", "x.pkl", protocol2(b"csys\nmodules\nX\x04\0\0\0jsonNs"), &["object-mutation"]),
        fails("PKL-024a", "x.pkl", protocol2(b"csys\npath\nX\x04\0\0\0/tmpa"), &["object-mutation"]),
        fails("PKL-024b", "x.pkl", protocol2(b"cos\nenviron\nX\x01\0\0\0aX\x01\0\0\0bs"), &["object-mutation"]),
        fails(
            "PKL-025",
            "x.pkl",
            protocol2(b"ccopyreg\nadd_extension\n(X\x02\0\0\0osX\x06\0\0\0systemK\xc9tR0\x82\xc9)R"),
            &["pickle-extension", "denied-global"],
        ),
        fails("PKL-026a", "x.pkl", protocol2(b"\x83\x01\x02"), &["pickle-extension"]),
        fails("PKL-026b", "x.pkl", protocol2(b"\x84\x01\x02\0\0"), &["pickle-extension"]),
        fails("PKL-027", "x.pkl", protocol2(&join(&[&canary(), b"0N"])), DENIED),
        fails("PKL-028", "x.pkl", protocol2(&join(&[b"(", &canary(), b"q\x001N"])), DENIED),
        fails("PKL-029", "x.pkl", join(&[b"\x80\x02", &canary()]), &["denied-global", "malformed-file"]),
        fails(
            "PKL-030",
            "x.pkl",
            join(&[b"\x80\x02", &canary(), b"\xff"]),
            &["denied-global", "malformed-file"],
        ),
        fails(
            "PKL-031",
            "x.pkl",
            join(&[b"\x80\x02", &canary(), b"\x80\xff."]),
            &["denied-global", "malformed-file"],
        ),
        fails(
            "PKL-032a",
            "x.pkl",
            protocol2(&join(&[&canary(), b"}(]Nu"])),
            &["denied-global", "malformed-file"],
        ),
        fails(
            "PKL-032b",
            "x.pkl",
            protocol2(&join(&[&canary(), b"}(Nu"])),
            &["denied-global", "malformed-file"],
        ),
    ]);
}

#[test]
fn readers_that_disagree() {
    let straddle = join(&[
        b"\x80\x04",
        &frame(6),
        b"N0\x8a\x08", // the frame ends two bytes into the number
        b"cos\nsys",
        b"N.",
    ]);
    let big = {
        let padding = vec![b'N'; 200_000];
        let mut body: Vec<u8> = Vec::new();
        for _ in 0..100_000 {
            body.extend_from_slice(b"N0");
        }
        body.truncate(padding.len());
        body.push(0x8c); // SHORT_BINUNICODE, its length byte is the first behind the frame …
        body.push(3); // … no: inside; the text crosses.
        join(&[b"\x80\x04", &frame(body.len() as u64 + 1), &body, b"abc", &canary(), b"."])
    };
    check(vec![
        fails(
            "PKL-033",
            "x.pkl",
            join(&[b"I0x10\n0", &canary(), b"."]),
            &["denied-global", "divergent-stream"],
        ),
        fails(
            "PKL-034",
            "x.pkl",
            join(&[b"L0x10L\n0", &canary(), b"."]),
            &["denied-global", "divergent-stream"],
        ),
        fails("PKL-035", "x.pkl", b"\x80\x02I010\n.".to_vec(), &["divergent-stream"]),
        fails("PKL-036a", "x.pkl", b"\x80\x02I1\0zz\n.".to_vec(), &["divergent-stream"]),
        fails("PKL-036b", "x.pkl", b"\x80\x02F1.0\0zz\n.".to_vec(), &["divergent-stream"]),
        fails("PKL-036c", "x.pkl", b"\x80\x02L1\0zzL\n.".to_vec(), &["divergent-stream"]),
        fails("PKL-037", "x.pkl", join(&[b"S'\xc3\xa9'\n0", &canary(), b"."]), DENIED),
        fails("PKL-038", "x.pkl", straddle, &["divergent-stream"]),
        fails("PKL-039", "x.pkl", big, &["divergent-stream", "denied-global"]),
        fails(
            "PKL-040",
            "x.pkl",
            join(&[b"\x80\x04", &frame(20), &frame(2), b"N0NNNNNNNNNN"]),
            &["divergent-stream"],
        ),
        fails("PKL-041", "x.pkl", join(&[b"\x80\x04", &frame(9999), b"N."]), &["divergent-stream"]),
        fails("PKL-042a", "x.pkl", join(&[&frame(14), &canary(), b"."]), DENIED),
        passes("PKL-042b", "x.pkl", join(&[&frame(4), b"K\x01N0."])),
        fails("PKL-043a", "x.pkl", protocol2(b"K\x01(e"), &["divergent-stream"]),
        fails("PKL-043b", "x.pkl", protocol4(b"K\x01(\x90"), &["divergent-stream"]),
        passes("PKL-044a", "x.pkl", protocol2(b"N(K\x01K\x02]")),
        fails("PKL-044b", "x.pkl", protocol2(&join(&[b"(N", &canary(), b"N"])), DENIED),
        fails("PKL-045", "x.pkl", protocol2(&join(&[b"(0(0(0", &canary(), b"(0"])), DENIED),
        fails("PKL-046", "x.pkl", protocol2(b"cos\ngetpid\n2)R0)R"), DENIED),
        fails("PKL-047", "x.pkl", protocol2(b"cos\nsystem\n]q\0\x85h\0X\x02\0\0\0ida0R"), DENIED),
        fails(
            "leftover in frame",
            "x.pkl",
            join(&[b"\x80\x04", &frame(14), b"N.", &canary()]),
            &["divergent-stream"],
        ),
    ]);
}

#[test]
fn the_arguments_shown_are_the_final_ones() {
    let (_, _, report) = judge("x.pkl", &protocol2(b"cos\nsystem\n]q\0\x85h\0X\x02\0\0\0ida0R"));
    let text = report["findings"].to_string();
    assert!(text.contains("(['id'])"), "{text}");
}

#[test]
fn both_views_of_a_crossed_frame_are_followed() {
    // In memory LONG1 swallows the harmless bytes; a reader that drops the frame's rest goes on
    // with the import behind them.
    let bytes = join(&[b"\x80\x04", &frame(5), b"N0\x8a\x04ab", b"cdN0", b"cos\ngetpid\n)R."]);
    let (code, rules, _) = judge("x.pkl", &bytes);
    assert_eq!(code, Some(1));
    assert!(rules.contains(&"divergent-stream".to_owned()), "{rules:?}");
    assert!(rules.contains(&"denied-global".to_owned()), "{rules:?}");
}

#[test]
fn streams_and_payloads() {
    let evil = protocol4(&join(&[&stack_global("os", "getpid"), b")R"]));
    let nested = protocol4(&join(&[&stack_global("pickle", "loads"), &bytes(&evil), b"\x85R"]));
    let base64 = protocol4(&text("gASMAm9zjAZnZXRwaWSTKVIu"));
    check(vec![
        fails("PKL-048", "x.pkl", join(&[&protocol2(b"N"), &evil]), DENIED),
        fails("PKL-049", "x.pkl", join(&[&protocol2(b"N"), b"junk behind it"]), &["trailing-data"]),
        fails("PKL-050", "x.pkl", nested, &["denied-global", "nested-payload"]),
        fails(
            "PKL-051",
            "x.pkl",
            protocol4(&join(&[
                &stack_global("torch.storage", "_load_from_bytes"),
                &bytes(&evil),
                b"\x85R",
            ])),
            DENIED,
        ),
        fails(
            "PKL-052",
            "x.pkl",
            protocol2(b"c_codecs\nencode\nX\x02\0\0\0idX\x05\0\0\0rot13\x86R"),
            &["unexpected-arguments"],
        ),
        fails("PKL-084", "x.pkl", base64, &["nested-payload"]),
    ]);
}

fn calls(module: &str, name: &str) -> Vec<u8> {
    protocol4(&join(&[&stack_global(module, name), b")R"]))
}

#[test]
fn gadgets() {
    let denied = [
        ("PKL-053", "pkgutil", "resolve_name"),
        ("PKL-054a", "importlib", "import_module"),
        ("PKL-054b", "operator", "methodcaller"),
        ("PKL-055a", "operator", "attrgetter"),
        ("PKL-055b", "operator", "itemgetter"),
        ("PKL-056a", "functools", "partial"),
        ("PKL-056b", "functools", "reduce"),
        ("PKL-056c", "builtins", "map"),
        ("PKL-057a", "inspect", "getattr_static"),
        ("PKL-057b", "typing", "get_type_hints"),
        ("PKL-058a", "timeit", "timeit"),
        ("PKL-058b", "cProfile", "runctx"),
        ("PKL-058c", "doctest", "debug_script"),
        ("PKL-059a", "pty", "spawn"),
        ("PKL-059b", "_posixsubprocess", "fork_exec"),
        ("PKL-059c", "distutils.spawn", "spawn"),
        ("PKL-060", "asyncio.unix_events", "_UnixSubprocessTransport._start"),
        ("PKL-061a", "pip", "main"),
        ("PKL-061b", "venv", "create"),
        ("PKL-062", "numpy.testing._private.utils", "runstring"),
        ("PKL-063a", "idlelib.run", "Executive.runcode"),
        ("PKL-063b", "imaplib", "IMAP4_stream"),
        ("PKL-063c", "uuid", "_get_command_stdout"),
        ("PKL-064", "logging.config", "dictConfig"),
        ("PKL-065", "types", "FunctionType"),
        ("PKL-066", "dill._dill", "_create_function"),
        ("PKL-067", "cloudpickle.cloudpickle", "_make_function"),
        ("PKL-068a", "IPython.core.display", "HTML"),
        ("PKL-068b", "_pydev_execfile", "execfile"),
        ("PKL-069a", "numpy", "load"),
        ("PKL-069b", "torch", "load"),
        ("PKL-069c", "joblib", "load"),
        ("PKL-069d", "pandas", "read_pickle"),
        ("PKL-070a", "ssl", "get_server_certificate"),
        ("PKL-070b", "socket", "create_connection"),
        ("PKL-070c", "urllib.request", "urlopen"),
        ("PKL-071", "webbrowser", "open"),
        ("PKL-072a", "sys", "settrace"),
        ("PKL-072b", "atexit", "register"),
        ("PKL-072c", "weakref", "finalize"),
    ];
    let mut cases: Vec<Case> = denied
        .into_iter()
        .map(|(id, module, name)| fails(id, "x.pkl", calls(module, name), &[]))
        .collect();
    cases.push(fails(
        "PKL-073",
        "x.pkl",
        protocol2(b"casteval\nInterpreter\n)\x81}X\x01\0\0\0aNsb"),
        &[],
    ));
    cases.push(fails("PKL-086", "x.pkl", protocol2(b"cmylib\nConfig\n)\x81"), UNLISTED));
    check(cases);
}

#[test]
fn odd_and_costly() {
    let laughs = {
        let mut body = b"]q\0".to_vec();
        for _ in 0..60 {
            body.extend_from_slice(b"\x85\x94h\0\x86");
        }
        let mut doubled = b"\x80\x04]".to_vec();
        for _ in 0..70 {
            doubled.extend_from_slice(b"2\x86");
        }
        doubled.extend_from_slice(&join(&[b"0", &canary(), b"."]));
        let _ = body;
        doubled
    };
    check(vec![
        fails("PKL-074", "x.pkl", protocol2(b"X\x01\0\0\0aQ"), &["persistent-id"]),
        fails("PKL-075", "x.pkl", b"\x80\x05\x97\x98.".to_vec(), &["out-of-band-buffer"]),
        fails("PKL-076", "x.pkl", protocol2(b"Nr\xff\xff\xff\xff"), &["load-cost"]),
        fails(
            "PKL-077a",
            "x.pkl",
            b"\x80\x04\x8d\0\0\0\0\0\0\0\x80abc".to_vec(),
            &["malformed-file"],
        ),
        fails(
            "PKL-077b",
            "x.pkl",
            b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc".to_vec(),
            &["malformed-file"],
        ),
        fails(
            "PKL-078a",
            "x.pkl",
            join(&[b"\x80\x02", &vec![b'('; 2_000_000]]),
            &["budget-exhausted"],
        ),
        fails(
            "PKL-078b",
            "x.pkl",
            join(&[b"\x80\x02)", &vec![0x85; 2_000_000], b"."]),
            &["budget-exhausted"],
        ),
        fails("PKL-079", "x.pkl", laughs, DENIED),
        fails("PKL-081", "x.pkl", b"cos\r\nsystem\r\n)R.".to_vec(), &[]),
        fails("PKL-082", "x.pkl", protocol2("cmödul\nname\n)R".as_bytes()), UNLISTED),
        fails("PKL-083", "x.pkl", join(&[b"Np 1_0\n0g010\n0", &canary(), b"."]), DENIED),
        passes("PKL-085", "x.pkl", protocol4(b"\x8c\x03\xed\xa0\x80")),
    ]);
}
