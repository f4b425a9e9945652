//! One file under analysis: where we are in it, what was found, what it may still cost; and what an
//! analyser is, which establishes the facts.

use std::sync::Arc;

use super::names;
use super::probe::{Ends, Reach};
use super::{DecompressionAllowance, Probe, Siblings, Stop};
use crate::base::{Budget, Limits, ReadAt};
use crate::evidence::{
    ArchiveFact, CoverageFact, Evidence, Fact, FileFact, Format, Origin, PickleFact,
    UnscannedReason,
};

/// Bytes under a name: a file of a model, or a member of an archive.
#[derive(Clone, Copy)]
pub struct Artifact<'a> {
    /// The path or member name, as its author named it. A hint at most.
    pub name: &'a str,
    /// The bytes.
    pub bytes: &'a dyn ReadAt,
}

/// Knows one format.
pub trait Analyser: Sync {
    /// The format's name, unless `analyse` finds a more specific one.
    fn format(&self) -> Format;

    /// Whether these bytes are, or could be taken for, the format. Judges by content; a name may
    /// only decide where the format has no magic.
    fn claims(&self, probe: &Probe<'_>) -> bool;

    /// How the format relates to others that claim the same bytes.
    fn role(&self) -> Role {
        Role::Loadable
    }

    /// Establishes the facts. What is found before an error stays.
    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop>;
}

/// How a format relates to others that claim the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A loader acts on it: two of these in one file are a polyglot.
    Loadable,
    /// Data that is merely shown or read (text, pictures): asked only when nothing loadable
    /// claims the bytes.
    Passive,
}

/// One file under analysis.
pub struct Examination<'a> {
    analysers: &'static [&'static dyn Analyser],
    limits: &'a Limits,
    siblings: &'a dyn Siblings,
    path: &'a str,
    /// Names of the containers that we are in, outermost first.
    members: Vec<String>,
    evidence: Vec<Evidence>,
    evidence_full: bool,
    decompression: Arc<DecompressionAllowance>,
    /// How many members of archives may still be listed.
    members_to_list: usize,
    /// What members may still be examined: each counts once for every container around it.
    members_to_examine: u64,
    members_exhausted: bool,
    /// How many members that nest too deep may still be told one by one.
    too_deep_to_tell: usize,
    formats: Vec<Format>,
}

/// Members that are listed as evidence for one file, over all its archives: enough for `inspect`,
/// and so few that they don't crowd out what matters.
const LISTED_MEMBERS: usize = 2000;

/// Members that nest too deep and are told one by one: more of them are no news.
const TOO_DEEP_TOLD: usize = 100;

impl<'a> Examination<'a> {
    /// Nothing is found yet, and every budget is whole.
    pub(super) fn new(
        path: &'a str,
        length: u64,
        analysers: &'static [&'static dyn Analyser],
        siblings: &'a dyn Siblings,
        limits: &'a Limits,
    ) -> Self {
        Self {
            analysers,
            limits,
            siblings,
            path,
            members: Vec::new(),
            evidence: Vec::new(),
            evidence_full: false,
            decompression: Arc::new(DecompressionAllowance::new(
                length.saturating_mul(limits.decompressed_ratio).max(limits.decompressed_floor),
                siblings.before_heavy_work(),
            )),
            members_to_list: LISTED_MEMBERS,
            members_to_examine: limits.members,
            members_exhausted: false,
            too_deep_to_tell: TOO_DEEP_TOLD,
            formats: Vec::new(),
        }
    }

    /// The budgets.
    pub fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// The path of the file under analysis, inside its model (untrusted).
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The other files of the model.
    pub fn siblings(&self) -> &'a dyn Siblings {
        self.siblings
    }

    /// How many containers we are in.
    pub fn depth(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }

    /// The member that we are in, as [`Origin::member`] has it.
    pub fn member(&self) -> Option<String> {
        (!self.members.is_empty()).then(|| self.members.join("!"))
    }

    /// Records a fact at an offset of the current member.
    pub fn record(&mut self, offset: impl Into<Option<u64>>, fact: impl Into<Fact>) {
        if self.evidence.len() < self.limits.evidence {
            let origin = Origin { member: self.member(), offset: offset.into() };
            self.evidence.push(Evidence { origin, fact: fact.into() });
        } else if !self.evidence_full {
            self.evidence_full = true;
            let limit = self.limits.evidence as u64;
            let fact = CoverageFact::BudgetExhausted { budget: Budget::Evidence, limit };
            self.evidence.push(Evidence { origin: Origin::default(), fact: fact.into() });
        }
    }

    /// Records why an analyser of `format` stopped early.
    pub fn record_stop(&mut self, format: &Format, stop: Stop) {
        match stop.unwrapped() {
            Stop::Malformed { offset, reason } => {
                self.record(offset, CoverageFact::Malformed { format: format.clone(), reason });
            }
            Stop::Exhausted { budget, limit, offset } => {
                self.record(offset, CoverageFact::BudgetExhausted { budget, limit });
            }
            Stop::Io(error) => {
                self.record(None, CoverageFact::Unreadable { reason: error.to_string() });
            }
        }
    }

    /// Replaces the format's generic name by a more specific one (`zip` by `torch-zip`).
    pub fn refine_format(&mut self, generic: &Format, specific: Format) {
        for format in &mut self.formats {
            if format == generic {
                *format = specific.clone();
            }
        }
    }

    /// What decompression may still yield in this file.
    pub fn decompression(&self) -> &Arc<DecompressionAllowance> {
        &self.decompression
    }

    /// Records a member of an archive and what it could be taken for. Behind the first 2000 of a
    /// file, members are no longer listed, though they are examined all the same.
    pub fn list_member(&mut self, offset: Option<u64>, name: &str, size: u64, formats: &[Format]) {
        if let Some(left) = self.members_to_list.checked_sub(1) {
            self.members_to_list = left;
            let fact = ArchiveFact::Member { name: name.to_owned(), size, formats: formats.into() };
            self.record(offset, fact);
        }
    }

    /// How many pieces of evidence there are by now: a mark for [`Self::stopped_since`].
    pub fn mark(&self) -> usize {
        self.evidence.len()
    }

    /// Whether, since the mark was taken, an analyser was recorded to have stopped early.
    pub fn stopped_since(&self, mark: usize) -> bool {
        let stopped = |piece: &Evidence| match &piece.fact {
            Fact::Coverage(fact) => !matches!(fact, CoverageFact::Unscanned { .. }),
            _ => false,
        };
        self.evidence.get(mark..).is_some_and(|new| new.iter().any(stopped))
    }

    /// Analyses bytes found inside the current ones as whatever they are, one level deeper, and
    /// returns what they could be taken for.
    pub fn nested(&mut self, name: &str, bytes: &dyn ReadAt) -> Vec<Format> {
        if !self.may_examine_member() {
            return Vec::new();
        }
        self.enter(name, |examination| examination.examine(name, bytes, Reach::WHOLE))
    }

    /// Glances at bytes that their container declares to be raw numbers (a storage of a torch
    /// checkpoint), one level deeper: two small reads. They are analysed if they could be taken
    /// for something that a loader acts on, and returned is what that is; raw numbers are no
    /// evidence.
    pub fn glance(&mut self, name: &str, bytes: &dyn ReadAt) -> Vec<Format> {
        if !self.may_examine_member() {
            return Vec::new();
        }
        self.enter(name, |examination| examination.examine(name, bytes, Reach::GLANCE))
    }

    /// Analyses a payload met in a pickle's operand, one level deeper. Bytes that turn out to be
    /// data leave no trace.
    pub(super) fn examine_payload(
        &mut self,
        name: &str,
        bytes: &dyn ReadAt,
        consumer: Option<String>,
        encoding: &str,
        is_text: bool,
    ) {
        let before = self.evidence.len();
        let formats = self.nested(name, bytes);
        let found = self.evidence.get(before..).unwrap_or(&[]);
        // Ordinary text can read like the beginning of a pickle. One that is loaded, or that is
        // whole, counts.
        let mut streams = found.iter().filter_map(|piece| match &piece.fact {
            Fact::Pickle(PickleFact::Stream(summary)) => Some(summary.complete),
            _ => None,
        });
        let breaks_off = streams.next() == Some(false);
        if is_text && breaks_off && consumer.is_none() {
            self.evidence.truncate(before);
            return;
        }
        let is_payload = self.evidence.get(before..).unwrap_or(&[]).iter().any(|piece| {
            !matches!(
                piece.fact,
                Fact::Pickle(PickleFact::Stream(_))
                    | Fact::Coverage(CoverageFact::Unscanned { .. })
                    | Fact::Coverage(CoverageFact::Malformed { .. })
            )
        });
        if !is_payload && consumer.is_none() {
            self.evidence.truncate(before);
            return;
        }
        let format = formats.into_iter().next().unwrap_or(Format::new("unknown"));
        let member = self.member();
        let origin = Origin { member, offset: None };
        let payload = self.members.iter().map(String::as_str).chain([name]);
        let fact = PickleFact::NestedPayload {
            member: payload.collect::<Vec<_>>().join("!"),
            format,
            encoding: encoding.to_owned(),
            consumer,
        };
        self.evidence
            .insert(before.min(self.evidence.len()), Evidence { origin, fact: fact.into() });
    }

    /// Takes one member from the budget. Archives of archives multiply: ten levels of sixteen
    /// members are a small file and more members than anyone can look at.
    fn may_examine_member(&mut self) -> bool {
        let containers = u64::from(self.depth()).saturating_add(1);
        if let Some(left) = self.members_to_examine.checked_sub(containers) {
            self.members_to_examine = left;
            return true;
        }
        if !self.members_exhausted {
            self.members_exhausted = true;
            let limit = self.limits.members;
            self.record(None, CoverageFact::BudgetExhausted { budget: Budget::Members, limit });
        }
        false
    }

    /// Runs `work` one level deeper, in the member `name`: what it records is recorded there.
    /// With the nesting budget exhausted, records that instead and returns the default.
    pub fn enter<T: Default>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth() >= self.limits.nesting {
            if let Some(left) = self.too_deep_to_tell.checked_sub(1) {
                self.too_deep_to_tell = left;
                let limit = u64::from(self.limits.nesting);
                self.record(None, CoverageFact::BudgetExhausted { budget: Budget::Nesting, limit });
            }
            return T::default();
        }
        self.members.push(name.to_owned());
        let outer = std::mem::take(&mut self.formats);
        let result = work(self);
        self.formats = outer;
        self.members.pop();
        result
    }

    /// Finds out what the bytes are and runs every analyser that claims them. Bytes that are only
    /// glanced at need not be anything.
    fn examine(&mut self, name: &str, bytes: &dyn ReadAt, reach: Reach) -> Vec<Format> {
        let mark = self.mark();
        if bytes.is_distant() {
            reach.announce(bytes);
        }
        let mut ends = Ends::read(bytes, reach);
        if bytes.seeks_cheaply() {
            ends.read_tail(bytes, reach);
        }
        let late_tail = !ends.has_tail();
        let artifact = Artifact { name, bytes };
        let mut ran: Vec<&dyn Analyser> = Vec::new();
        self.run_claiming(&artifact, &ends, Role::Loadable, &mut ran);
        if late_tail {
            // The analysers above have most likely read to the end, so that the tail costs little.
            ends.read_tail(bytes, reach);
            self.run_claiming(&artifact, &ends, Role::Loadable, &mut ran);
        }
        if ran.len() > 1 {
            let formats = self.formats.clone();
            self.record(None, FileFact::Polyglot { formats });
        }
        if ran.is_empty() && reach == Reach::WHOLE {
            self.run_claiming(&artifact, &ends, Role::Passive, &mut ran);
        }
        match ends.failure {
            // An analyser that came across it has said so.
            Some(_) if self.stopped_since(mark) => {}
            Some(failure) => self.record_stop(&Format::new("unknown"), failure.into()),
            None if ran.is_empty() && reach == Reach::WHOLE => {
                let zeros = ends.head.iter().all(|byte| *byte == 0);
                let reason =
                    if zeros { UnscannedReason::Empty } else { UnscannedReason::UnknownContent };
                self.record(None, CoverageFact::Unscanned { reason });
            }
            None => {}
        }
        self.formats.clone()
    }

    fn run_claiming(
        &mut self,
        artifact: &Artifact<'_>,
        ends: &Ends,
        role: Role,
        ran: &mut Vec<&'static dyn Analyser>,
    ) {
        let probe = Probe {
            name: artifact.name,
            head: &ends.head,
            tail: ends.tail(),
            bytes: artifact.bytes,
        };
        for &analyser in self.analysers {
            let format = analyser.format();
            if analyser.role() != role
                || ran.iter().any(|done| done.format() == format)
                || !analyser.claims(&probe)
            {
                continue;
            }
            ran.push(analyser);
            self.formats.push(format.clone());
            if let Err(stop) = analyser.analyse(artifact, self) {
                self.record_stop(&format, stop);
            }
        }
    }

    /// Examines all of the file as whatever it is, and gives what was found.
    pub(super) fn finish(mut self, bytes: &dyn ReadAt) -> (Vec<Format>, Vec<Evidence>) {
        let formats = self.examine(self.path, bytes, Reach::WHOLE);
        if let Some(lie) = names::mismatch(self.path, &formats) {
            self.record(None, lie);
        }
        (formats, self.evidence)
    }
}
