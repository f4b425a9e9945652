//! One file under analysis: where we are in it, what was found, what it may still cost.

use std::io;
use std::sync::Arc;

use super::probe::{Ends, Reach};
use super::{ANALYSERS, Analyser, Artifact, DecompressionAllowance, Probe, Role};
use crate::base::{Budget, Limits, ReadAt};
use crate::evidence::{
    ArchiveFact, CoverageFact, Evidence, Fact, FileEvidence, FileFact, Format, Origin, PickleFact,
    Status, UnscannedReason,
};

/// Why an analyser stopped before the end. What it found before stays.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The bytes break the format's rules.
    #[error("{reason}")]
    Malformed {
        /// Where, if known.
        offset: Option<u64>,
        /// What is wrong (untrusted).
        reason: String,
    },
    /// A budget ran out.
    #[error("more than {limit} {budget}")]
    Exhausted {
        /// Which one.
        budget: Budget,
        /// The limit in force.
        limit: u64,
        /// Where, if known.
        offset: Option<u64>,
    },
    /// The bytes could not be read. An [`io::Error`] that wraps a `Stop` (from a decompressor)
    /// counts as that `Stop`.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Stop {
    /// Malformed at `offset`.
    pub fn malformed(offset: impl Into<Option<u64>>, reason: impl Into<String>) -> Self {
        Self::Malformed { offset: offset.into(), reason: reason.into() }
    }

    /// Carries a `Stop` through an interface that speaks [`io::Error`].
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            stop => io::Error::other(stop),
        }
    }

    /// The `Stop` that an [`io::Error`] carries, if it carries one.
    pub fn unwrapped(self) -> Self {
        match self {
            Self::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<Self>()) => {
                match error.into_inner().map(|inner| inner.downcast::<Self>()) {
                    Some(Ok(stop)) => *stop,
                    _ => Self::malformed(None, "a nested stream broke off"),
                }
            }
            stop => stop,
        }
    }
}

/// The other files of the same model: an index names its shards.
pub trait Siblings: Sync {
    /// The paths of all files of the model.
    fn paths(&self) -> Vec<String>;

    /// Opens one by its exact path inside the model; `None` if there is no such file.
    fn open(&self, path: &str) -> Option<io::Result<Arc<dyn ReadAt>>>;

    /// What is to be called before an analysis decodes more than a little: not too many may at the
    /// same time.
    fn before_heavy_work(&self) -> Option<HeavyWork> {
        None
    }
}

/// Called before heavy work. An error puts the analysis off: it is to end, and begins anew when
/// there is room.
pub type HeavyWork = Arc<dyn Fn() -> io::Result<()> + Send + Sync>;

/// A file that stands alone.
#[derive(Clone, Copy, Debug)]
pub struct NoSiblings;

impl Siblings for NoSiblings {
    fn paths(&self) -> Vec<String> {
        Vec::new()
    }

    fn open(&self, _path: &str) -> Option<io::Result<Arc<dyn ReadAt>>> {
        None
    }
}

/// One file under analysis.
pub struct Examination<'a> {
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
        self.glance_within(name, bytes, Reach::GLANCE)
    }

    /// The same for no more than `reach`.
    pub(super) fn glance_within(
        &mut self,
        name: &str,
        bytes: &dyn ReadAt,
        reach: Reach,
    ) -> Vec<Format> {
        if !self.may_examine_member() {
            return Vec::new();
        }
        self.enter(name, |examination| examination.examine(name, bytes, reach))
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
        for &analyser in ANALYSERS {
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
}

/// Analyses one file of a model.
pub fn analyse_file(
    path: &str,
    bytes: &dyn ReadAt,
    siblings: &dyn Siblings,
    limits: &Limits,
) -> FileEvidence {
    let size = bytes.len();
    let length = size.as_ref().copied().unwrap_or(0);
    let mut examination = Examination {
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
    };
    if let Err(error) = size {
        examination.record_stop(&Format::new("unknown"), error.into());
    }
    let formats = examination.examine(path, bytes, Reach::WHOLE);
    if let Some(lie) = super::names::mismatch(path, &formats) {
        examination.record(None, lie);
    }
    let status = status_of(&examination.evidence);
    FileEvidence {
        formats,
        evidence: examination.evidence,
        ..FileEvidence::new(path, length, status)
    }
}

/// Whether facts tell of bytes that were not understood.
fn status_of(evidence: &[Evidence]) -> Status {
    let mut status = Status::Analysed;
    let mut found_anything = false;
    for piece in evidence {
        let worst = match &piece.fact {
            Fact::Coverage(CoverageFact::Unreadable { .. } | CoverageFact::Unscanned { .. }) => {
                Status::Unreadable
            }
            Fact::Coverage(_) => Status::Partial,
            _ => {
                found_anything = true;
                Status::Analysed
            }
        };
        status = status.max(worst);
    }
    if status == Status::Unreadable && found_anything { Status::Partial } else { status }
}
