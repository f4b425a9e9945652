//! tar: ustar, PAX, GNU, and the archives of Unix version 7, which have no magic.

mod header;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::HashSet;

use self::header::{BLOCK, has_checksum};
use self::walk::{Content, Member, Walk};
use super::anomalies::Anomalies;
use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::base::{ReadAt, Window};
use crate::evidence::{ArchiveAnomaly, CoverageFact, Format, UnscannedReason};

/// tar. Every member is examined by content; links, devices and names that leave the folder are
/// noted, nothing is extracted.
pub(crate) struct Tar {
    /// The formats that a tar can be in particular. One that is none of them is a plain tar.
    pub(crate) layouts: &'static [&'static dyn TarLayout],
}

/// A format that is a tar with members of a fixed meaning (a checkpoint of torch 0.1).
pub(crate) trait TarLayout: Sync {
    /// The format's name, which takes the place of `tar`.
    fn format(&self) -> Format;

    /// Whether the members of these names, a `./` in front of them left out, say that it is this
    /// format.
    fn claims(&self, names: &[&str]) -> bool;

    /// Records what the format as a whole is known for.
    fn describe(&self, examination: &mut Examination<'_>);

    /// Examines a member that the format gives a meaning; false leaves it to be examined by
    /// content.
    fn examine(&self, name: &str, bytes: &dyn ReadAt, examination: &mut Examination<'_>) -> bool {
        let _ = (name, bytes, examination);
        false
    }
}

const FORMAT: Format = Format::new("tar");

impl Analyser for Tar {
    fn format(&self) -> Format {
        FORMAT
    }

    /// By the checksum of the first header or by the magic.
    fn claims(&self, probe: &Probe<'_>) -> bool {
        let Some(block) = probe.head.first_chunk::<BLOCK>() else { return false };
        probe.has(257, b"ustar") || has_checksum(block)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let mut walk = Walk::new(artifact.bytes, examination.limits());
        // Compressed bytes are walked once, forwards: what is met is examined at once.
        let at_once = !artifact.bytes.seeks_cheaply();
        let mut members: Vec<Member> = Vec::new();
        let result = loop {
            match walk.next() {
                Ok(Some(member)) => {
                    if at_once {
                        examine(&member, artifact, examination, None);
                    }
                    members.push(member);
                }
                Ok(None) => break Ok(()),
                Err(stop) => break Err(stop),
            }
        };
        let names: Vec<&str> = members.iter().map(|member| plain(&member.name)).collect();
        let layout = self.layouts.iter().copied().find(|layout| layout.claims(&names));
        if let Some(layout) = layout {
            examination.refine_format(&FORMAT, layout.format());
            layout.describe(examination);
        }
        note_duplicates(&members, &mut walk.anomalies);
        walk.anomalies.record(examination);
        if !at_once {
            for member in &members {
                examine(member, artifact, examination, layout);
            }
        }
        result
    }
}

/// A member's name without the `./` that some writers put in front of every one.
fn plain(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

/// Notes files of the same name: readers take the last, extraction writes them all.
fn note_duplicates(members: &[Member], anomalies: &mut Anomalies) {
    let mut seen = HashSet::with_capacity(members.len());
    for member in members {
        let name = plain(&member.name).trim_end_matches('/');
        let folder = member.name.ends_with('/') || member.content == Content::Nothing;
        if !seen.insert(name) && !folder {
            anomalies.add(member.header, ArchiveAnomaly::DuplicateMember, &member.name);
        }
    }
}

fn examine(
    member: &Member,
    artifact: &Artifact<'_>,
    examination: &mut Examination<'_>,
    layout: Option<&dyn TarLayout>,
) {
    let window = Window::new(artifact.bytes, member.data, member.size);
    let name = &member.name;
    let formats = match member.content {
        // What is in unexpected data was walked through.
        Content::Nothing | Content::Unexpected => Vec::new(),
        Content::Plain => match layout {
            Some(layout) if layout.examine(plain(name), &window, examination) => {
                vec![layout.format()]
            }
            _ => examination.nested(name, &window),
        },
        Content::Sparse => {
            let formats = examination.glance(name, &window);
            examination.enter(name, |examination| {
                let what = "a sparse file in a tar".to_owned();
                let reason = UnscannedReason::Unsupported { what };
                examination.record(None, CoverageFact::Unscanned { reason });
            });
            formats
        }
    };
    examination.list_member(Some(member.header), name, member.size, &formats);
}
