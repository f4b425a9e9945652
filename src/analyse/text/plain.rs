//! Text: configurations, vocabularies, documentation.
//!
//! Nothing here is loaded as code, so that text is passive. That the bytes *are* text is checked
//! to the end of the file, in one pass of constant memory.

use super::{lfs_pointer, media};
use crate::analyse::json::{JsonReader, Token};
use crate::analyse::{Analyser, Artifact, Examination, Probe, Role, Stop, encoded};
use crate::base::{Budget, ReadAt, read_up_to};
use crate::evidence::{CoverageFact, Format, UnscannedReason};

const CHUNK: usize = 64 << 10;

/// Endings of files that hold words, one a line, among them words of control characters: the
/// vocabularies of tokenizers.
const WORD_LISTS: [&str; 8] = ["txt", "tsv", "csv", "vocab", "bpe", "dict", "jsonl", "tiktoken"];

/// Endings of text that people wrote, at times in an encoding older than UTF-8.
const DOCUMENTS: [&str; 6] = ["txt", "md", "csv", "tsv", "html", "rst"];

/// The analyser of text.
pub(in crate::analyse) struct Text;

impl Text {
    /// Text of no particular syntax.
    pub(in crate::analyse) const FORMAT: Format = Format::new("text");
    const JSON: Format = Format::new("json");
}

/// Whether the first bytes of a file are text: UTF-8 without NUL and other control characters,
/// where the last character may be cut off; or UTF-16 behind a byte-order mark.
pub(in crate::analyse) fn is_text_head(head: &[u8]) -> bool {
    utf16_order(head).is_some() || (is_utf8_so_far(head) && !head.iter().any(|b| is_control(*b)))
}

fn is_utf8_so_far(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // A head that is not full is the whole file: nothing follows that could complete it.
        Err(error) => error.error_len().is_none() && bytes.len() >= Probe::HEAD,
    }
}

/// Control characters that text has no use for. Escape colours logs, form feeds part pages.
fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

/// The byte order of UTF-16 text, if the bytes begin with its mark and their first letters are
/// such.
fn utf16_order(head: &[u8]) -> Option<Order> {
    let order = match head {
        // The mark of UTF-32 begins like UTF-16's.
        [0xFF, 0xFE, 0, 0, ..] => return None,
        [0xFF, 0xFE, ..] => Order::Little,
        [0xFE, 0xFF, ..] => Order::Big,
        _ => return None,
    };
    let units = utf16_units(head.get(2..).unwrap_or(&[]), order);
    let text = char::decode_utf16(units);
    let bad = text.take(2000).filter(|c| c.as_ref().map_or(true, |c| *c == '\0')).count();
    // Half a pair may be cut off at the end of the head.
    (bad <= 1).then_some(order)
}

fn utf16_units(bytes: &[u8], order: Order) -> impl Iterator<Item = u16> {
    bytes.as_chunks::<2>().0.iter().map(move |pair| match order {
        Order::Little => u16::from_le_bytes(*pair),
        Order::Big => u16::from_be_bytes(*pair),
    })
}

/// How the bytes of a text are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// UTF-8 without control characters.
    Utf8,
    /// UTF-8 in which anything but NUL may stand.
    Utf8WordList,
    /// UTF-16 behind its mark.
    Utf16(Order),
    /// One byte a letter, or an older encoding of East Asia: no control characters.
    Legacy,
}

fn encoding_of(probe: &Probe<'_>) -> Option<Encoding> {
    let extension = probe.extension().unwrap_or_default();
    if probe.head.is_empty() {
        // `__init__.py`, `.gitkeep` and empty lists are ordinary; an empty model is not.
        return is_textual_name(probe.name, &extension).then_some(Encoding::Utf8);
    }
    if let Some(order) = utf16_order(probe.head) {
        return Some(Encoding::Utf16(order));
    }
    let utf8 = is_utf8_so_far(probe.head);
    let control = probe.head.iter().any(|byte| is_control(*byte));
    match (utf8, control) {
        (true, false) => Some(Encoding::Utf8),
        (true, true) if WORD_LISTS.contains(&extension.as_str()) && !probe.head.contains(&0) => {
            Some(Encoding::Utf8WordList)
        }
        (false, false) if is_document(probe) => Some(Encoding::Legacy),
        _ => None,
    }
}

fn is_document(probe: &Probe<'_>) -> bool {
    probe.extension().is_some_and(|extension| DOCUMENTS.contains(&extension.as_str()))
}

/// Whether an empty file of this name is nothing to wonder at.
fn is_textual_name(name: &str, extension: &str) -> bool {
    const EXTENSIONS: &[&str] = &[
        "txt",
        "md",
        "json",
        "jsonl",
        "yaml",
        "yml",
        "toml",
        "cfg",
        "ini",
        "py",
        "sh",
        "csv",
        "tsv",
        "html",
        "css",
        "log",
        "rst",
        "xml",
        "vocab",
        "bpe",
        "jinja",
        "gitkeep",
        "gitignore",
        "gitattributes",
        "lock",
        "nojekyll",
    ];
    let base = name.rsplit(['/', '\\', '!']).next().unwrap_or(name);
    EXTENSIONS.contains(&extension)
        || (!base.contains('.') && base.starts_with(|c: char| c.is_ascii_uppercase()))
}

impl Analyser for Text {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn role(&self) -> Role {
        Role::Passive
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        encoding_of(probe).is_some()
            && !lfs_pointer::is_pointer(probe.head)
            && !media::is_media(probe)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let mut head = vec![0; Probe::HEAD];
        let count = read_up_to(artifact.bytes, 0, &mut head)?;
        head.truncate(count);
        let probe = Probe { name: artifact.name, head: &head, tail: &[], bytes: artifact.bytes };
        let Some(encoding) = encoding_of(&probe) else { return Ok(()) };
        if encoding == Encoding::Utf8 && may_be_json(&head) {
            match read_json(artifact.bytes, examination.limits().json_depth) {
                Ok(()) => {
                    examination.refine_format(&Self::FORMAT, Self::JSON);
                    return encoded::examine(artifact.bytes, examination);
                }
                // It isn't JSON (or is of the kind that only Python reads) and may still be text.
                Err(Stop::Malformed { .. }) => {}
                Err(Stop::Exhausted { budget: Budget::JsonDepth, limit, offset }) => {
                    examination.refine_format(&Self::FORMAT, Self::JSON);
                    let budget = Budget::JsonDepth;
                    return Err(Stop::Exhausted { budget, limit, offset });
                }
                Err(stop) => return Err(stop),
            }
        }
        let mut broken = first_that_is_no_text(artifact.bytes, encoding)?;
        if broken.is_some() && encoding == Encoding::Utf8 && is_document(&probe) {
            // The first letter that isn't ASCII may stand far behind.
            broken = first_that_is_no_text(artifact.bytes, Encoding::Legacy)?;
        }
        if let Some(offset) = broken {
            let reason = UnscannedReason::UnknownContent;
            examination.record(offset, CoverageFact::Unscanned { reason });
            return Ok(());
        }
        if let Some(format) = syntax(&probe) {
            examination.refine_format(&Self::FORMAT, format);
        }
        match encoding {
            Encoding::Utf16(_) => Ok(()),
            _ => encoded::examine(artifact.bytes, examination),
        }
    }
}

fn may_be_json(head: &[u8]) -> bool {
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

fn read_json(bytes: &dyn ReadAt, depth: u32) -> Result<(), Stop> {
    let mut json = JsonReader::new(bytes, 0, u64::MAX, depth);
    while json.next()? != Token::End {}
    Ok(())
}

/// The offset of the first byte that breaks the encoding.
fn first_that_is_no_text(bytes: &dyn ReadAt, encoding: Encoding) -> Result<Option<u64>, Stop> {
    let mut buffer = vec![0; CHUNK];
    let mut offset = 0_u64;
    loop {
        // An even number of bytes, and each character that a chunk cuts off is read again.
        let count = read_up_to(bytes, offset, &mut buffer)?;
        let piece = buffer.get(..count).unwrap_or(&[]);
        let at_end = count < CHUNK;
        let (good, broken) = good_length(piece, encoding, at_end);
        if broken {
            return Ok(Some(offset.saturating_add(good as u64)));
        }
        offset = offset.saturating_add(good as u64);
        if at_end {
            return Ok(None);
        }
    }
}

/// How many bytes of a piece are good, and whether what follows them is broken (and not merely cut
/// off).
fn good_length(piece: &[u8], encoding: Encoding, at_end: bool) -> (usize, bool) {
    let control = |byte: &u8| match encoding {
        Encoding::Utf8 | Encoding::Legacy => is_control(*byte),
        Encoding::Utf8WordList => *byte == 0,
        Encoding::Utf16(_) => false,
    };
    if let Some(at) = piece.iter().position(control) {
        return (at, true);
    }
    match encoding {
        Encoding::Legacy => (piece.len(), false),
        Encoding::Utf8 | Encoding::Utf8WordList => match std::str::from_utf8(piece) {
            Ok(_) => (piece.len(), false),
            Err(error) => (error.valid_up_to(), error.error_len().is_some() || at_end),
        },
        Encoding::Utf16(order) => {
            let mut good = 0_usize;
            for unit in char::decode_utf16(utf16_units(piece, order)) {
                match unit {
                    Ok('\0') => return (good, true),
                    Ok(c) => good = good.saturating_add(c.len_utf16().saturating_mul(2)),
                    Err(_) => {
                        // Half a pair at the end of a piece is cut off, elsewhere it is broken.
                        let cut = !at_end && good.saturating_add(2) >= piece.len();
                        return (good, !cut);
                    }
                }
            }
            (good, at_end && good != piece.len())
        }
    }
}

/// What the name says of a text's syntax: a hint for readers, nothing is judged by it.
fn syntax(probe: &Probe<'_>) -> Option<Format> {
    let begins = String::from_utf8_lossy(probe.head.get(..512).unwrap_or(probe.head));
    let begins = begins.trim_start_matches('\u{feff}').trim_start();
    Some(Format::new(match probe.extension()?.as_str() {
        "yaml" | "yml" => "yaml",
        "md" | "markdown" => "markdown",
        "jinja" | "jinja2" | "j2" => "jinja",
        "svg" if begins.starts_with('<') => "svg",
        "html" | "htm" if begins.starts_with('<') => "html",
        "xml" if begins.starts_with('<') => "xml",
        "toml" => "toml",
        "csv" | "tsv" => "csv",
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::{NoSiblings, analyse_file};
    use crate::base::Limits;
    use crate::evidence::{FileEvidence, Status};

    fn analyse(name: &str, bytes: &[u8]) -> FileEvidence {
        analyse_file(name, &bytes, &NoSiblings, &Limits::default())
    }

    #[test]
    fn text_passes_under_its_syntax() {
        let utf16: Vec<u8> = "\u{feff}größe 😀".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (name, bytes, format) in [
            ("config.json", &b" {\"a\": [1, 2.5, null]}\n"[..], "json"),
            ("state.json", b"{\"loss\": NaN}", "text"),
            ("vocab", b"[1]", "json"),
            ("a.yaml", b"a: 1", "yaml"),
            ("README.md", "# Größe\r\n".as_bytes(), "markdown"),
            ("merges.txt", b"#version: 0.2\n\xc4\xa0 t\n", "text"),
            ("vocab.txt", b"[PAD]\n\x01\n\x7f\n", "text"),
            ("logo.svg", b"<svg xmlns='x'/>", "svg"),
            ("LICENSE.txt", b"caf\xe9", "text"),
            ("notes", &utf16, "text"),
            (".gitattributes", b"*.bin filter=lfs", "text"),
        ] {
            let file = analyse(name, bytes);
            assert_eq!(file.formats, [Format::new(format)], "{name}");
            assert_eq!(file.evidence, [], "{name}");
        }
    }

    #[test]
    fn what_is_text_at_first_only_is_unknown_content() {
        let mut bytes = vec![b'a'; 200_000];
        bytes.extend([0, 1, 2]);
        let file = analyse("notes.txt", &bytes);
        assert_eq!(file.evidence[0].origin.offset, Some(200_000));
        assert_eq!(file.status, Status::Unreadable);
        // A character that a chunk cuts in two is no break.
        let split = format!("{}{}", "a".repeat(65_535), "é".repeat(70_000));
        assert_eq!(analyse("notes.txt", split.as_bytes()).evidence, []);
        let broken = [split.as_bytes(), &[0xC3]].concat();
        assert_ne!(analyse("weights", &broken).evidence, []);
        let pairs: Vec<u8> = "\u{feff}a"
            .chars()
            .chain(std::iter::repeat_n('😀', 40_000))
            .collect::<String>()
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(analyse("notes", &pairs).evidence, []);
        let half = &pairs[..pairs.len() - 2];
        assert_ne!(analyse("notes", half).evidence, []);
    }

    #[test]
    fn binary_is_no_text_whatever_its_name() {
        for bytes in [&b"abc\0def"[..], b"\x80\x04\x95", b"\xff\xfe\0\0"] {
            let file = analyse("config.json", bytes);
            assert!(!file.formats.contains(&Text::FORMAT), "{bytes:?}");
        }
    }

    #[test]
    fn deep_json_is_a_budget() {
        let deep = "[".repeat(100_000);
        let file = analyse("config.json", deep.as_bytes());
        assert!(matches!(
            file.evidence[0].fact,
            crate::evidence::Fact::Coverage(CoverageFact::BudgetExhausted {
                budget: Budget::JsonDepth,
                ..
            })
        ));
    }
}
