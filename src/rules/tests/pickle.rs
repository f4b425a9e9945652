//! Examples for the rules on pickles.

use super::Example;
use super::dossiers::{call_fact, dossier, file, import, import_fact, one};
use crate::evidence::{
    Call, CallOpcode, Callee, Divergence, Fact, Format, MutationOpcode, PickleFact,
};

fn half_known(module: Option<&str>, name: Option<&str>) -> Fact {
    let mut import = import("", "");
    import.module = module.map(str::to_owned);
    import.name = name.map(str::to_owned);
    PickleFact::Import(import).into()
}

fn written(module: &str, name: &str, written: (&str, &str)) -> Fact {
    let mut import = import(module, name);
    import.written = Some((written.0.to_owned(), written.1.to_owned()));
    PickleFact::Import(import).into()
}

fn indirect() -> Fact {
    PickleFact::Call(Call {
        callee: Callee::Computed("builtins.getattr(x, 'y')".into()),
        opcode: CallOpcode::Reduce,
        arguments: "('id',)".into(),
        values: None,
        known: false,
        through: None,
        departure: None,
        stream: 0,
        times: 1,
    })
    .into()
}

pub(super) fn examples() -> Vec<Example> {
    let harmless = || one("model.pkl", [import_fact("collections", "OrderedDict")]);
    vec![
        Example::new(
            "denied-global",
            &[
                "`os.system` is imported by `archive/data.pkl` in `model.bin` at byte 10 and called \
                 with `('id',)`: it can run code or shell commands.",
                "it reaches or builds other functions, so that a pickle can call what it never \
                 imports (CVE-2026-3490).",
                "`builtins.eval` (written as `__builtin__.eval`) is imported",
                "`operator.methodcaller` is imported by `archive/data.pkl` in `model.bin` at byte \
                 50: it reaches or builds other functions, so that a pickle can call what it never \
                 imports.",
                "`acme.Forbidden` is imported by `archive/data.pkl` in `model.bin` at byte 60: the \
                 policy denies it by name.",
            ],
            dossier([file("model.bin")
                .in_member("archive/data.pkl")
                .fact(import_fact("os", "system"))
                .fact(call_fact("os.system", "('id',)", None))
                .fact(import_fact("pkgutil", "resolve_name"))
                .fact(written("builtins", "eval", ("__builtin__", "eval")))
                .fact(import_fact("operator", "methodcaller"))
                .fact(import_fact("acme", "Forbidden"))]),
            one(
                "model.pkl",
                [
                    import_fact("collections", "OrderedDict"),
                    import_fact("acme", "Model"),
                    half_known(Some("os"), None),
                ],
            ),
        ),
        Example::new(
            "unlisted-global",
            &[
                "`acme.Ranker` is imported by `ranker.pkl` at byte 10 and called with `(1,)`, and the \
                 policy does not allow it.",
                "unusual as well: two arguments are missing.",
                "`__main__.Ranker` is imported",
            ],
            one(
                "ranker.pkl",
                [
                    import_fact("acme", "Ranker"),
                    call_fact("acme.Ranker", "(1,)", None),
                    import_fact("torch.storage", "_load_from_bytes"),
                    call_fact(
                        "torch.storage._load_from_bytes",
                        "()",
                        Some("two arguments are missing"),
                    ),
                    import_fact("__main__", "Ranker"),
                ],
            ),
            one(
                "ranker.pkl",
                [
                    import_fact("collections", "OrderedDict"),
                    import_fact("os", "system"),
                    half_known(None, None),
                ],
            ),
        ),
        Example::new(
            "unresolved-global",
            &[
                "`model.pkl` imports a computed name from module `os` at byte 10 (STACK_GLOBAL)",
                "imports `system` from a computed module",
                "imports a computed name from a computed module",
            ],
            one(
                "model.pkl",
                [
                    half_known(Some("os"), None),
                    half_known(None, Some("system")),
                    half_known(None, None),
                ],
            ),
            one("model.pkl", [import_fact("os", "system")]),
        ),
        Example::new(
            "unexpected-arguments",
            &[
                "`_codecs.encode` is called by `model.pkl` at byte 20 with `('x', 'rot13')`, which its \
               own writers never do: the codec is not latin1.",
            ],
            one(
                "model.pkl",
                [
                    import_fact("_codecs", "encode"),
                    call_fact("_codecs.encode", "('x', 'rot13')", Some("the codec is not latin1")),
                ],
            ),
            one(
                "model.pkl",
                [
                    import_fact("_codecs", "encode"),
                    call_fact("_codecs.encode", "('x', 'latin1')", None),
                    // The import itself is a violation, which says more.
                    import_fact("acme", "Ranker"),
                    call_fact("acme.Ranker", "()", Some("odd")),
                ],
            ),
        ),
        Example::new(
            "indirect-call",
            &["`model.pkl` calls something that it computed at byte 10: \
               `builtins.getattr(x, 'y')`, with `('id',)` (REDUCE)."],
            one("model.pkl", [indirect()]),
            one("model.pkl", [call_fact("os.system", "()", None)]),
        ),
        Example::new(
            "object-mutation",
            &["`model.pkl` changes `acme.Model` at byte 10 (BUILD)"],
            one(
                "model.pkl",
                [PickleFact::Mutation {
                    opcode: MutationOpcode::Build,
                    target: "acme.Model".into(),
                }
                .into()],
            ),
            harmless(),
        ),
        Example::new(
            "unsafe-state",
            &[
                "sets the attribute `__setstate__` of `acme.Model()` at byte 10: Python or a library",
            ],
            one(
                "model.pkl",
                [PickleFact::StateKey {
                    key: "__setstate__".into(),
                    target: "acme.Model()".into(),
                }
                .into()],
            ),
            harmless(),
        ),
        Example::new(
            "pickle-extension",
            &["imports extension 240 of the loading program's registry at byte 10"],
            one("model.pkl", [PickleFact::Extension { code: 240 }.into()]),
            harmless(),
        ),
        Example::new(
            "out-of-band-buffer",
            &["`model.pkl` takes data from outside the file at byte 10"],
            one("model.pkl", [PickleFact::OutOfBandBuffer.into()]),
            harmless(),
        ),
        Example::new(
            "persistent-id",
            &["refers to `('module', 1)` by a persistent id at byte 10, which is not understood: \
               the file is no torch checkpoint."],
            one(
                "model.pkl",
                [PickleFact::PersistentId {
                    id: "('module', 1)".into(),
                    reason: "the file is no torch checkpoint".into(),
                }
                .into()],
            ),
            harmless(),
        ),
        Example::new(
            "load-cost",
            &[
                "`model.pkl` makes the loader allocate at least 32.0 GiB at byte 10: a memo index",
                "`model.pkl` makes the loader compute or allocate without end at byte 20: a fraction",
            ],
            one(
                "model.pkl",
                [
                    PickleFact::LoadCost { what: "a memo index".into(), bytes: 32 << 30 }.into(),
                    PickleFact::LoadCost { what: "a fraction".into(), bytes: u64::MAX }.into(),
                ],
            ),
            one(
                "model.pkl",
                [PickleFact::LoadCost { what: "zeros".into(), bytes: 1 << 30 }.into()],
            ),
        ),
        Example::new(
            "nested-payload",
            &[
                "carries another payload in its data at byte 10 (pickle, as bytes). It is handed \
                 to `pickle.loads`, which loads it in turn.",
                "carries another payload in its data at byte 20 (zip, as base64). Nothing in the \
                 file loads it",
            ],
            one(
                "model.pkl",
                [
                    PickleFact::NestedPayload {
                        member: "operand@10".into(),
                        format: Format::new("pickle"),
                        encoding: "bytes".into(),
                        consumer: Some("pickle.loads".into()),
                    }
                    .into(),
                    PickleFact::NestedPayload {
                        member: "operand@20".into(),
                        format: Format::new("zip"),
                        encoding: "base64".into(),
                        consumer: None,
                    }
                    .into(),
                ],
            ),
            harmless(),
        ),
        Example::new(
            "divergent-stream",
            &[
                "Readers disagree on `model.pkl` at byte 10: an argument crosses the end of a frame \
               (GLOBAL at byte 9).",
            ],
            one(
                "model.pkl",
                [PickleFact::Divergence {
                    form: Divergence::FrameCrossed,
                    detail: "GLOBAL at byte 9".into(),
                }
                .into()],
            ),
            harmless(),
        ),
        Example::new(
            "trailing-data",
            &["4096 bytes follow the pickle in `model.pkl` at byte 10"],
            one("model.pkl", [PickleFact::TrailingBytes { length: 4096 }.into()]),
            harmless(),
        ),
    ]
}
