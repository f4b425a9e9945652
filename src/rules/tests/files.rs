//! Examples for the rules on files.

use super::Example;
use super::dossiers::{dossier, file, one, stream_fact};
use crate::base::Budget;
use crate::evidence::{CoverageFact, FileFact, Format, NativeKind, Status, UnscannedReason};

fn unscanned(reason: UnscannedReason) -> CoverageFact {
    CoverageFact::Unscanned { reason }
}

pub(super) fn examples() -> Vec<Example> {
    let plain = || dossier([file("model.safetensors").format("safetensors")]);
    vec![
        Example::new(
            "malformed-file",
            &[
                "`model.bin` was read as pickle and breaks the format's rules at byte 10: the stack \
               is empty.",
            ],
            one(
                "model.bin",
                [CoverageFact::Malformed {
                    format: Format::new("pickle"),
                    reason: "the stack is empty".into(),
                }
                .into()],
            ),
            plain(),
        ),
        Example::new(
            "budget-exhausted",
            &["`model.tar` has more than 8 levels of nested containers at byte 10"],
            one(
                "model.tar",
                [CoverageFact::BudgetExhausted { budget: Budget::Nesting, limit: 8 }.into()],
            ),
            plain(),
        ),
        Example::new(
            "unreadable-file",
            &[
                "`a.bin` could not be read at byte 10: Permission denied.",
                "`b.bin` could not be analysed completely.",
            ],
            dossier([
                file("a.bin")
                    .status(Status::Unreadable)
                    .fact(CoverageFact::Unreadable { reason: "Permission denied".into() }),
                file("b.bin").status(Status::Partial),
            ]),
            dossier([file("a.bin")
                .status(Status::Partial)
                .fact(unscanned(UnscannedReason::UnknownContent))]),
        ),
        Example::new(
            "unscanned-file",
            &[
                "a Git LFS pointer to 267 bytes (sha256:4d7a) stands in its place.",
                "it is encrypted.",
                "it uses rar, which cannot be opened here.",
                "its format, `keras`, has no analyser in this version.",
                "its content is of no known format.",
                "it holds no bytes, or only zeros.",
            ],
            dossier([file("model.bin")
                .fact(unscanned(UnscannedReason::LfsPointer {
                    oid: "sha256:4d7a".into(),
                    size: 267,
                }))
                .fact(unscanned(UnscannedReason::Encrypted))
                .fact(unscanned(UnscannedReason::Unsupported { what: "rar".into() }))
                .fact(unscanned(UnscannedReason::NoAnalyser { format: Format::new("keras") }))
                .fact(unscanned(UnscannedReason::UnknownContent))
                .fact(unscanned(UnscannedReason::Empty))]),
            plain(),
        ),
        Example::new(
            "format-mismatch",
            &[
                "`model.safetensors` is named as safetensors, but its content is `torch-zip`.",
                "is named as npy, but its content is no known format.",
            ],
            dossier([
                file("model.safetensors").fact(FileFact::NameMismatch {
                    claimed: Format::new("safetensors"),
                    found: vec![Format::new("torch-zip")],
                }),
                file("a.npy").fact(FileFact::NameMismatch {
                    claimed: Format::new("npy"),
                    found: Vec::new(),
                }),
            ]),
            plain(),
        ),
        Example::new(
            "polyglot-file",
            &["`model.bin` is `pickle` and `zip` at once"],
            dossier([file("model.bin").fact(FileFact::Polyglot {
                formats: vec![Format::new("pickle"), Format::new("zip")],
            })]),
            plain(),
        ),
        Example::new(
            "executable-file",
            &["`libop.so` is an ELF program or library (Linux) at byte 10"],
            dossier([file("libop.so").fact(FileFact::NativeCode { kind: NativeKind::Elf })]),
            plain(),
        ),
        Example::new(
            "script-file",
            &["`modeling.py` is source code (python)"],
            dossier([file("modeling.py").fact(FileFact::Script { language: "python".into() })]),
            plain(),
        ),
        Example::new(
            "executable-permission",
            &["`model.bin` may be executed (mode 755)"],
            dossier([file("model.bin").fact(FileFact::ExecutablePermission { mode: 0o100_755 })]),
            plain(),
        ),
        Example::new(
            "link",
            &["`model.bin` is a symbolic link to `weights.bin`."],
            dossier([file("model.bin")
                .fact(FileFact::Link { target: "weights.bin".into(), escapes: false })]),
            dossier([file("model.bin")
                .fact(FileFact::Link { target: "/etc/passwd".into(), escapes: true })]),
        ),
        Example::new(
            "escaping-link",
            &["`model.bin` is a symbolic link to `/etc/passwd`, outside of the model."],
            dossier([file("model.bin")
                .fact(FileFact::Link { target: "/etc/passwd".into(), escapes: true })]),
            dossier([file("model.bin")
                .fact(FileFact::Link { target: "weights.bin".into(), escapes: false })]),
        ),
        Example::new(
            "object-array",
            &["`labels.npy` holds an array of Python objects"],
            dossier([file("labels.npy").fact(FileFact::ObjectArray)]),
            plain(),
        ),
        Example::new(
            "unsafe-format",
            &[
                "`labels.npz` (no known format) is loaded by unpickling, which can run code.",
                "`other.pt` (`torch-zip`) is loaded by unpickling, which can run code. There is no \
                 safetensors version of it in the model.",
                "`pytorch_model.bin` (`torch-zip`) is loaded by unpickling, which can run code. \
                 `model.safetensors` holds the same weights without it.",
            ],
            dossier([
                file("labels.npz").fact(stream_fact()),
                file("other.pt").format("torch-zip"),
                file("model.safetensors").format("safetensors"),
                file("pytorch_model.bin").format("torch-zip"),
            ]),
            plain(),
        ),
        Example::new(
            "missing-safetensors",
            &["The model's weights exist as pickle only (`a.bin` and `b.pt`)"],
            dossier([
                file("a.bin").format("pickle"),
                file("b.pt").format("torch-zip"),
                file("scaler.joblib").format("joblib"),
            ]),
            dossier([
                file("a.bin").format("torch-zip"),
                file("b.safetensors").format("safetensors"),
            ]),
        ),
    ]
}
