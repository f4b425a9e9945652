//! numpy arrays: a header in Python's own notation, then numbers; or, for arrays of objects, a
//! pickle.
//!
//! `numpy.lib.format` (NEP 1): magic, version, header length, a dict of exactly `descr`,
//! `fortran_order` and `shape`. The header is read by a literal parser of our own.

mod dtype;
mod literal;

use crate::analyse::pickle::{Member, Plain};
use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::base::{Budget, ReadAt, Window, read_exact_at, read_up_to};
use crate::evidence::{FileFact, Format};
use dtype::Element;
use literal::Literal;

/// Longest header that is read. numpy itself refuses more than 10 000 bytes unless it is told to
/// trust the file.
const LONGEST_HEADER: u64 = 64 << 10;

const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// The member for what stands behind a header that could not be read.
const BODY: &str = "body";

/// The member for what stands behind an array and is no array.
const TRAILING: &str = "trailing-bytes";

/// The analyser of `.npy`.
pub(in crate::analyse) struct Npy;

impl Npy {
    /// The format's name.
    pub(in crate::analyse) const FORMAT: Format = Format::new("npy");
}

impl Analyser for Npy {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        probe.has(0, MAGIC)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let limits = examination.limits();
        let mut pickles = Member::new(artifact.bytes, limits);
        let outcome = follow_arrays(artifact, &mut pickles, examination);
        pickles.finish(artifact.bytes, examination);
        outcome
    }
}

/// Reads one array after another: `numpy.save` to an open file may be called several times.
fn follow_arrays(
    artifact: &Artifact<'_>,
    pickles: &mut Member<'_>,
    examination: &mut Examination<'_>,
) -> Result<(), Stop> {
    let limit = examination.limits().streams;
    let mut offset = 0_u64;
    for _ in 0..limit {
        let HeaderText { text, version, start, body } = read_header_text(artifact.bytes, offset)?;
        let header = match Header::parse(&text, version) {
            Ok(header) => header,
            Err(reason) => {
                // A reader laxer than ours may find objects here.
                let rest = Window::new(artifact.bytes, body, u64::MAX);
                examination.nested(BODY, &rest);
                return Err(Stop::malformed(start, reason));
            }
        };
        offset = match header.element {
            Element::Objects => {
                examination.record(start, FileFact::ObjectArray);
                let followed = pickles.follow(body, &mut Plain, |_, _| ());
                let end = followed.end;
                if followed.ending.is_err() || !has_magic(artifact.bytes, end)? {
                    return pickles.follow_rest(followed, &mut Plain);
                }
                end
            }
            Element::Bytes(size) => {
                let end = numbers_end(artifact.bytes, &header, size, start, body)?;
                if read_up_to(artifact.bytes, end, &mut [0])? == 0 {
                    return Ok(());
                }
                if !has_magic(artifact.bytes, end)? {
                    let more = artifact.bytes.len()?.saturating_sub(end);
                    let rest = Window::new(artifact.bytes, end, u64::MAX);
                    examination.nested(TRAILING, &rest);
                    let reason = format!("{more} bytes stand behind the array");
                    return Err(Stop::malformed(end, reason));
                }
                end
            }
        };
    }
    Err(Stop::Exhausted { budget: Budget::Streams, limit, offset: Some(offset) })
}

fn has_magic(bytes: &dyn ReadAt, offset: u64) -> Result<bool, Stop> {
    let mut magic = [0; MAGIC.len()];
    Ok(read_up_to(bytes, offset, &mut magic)? == magic.len() && magic == *MAGIC)
}

/// Where an array of numbers ends, if all of it is there.
fn numbers_end(
    bytes: &dyn ReadAt,
    header: &Header,
    size: u64,
    start: u64,
    body: u64,
) -> Result<u64, Stop> {
    let end = header
        .elements
        .checked_mul(size)
        .and_then(|wanted| body.checked_add(wanted))
        .ok_or_else(|| Stop::malformed(start, "shape times element size overflows"))?;
    let have = bytes.len()?;
    if have < end {
        let wanted = end.saturating_sub(body);
        let have = have.saturating_sub(body);
        let reason = format!("{wanted} bytes of data are promised, {have} are there");
        return Err(Stop::malformed(body, reason));
    }
    Ok(end)
}

/// The header's text and where it stands.
struct HeaderText {
    text: String,
    /// The format's major version.
    version: u8,
    /// Where the text begins.
    start: u64,
    /// Where the data begins.
    body: u64,
}

fn read_header_text(bytes: &dyn ReadAt, array: u64) -> Result<HeaderText, Stop> {
    let read = |offset: u64, buffer: &mut [u8]| {
        read_exact_at(bytes, array.saturating_add(offset), buffer).map_err(cut_off)
    };
    let mut version = [0_u8; 2];
    read(6, &mut version)?;
    let [version, _minor] = version;
    let (length, start) = match version {
        1 => {
            let mut length = [0; 2];
            read(8, &mut length)?;
            (u64::from(u16::from_le_bytes(length)), 10_u64)
        }
        2 | 3 => {
            let mut length = [0; 4];
            read(8, &mut length)?;
            (u64::from(u32::from_le_bytes(length)), 12)
        }
        other => {
            let offset = array.saturating_add(6);
            return Err(Stop::malformed(offset, format!("unknown version {other}")));
        }
    };
    if length > LONGEST_HEADER {
        let reason = format!("a header of {length} bytes, more than {LONGEST_HEADER}");
        return Err(Stop::malformed(array.saturating_add(8), reason));
    }
    let mut text = vec![0; usize::try_from(length).unwrap_or(0)];
    read(start, &mut text)?;
    let start = array.saturating_add(start);
    let text = match version {
        3 => String::from_utf8(text)
            .map_err(|_| Stop::malformed(start, "the header is not UTF-8, as version 3 has it"))?,
        // Latin-1.
        _ => text.iter().map(|byte| char::from(*byte)).collect(),
    };
    Ok(HeaderText { text, version, start, body: start.saturating_add(length) })
}

fn cut_off(error: std::io::Error) -> Stop {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        Stop::malformed(None, "the header is cut off")
    } else {
        error.into()
    }
}

struct Header {
    element: Element,
    elements: u64,
}

impl Header {
    fn parse(text: &str, version: u8) -> Result<Self, String> {
        let literal = literal::parse(text, version < 3)?;
        let Literal::Dict(entries) = literal else {
            return Err("the header is no dict".to_owned());
        };
        let mut descr = None;
        let mut order = None;
        let mut shape = None;
        for (key, value) in entries {
            let Literal::Text(key) = key else {
                return Err("a key of the header is no string".to_owned());
            };
            let place = match key.as_str() {
                "descr" => &mut descr,
                "fortran_order" => &mut order,
                "shape" => &mut shape,
                _ => return Err(format!("the header has the unknown key `{key:.64}`")),
            };
            if place.replace(value).is_some() {
                return Err(format!("the header has the key `{key}` twice"));
            }
        }
        let (Some(descr), Some(order), Some(shape)) = (descr, order, shape) else {
            return Err("the header lacks one of descr, fortran_order and shape".to_owned());
        };
        let Literal::Boolean(_) = order else {
            return Err("fortran_order is neither True nor False".to_owned());
        };
        let Literal::Tuple(sizes) = shape else {
            return Err("the shape is no tuple".to_owned());
        };
        // numpy counts with arbitrary precision: a zero makes any shape empty.
        let mut elements = Some(1_u64);
        let mut empty = false;
        for size in sizes {
            let Literal::Integer(Some(size)) = size else {
                return Err("the shape has something other than whole numbers".to_owned());
            };
            empty |= size == 0;
            elements = elements.and_then(|elements| elements.checked_mul(size));
        }
        let elements = if empty { Some(0) } else { elements };
        let elements = elements.ok_or_else(|| "the shape overflows".to_owned())?;
        let element = dtype::element(&descr)?;
        Ok(Self { element, elements })
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]
mod tests;
