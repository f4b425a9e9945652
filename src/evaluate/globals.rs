//! The policy's verdict on every global of a file.

use std::collections::HashSet;

use crate::evidence::{Fact, FileEvidence, PickleFact};
use crate::finding::{FileReport, GlobalReport};
use crate::policy::PicklePolicy;
use crate::rules::globals::judge;

/// The file with its globals, each once per member, in order of appearance.
pub(super) fn file_report(evidence: FileEvidence, policy: &PicklePolicy) -> FileReport {
    let mut seen: HashSet<(Option<&str>, String)> = HashSet::new();
    let mut globals = Vec::new();
    for piece in &evidence.evidence {
        let Fact::Pickle(PickleFact::Import(import)) = &piece.fact else { continue };
        let global = import.global();
        if !seen.insert((piece.origin.member.as_deref(), global.clone())) {
            continue;
        }
        let constant = import.module.is_some() && import.name.is_some();
        globals.push(GlobalReport {
            member: piece.origin.member.clone(),
            offset: piece.origin.offset.unwrap_or(0),
            global,
            module: import.module.clone().filter(|_| constant),
            name: import.name.clone().filter(|_| constant),
            opcode: import.opcode.name(),
            verdict: judge(policy, import).0,
        });
    }
    drop(seen);
    FileReport { evidence, globals }
}
