//! tar: ustar, PAX, GNU, and the archives of Unix version 7, which have no magic.

mod header;
#[cfg(test)]
mod tests;
mod torch;
mod walk;

use std::collections::HashSet;

use self::header::{BLOCK, has_checksum};
use self::walk::{Content, Member, Walk};
use super::anomalies::Anomalies;
use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::base::Window;
use crate::evidence::{ArchiveAnomaly, CoverageFact, Format, TorchFact, UnscannedReason};

/// tar. Every member is examined by content; links, devices and names that leave the folder are
/// noted, nothing is extracted.
pub struct Tar;

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
                        examine(&member, artifact, examination, false);
                    }
                    members.push(member);
                }
                Ok(None) => break Ok(()),
                Err(stop) => break Err(stop),
            }
        };
        let checkpoint = torch::is_checkpoint(members.iter().map(|member| member.name.as_str()));
        if checkpoint {
            examination.refine_format(&FORMAT, Format::new("torch-tar"));
            examination.record(None, TorchFact::LegacyTar);
        }
        if is_nemo(&members) {
            // Its configuration names classes to instantiate, and is not analysed yet.
            examination.refine_format(&FORMAT, NEMO);
            let reason = UnscannedReason::NoAnalyser { format: NEMO };
            examination.record(None, CoverageFact::Unscanned { reason });
        }
        note_duplicates(&members, &mut walk.anomalies);
        walk.anomalies.record(examination);
        if !at_once {
            for member in &members {
                examine(member, artifact, examination, checkpoint);
            }
        }
        result
    }
}

/// Whether a tar could begin with these bytes, which may be fewer than a header has: the magic, or
/// a number where the checksum stands that a checksum can be. True of one in a hundred thousand
/// pieces of raw numbers.
pub(in crate::analyse) fn could_begin(head: &[u8]) -> bool {
    let magic = head.get(257..262).is_some_and(|magic| magic == b"ustar");
    magic || head.get(148..156).is_some_and(header::could_be_checksum)
}

/// Archives of NeMo: a tar with a configuration.
const NEMO: Format = Format::new("nemo");

fn is_nemo(members: &[Member]) -> bool {
    members
        .iter()
        .any(|member| member.name.strip_prefix("./").unwrap_or(&member.name) == "model_config.yaml")
}

/// Notes files of the same name: readers take the last, extraction writes them all.
fn note_duplicates(members: &[Member], anomalies: &mut Anomalies) {
    let mut seen = HashSet::with_capacity(members.len());
    for member in members {
        let name = member.name.strip_prefix("./").unwrap_or(&member.name);
        let name = name.trim_end_matches('/');
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
    checkpoint: bool,
) {
    let window = Window::new(artifact.bytes, member.data, member.size);
    let name = &member.name;
    let formats = match member.content {
        // What is in unexpected data was walked through.
        Content::Nothing | Content::Unexpected => Vec::new(),
        Content::Plain if checkpoint => torch::examine(name, &window, examination),
        Content::Plain => examination.nested(name, &window),
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
