//! torch checkpoints since 1.6: a zip of one pickle and one record for each storage.
//!
//! `torch.serialization._load` and `caffe2/serialize/inline_container.cc`, read in 2.15.0. The C++
//! reader takes the text in front of the first slash of the first directory entry as the archive's
//! name, looks records up whatever their case, and hands the file to TorchScript as soon as there
//! is a record `constants.pkl` (CVE-2025-32434).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::archive::zip::{ZipArchive, ZipLayout, ZipMember};
use super::super::pickle::Member;
use super::super::{Examination, Stop};
use super::script::{self, ScriptModules};
use super::storage::{Records, Storages};
use crate::base::{ReadAt, read_up_to};
use crate::evidence::{ArchiveAnomaly, ArchiveFact, Format, PickleFact, TorchDefect, TorchFact};

/// The format's name.
const FORMAT: Format = Format::new("torch-zip");
/// Records that torch looks up by name.
const RECORDS: [&str; 8] = [
    "data.pkl",
    "constants.pkl",
    "bytecode.pkl",
    "version",
    "byteorder",
    ".data/version",
    ".data/extern_modules",
    ".data/python_version",
];
/// Roots that are told by name.
const ROOTS_TOLD: usize = 20;
/// Bytes of a record that is a short text.
const SHORT_TEXT: usize = 64;

/// A zip that torch would load.
pub(in crate::analyse) struct TorchZip;

/// A member's path below the archive's name.
fn record(member: &ZipMember) -> &str {
    record_of(&member.name)
}

fn record_of(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, record)| record)
}

fn root(member: &ZipMember) -> &str {
    member.name.split_once('/').map_or("", |(root, _)| root)
}

fn last_component(member: &ZipMember) -> &str {
    member.name.rsplit('/').next().unwrap_or(&member.name)
}

fn is_record(member: &ZipMember, name: &str) -> bool {
    record(member).eq_ignore_ascii_case(name)
}

impl ZipLayout for TorchZip {
    fn format(&self) -> Format {
        FORMAT
    }

    fn holds_numbers(&self, name: &str) -> bool {
        is_storage_name(name) && name.contains('/')
    }

    fn claims(&self, archive: &ZipArchive<'_>) -> bool {
        archive.members().iter().any(|member| {
            let name = last_component(member);
            name.eq_ignore_ascii_case("data.pkl")
                || name.eq_ignore_ascii_case("constants.pkl")
                || is_of_package(member)
        })
    }

    fn examine(
        &self,
        archive: &ZipArchive<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<Vec<bool>, Stop> {
        let members = archive.members();
        note_roots(members, examination);
        note_case(members, examination);
        note_programs(members, examination);
        let mut dealt_with = Vec::with_capacity(members.len());
        let mut referenced: HashSet<String> = HashSet::new();
        let sizes = members.iter().map(|member| (member.name.clone(), member.size)).collect();
        let sizes: Arc<HashMap<String, u64>> = Arc::new(sizes);
        let script = script_modules(members);
        for member in members {
            // Beside the code of a program stand pickles of its source's lines, and of the inputs
            // that it was traced with.
            let is_of_code = script.is_some()
                && (record(member) == "traced_inputs.pkl"
                    || (record(member).starts_with("code/")
                        && record(member).ends_with(".debug_pkl")));
            let pickled = is_pickle_record(member) || is_of_code;
            if pickled {
                let script = script.as_ref();
                follow_pickle(archive, member, (&sizes, script), &mut referenced, examination);
            }
            dealt_with.push(pickled || examine_text(archive, member, examination));
        }
        let (indices, storages): (Vec<usize>, Vec<&ZipMember>) = members
            .iter()
            .enumerate()
            .zip(&dealt_with)
            .filter(|((_, member), dealt)| !**dealt && is_storage(member))
            .map(|(numbered, _)| numbered)
            .unzip();
        let mut indices = indices.into_iter();
        archive.glance_at(&storages, examination, |member, formats, examination| {
            let dealt = indices.next().and_then(|index| dealt_with.get_mut(index));
            let Some(formats) = formats else { return };
            let at = member.header_offset;
            examination.list_member(Some(at), &member.name, member.size, &formats);
            if let Some(dealt) = dealt {
                *dealt = true;
            }
            if record(member).starts_with("data/") && !referenced.contains(&member.name) {
                let detail = format!("no tensor refers to {}", member.name);
                let defect = TorchDefect::UnreferencedRecord;
                examination.record(at, TorchFact::Defect { defect, detail });
            }
        });
        Ok(dealt_with)
    }
}

/// A pickle whose persistent ids name records in the folder of the same name.
fn is_pickle_record(member: &ZipMember) -> bool {
    let name = last_component(member).to_ascii_lowercase();
    matches!(&*name, "data.pkl" | "constants.pkl" | "bytecode.pkl")
}

/// What only a `torch.package` has. It need not have a `data.pkl`.
fn is_of_package(member: &ZipMember) -> bool {
    is_record(member, ".data/extern_modules") || is_record(member, ".data/python_version")
}

/// Raw numbers, by where they are.
fn is_storage(member: &ZipMember) -> bool {
    is_storage_name(&member.name) && !member.is_empty()
}

fn is_storage_name(name: &str) -> bool {
    let folder = record_of(name).split('/').next().unwrap_or_default();
    matches!(folder, "data" | "constants" | "tensors")
}

/// Loaders differ on which archive name counts when there are several.
fn note_roots(members: &[ZipMember], examination: &mut Examination<'_>) {
    let Some(first) = members.first() else { return };
    let mut roots: Vec<&str> = vec![root(first)];
    let mut known: HashSet<&str> = roots.iter().copied().collect();
    for member in members.iter().filter(|member| is_pickle_record(member)) {
        let folder = member.name.rsplit_once('/').map_or("", |(folder, _)| folder);
        if known.insert(folder) {
            roots.push(folder);
        }
    }
    if roots.len() > 1 {
        let shown = roots.get(..ROOTS_TOLD).unwrap_or(&roots).join(", ");
        let more = if roots.len() > ROOTS_TOLD { ", …" } else { "" };
        let detail = format!("records below {shown}{more}");
        let defect = TorchDefect::SeveralRoots;
        examination.record(first.header_offset, TorchFact::Defect { defect, detail });
    }
}

/// torch finds `DATA.PKL` where a reader that minds case finds nothing.
fn note_case(members: &[ZipMember], examination: &mut Examination<'_>) {
    for member in members {
        let odd = RECORDS.iter().any(|name| is_record(member, name) && record(member) != *name);
        if odd {
            let fact = ArchiveFact::Anomaly {
                anomaly: ArchiveAnomaly::RecordCase,
                detail: member.name.clone(),
            };
            examination.record(member.header_offset, fact);
        }
    }
}

/// TorchScript programs and packages of Python.
fn note_programs(members: &[ZipMember], examination: &mut Examination<'_>) {
    if let Some(member) = members.iter().find(|member| is_record(member, "constants.pkl")) {
        examination.record(member.header_offset, TorchFact::TorchScript);
    }
    if let Some(member) = members.iter().find(|member| is_of_package(member)) {
        examination.record(member.header_offset, TorchFact::Package);
    }
}

/// The modules of a TorchScript archive. `torch.load` takes a zip for one exactly if it has a
/// record `constants.pkl` below its first root, and hands it to libtorch then.
fn script_modules(members: &[ZipMember]) -> Option<ScriptModules> {
    let first = root(members.first()?);
    let is_script =
        members.iter().any(|member| root(member) == first && record(member) == "constants.pkl");
    let records = members.iter().filter(|member| root(member) == first).map(record);
    is_script.then(|| ScriptModules::of(records))
}

fn follow_pickle(
    archive: &ZipArchive<'_>,
    member: &ZipMember,
    (sizes, script): (&Arc<HashMap<String, u64>>, Option<&ScriptModules>),
    referenced: &mut HashSet<String>,
    examination: &mut Examination<'_>,
) {
    let at = member.header_offset;
    let folder = member.name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let kind = last_component(member).split('.').next().unwrap_or_default().to_ascii_lowercase();
    let prefix = if folder.is_empty() { format!("{kind}/") } else { format!("{folder}/{kind}/") };
    let records = Records::Zip { sizes: Arc::clone(sizes), prefix: prefix.clone() };
    let bytes = match archive.open(member, examination) {
        Ok(bytes) => bytes,
        Err(stop) => {
            examination.enter(&member.name, |inner| inner.record_stop(&FORMAT, stop));
            return;
        }
    };
    let mut storages = Storages::new(records);
    if let Some(script) = script {
        storages = storages.of_script(script.clone());
    }
    examination.enter(&member.name, |examination| {
        let mut pickles = Member::new(&*bytes, examination.limits());
        let followed = pickles.follow(0, &mut storages, |_, _| ());
        let outcome = pickles.follow_rest(followed, &mut storages);
        pickles.finish(&*bytes, examination);
        if let Err(stop) = outcome {
            examination.record_stop(&FORMAT, stop);
        }
        for (defect, detail) in std::mem::take(&mut storages.defects) {
            examination.record(None, TorchFact::Defect { defect, detail });
        }
        for (what, bytes) in std::mem::take(&mut storages.costs) {
            examination.record(None, PickleFact::LoadCost { what, bytes });
        }
    });
    referenced.extend(storages.known.keys().map(|key| format!("{prefix}{key}")));
    examination.list_member(Some(at), &member.name, member.size, &[super::super::pickle::FORMAT]);
}

/// Records that are a short text, and TorchScript's code.
fn examine_text(
    archive: &ZipArchive<'_>,
    member: &ZipMember,
    examination: &mut Examination<'_>,
) -> bool {
    let record = record(member);
    let at = Some(member.header_offset);
    if record.starts_with("code/") && record.ends_with(".py") {
        let Ok(bytes) = archive.open(member, examination) else { return false };
        match script::operators(&*bytes, examination.limits()) {
            Ok(operators) => {
                for (offset, operator) in operators {
                    examination.enter(&member.name, |inner| {
                        inner.record(offset, TorchFact::TorchScriptOperator { operator });
                    });
                }
            }
            Err(stop) => {
                examination.enter(&member.name, |inner| inner.record_stop(&FORMAT, stop));
            }
        }
        examination.list_member(at, &member.name, member.size, &[Format::new("torchscript-code")]);
        return true;
    }
    let (defect, is_right): (_, fn(&str) -> bool) = match record {
        "byteorder" => (TorchDefect::ByteOrder, |text| matches!(text, "little" | "big")),
        "version" | ".data/version" => (TorchDefect::Version, |text| {
            text.trim_end().parse::<u8>().is_ok_and(|version| (1..=10).contains(&version))
        }),
        ".format_version" | ".storage_alignment" | ".data/serialization_id" => {
            (TorchDefect::Version, |text| text.trim_end().bytes().all(|byte| byte.is_ascii_digit()))
        }
        _ => return false,
    };
    let Ok(bytes) = archive.open(member, examination) else { return false };
    let Ok(text) = short_text(&*bytes) else { return false };
    if text.as_deref().is_none_or(|text| !is_right(text)) {
        let shown = text.unwrap_or_else(|| "no short text".to_owned());
        let detail = format!("{} holds {shown:?}", member.name);
        examination.record(member.header_offset, TorchFact::Defect { defect, detail });
        // Whatever else it is shows when it is examined by content.
        return false;
    }
    examination.list_member(at, &member.name, member.size, &[Format::new("text")]);
    true
}

fn short_text(bytes: &dyn ReadAt) -> Result<Option<String>, Stop> {
    let mut text = vec![0; SHORT_TEXT.saturating_add(1)];
    let count = read_up_to(bytes, 0, &mut text)?;
    text.truncate(count);
    let whole = count <= SHORT_TEXT;
    Ok(String::from_utf8(text).ok().filter(|text| whole && text.is_ascii()))
}
