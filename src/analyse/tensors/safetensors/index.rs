//! The index of a model in several files: `*.safetensors.index.json`, and torch's
//! `*.bin.index.json` of the same shape.
//!
//! `{"metadata": {…}, "weight_map": {tensor: file}}`. Loaders join each file name to the index's
//! folder and open it, so that a name may leave the folder or lead to a pickle.

use std::collections::{HashMap, HashSet};

use super::defects::{Defects, cut};
use super::header::{self, HeaderItem};
use super::names::quoted;
use crate::analyse::json::{JsonReader, Token};
use crate::analyse::text::{lfs_pointer, plain};
use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::base::{Budget, ReadAt, read_up_to};
use crate::evidence::{Format, SafetensorsDefect, SafetensorsFact};

/// The index of safetensors or torch shards. Claimed by name, as loaders do.
pub(in crate::analyse) struct SafetensorsIndex;

impl SafetensorsIndex {
    /// The format's name.
    pub(in crate::analyse) const FORMAT: Format = Format::new("safetensors-index");
    /// The same for the shards of a torch checkpoint.
    const TORCH: Format = Format::new("torch-index");
}

/// What an index maps to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Safetensors,
    Torch,
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\', '!']).next().unwrap_or(path)
}

/// `model.safetensors.index.json`, and with a variant `model.safetensors.index.fp16.json`.
fn kind_of(path: &str) -> Option<(Kind, String)> {
    let name = base_name(path).to_lowercase();
    let stem = name.strip_suffix(".json")?;
    for (kind, infix) in [(Kind::Safetensors, ".safetensors.index"), (Kind::Torch, ".bin.index")] {
        if let Some((stem, variant)) = stem.split_once(infix) {
            let variant_is_word = variant.strip_prefix('.').is_some_and(|word| !word.contains('.'));
            if variant.is_empty() || variant_is_word {
                return Some((kind, stem.to_owned()));
            }
        }
    }
    None
}

impl Analyser for SafetensorsIndex {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        kind_of(probe.name).is_some()
            && !probe.head.is_empty()
            && plain::is_text_head(probe.head)
            && !lfs_pointer::is_pointer(probe.head)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let Some((kind, stem)) = kind_of(artifact.name) else { return Ok(()) };
        if kind == Kind::Torch {
            examination.refine_format(&Self::FORMAT, Self::TORCH);
        }
        let mut defects = Defects::default();
        let read = Index::read(artifact.bytes, examination, &mut defects);
        let outcome = match read {
            Ok(index) => index.judge(kind, &stem, artifact.bytes, examination, &mut defects),
            Err(Stop::Malformed { offset, reason }) => {
                let defect = SafetensorsDefect::IndexJson;
                defects.record(examination, offset, defect, reason);
                Ok(())
            }
            Err(stop) => Err(stop),
        };
        defects.finish(examination);
        outcome
    }
}

/// A tensor of the weight map. Names are not kept: the hash tells them apart, and the offset finds
/// the name again when it must be shown.
#[derive(Clone, Copy)]
struct Mapped {
    hash: u64,
    shard: u32,
    /// An index is at most [`Limits::text`](crate::base::Limits::text) long.
    offset: u32,
}

#[derive(Default)]
struct Index {
    shards: Vec<String>,
    /// Where each shard is named first.
    shard_offsets: Vec<u64>,
    tensors: Vec<Mapped>,
}

impl Index {
    fn read(
        bytes: &dyn ReadAt,
        examination: &mut Examination<'_>,
        defects: &mut Defects,
    ) -> Result<Self, Stop> {
        let limits = examination.limits();
        let size = bytes.len()?;
        if size > limits.text || u32::try_from(size).is_err() {
            let (budget, limit) = (Budget::Text, limits.text);
            return Err(Stop::Exhausted { budget, limit, offset: None });
        }
        let mut json = JsonReader::new(bytes, 0, size, limits.json_depth);
        let mut index = Self::default();
        let mut keys = HashSet::new();
        let mut has_map = false;
        if json.next()? != Token::BeginObject {
            return Err(Stop::malformed(0, "the index is no JSON object"));
        }
        while json.next()? == Token::Key {
            let offset = json.token_offset();
            let key = json.text().to_owned();
            if !keys.insert(json.text_hash()) {
                let detail = format!("the key {} stands twice", quoted(&key));
                defects.record(examination, Some(offset), SafetensorsDefect::DuplicateKey, detail);
            }
            let value = json.next()?;
            if key != "weight_map" {
                json.skip(value)?;
            } else if value == Token::BeginObject {
                has_map = true;
                index.read_map(&mut json, examination, defects)?;
            } else {
                return Err(Stop::malformed(json.token_offset(), "weight_map is no object"));
            }
        }
        // What follows the object is an error of the reader's.
        json.next()?;
        if has_map { Ok(index) } else { Err(Stop::malformed(0, "there is no weight_map")) }
    }

    fn read_map(
        &mut self,
        json: &mut JsonReader<'_>,
        examination: &mut Examination<'_>,
        defects: &mut Defects,
    ) -> Result<(), Stop> {
        let limits = examination.limits();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut names: HashSet<u64> = HashSet::new();
        while json.next()? == Token::Key {
            let offset = json.token_offset();
            let hash = json.text_hash();
            if self.tensors.len() as u64 >= limits.tensors {
                let (budget, limit) = (Budget::Tensors, limits.tensors);
                return Err(Stop::Exhausted { budget, limit, offset: Some(offset) });
            }
            if !names.insert(hash) {
                let detail = format!("the tensor {} stands twice", quoted(json.text()));
                defects.record(examination, Some(offset), SafetensorsDefect::DuplicateKey, detail);
            }
            let value = json.next()?;
            if value != Token::String {
                let detail = "a value of weight_map is no string".to_owned();
                let at = Some(json.token_offset());
                defects.record(examination, at, SafetensorsDefect::IndexJson, detail);
                json.skip(value)?;
                continue;
            }
            let shard = match numbers.get(json.text()) {
                Some(number) => *number,
                None => {
                    if self.shards.len() as u64 >= limits.members {
                        let (budget, limit) = (Budget::Members, limits.members);
                        return Err(Stop::Exhausted { budget, limit, offset: Some(offset) });
                    }
                    let number = u32::try_from(self.shards.len()).unwrap_or(u32::MAX);
                    numbers.insert(json.text().to_owned(), number);
                    self.shards.push(json.text().to_owned());
                    self.shard_offsets.push(json.token_offset());
                    number
                }
            };
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            self.tensors.push(Mapped { hash, shard, offset });
        }
        Ok(())
    }

    /// Holds the map against the files of the model.
    fn judge(
        mut self,
        kind: Kind,
        stem: &str,
        bytes: &dyn ReadAt,
        examination: &mut Examination<'_>,
        defects: &mut Defects,
    ) -> Result<(), Stop> {
        if self.shards.is_empty() {
            let detail = "weight_map is empty".to_owned();
            defects.record(examination, None, SafetensorsDefect::IndexJson, detail);
        }
        let mut shards: Vec<String> = self.shards.iter().map(|shard| cut(shard)).collect();
        shards.sort_unstable();
        let tensors = self.tensors.len() as u64;
        examination.record(0, SafetensorsFact::Index { shards, tensors });

        self.tensors.sort_unstable_by_key(|mapped| mapped.hash);
        let mut found = vec![false; self.tensors.len()];
        // Inside an archive, the other files of the model are not the shards.
        let siblings = (examination.depth() == 0).then(|| examination.siblings());
        let paths: HashSet<String> =
            siblings.map(|siblings| siblings.paths().into_iter().collect()).unwrap_or_default();
        let path = examination.path();
        let folder = path.get(..path.len().saturating_sub(base_name(path).len())).unwrap_or("");
        let shards = std::mem::take(&mut self.shards);
        for (number, (shard, offset)) in shards.iter().zip(&self.shard_offsets).enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let mut usable = false;
            if let Some(reason) = leaves_folder(shard) {
                let detail = format!("the shard {} {reason}", quoted(shard));
                defects.record(examination, Some(*offset), SafetensorsDefect::ShardPath, detail);
            } else if kind == Kind::Safetensors && !shard.ends_with(".safetensors") {
                let detail = format!("the shard {} is no .safetensors file", quoted(shard));
                defects.record(examination, Some(*offset), SafetensorsDefect::ShardFormat, detail);
            } else if siblings.is_some() && !paths.contains(&format!("{folder}{shard}")) {
                let detail = format!("the model has no file {}", quoted(shard));
                defects.record(examination, Some(*offset), SafetensorsDefect::ShardMissing, detail);
            } else {
                usable = kind == Kind::Safetensors;
            }
            let opened = match siblings {
                Some(siblings) if usable => siblings.open(&format!("{folder}{shard}")),
                _ => None,
            };
            match opened {
                Some(opened) => {
                    let opened = opened?;
                    if is_pointer(&*opened)? {
                        // Told where the shard itself is analysed.
                        self.excuse(number, &mut found);
                        continue;
                    }
                    self.hold_against(number, shard, &*opened, &mut found, examination, defects)?;
                }
                // Nothing to hold the map against: its tensors are not missed as well.
                None => self.excuse(number, &mut found),
            }
        }
        for (mapped, found) in self.tensors.iter().zip(&found) {
            if !found {
                let mut json = JsonReader::new(bytes, u64::from(mapped.offset), bytes.len()?, 1);
                json.next()?;
                let shard = usize::try_from(mapped.shard).ok().and_then(|at| shards.get(at));
                let shard = quoted(shard.map_or("", String::as_str));
                let detail = format!("{} is not in {shard}", quoted(json.text()));
                let at = Some(u64::from(mapped.offset));
                defects.record(examination, at, SafetensorsDefect::ShardTensor, detail);
            }
        }
        if kind == Kind::Safetensors {
            let listed: HashSet<&str> = shards.iter().map(String::as_str).collect();
            let mut unlisted: Vec<&str> = paths
                .iter()
                .filter_map(|path| path.strip_prefix(folder))
                .filter(|name| is_shard_of(name, stem) && !listed.contains(name))
                .collect();
            unlisted.sort_unstable();
            for name in unlisted {
                let detail = format!("the index does not name {}", quoted(name));
                defects.record(examination, None, SafetensorsDefect::ShardUnlisted, detail);
            }
        }
        Ok(())
    }

    fn excuse(&self, shard: u32, found: &mut [bool]) {
        for (mapped, found) in self.tensors.iter().zip(found) {
            *found |= mapped.shard == shard;
        }
    }

    /// Reads the header of a shard: it must list the tensors that the map sends there, and no
    /// others. What is wrong with the header itself is told where the shard is analysed.
    fn hold_against(
        &self,
        number: u32,
        shard: &str,
        bytes: &dyn ReadAt,
        found: &mut [bool],
        examination: &mut Examination<'_>,
        defects: &mut Defects,
    ) -> Result<(), Stop> {
        let limits = examination.limits();
        let layout = header::read_header(bytes, limits, &mut |item| {
            let HeaderItem::Tensor { name, hash, .. } = item else { return };
            let first = self.tensors.partition_point(|mapped| mapped.hash < hash);
            let mut known = false;
            for (mapped, found) in self.tensors.iter().zip(found.iter_mut()).skip(first) {
                if mapped.hash != hash {
                    break;
                }
                if mapped.shard == number {
                    *found = true;
                    known = true;
                }
            }
            if !known {
                let detail = format!(
                    "{} is in {}, where the index does not have it",
                    quoted(name),
                    quoted(shard)
                );
                defects.record(examination, None, SafetensorsDefect::ShardTensor, detail);
            }
        });
        match layout {
            Ok(Some(_)) => Ok(()),
            Ok(None) => {
                self.excuse(number, found);
                let detail = format!("the header of {} cannot be read", quoted(shard));
                defects.record(examination, None, SafetensorsDefect::ShardTensor, detail);
                Ok(())
            }
            Err(stop) => Err(stop),
        }
    }
}

/// Whether a Git LFS pointer stands in place of a shard.
fn is_pointer(bytes: &dyn ReadAt) -> Result<bool, Stop> {
    let mut head = [0; 1024];
    let count = read_up_to(bytes, 0, &mut head)?;
    Ok(lfs_pointer::is_pointer(head.get(..count).unwrap_or(&[])))
}

/// Why a shard's name is no plain file name, if it isn't.
fn leaves_folder(shard: &str) -> Option<&'static str> {
    let drive = shard.as_bytes().get(1) == Some(&b':');
    if shard.is_empty() || shard == "." {
        Some("names no file")
    } else if shard.split(['/', '\\']).any(|part| part == "..") {
        Some("leaves the folder")
    } else if shard.starts_with(['/', '\\', '~']) || drive || shard.contains("://") {
        Some("is absolute")
    } else if shard.chars().any(char::is_control) {
        Some("has control characters")
    } else if shard.contains(['/', '\\']) {
        Some("is in another folder")
    } else {
        None
    }
}

/// Whether `name` is a shard as the usual writer names it: `STEM-00001-of-00002.safetensors`.
fn is_shard_of(name: &str, stem: &str) -> bool {
    let name = name.to_lowercase();
    let numbers = name
        .strip_suffix(".safetensors")
        .and_then(|name| name.strip_prefix(stem))
        .and_then(|rest| rest.strip_prefix('-'));
    let is_number = |text: &str| text.len() >= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers
        .and_then(|numbers| numbers.split_once("-of-"))
        .is_some_and(|(number, count)| is_number(number) && is_number(count))
}
