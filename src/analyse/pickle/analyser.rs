//! What is a pickle, and the formats that begin as one.

use super::detect;
use super::dialect::Plain;
use super::objects::Objects;
use super::streams::{FORMAT, Followed, Member};
use super::value::Value;
use crate::analyse::text::lfs_pointer;
use crate::analyse::{Analyser, Artifact, Examination, Probe, Role, Stop};
use crate::base::Limits;
use crate::evidence::Format;

/// A format that begins with a pickle and goes on as only its own loader reads it (a checkpoint of
/// torch before 1.6).
pub(in crate::analyse) trait PickleProgram: Sync {
    /// The format's name, which takes the place of `pickle`.
    fn format(&self) -> Format;

    /// Whether its loader goes on after a first stream that gives this value.
    fn goes_on(&self, objects: Objects<'_>, value: Value) -> bool;

    /// Follows what stands behind the first stream, from `offset` on.
    fn follow(&self, member: &mut Member<'_>, offset: u64) -> Result<(), Stop>;
}

/// Pickles told by their content.
pub(in crate::analyse) struct Pickle {
    /// The formats that begin with a pickle.
    pub(in crate::analyse) programs: &'static [&'static dyn PickleProgram],
}

impl Analyser for Pickle {
    fn format(&self) -> Format {
        FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        let extension = probe.extension();
        let limits = Limits::default();
        detect::looks_like_pickle(probe.head, probe.bytes, extension.as_deref(), &limits)
            .unwrap_or(false)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        analyse(artifact, self.programs, examination)
    }
}

/// What is called a pickle and is nothing else that is known: a stream that breaks off at once.
pub(in crate::analyse) struct NamedPickle {
    /// The formats that begin with a pickle.
    pub(in crate::analyse) programs: &'static [&'static dyn PickleProgram],
}

impl Analyser for NamedPickle {
    fn format(&self) -> Format {
        FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        !probe.head.is_empty()
            && !lfs_pointer::is_pointer(probe.head)
            && probe.extension().as_deref().is_some_and(detect::is_pickle_extension)
    }

    fn role(&self) -> Role {
        Role::Passive
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        analyse(artifact, self.programs, examination)
    }
}

fn analyse(
    artifact: &Artifact<'_>,
    programs: &'static [&'static dyn PickleProgram],
    examination: &mut Examination<'_>,
) -> Result<(), Stop> {
    let mut member = Member::new(artifact.bytes, examination.limits());
    let first = member.follow(0, &mut Plain, |objects, value| {
        programs.iter().find(|program| program.goes_on(objects, value))
    });
    let outcome = match first {
        Followed { ending: Ok(Some(program)), end, .. } => {
            examination.refine_format(&FORMAT, program.format());
            program.follow(&mut member, end)
        }
        first => member.follow_rest(first, &mut Plain),
    };
    if member.has_arrays() {
        examination.refine_format(&FORMAT, Format::new("joblib"));
    }
    member.finish(artifact.bytes, examination);
    outcome
}
