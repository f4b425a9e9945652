//! Facts in words, one line each.

use serde::Serialize;

use super::super::layout::grouped;
use crate::base::Untrusted;
use crate::evidence::{
    ArchiveFact, CoverageFact, Fact, FileFact, Format, IntegrityFact, Listed, ReferenceFact,
    ReferenceKind, SafetensorsFact, TemplateFact, TorchFact, UnscannedReason, WeightsFact,
};

/// A fact in words.
pub(super) struct Remark {
    pub(super) text: String,
    /// Whether it says that something was not understood.
    pub(super) limits: bool,
}

/// The remark on a fact; `None` for facts that are told elsewhere.
pub(super) fn remark(fact: &Fact) -> Option<Remark> {
    let (text, limits) = match fact {
        Fact::Pickle(_) | Fact::Archive(ArchiveFact::Member { .. }) => return None,
        Fact::Archive(ArchiveFact::Anomaly { anomaly, detail }) => {
            (with_detail(anomaly.describe(), detail), false)
        }
        Fact::Torch(fact) => (torch(fact), false),
        Fact::Safetensors(fact) => (safetensors(fact), false),
        Fact::Weights(WeightsFact::Header { tensors, metadata, data_length }) => (
            format!(
                "{} tensors in {} bytes, {metadata} keys of metadata",
                grouped(*tensors),
                grouped(*data_length)
            ),
            false,
        ),
        Fact::Template(fact) => (template(fact), false),
        Fact::File(fact) => (file(fact), false),
        Fact::Coverage(fact) => (coverage(fact), true),
        Fact::Integrity(fact) => (integrity(fact), false),
        Fact::Reference(fact) => (reference(fact), false),
        Fact::HubScan(scan) => {
            (format!("the Hub's scanners say \"{}\"", word(&scan.status)), false)
        }
    };
    Some(Remark { text, limits })
}

fn template(fact: &TemplateFact) -> String {
    match fact {
        TemplateFact::Template { sha256, length } => {
            format!("a template of {} bytes, sha256 {sha256}", grouped(*length))
        }
        TemplateFact::Hazard { hazard, line, .. } => {
            format!("line {line} of the template {}", hazard.in_words())
        }
    }
}

fn integrity(fact: &IntegrityFact) -> String {
    let name = |what: &Listed| match what {
        Listed::Size => "size",
        Listed::Sha256 => "SHA-256",
        Listed::GitBlob => "git blob id",
    };
    match fact {
        IntegrityFact::Mismatch { what, listed, found, .. } => {
            format!("its {} is {}, listed is {}", name(what), Untrusted(found), Untrusted(listed))
        }
        IntegrityFact::Verified { what, .. } => format!("its {} is the listed one", name(what)),
    }
}

fn reference(fact: &ReferenceFact) -> String {
    let how = match fact.kind {
        ReferenceKind::AdapterBase => "an adapter for",
        ReferenceKind::RemoteCode => "runs code of",
        ReferenceKind::Configuration => "names",
        ReferenceKind::BaseModel => "builds on",
    };
    let at = fact.revision.as_deref();
    let at = at.map(|revision| format!(" at {}", quoted(revision))).unwrap_or_default();
    format!("{how} {}{at}", quoted(&fact.target))
}

/// The kebab-case name of an enum's variant, with spaces.
pub(super) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name.replace('-', " "),
        _ => String::new(),
    }
}

fn quoted(text: &str) -> String {
    format!("`{:.200}`", Untrusted(text))
}

fn with_detail(what: &str, detail: &str) -> String {
    if detail.is_empty() { what.to_owned() } else { format!("{what}: {:.300}", Untrusted(detail)) }
}

fn listed(formats: &[Format]) -> String {
    let names: Vec<&str> = formats.iter().map(Format::name).collect();
    Untrusted(&names.join(", ")).to_string()
}

fn torch(fact: &TorchFact) -> String {
    match fact {
        TorchFact::TorchScript => "a TorchScript program, not plain weights".to_owned(),
        TorchFact::TorchScriptOperator { operator } => {
            format!("its TorchScript code names the operator {}", quoted(operator))
        }
        TorchFact::Package => {
            "a torch.package: it brings Python code that runs on import".to_owned()
        }
        TorchFact::ExportedProgram => "an exported program (.pt2)".to_owned(),
        TorchFact::LegacyTar => "a tar of torch 0.1, which torch.load extracts to disk".to_owned(),
        TorchFact::ModuleSource { class } => {
            format!("it carries the source code of {}", quoted(class))
        }
        TorchFact::Defect { defect, detail } => {
            with_detail(&format!("torch layout: {}", word(defect)), detail)
        }
    }
}

fn safetensors(fact: &SafetensorsFact) -> String {
    match fact {
        SafetensorsFact::Header { tensors, data_length } => {
            format!("{} tensors, {} bytes of data", grouped(*tensors), grouped(*data_length))
        }
        SafetensorsFact::Index { shards, tensors } => {
            let shards = grouped(shards.len() as u64);
            format!("an index of {} tensors in {shards} shards", grouped(*tensors))
        }
        SafetensorsFact::Defect { defect, detail } => {
            with_detail(&format!("safetensors: {}", word(defect)), detail)
        }
        SafetensorsFact::MetadataPayload { key, holds } => {
            format!("the metadata value of {} holds {}", quoted(key), Untrusted(holds))
        }
    }
}

fn file(fact: &FileFact) -> String {
    match fact {
        FileFact::NativeCode { kind } => format!("machine code ({})", word(kind)),
        FileFact::Script { language } => format!("a script ({})", Untrusted(language)),
        FileFact::ExecutablePermission { mode } => {
            format!("the executable permission is set (mode {mode:04o})")
        }
        FileFact::NameMismatch { claimed, found } => {
            let claimed = Untrusted(claimed.name());
            let found = if found.is_empty() { "unknown".to_owned() } else { listed(found) };
            format!("the name says {claimed}, the content is {found}")
        }
        FileFact::Polyglot { formats } => {
            format!("several formats at once: {}", listed(formats))
        }
        FileFact::Link { target, escapes } => {
            let end = if *escapes { ", outside the model; not followed" } else { "" };
            format!("a link to {}{end}", quoted(target))
        }
        FileFact::ObjectArray => {
            "an object array, which numpy loads only with allow_pickle=True".to_owned()
        }
    }
}

fn coverage(fact: &CoverageFact) -> String {
    match fact {
        CoverageFact::Malformed { format, reason } => {
            with_detail(&format!("malformed as {}", Untrusted(format.name())), reason)
        }
        CoverageFact::BudgetExhausted { budget, limit } => {
            format!("given up: more than {} {budget}", grouped(*limit))
        }
        CoverageFact::Unreadable { reason } => with_detail("unreadable", reason),
        CoverageFact::Unfetched { reason } => with_detail("not fetched", reason),
        CoverageFact::Unscanned { reason } => match reason {
            UnscannedReason::LfsPointer { oid, size } => format!(
                "a Git LFS pointer in place of the content ({}, {} bytes); run `git lfs pull`",
                Untrusted(oid),
                grouped(*size)
            ),
            UnscannedReason::Encrypted => "encrypted".to_owned(),
            UnscannedReason::Unsupported { what } => {
                format!("cannot be opened here: {}", Untrusted(what))
            }
            UnscannedReason::NoAnalyser { format } => {
                format!("{} is not analysed by this version", Untrusted(format.name()))
            }
            UnscannedReason::UnknownContent => "content of no known format".to_owned(),
            UnscannedReason::Empty => "empty, or zeros only".to_owned(),
        },
    }
}
