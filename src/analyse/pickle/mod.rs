//! Pickles: every stream of a member, followed to its end.

mod arguments;
mod calls;
mod calls_through;
mod compositions;
mod containers;
mod detect;
mod dialect;
mod dtype;
mod execute;
mod followed_attributes;
mod heap;
mod implicit;
mod importing;
mod imports;
mod joblib;
mod load_cost;
mod machine;
mod memo;
mod module_names;
mod names;
mod number;
mod objects;
mod opcode;
mod operands;
mod payload;
mod reader;
mod record;
mod shape;
mod state;
mod streams;
mod text;
mod value;

pub(super) use detect::could_go_on;
pub(super) use dialect::{Dialect, Plain};
pub(super) use load_cost::LEAST_TOLD;
pub(super) use objects::Objects;
pub(super) use payload::{decode_base64, decode_hex, seems_encoded};
pub(super) use record::Encoding;
pub(super) use shape::torch::sizes;
pub(super) use streams::{Followed, Member};
pub(super) use value::Value;

use super::{Analyser, Artifact, Examination, Probe, Role, Stop, torch};
use crate::evidence::Format;

/// The format's name.
pub(super) const FORMAT: Format = Format::new("pickle");

/// Pickles told by their content.
pub(super) struct Pickle;

impl Analyser for Pickle {
    fn format(&self) -> Format {
        FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        let extension = probe.extension();
        let limits = crate::base::Limits::default();
        detect::looks_like_pickle(probe.head, probe.bytes, extension.as_deref(), &limits)
            .unwrap_or(false)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        analyse(artifact, examination)
    }
}

/// What is called a pickle and is nothing else that is known: a stream that breaks off at once.
pub(super) struct NamedPickle;

impl Analyser for NamedPickle {
    fn format(&self) -> Format {
        FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        !probe.head.is_empty()
            && !super::lfs_pointer::is_pointer(probe.head)
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
        analyse(artifact, examination)
    }
}

fn analyse(artifact: &Artifact<'_>, examination: &mut Examination<'_>) -> Result<(), Stop> {
    let mut member = Member::new(artifact.bytes, examination.limits());
    let first = member.follow(0, &mut Plain, torch::legacy::is_magic_number);
    let outcome = match first {
        Followed { ending: Ok(true), end, .. } => {
            examination.refine_format(&FORMAT, torch::legacy::FORMAT);
            torch::legacy::follow(&mut member, end, examination)
        }
        first => member.follow_rest(first, &mut Plain),
    };
    if member.has_arrays() {
        examination.refine_format(&FORMAT, Format::new("joblib"));
    }
    member.finish(artifact.bytes, examination);
    outcome
}
