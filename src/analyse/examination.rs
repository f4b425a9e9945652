//! One file under analysis: where we are in it, what was found, what it may still cost.

use std::io;

use super::probe::{read_head, read_tail};
use super::{ANALYSERS, Analyser, Artifact, Probe, Role};
use crate::base::{Budget, Limits, ReadAt};
use crate::evidence::{
    CoverageFact, Evidence, Fact, FileEvidence, FileFact, Format, Origin, PickleFact, Status, UnscannedReason,
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

    fn unwrapped(self) -> Self {
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
    fn open(&self, path: &str) -> Option<io::Result<Box<dyn ReadAt>>>;
}

/// A file that stands alone.
#[derive(Clone, Copy, Debug)]
pub struct NoSiblings;

impl Siblings for NoSiblings {
    fn paths(&self) -> Vec<String> {
        Vec::new()
    }

    fn open(&self, _path: &str) -> Option<io::Result<Box<dyn ReadAt>>> {
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
    decompressed: u64,
    decompressed_limit: u64,
    formats: Vec<Format>,
}

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

    /// How many more bytes decompression may yield in this file.
    pub fn decompression_left(&self) -> u64 {
        self.decompressed_limit.saturating_sub(self.decompressed)
    }

    /// The limit that [`Self::decompression_left`] counts down from.
    pub fn decompression_limit(&self) -> u64 {
        self.decompressed_limit
    }

    /// Counts bytes that decompression yielded.
    pub fn spend_decompression(&mut self, count: u64) {
        self.decompressed = self.decompressed.saturating_add(count);
    }

    /// Analyses bytes found inside the current ones as whatever they are, one level deeper, and
    /// returns what they could be taken for.
    pub fn nested(&mut self, name: &str, bytes: &dyn ReadAt) -> Vec<Format> {
        self.enter(name, |examination| examination.examine(name, bytes))
    }

    /// Analyses a payload met in a pickle's operand, one level deeper. Bytes that turn out to be
    /// data leave no trace.
    pub(super) fn examine_payload(
        &mut self,
        name: &str,
        bytes: &dyn ReadAt,
        consumer: Option<String>,
        encoding: &str,
    ) {
        let before = self.evidence.len();
        let formats = self.nested(name, bytes);
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
        let fact = PickleFact::NestedPayload { format, encoding: encoding.to_owned(), consumer };
        self.evidence.insert(before.min(self.evidence.len()), Evidence { origin, fact: fact.into() });
    }

    /// Runs `work` one level deeper, in the member `name`: what it records is recorded there.
    /// With the nesting budget exhausted, records that instead and returns the default.
    pub fn enter<T: Default>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth() >= self.limits.nesting {
            let limit = u64::from(self.limits.nesting);
            self.record(None, CoverageFact::BudgetExhausted { budget: Budget::Nesting, limit });
            return T::default();
        }
        self.members.push(name.to_owned());
        let outer = std::mem::take(&mut self.formats);
        let result = work(self);
        self.formats = outer;
        self.members.pop();
        result
    }

    /// Finds out what the bytes are and runs every analyser that claims them.
    fn examine(&mut self, name: &str, bytes: &dyn ReadAt) -> Vec<Format> {
        let head = match read_head(bytes) {
            Ok(head) => head,
            Err(error) => {
                self.record_stop(&Format::new("unknown"), error.into());
                return Vec::new();
            }
        };
        let mut tail = if bytes.seeks_cheaply() { self.tail(bytes) } else { Vec::new() };
        let artifact = Artifact { name, bytes };
        let mut ran: Vec<&dyn Analyser> = Vec::new();
        self.run_claiming(&artifact, &head, &tail, Role::Loadable, &mut ran);
        if tail.is_empty() && !bytes.seeks_cheaply() {
            // The analysers above have most likely read to the end, so that the tail costs little.
            tail = self.tail(bytes);
            self.run_claiming(&artifact, &head, &tail, Role::Loadable, &mut ran);
        }
        if ran.len() > 1 {
            let formats = self.formats.clone();
            self.record(None, FileFact::Polyglot { formats });
        }
        if ran.is_empty() {
            self.run_claiming(&artifact, &head, &tail, Role::Passive, &mut ran);
        }
        if ran.is_empty() {
            let zeros = head.iter().all(|byte| *byte == 0);
            let reason =
                if zeros { UnscannedReason::Empty } else { UnscannedReason::UnknownContent };
            self.record(None, CoverageFact::Unscanned { reason });
        }
        self.formats.clone()
    }

    fn tail(&mut self, bytes: &dyn ReadAt) -> Vec<u8> {
        read_tail(bytes).unwrap_or_else(|error| {
            self.record_stop(&Format::new("unknown"), error.into());
            Vec::new()
        })
    }

    fn run_claiming(
        &mut self,
        artifact: &Artifact<'_>,
        head: &[u8],
        tail: &[u8],
        role: Role,
        ran: &mut Vec<&'static dyn Analyser>,
    ) {
        let probe = Probe { name: artifact.name, head, tail, bytes: artifact.bytes };
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
        decompressed: 0,
        decompressed_limit: length
            .saturating_mul(limits.decompressed_ratio)
            .max(limits.decompressed_floor),
        formats: Vec::new(),
    };
    if let Err(error) = size {
        examination.record_stop(&Format::new("unknown"), error.into());
    }
    let formats = examination.examine(path, bytes);
    if let Some(lie) = super::names::mismatch(path, &formats) {
        examination.record(None, lie);
    }
    let status = status_of(&examination.evidence);
    FileEvidence {
        path: path.to_owned(),
        size: length,
        sha256: None,
        formats,
        status,
        evidence: examination.evidence,
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
