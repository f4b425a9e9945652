//! The hash by which GitHub recognises a line.
//!
//! GitHub's upload step computes it when it is absent and warns when it is present and different,
//! so it must be exactly CodeQL's (github/codeql-action, `fingerprints.ts`): over UTF-16 units,
//! blanks and tabs skipped, CR and CRLF read as LF, one unit 0xFFFF at the end of the text and
//! zeros behind it; a rolling polynomial of base 37 modulo 2⁶⁴ over the 100 units that begin at
//! the line's first unit that is no blank.

use std::collections::HashMap;

/// Units that one hash covers.
const WINDOW: usize = 100;
const BASE: u64 = 37;

/// The hashes of all lines of a text, the first line first: hexadecimal digits, a colon, and how
/// often that hash has occurred up to here.
pub fn line_hashes(text: &str) -> Vec<String> {
    let (units, starts) = units_and_line_starts(text);
    let hashes = rolling_hashes(&units);
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut lines = Vec::with_capacity(starts.len());
    for start in starts {
        let hash = hashes.get(start).copied().unwrap_or(0);
        let times = seen.entry(hash).or_default();
        *times = times.saturating_add(1);
        lines.push(format!("{hash:x}:{times}"));
    }
    lines
}

/// The units that are hashed, and the index of each line's first one.
fn units_and_line_starts(text: &str) -> (Vec<u16>, Vec<usize>) {
    const LINE_FEED: u16 = 0x0A;
    const RETURN: u16 = 0x0D;
    let mut units = Vec::with_capacity(text.len());
    let mut starts = vec![0];
    let mut after_return = false;
    for unit in text.encode_utf16() {
        let follows_return = std::mem::replace(&mut after_return, unit == RETURN);
        match unit {
            0x20 | 0x09 => {}
            LINE_FEED if follows_return => {}
            LINE_FEED | RETURN => {
                units.push(LINE_FEED);
                starts.push(units.len());
            }
            unit => units.push(unit),
        }
    }
    units.push(0xFFFF);
    (units, starts)
}

/// For every unit the hash of the window that begins there; zeros stand behind the last unit.
fn rolling_hashes(units: &[u16]) -> Vec<u64> {
    let beyond = (0..WINDOW).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let unit = |index: usize| u64::from(units.get(index).copied().unwrap_or(0));
    let mut hash =
        (0..WINDOW).fold(0_u64, |hash, index| hash.wrapping_mul(BASE).wrapping_add(unit(index)));
    let mut hashes = Vec::with_capacity(units.len());
    for index in 0..units.len() {
        hashes.push(hash);
        let entering = unit(index.saturating_add(WINDOW));
        hash = hash
            .wrapping_mul(BASE)
            .wrapping_add(entering)
            .wrapping_sub(unit(index).wrapping_mul(beyond));
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
version: 1
models:
  - hub: acme/bert
    revision: 0123456789abcdef0123456789abcdef01234567
  - hub: acme/gpt
    revision: main
";

    #[test]
    fn the_hashes_are_those_of_the_upload_step() {
        let hashes = line_hashes(MANIFEST);
        assert_eq!(hashes[2], "4e76025138ff4050:1");
        assert_eq!(hashes[4], "9dcdbffc7627cad3:1");
    }

    #[test]
    fn line_breaks_and_blanks_don_t_matter() {
        let expected = line_hashes(MANIFEST);
        assert_eq!(line_hashes(&MANIFEST.replace('\n', "\r\n")), expected);
        assert_eq!(line_hashes(&MANIFEST.replace('\n', "\r")), expected);
        assert_eq!(line_hashes(&MANIFEST.replace(": ", ":\t  ")), expected);
    }

    #[test]
    fn a_blank_between_return_and_line_feed_makes_two_breaks() {
        assert_eq!(line_hashes("a\r\nb").len(), 2);
        assert_eq!(line_hashes("a\r \nb").len(), 3);
    }

    #[test]
    fn equal_lines_are_counted() {
        let text = format!("{}\n", "a".repeat(120)).repeat(2);
        let hashes = line_hashes(&text);
        assert!(hashes[0].ends_with(":1"));
        assert_eq!(hashes[0].replace(":1", ":2"), hashes[1]);
    }
}
