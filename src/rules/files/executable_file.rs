//! `executable-file`: native code in a model.

use crate::base::Severity;
use crate::evidence::{Fact, FileFact, NativeKind};
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// Machine code among the files of a model.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "executable-file",
        title: "Native code in a model",
        summary: "A model holds machine code: a program, a shared library, WebAssembly or Java classes.",
        severity: Severity::Critical,
        tags: &["file", "security"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("executable_file.md"),
    },
    checks: &[Check::Model(check)],
};

const fn kind_in_words(kind: NativeKind) -> &'static str {
    match kind {
        NativeKind::Elf => "an ELF program or library (Linux)",
        NativeKind::Pe => "a PE program or library (Windows)",
        NativeKind::MachO => "a Mach-O program or library (macOS)",
        NativeKind::Ape => "a program that runs on several systems (APE, llamafile)",
        NativeKind::Wasm => "a WebAssembly module",
        NativeKind::Java => "Java classes",
    }
}

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::File(FileFact::NativeCode { kind }) = seen.fact else { continue };
        let words = kind_in_words(*kind);
        violations.push(seen.violation(
            words,
            format!("{} is {words}{}: a model is data.", seen.holder(), seen.at_byte()),
            "Remove the file from the model, or leave it out with the entry's `files:` so that \
             the project never fetches it. Ship native code as a package of its own.",
        ));
    }
}
