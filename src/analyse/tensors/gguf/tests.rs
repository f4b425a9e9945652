//! Files made here, field by field.

use proptest::prelude::*;

use crate::analyse::{NoSiblings, analyse_file};
use crate::base::Limits;
use crate::evidence::{CoverageFact, Fact, FileEvidence, TemplateFact, WeightsFact};

/// A file as its fields are written.
#[derive(Clone)]
struct File {
    big: bool,
    version: u32,
    tensors: u64,
    keys: u64,
    body: Vec<u8>,
}

impl File {
    fn new() -> Self {
        Self { big: false, version: 3, tensors: 0, keys: 0, body: Vec::new() }
    }

    fn narrow(&self) -> bool {
        self.version == 1
    }

    fn u32(mut self, number: u32) -> Self {
        let bytes = if self.big { number.to_be_bytes() } else { number.to_le_bytes() };
        self.body.extend(bytes);
        self
    }

    fn u64(mut self, number: u64) -> Self {
        let bytes = if self.big { number.to_be_bytes() } else { number.to_le_bytes() };
        self.body.extend(bytes);
        self
    }

    fn count(self, count: u64) -> Self {
        if self.narrow() { self.u32(count as u32) } else { self.u64(count) }
    }

    fn text(self, text: &str) -> Self {
        let mut file = self.count(text.len() as u64);
        file.body.extend(text.bytes());
        file
    }

    fn key(mut self, key: &str, kind: u32) -> Self {
        self.keys += 1;
        self.text(key).u32(kind)
    }

    fn string(self, key: &str, value: &str) -> Self {
        self.key(key, 8).text(value)
    }

    fn words(self, key: &str, words: &[&str]) -> Self {
        let file = self.key(key, 9).u32(8).count(words.len() as u64);
        words.iter().fold(file, |file, word| file.text(word))
    }

    /// A tensor of 32-bit floats unless `kind` says otherwise.
    fn tensor(mut self, name: &str, shape: &[u64], kind: u32, offset: u64) -> Self {
        self.tensors += 1;
        let mut file = self.text(name).u32(shape.len() as u32);
        for size in shape {
            file = file.count(*size);
        }
        file.u32(kind).u64(offset)
    }

    /// The file with so many bytes of data behind the padded header.
    fn bytes(self, data: usize) -> Vec<u8> {
        let head = Self { body: Vec::new(), ..self.clone() };
        let head = head.u32(self.version).count(self.tensors).count(self.keys);
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(head.body);
        bytes.extend(&self.body);
        if data > 0 {
            bytes.resize(bytes.len().next_multiple_of(32) + data, 0);
        }
        bytes
    }
}

fn analysed(bytes: &[u8]) -> FileEvidence {
    analyse_file("model.gguf", &bytes.to_vec(), &NoSiblings, &Limits::default())
}

/// Why a file is refused; empty for a sound one.
fn defects(bytes: &[u8]) -> Vec<String> {
    let defect = |fact: &Fact| match fact {
        Fact::Coverage(CoverageFact::Malformed { reason, .. }) => Some(reason.clone()),
        Fact::Coverage(fact) => Some(format!("{fact:?}")),
        _ => None,
    };
    analysed(bytes).evidence.iter().filter_map(|it| defect(&it.fact)).collect()
}

fn header(bytes: &[u8]) -> Option<WeightsFact> {
    analysed(bytes).evidence.into_iter().find_map(|it| match it.fact {
        Fact::Weights(fact) => Some(fact),
        _ => None,
    })
}

fn sound() -> File {
    File::new()
        .string("general.architecture", "llama")
        .key("llama.block_count", 4)
        .u32(32)
        .words("tokenizer.ggml.tokens", &["<s>", "a", "b"])
        .key("tokenizer.ggml.scores", 9)
        .u32(6)
        .count(3)
        .u32(0)
        .u32(0)
        .u32(0)
        .tensor("a", &[32, 2], 0, 0)
        .tensor("b", &[32], 2, 256)
}

#[test]
fn a_sound_file_is_read_whole() {
    let bytes = sound().bytes(256 + 18);
    assert_eq!(defects(&bytes), [] as [String; 0]);
    let expected = WeightsFact::Header { tensors: 2, metadata: 4, data_length: 274 };
    assert_eq!(header(&bytes), Some(expected.clone()));
    // The last tensor may be padded like the others.
    assert_eq!(header(&sound().bytes(256 + 32)), Some(expected));
}

#[test]
fn both_byte_orders_and_the_first_version_are_read() {
    let big = File { big: true, ..File::new() };
    let big = big.string("general.architecture", "llama").tensor("a", &[4], 0, 0);
    assert_eq!(defects(&big.bytes(16)), [] as [String; 0]);
    let first = File { version: 1, ..File::new() };
    let first = first.string("general.architecture", "llama").tensor("a", &[4], 0, 0);
    assert_eq!(defects(&first.bytes(16)), [] as [String; 0]);
}

#[test]
fn templates_are_found_under_every_key_and_in_both_byte_orders() {
    let attack = "{{ cycler.__init__.__globals__.os.popen('id') }}";
    for key in ["tokenizer.chat_template", "tokenizer.chat_template.tool_use"] {
        for big in [false, true] {
            let file = File { big, ..File::new() }.string(key, attack);
            let file = analysed(&file.bytes(0));
            let hazard = |fact: &Fact| matches!(fact, Fact::Template(TemplateFact::Hazard { .. }));
            assert!(file.evidence.iter().any(|it| hazard(&it.fact)), "{key} {big}");
        }
    }
}

#[test]
fn what_breaks_a_rule_is_refused() {
    let wrong: Vec<(&str, Vec<u8>)> = vec![
        ("a nested array", File::new().key("a", 9).u32(9).count(1).bytes(0)),
        ("keys beyond the file", File { keys: 1 << 63, ..File::new() }.bytes(0)),
        ("tensors beyond the file", File { tensors: 1 << 40, ..File::new() }.bytes(0)),
        ("a text beyond the file", File::new().key("a", 8).u64(u64::MAX).bytes(0)),
        ("an array that overflows", File::new().key("a", 9).u32(12).u64(1 << 61).bytes(0)),
        ("a boolean of 255", {
            let mut file = File::new().key("a", 7);
            file.body.push(255);
            file.bytes(0)
        }),
        ("a type of 13", File::new().key("a", 13).u32(0).bytes(0)),
        ("a key twice", File::new().string("a", "1").string("a", "2").bytes(0)),
        ("an empty key", File::new().string("", "1").bytes(0)),
        ("alignment 0", File::new().key("general.alignment", 4).u32(0).bytes(0)),
        ("alignment 3", File::new().key("general.alignment", 4).u32(3).bytes(0)),
        ("alignment 2^31", File::new().key("general.alignment", 4).u32(1 << 31).bytes(0)),
        ("alignment as text", File::new().string("general.alignment", "32").bytes(0)),
        ("scores of bytes", {
            let file = File::new().key("tokenizer.ggml.scores", 9).u32(1).count(1);
            let mut file = file;
            file.body.push(0);
            file.bytes(0)
        }),
        ("more scores than tokens", {
            let file = File::new().words("tokenizer.ggml.tokens", &["a"]);
            file.key("tokenizer.ggml.scores", 9).u32(6).count(2).u32(0).u32(0).bytes(0)
        }),
        ("a token that is none", {
            let file = File::new().words("tokenizer.ggml.tokens", &["a"]);
            file.key("tokenizer.ggml.bos_token_id", 4).u32(1).bytes(0)
        }),
        ("a thousand blocks", File::new().key("x.block_count", 4).u32(5000).bytes(0)),
        ("version 4", File { version: 4, ..File::new() }.bytes(0)),
        ("two tensors of a name", {
            File::new().tensor("a", &[8], 0, 0).tensor("a", &[8], 0, 32).bytes(64)
        }),
        ("a long name", File::new().tensor(&"n".repeat(64), &[8], 0, 0).bytes(32)),
        ("no dimension", File::new().tensor("a", &[], 0, 0).bytes(32)),
        ("five dimensions", File::new().tensor("a", &[1; 5], 0, 0).bytes(32)),
        ("a dimension of zero", File::new().tensor("a", &[0], 0, 0).bytes(32)),
        ("a product that overflows", File::new().tensor("a", &[1 << 40, 1 << 40], 0, 0).bytes(32)),
        ("bytes that overflow", File::new().tensor("a", &[1 << 62], 28, 0).bytes(32)),
        ("a row that is no block", File::new().tensor("a", &[33], 2, 0).bytes(64)),
        ("a removed type", File::new().tensor("a", &[32], 4, 0).bytes(64)),
        ("an unknown type", File::new().tensor("a", &[32], 99, 0).bytes(64)),
        ("shared data", File::new().tensor("a", &[8], 0, 0).tensor("b", &[8], 0, 0).bytes(64)),
        ("a hole", File::new().tensor("a", &[8], 0, 0).tensor("b", &[8], 0, 64).bytes(96)),
        ("data beyond the file", File::new().tensor("a", &[80], 0, 0).bytes(32)),
        ("bytes behind the data", File::new().tensor("a", &[8], 0, 0).bytes(32 + 100)),
    ];
    for (what, bytes) in wrong {
        assert_eq!(defects(&bytes).len(), 1, "{what}: {:?}", defects(&bytes));
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let whole = sound().bytes(256 + 18);
    for length in 4..whole.len() {
        let cut = whole.get(..length).unwrap_or_default();
        assert_eq!(defects(cut).len(), 1, "{length}: {:?}", defects(cut));
    }
}

proptest! {
    #[test]
    fn any_bytes_behind_the_magic_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        file.extend(bytes);
        analysed(&file);
    }

    #[test]
    fn any_byte_of_a_sound_file_may_change(at in 0_usize..500, value in any::<u8>()) {
        let mut bytes = sound().bytes(274);
        if let Some(byte) = bytes.get_mut(at) {
            *byte = value;
        }
        analysed(&bytes);
    }
}
