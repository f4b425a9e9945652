//! Dossiers, entries and policies made by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Digest, Severity};
use crate::document::{Document, Place, Span};
use crate::evidence::{
    BranchMembership, Call, CallOpcode, Callee, Card, CardData, CardSection, Dossier, Evidence,
    Fact, FileEvidence, Format, Gate, Import, ImportOpcode, ListedDigest, ListedFile, Origin,
    PickleFact, Repository, RepositoryCommit, ScanProgress, Status, StreamSummary,
};
use crate::manifest::Entry;
use crate::policy::{
    CallForms, CardMatch, CardPolicy, CardSectionPolicy, FormatPolicy, GlobalSet, IntegrityPolicy,
    LicensePolicy, LimitPolicy, PicklePolicy, Policy, ProvenancePolicy, PublisherPolicy,
    SourcePolicy, TrustPolicy,
};

/// A file in the making.
#[derive(Clone, Debug)]
pub(crate) struct FileBuilder {
    evidence: FileEvidence,
    member: Option<String>,
    offset: u64,
}

/// A file without facts.
pub(crate) fn file(path: &str) -> FileBuilder {
    FileBuilder {
        evidence: FileEvidence::new(path, 100, Status::Analysed),
        member: None,
        offset: 0,
    }
}

impl FileBuilder {
    /// What it is.
    pub(crate) fn format(mut self, name: &'static str) -> Self {
        self.evidence.formats.push(Format::new(name));
        self
    }

    /// Where the facts that follow are seen.
    pub(crate) fn in_member(mut self, member: &str) -> Self {
        self.member = Some(member.to_owned());
        self
    }

    /// A fact, ten bytes behind the one before.
    pub(crate) fn fact(mut self, fact: impl Into<Fact>) -> Self {
        self.offset += 10;
        let origin = Origin { member: self.member.clone(), offset: Some(self.offset) };
        self.evidence.evidence.push(Evidence { origin, fact: fact.into() });
        self
    }

    /// That it was not understood.
    pub(crate) fn status(mut self, status: Status) -> Self {
        self.evidence.status = status;
        self
    }

    /// The digest of this text as that of the file.
    pub(crate) fn content(mut self, content: &str) -> Self {
        self.evidence.sha256 = Some(Digest::of(content.as_bytes()));
        self
    }
}

/// A model of these files: a folder.
pub(crate) fn dossier(files: impl IntoIterator<Item = FileBuilder>) -> Dossier {
    Dossier {
        files: files.into_iter().map(|file| file.evidence).collect(),
        is_repository: true,
        ..Dossier::default()
    }
}

/// A model of one file with these facts.
pub(crate) fn one(path: &str, facts: impl IntoIterator<Item = Fact>) -> Dossier {
    dossier([facts.into_iter().fold(file(path), FileBuilder::fact)])
}

/// A `STACK_GLOBAL` of protocol 4.
pub(crate) fn import(module: &str, name: &str) -> Import {
    Import {
        module: Some(module.to_owned()),
        name: Some(name.to_owned()),
        written: None,
        opcode: ImportOpcode::StackGlobal,
        protocol: 4,
        stream: 0,
        times: 1,
        followed: false,
        of_reader: false,
    }
}

pub(crate) fn import_fact(module: &str, name: &str) -> Fact {
    PickleFact::Import(import(module, name)).into()
}

/// A `REDUCE` of an import.
pub(crate) fn call_fact(global: &str, arguments: &str, departure: Option<&str>) -> Fact {
    PickleFact::Call(Call {
        callee: Callee::Global(global.to_owned()),
        opcode: CallOpcode::Reduce,
        arguments: arguments.to_owned(),
        values: None,
        known: false,
        through: None,
        departure: departure.map(str::to_owned),
        stream: 0,
        times: 1,
    })
    .into()
}

/// A complete pickle stream.
pub(crate) fn stream_fact() -> Fact {
    PickleFact::Stream(StreamSummary {
        index: 0,
        protocol: 4,
        opcodes: 9,
        length: 40,
        complete: true,
    })
    .into()
}

/// A card of one section.
pub(crate) fn card(heading: &str, text: &str, words: u64) -> Card {
    Card {
        path: "README.md".to_owned(),
        words,
        text: text.to_lowercase(),
        sections: vec![CardSection { heading: heading.to_owned(), level: 2, line: 1, words }],
        ..Card::default()
    }
}

/// A model with this card.
pub(crate) fn with_card(card: Card) -> Dossier {
    Dossier { card: Some(card), is_repository: true, ..Dossier::default() }
}

/// The commit of [`repository`].
pub(crate) const COMMIT: &str = "714eb0fa89d2f80546fda750413ed43d93601a13";

/// A repository on the Hub with a license, a safetensors file and one commit of its publisher.
pub(crate) fn repository(id: &str) -> Repository {
    Repository {
        asked: id.to_owned(),
        id: id.to_owned(),
        revision: None,
        commit: COMMIT.parse().unwrap(),
        branch: BranchMembership::Default,
        downloads: Some(812),
        likes: None,
        gate: Gate::Open,
        private: false,
        card_data: Some(CardData { licenses: vec!["mit".to_owned()], base_models: Vec::new() }),
        commit_count: Some(3),
        commits: vec![commit(COMMIT, &["acme"], "2026-08-01T00:00:00.000Z", &[])],
        scans: ScanProgress::Unknown,
        listing: [".gitattributes", "README.md", "config.json", "model.safetensors"]
            .map(|path| listed_file(path, 100))
            .into(),
    }
}

pub(crate) fn listed_file(path: &str, size: u64) -> ListedFile {
    ListedFile { path: path.to_owned(), size, digest: ListedDigest::Unknown }
}

pub(crate) fn commit(id: &str, authors: &[&str], date: &str, changed: &[&str]) -> RepositoryCommit {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    RepositoryCommit {
        id: id.parse().unwrap(),
        title: "Add weights".to_owned(),
        authors: owned(authors),
        date: date.to_owned(),
        changed: owned(changed),
    }
}

/// A model on the Hub, of these files.
pub(crate) fn on_the_hub(
    repository: Repository,
    files: impl IntoIterator<Item = FileBuilder>,
) -> Dossier {
    Dossier { repository: Some(repository), ..dossier(files) }
}

/// A policy that allows a few tensors' names and asks for two sections.
pub(crate) fn policy() -> Policy {
    let section = |id: &str, keywords: &[&str]| CardSectionPolicy {
        id: id.to_owned(),
        keywords: keywords.iter().map(|&keyword| keyword.to_owned()).collect(),
    };
    Policy {
        provenance: ProvenancePolicy::default(),
        sources: SourcePolicy::default(),
        publishers: PublisherPolicy::default(),
        formats: FormatPolicy::default(),
        limits: LimitPolicy::default(),
        integrity: IntegrityPolicy::default(),
        follow_base_models: false,
        fail_on: Severity::Medium,
        pickle: PicklePolicy {
            allowed_globals: GlobalSet {
                exact: ["collections.OrderedDict", "_codecs.encode", "numpy.dtype"]
                    .map(str::to_owned)
                    .into(),
                patterns: Vec::new(),
            },
            call_forms: CallForms::default(),
            denied_globals: GlobalSet {
                exact: ["acme.Forbidden".to_owned()].into(),
                patterns: Vec::new(),
            },
        },
        card: CardPolicy {
            required_sections: vec![
                section("limitations", &["limitation", "known issue"]),
                section("bias", &["bias", "fairness"]),
            ],
            matching: CardMatch::Keywords,
            minimum_completeness: 80,
            minimum_words: 100,
        },
        trust: TrustPolicy::default(),
        license: LicensePolicy::default(),
        rules: BTreeMap::new(),
        waivers: Vec::new(),
    }
}

/// An entry written as `- source: SOURCE` and, below it, `revision: REVISION`.
pub(crate) fn entry(source: &str, revision: Option<&str>) -> Entry {
    let mut text = format!("models:\n  - source: {source}\n");
    let source_span = span_of(&text, source, 2);
    if let Some(revision) = revision {
        text.push_str(&format!("    revision: {revision}\n"));
    }
    let revision_span = revision.map(|revision| span_of(&text, revision, 3));
    let document = Arc::new(Document { path: "models.yaml".to_owned(), text });
    let place = |span| Place { document: Arc::clone(&document), span };
    Entry {
        name: "ranker".to_owned(),
        source: source.to_owned(),
        origin: source.parse().unwrap(),
        source_place: place(source_span),
        revision: revision.map(str::to_owned),
        revision_place: revision_span.map(place),
        files: Vec::new(),
        profile: None,
        profile_place: None,
    }
}

fn span_of(text: &str, value: &str, line: u32) -> Span {
    let start = text.rfind(value).unwrap();
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let column = u32::try_from(start - line_start + 1).unwrap();
    Span { line, column, start, end: start + value.len() }
}
