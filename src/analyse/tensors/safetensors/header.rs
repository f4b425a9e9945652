//! Reads a safetensors header: our own reader, since what is wrong with it is what we are after.
//!
//! Layout (<https://github.com/huggingface/safetensors>, "Format"): 8 bytes little-endian N, N
//! bytes of JSON, then the data. The header is read as a stream, so that a header of 100 MB and a
//! million tensors costs tens of megabytes and not its tree.

use std::collections::HashSet;

use super::dtype;
use super::names;
use crate::analyse::Stop;
use crate::analyse::json::{JsonReader, Token};
use crate::base::{Budget, Limits, ReadAt, read_up_to};
use crate::evidence::SafetensorsDefect;

/// Greatest header of the reference reader (`MAX_HEADER_SIZE`).
pub(super) const MAX_HEADER: u64 = 100_000_000;

/// The header, its tensors and their shapes: nothing in a header nests deeper.
const DEPTH: u32 = 4;

/// Greatest number that every JSON reader holds exactly.
const MAX_EXACT: u64 = 1 << 53;

/// Defects of the layout that are reported with their tensor's name.
const NAMED_VIOLATIONS: usize = 16;

/// Something that a header says.
pub(super) enum HeaderItem<'a> {
    /// A tensor.
    Tensor {
        /// Its name.
        name: &'a str,
        /// A hash of the whole name, which may have been cut.
        hash: u64,
        /// Its bytes, from the beginning of the data; `None` if the header doesn't say.
        range: Option<(u64, u64)>,
    },
    /// An entry of `__metadata__`.
    Metadata {
        /// Its key.
        key: &'a str,
        /// Its value, cut where it is very long.
        value: &'a str,
        /// Where the value stands.
        offset: u64,
    },
    /// Something is wrong.
    Defect {
        /// What.
        defect: SafetensorsDefect,
        /// Puts the particulars into words.
        detail: &'a dyn Fn() -> String,
        /// Where.
        offset: Option<u64>,
    },
}

/// What a header adds up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// How many tensors are listed.
    pub(super) tensors: u64,
    /// Bytes of data.
    pub(super) data_length: u64,
}

/// Reads the header of `bytes` and hands everything it says to `sink`. `None` if there is no
/// header that could be read to its end; why is among the defects then.
///
/// # Errors
/// [`Stop::Exhausted`] for more than [`Limits::tensors`] tensors or metadata entries, and whatever
/// reading says. Malformed JSON is a defect and no error.
pub(super) fn read_header(
    bytes: &dyn ReadAt,
    limits: &Limits,
    sink: &mut dyn FnMut(HeaderItem<'_>),
) -> Result<Option<Layout>, Stop> {
    let size = bytes.len()?;
    let mut prefix = [0_u8; 8];
    let have = read_up_to(bytes, 0, &mut prefix)?;
    let length = u64::from_le_bytes(prefix);
    let end = length.saturating_add(8);
    let wrong_length = if have < 8 {
        Some(format!("{have} bytes are no header"))
    } else if length == 0 {
        Some("the header has no bytes".to_owned())
    } else if length > MAX_HEADER {
        Some(format!("the header claims {length} bytes, more than {MAX_HEADER}"))
    } else if end > size {
        Some(format!("the header claims {length} bytes, the file has {size}"))
    } else {
        None
    };
    if let Some(detail) = wrong_length {
        let defect = SafetensorsDefect::HeaderLength;
        tell(sink, defect, 0, &|| detail.clone());
        return Ok(None);
    }
    if length > limits.safetensors_header {
        return Err(Stop::Exhausted {
            budget: Budget::SafetensorsHeader,
            limit: limits.safetensors_header,
            offset: Some(0),
        });
    }
    bytes.prefetch(&[(8, length)]);
    let mut reader = HeaderReader {
        json: JsonReader::new(bytes, 8, end, DEPTH),
        limits,
        sink,
        data_start: end,
        data_length: size.saturating_sub(end),
        names: HashSet::new(),
        ranges: Vec::new(),
        tensors: 0,
    };
    match reader.read() {
        Ok(()) => {}
        Err(Stop::Malformed { offset, reason }) => {
            let defect = SafetensorsDefect::HeaderJson;
            tell(reader.sink, defect, offset, &|| reason.clone());
            return Ok(None);
        }
        Err(Stop::Exhausted { budget: Budget::JsonDepth, offset, .. }) => {
            let defect = SafetensorsDefect::HeaderJson;
            let detail = || format!("the header nests deeper than {DEPTH} levels");
            tell(reader.sink, defect, offset, &detail);
            return Ok(None);
        }
        Err(stop) => return Err(stop),
    }
    let layout = Layout { tensors: reader.tensors, data_length: reader.data_length };
    let violations = reader.check_layout();
    // The rest of the reader has served; a second look at the header wants its memory.
    drop(reader);
    report_violations(bytes, limits, violations, end, sink)?;
    Ok(Some(layout))
}

/// Hands a defect on; its particulars are only put into words where they are wanted, so that a
/// million defects cost little.
fn tell(
    sink: &mut dyn FnMut(HeaderItem<'_>),
    defect: SafetensorsDefect,
    offset: impl Into<Option<u64>>,
    detail: &dyn Fn() -> String,
) {
    sink(HeaderItem::Defect { defect, detail, offset: offset.into() });
}

struct HeaderReader<'a, 'sink> {
    json: JsonReader<'a>,
    limits: &'a Limits,
    sink: &'sink mut dyn FnMut(HeaderItem<'_>),
    data_start: u64,
    data_length: u64,
    /// Hashes of the keys seen, of the header and of its metadata (the latter salted). Equal names
    /// have equal hashes; that two of a million different names share one has odds of 1 : 10⁷.
    names: HashSet<u64>,
    ranges: Vec<(u64, u64)>,
    tensors: u64,
}

/// A tensor entry as far as it could be read.
#[derive(Default)]
struct Entry {
    seen: u8,
    bits: Option<u64>,
    elements: Option<u64>,
    range: Option<(u64, u64)>,
}

const DTYPE: u8 = 1;
const SHAPE: u8 = 2;
const DATA_OFFSETS: u8 = 4;

/// Sets the hashes of metadata keys apart from those of tensor names.
const METADATA_SALT: u64 = 0x9E37_79B9_7F4A_7C15;

impl HeaderReader<'_, '_> {
    fn read(&mut self) -> Result<(), Stop> {
        let first = self.json.next()?;
        let start = self.json.token_offset();
        if start != 8 {
            // The reference reader tolerates blanks in front, the specification doesn't.
            tell(self.sink, SafetensorsDefect::HeaderJson, 8, &|| {
                "the header begins with blanks, not with {".to_owned()
            });
        }
        if first != Token::BeginObject {
            return Err(Stop::malformed(start, "the header is no JSON object"));
        }
        while self.json.next()? == Token::Key {
            let offset = self.json.token_offset();
            let hash = self.json.text_hash();
            let name = self.json.text().to_owned();
            self.remember(hash, offset, &name)?;
            if name == "__metadata__" {
                self.metadata(offset)?;
            } else {
                self.tensor(&name, hash, offset)?;
            }
        }
        // The object is closed: only padding may follow, and only blanks of one kind.
        if let Some(offset) = self.json.first_other_than(b' ')? {
            return Err(Stop::malformed(offset, "the header is padded with more than spaces"));
        }
        Ok(())
    }

    /// Notes a key and reports it if it stood before.
    fn remember(&mut self, hash: u64, offset: u64, name: &str) -> Result<(), Stop> {
        if self.names.len() as u64 >= self.limits.tensors {
            return Err(Stop::Exhausted {
                budget: Budget::Tensors,
                limit: self.limits.tensors,
                offset: Some(offset),
            });
        }
        if !self.names.insert(hash) {
            tell(self.sink, SafetensorsDefect::DuplicateKey, offset, &|| {
                format!("the key {} stands twice", names::quoted(name))
            });
        }
        Ok(())
    }

    fn metadata(&mut self, at: u64) -> Result<(), Stop> {
        let first = self.json.next()?;
        if first != Token::BeginObject {
            tell(self.sink, SafetensorsDefect::Metadata, at, &|| {
                "__metadata__ is no object".to_owned()
            });
            return self.json.skip(first);
        }
        while self.json.next()? == Token::Key {
            let offset = self.json.token_offset();
            let key = self.json.text().to_owned();
            self.remember(self.json.text_hash() ^ METADATA_SALT, offset, &key)?;
            let value = self.json.next()?;
            if value == Token::String {
                let offset = self.json.token_offset();
                let value = self.json.text();
                (self.sink)(HeaderItem::Metadata { key: &key, value, offset });
            } else {
                tell(self.sink, SafetensorsDefect::Metadata, offset, &|| {
                    format!("the value of {} is no string", names::quoted(&key))
                });
                self.json.skip(value)?;
            }
        }
        Ok(())
    }

    fn tensor(&mut self, name: &str, hash: u64, offset: u64) -> Result<(), Stop> {
        self.tensors = self.tensors.saturating_add(1);
        if let Some(reason) = names::suspicious(name) {
            tell(self.sink, SafetensorsDefect::TensorName, offset, &|| {
                format!("{} {reason}", names::quoted(name))
            });
        }
        let first = self.json.next()?;
        if first != Token::BeginObject {
            tell(self.sink, SafetensorsDefect::TensorEntry, offset, &|| {
                format!("the entry of {} is no object", names::quoted(name))
            });
            return self.json.skip(first);
        }
        let mut entry = Entry::default();
        while self.json.next()? == Token::Key {
            let field = match self.json.text() {
                "dtype" => DTYPE,
                "shape" => SHAPE,
                "data_offsets" => DATA_OFFSETS,
                other => {
                    tell(
                        self.sink,
                        SafetensorsDefect::TensorEntry,
                        self.json.token_offset(),
                        &|| {
                            format!(
                                "the entry of {} has the unknown field {}",
                                names::quoted(name),
                                names::quoted(other)
                            )
                        },
                    );
                    let value = self.json.next()?;
                    self.json.skip(value)?;
                    continue;
                }
            };
            if entry.seen & field != 0 {
                tell(self.sink, SafetensorsDefect::DuplicateKey, self.json.token_offset(), &|| {
                    format!(
                        "the entry of {} has {} twice",
                        names::quoted(name),
                        names::quoted(self.json.text())
                    )
                });
            }
            entry.seen |= field;
            match field {
                DTYPE => self.dtype(name, &mut entry)?,
                SHAPE => self.shape(name, &mut entry)?,
                _ => self.data_offsets(name, &mut entry)?,
            }
        }
        for (field, word) in [(DTYPE, "dtype"), (SHAPE, "shape"), (DATA_OFFSETS, "data_offsets")] {
            if entry.seen & field == 0 {
                tell(self.sink, SafetensorsDefect::TensorEntry, offset, &|| {
                    format!("the entry of {} has no {word}", names::quoted(name))
                });
            }
        }
        self.check_extent(name, offset, &entry);
        if let Some(range) = entry.range {
            self.ranges.push(range);
        }
        (self.sink)(HeaderItem::Tensor { name, hash, range: entry.range });
        Ok(())
    }

    fn dtype(&mut self, name: &str, entry: &mut Entry) -> Result<(), Stop> {
        let value = self.json.next()?;
        let offset = self.json.token_offset();
        if value != Token::String {
            tell(self.sink, SafetensorsDefect::TensorEntry, offset, &|| {
                format!("the dtype of {} is no string", names::quoted(name))
            });
            return self.json.skip(value);
        }
        entry.bits = dtype::bits(self.json.text());
        if entry.bits.is_none() {
            tell(self.sink, SafetensorsDefect::Dtype, offset, &|| {
                format!(
                    "{} has the unknown dtype {}",
                    names::quoted(name),
                    names::quoted(self.json.text())
                )
            });
        }
        Ok(())
    }

    fn shape(&mut self, name: &str, entry: &mut Entry) -> Result<(), Stop> {
        let begin = self.json.next()?;
        let offset = self.json.token_offset();
        if begin != Token::BeginArray {
            tell(self.sink, SafetensorsDefect::TensorEntry, offset, &|| {
                format!("the shape of {} is no array", names::quoted(name))
            });
            return self.json.skip(begin);
        }
        let mut elements = Some(1_u64);
        let mut whole = true;
        loop {
            let token = self.json.next()?;
            if token == Token::EndArray {
                break;
            }
            match self.whole_number(token)? {
                Some(size) => {
                    elements = elements
                        .and_then(|elements| elements.checked_mul(size))
                        .filter(|_| size <= MAX_EXACT);
                }
                None => whole = false,
            }
        }
        if !whole {
            let detail =
                || format!("the shape of {} is no list of whole numbers", names::quoted(name));
            tell(self.sink, SafetensorsDefect::TensorEntry, offset, &detail);
        } else if elements.is_none() {
            tell(self.sink, SafetensorsDefect::Shape, offset, &|| {
                format!("the shape of {} overflows", names::quoted(name))
            });
        } else {
            entry.elements = elements;
        }
        Ok(())
    }

    fn data_offsets(&mut self, name: &str, entry: &mut Entry) -> Result<(), Stop> {
        let begin = self.json.next()?;
        let offset = self.json.token_offset();
        if begin != Token::BeginArray {
            tell(self.sink, SafetensorsDefect::TensorEntry, offset, &|| {
                format!("data_offsets of {} is no array", names::quoted(name))
            });
            return self.json.skip(begin);
        }
        let mut pair = [None, None];
        let mut count = 0_usize;
        loop {
            let token = self.json.next()?;
            if token == Token::EndArray {
                break;
            }
            let number = self.whole_number(token)?;
            if let Some(place) = pair.get_mut(count) {
                *place = number;
            }
            count = count.saturating_add(1);
        }
        match (count, pair) {
            (2, [Some(start), Some(end)]) if start > end => {
                tell(self.sink, SafetensorsDefect::Offsets, offset, &|| {
                    format!("{} ends at {end} and starts at {start}", names::quoted(name))
                });
            }
            (2, [Some(start), Some(end)]) => {
                if end > self.data_length {
                    tell(self.sink, SafetensorsDefect::Offsets, offset, &|| {
                        format!(
                            "{} ends at {end} of {} bytes of data",
                            names::quoted(name),
                            self.data_length
                        )
                    });
                }
                entry.range = Some((start, end));
            }
            _ => {
                let detail = || {
                    format!("data_offsets of {} is no pair of whole numbers", names::quoted(name))
                };
                tell(self.sink, SafetensorsDefect::TensorEntry, offset, &detail);
            }
        }
        Ok(())
    }

    /// The value of a number without sign, fraction and exponent; skips anything else.
    fn whole_number(&mut self, token: Token) -> Result<Option<u64>, Stop> {
        if token == Token::Number {
            // `parse` takes a plus sign, JSON doesn't.
            return Ok(self.json.text().parse().ok());
        }
        self.json.skip(token)?;
        Ok(None)
    }

    /// Whether dtype and shape fill the range exactly.
    fn check_extent(&mut self, name: &str, offset: u64, entry: &Entry) {
        let (Some(bits), Some(elements)) = (entry.bits, entry.elements) else { return };
        let Some(total) = elements.checked_mul(bits) else {
            tell(self.sink, SafetensorsDefect::Shape, offset, &|| {
                format!("the size of {} overflows", names::quoted(name))
            });
            return;
        };
        if total % 8 != 0 {
            tell(self.sink, SafetensorsDefect::Shape, offset, &|| {
                format!("{} has {total} bits, no whole bytes", names::quoted(name))
            });
            return;
        }
        let wanted = total / 8;
        if let Some((start, end)) = entry.range {
            let have = end.saturating_sub(start);
            if have != wanted {
                tell(self.sink, SafetensorsDefect::Offsets, offset, &|| {
                    format!(
                        "{} has {have} bytes, its dtype and shape make {wanted}",
                        names::quoted(name)
                    )
                });
            }
        }
    }

    /// Whether the tensors cover the data exactly, without overlap or hole: what defeats
    /// polyglots.
    fn check_layout(&mut self) -> Vec<Violation> {
        self.ranges.sort_unstable();
        let mut violations = Vec::new();
        let mut covered = 0_u64;
        for &(start, end) in &self.ranges {
            if violations.len() >= NAMED_VIOLATIONS {
                break;
            }
            if start > covered && covered < self.data_length {
                violations.push(Violation {
                    defect: SafetensorsDefect::Hole,
                    range: (start, end),
                    from: covered,
                    to: start.min(self.data_length),
                });
            } else if start < covered {
                violations.push(Violation {
                    defect: SafetensorsDefect::Overlap,
                    range: (start, end),
                    from: start,
                    to: covered.min(end),
                });
            }
            covered = covered.max(end);
        }
        let covered = self.ranges.iter().map(|(_, end)| *end).max().unwrap_or(0);
        if covered < self.data_length {
            let count = self.data_length.saturating_sub(covered);
            let detail = || format!("{count} bytes stand behind the last tensor");
            let offset = self.data_start.saturating_add(covered);
            tell(self.sink, SafetensorsDefect::TrailingBytes, offset, &detail);
        }
        violations
    }
}

/// A tensor that doesn't begin where the one before it ends.
#[derive(Clone, Copy)]
struct Violation {
    defect: SafetensorsDefect,
    range: (u64, u64),
    /// The bytes in question, from the beginning of the data.
    from: u64,
    to: u64,
}

/// Reports violations of the layout under the names of their tensors, which a second look at the
/// header finds (names are not kept during the first).
fn report_violations(
    bytes: &dyn ReadAt,
    limits: &Limits,
    violations: Vec<Violation>,
    data_start: u64,
    sink: &mut dyn FnMut(HeaderItem<'_>),
) -> Result<(), Stop> {
    if violations.is_empty() {
        return Ok(());
    }
    let mut named: Vec<(Violation, Vec<String>)> =
        violations.into_iter().map(|violation| (violation, Vec::new())).collect();
    let mut look_up = |item: HeaderItem<'_>| {
        if let HeaderItem::Tensor { name, range: Some(range), .. } = item {
            for (violation, names) in &mut named {
                if violation.range == range && names.len() < 2 {
                    let name = names::quoted(name);
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
    };
    let mut reader = HeaderReader {
        json: JsonReader::new(bytes, 8, data_start, DEPTH),
        limits,
        sink: &mut look_up,
        data_start,
        data_length: u64::MAX,
        names: HashSet::new(),
        ranges: Vec::new(),
        tensors: 0,
    };
    reader.read()?;
    drop(reader);
    for (violation, names) in named {
        let Violation { defect, from, to, .. } = violation;
        let names = names.join(" and ");
        let detail = || match defect {
            SafetensorsDefect::Overlap => {
                format!("{names} overlaps another tensor (bytes {from}..{to} of the data)")
            }
            _ => format!("no tensor covers bytes {from}..{to} of the data, in front of {names}"),
        };
        tell(sink, defect, data_start.saturating_add(from), &detail);
    }
    Ok(())
}
