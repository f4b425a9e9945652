//! The pickle machine against CPython's own unpicklers, on thousands of valid, nearly valid and
//! broken streams. What those were asked to import is recorded in `fixtures/oracle/`, so that no
//! Python is needed here.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot do its work is to fail there and then"
)]

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use serde::Deserialize;
use weighstation::analyse::{NoSiblings, analyse_file};
use weighstation::base::Limits;
use weighstation::evidence::{Callee, Divergence, Fact, Import, PickleFact};

/// A stream and what each reader made of it.
#[derive(Deserialize)]
struct Recorded {
    kind: String,
    /// Base64.
    stream: String,
    read: Vec<Reading>,
}

/// What some readers did, all of them the same.
#[derive(Deserialize)]
struct Reading {
    /// Their names, or `all`.
    by: String,
    /// What they asked `find_class` for, sorted.
    asked: BTreeSet<String>,
    /// How many streams they read to the `STOP`.
    stops: u64,
    /// The exceptions that they ended with.
    #[serde(default)]
    raised: Vec<String>,
}

impl Reading {
    /// Whether the readers gave up for want of memory or because of the encoding they were told
    /// to expect: nothing that the bytes decide.
    fn gave_up(&self) -> bool {
        self.raised.iter().any(|error| error == "MemoryError" || error == "UnicodeDecodeError")
    }
}

fn records() -> Vec<Recorded> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/oracle/streams.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn base64(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let six = alphabet.iter().position(|known| *known == byte).unwrap();
        bits = bits << 6 | u32::try_from(six).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    out
}

/// A name with all that is not ASCII made one: readers told different encodings differ on it.
fn plain(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        let c = if c.is_ascii() { c } else { '?' };
        if c != '?' || !out.ends_with('?') {
            out.push(c);
        }
    }
    out
}

/// Whether a name could be one of a module and something in it.
fn importable(name: &str) -> bool {
    !name.starts_with('.')
        && !name.ends_with('.')
        && name.chars().all(|c| c == '.' || c == '_' || c.is_alphanumeric())
}

/// What the machine says of a stream.
#[derive(Debug, Default)]
struct Said {
    /// Imports and where each was first seen.
    imports: Vec<(String, u64)>,
    unresolved: bool,
    /// Whether bytes behind a `STOP` were taken for something else than a pickle.
    bytes_left: bool,
    /// Where it found something that no writer writes, or that ends some reader.
    doubts: Vec<(u64, String)>,
}

impl Said {
    fn of(stream: &[u8]) -> Self {
        let found = analyse_file("x.pkl", &stream, &NoSiblings, &Limits::default());
        let mut said = Self::default();
        for piece in found.evidence {
            if piece.origin.member.is_some() {
                continue; // a payload in an operand, which no reader looks into
            }
            let offset = piece.origin.offset.unwrap_or(0);
            let text = format!("{:?}", piece.fact);
            match piece.fact {
                Fact::Pickle(PickleFact::Import(import)) => match import.module {
                    Some(_) => {
                        let name = plain(&import.global());
                        if name == "canary.text" {
                            // The readers' stand-in for it gives a text, which takes no items.
                            said.doubts.push((offset, text));
                        }
                        said.imports.push((name, offset));
                    }
                    None => {
                        said.unresolved = true;
                        said.doubts.push((offset, text));
                    }
                },
                Fact::Pickle(PickleFact::Stream(_) | PickleFact::NestedPayload { .. }) => {}
                Fact::Pickle(PickleFact::Call(call))
                    if matches!(call.callee, Callee::Global(_)) => {}
                fact => {
                    said.bytes_left |= matches!(
                        fact,
                        Fact::Pickle(
                            PickleFact::TrailingBytes { .. }
                                | PickleFact::Divergence { form: Divergence::FrameLeftover, .. }
                        )
                    );
                    said.doubts.push((offset, text));
                }
            }
        }
        said
    }

    fn names(&self) -> BTreeSet<String> {
        self.imports.iter().map(|(name, _)| name.clone()).collect()
    }
}

/// What is wrong with the machine's account of one stream.
fn complaints(recorded: &Recorded, said: &Said) -> Vec<String> {
    let names = said.names();
    let mut wrong = Vec::new();
    let asked =
        |reading: &Reading| reading.asked.iter().map(|name| plain(name)).collect::<BTreeSet<_>>();

    // (a) Nothing that any reader asks for is missing.
    for reading in &recorded.read {
        for name in asked(reading).difference(&names) {
            let computed = said.unresolved && name.contains("computed");
            // Behind a STOP, what no module could be called leads nowhere and is taken for data.
            let data = said.bytes_left && !importable(name);
            if !computed && !data {
                wrong.push(format!("missing {name}, asked for by {}", reading.by));
            }
        }
    }

    // The readers whose end the bytes decide.
    let all_gave_up = recorded.read.iter().all(Reading::gave_up);
    let judges: Vec<&Reading> =
        recorded.read.iter().filter(|reading| all_gave_up || !reading.gave_up()).collect();

    // (b), (c) Without a doubt, every reader does exactly what the machine says, to the end.
    if said.doubts.is_empty() {
        for reading in &judges {
            // `pickle.loads` reads one stream only.
            let first_only = reading.by.starts_with("memory")
                && recorded.read.iter().any(|other| other.stops > 1);
            if first_only {
                continue;
            }
            if asked(reading) != names {
                wrong.push(format!(
                    "silently not what {} asked for: {:?}",
                    reading.by, reading.asked
                ));
            }
            if !reading.raised.is_empty() {
                wrong.push(format!("silent, but {} raised {:?}", reading.by, reading.raised));
            }
        }
    }

    // (d) Nothing that nobody asks for, unless something in front of it ends some reader.
    let union: BTreeSet<String> = recorded.read.iter().flat_map(asked).collect();
    let short_of_memory = recorded
        .read
        .iter()
        .any(|reading| reading.raised.iter().any(|error| error == "MemoryError"));
    for (name, offset) in &said.imports {
        // A doubt on the name itself stands behind the opcode.
        let end = offset + name.len() as u64 + 2;
        let doubted = said.doubts.iter().any(|(doubt, _)| *doubt <= end);
        if !union.contains(name) && !doubted && !short_of_memory {
            wrong.push(format!("{name} at {offset} was asked for by nobody"));
        }
    }
    if !wrong.is_empty() {
        wrong.push(format!("said {said:?}"));
        for reading in &recorded.read {
            wrong.push(format!(
                "{}: {:?}, {} stops, {:?}",
                reading.by, reading.asked, reading.stops, reading.raised
            ));
        }
    }
    wrong
}

#[test]
fn the_machine_knows_what_real_unpicklers_are_asked_for() {
    let records = records();
    assert!(records.len() >= 2000, "the record is there");
    let mut wrong = Vec::new();
    let (mut exact, mut disputed) = (0, 0);
    for (line, recorded) in records.iter().enumerate() {
        let stream = base64(&recorded.stream);
        let said = Said::of(&stream);
        exact += usize::from(said.doubts.is_empty() && !said.imports.is_empty());
        disputed += usize::from(recorded.read.len() > 1);
        let complaints = complaints(recorded, &said);
        if !complaints.is_empty() {
            let stream = stream.escape_ascii();
            wrong.push(format!(
                "line {} ({}): {stream}\n    {}",
                line + 1,
                recorded.kind,
                complaints.join("\n    ")
            ));
        }
    }
    assert!(exact > 300 && disputed > 600, "too little to compare: {exact}, {disputed}");
    let shown: Vec<_> = wrong.iter().take(40).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} streams:\n{}",
        wrong.len(),
        records.len(),
        shown.join("\n")
    );
}

/// What the machine says that a stream imports.
fn imports(stream: &[u8]) -> BTreeSet<String> {
    Said::of(stream).names()
}

/// Offsets behind the calls of imports.
fn ends_of_calls(stream: &[u8]) -> Vec<(String, usize)> {
    let found = analyse_file("x.pkl", &stream, &NoSiblings, &Limits::default());
    let calls = found.evidence.into_iter().filter_map(|piece| match piece.fact {
        Fact::Pickle(PickleFact::Call(call)) if piece.origin.member.is_none() => {
            match call.callee {
                Callee::Global(name) if name != Import::UNRESOLVED => {
                    Some((plain(&name), piece.origin.offset?))
                }
                _ => None,
            }
        }
        _ => None,
    });
    calls
        .map(|(name, offset)| {
            let mut end = usize::try_from(offset).unwrap() + 1;
            if stream[end - 1] == b'i' {
                // INST names what it calls in two lines.
                let lines = stream[end..].split_inclusive(|byte| *byte == b'\n').take(2);
                end += lines.map(<[u8]>::len).sum::<usize>();
            }
            (name, end)
        })
        .collect()
}

#[test]
fn what_was_called_stays_found_whatever_follows() {
    let mut compared = 0;
    for recorded in records().iter().filter(|recorded| recorded.kind == "plain").step_by(2) {
        let stream = base64(&recorded.stream);
        for (callee, end) in ends_of_calls(&stream) {
            for cut in (end..stream.len()).step_by(3) {
                assert!(
                    imports(&stream[..cut]).contains(&callee),
                    "{callee} is lost at byte {cut} of {}",
                    stream.escape_ascii()
                );
                compared += 1;
            }
            for suffix in [&b"\xff"[..], b"0", b".", b"N.", b"\0\0\0\0", b"cos\n"] {
                let broken = [&stream[..end], suffix].concat();
                assert!(imports(&broken).contains(&callee), "{}", broken.escape_ascii());
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn idle_opcodes_in_front_hide_nothing() {
    let mut compared = 0;
    for recorded in records().iter().filter(|recorded| recorded.kind != "frames").step_by(3) {
        let stream = base64(&recorded.stream);
        let names = imports(&stream);
        for prefix in [&b"N0"[..], b"(1", b"I1\n0", b"(N1", b"(0", b"\x8c\x02os0"] {
            let padded = [prefix, &stream].concat();
            let lost: Vec<_> = names.difference(&imports(&padded)).cloned().collect();
            assert!(lost.is_empty(), "{lost:?} of {}", padded.escape_ascii());
            compared += names.len();
        }
    }
    assert!(compared > 3000, "{compared}");
}

/// A text by every opcode that can say one.
fn texts(text: &str) -> Vec<Vec<u8>> {
    let length = u8::try_from(text.len()).unwrap();
    let counted =
        |opcode: u8, zeros: usize| [&[opcode, length], &[0; 8][..zeros], text.as_bytes()].concat();
    let escaped: String = text.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
    let octal: String = text.bytes().map(|byte| format!("\\{byte:03o}")).collect();
    let short: String = text.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let long: String = text.bytes().map(|byte| format!("\\U{byte:08x}")).collect();
    vec![
        counted(b'X', 3),
        counted(0x8c, 0),
        counted(0x8d, 7),
        counted(b'T', 3),
        counted(b'U', 0),
        format!("S'{text}'\n").into(),
        format!("S\"{escaped}\"\n").into(),
        format!("S'{octal}'\n").into(),
        format!("V{text}\n").into(),
        format!("V{short}\n").into(),
        format!("V{long}\n").into(),
    ]
}

#[test]
fn every_spelling_gives_the_same_canonical_name() {
    let wanted: BTreeSet<String> = ["builtins.range".to_owned()].into();
    let pairs =
        [("builtins", "range", 4_u8), ("builtins", "range", 2), ("__builtin__", "xrange", 2)];
    for (module, name, protocol) in pairs {
        let mut spellings: Vec<Vec<u8>> =
            vec![format!("c{module}\n{name}\n").into(), format!("(i{module}\n{name}\n").into()];
        for first in texts(module) {
            for second in texts(name) {
                spellings.push([&first[..], &second, b"\x93"].concat());
                spellings.push([&first[..], b"\x940h\0", &second, b"\x93"].concat());
                spellings.push([&second[..], b"p7\n0", &first, b"g7\n\x93"].concat());
                spellings.push([&first[..], b"20", &second, b"20\x93"].concat());
            }
        }
        assert_eq!(spellings.len(), 2 + 4 * 121);
        for spelling in spellings {
            for padding in [&b""[..], b"N0", b"(1", b"K\x07Mab00"] {
                let stream = [&[0x80, protocol], padding, &spelling, b"."].concat();
                assert_eq!(imports(&stream), wanted, "{}", stream.escape_ascii());
            }
        }
    }
}

proptest! {
    #[test]
    fn any_sequence_of_opcodes_is_read_to_its_end(
        pieces in prop::collection::vec((0_u8..=255, prop::collection::vec(any::<u8>(), 0..12)), 0..60)
    ) {
        let opcodes = b"(.012FGIJKLMNSTUBCVXal]e)td}sugjhpqrcioRbPQ";
        let mut stream = Vec::new();
        for (opcode, argument) in pieces {
            stream.push(match opcode {
                0x80..=0x98 => opcode,
                _ => opcodes[usize::from(opcode) % opcodes.len()],
            });
            stream.extend(argument);
        }
        let limits = Limits { opcodes: 10_000, ..Limits::default() };
        let found = analyse_file("x.pkl", &stream, &NoSiblings, &limits);
        prop_assert_eq!(found.size, stream.len() as u64);
        // Something is always said, if only that nothing was understood.
        prop_assert!(!found.evidence.is_empty());
        // And always the same.
        prop_assert_eq!(found, analyse_file("x.pkl", &stream, &NoSiblings, &limits));
    }
}
