//! Torch checkpoints: the zip since 1.6, the five pickles before, the tar before those.

use super::tar;
use super::zip::{self, Member, stored};
use super::{join, unicode};

/// `BININT` or `LONG1`.
pub(crate) fn int(number: i64) -> Vec<u8> {
    match i32::try_from(number) {
        Ok(small) => join(&[b"J", &small.to_le_bytes()]),
        Err(_) => join(&[b"\x8a\x08", &number.to_le_bytes()]),
    }
}

/// `MARK … TUPLE`.
pub(crate) fn tuple(items: &[&[u8]]) -> Vec<u8> {
    join(&[b"(", &items.concat(), b"t"])
}

fn ints(numbers: &[i64]) -> Vec<u8> {
    let items: Vec<Vec<u8>> = numbers.iter().map(|number| int(*number)).collect();
    tuple(&items.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// A storage's persistent id, as a zip has it.
pub(crate) fn storage(kind: &str, key: &str, elements: i64) -> Vec<u8> {
    join(&[
        &tuple(&[
            &unicode("storage"),
            format!("ctorch\n{kind}\n").as_bytes(),
            &unicode(key),
            &unicode("cpu"),
            &int(elements),
        ]),
        b"Q",
    ])
}

/// A storage's persistent id, as a legacy file has it: with a view.
pub(crate) fn legacy_storage(kind: &str, key: &str, elements: i64) -> Vec<u8> {
    join(&[
        &tuple(&[
            &unicode("storage"),
            format!("ctorch\n{kind}\n").as_bytes(),
            &unicode(key),
            &unicode("cpu"),
            &int(elements),
            b"N",
        ]),
        b"Q",
    ])
}

/// A tensor over a storage.
pub(crate) fn tensor(storage: &[u8], offset: i64, size: &[i64], stride: &[i64]) -> Vec<u8> {
    join(&[
        b"ctorch._utils\n_rebuild_tensor_v2\n",
        &tuple(&[
            storage,
            &int(offset),
            &ints(size),
            &ints(stride),
            b"\x89",
            b"ccollections\nOrderedDict\n)R",
        ]),
        b"R",
    ])
}

/// An `OrderedDict` of tensors (or of anything else), as a protocol 2 pickle.
pub(crate) fn state_dict(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
    for (name, value) in entries {
        out.extend(unicode(name));
        out.extend_from_slice(value);
    }
    out.extend_from_slice(b"u.");
    out
}

/// A state dict of one tensor of four floats in storage `0`, and what goes with it.
pub(crate) fn weights() -> Vec<u8> {
    state_dict(&[("weight", &tensor(&storage("FloatStorage", "0", 4), 0, &[2, 2], &[2, 1]))])
}

/// Sixteen bytes of floats.
pub(crate) fn floats() -> Vec<u8> {
    [1.5_f32, -2.25, 0.125, 3.0].iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A record as torch's writer makes it: a descriptor, `1980-00-00`, UTF-8 names.
pub(crate) fn record(root: &str, name: &str, content: &[u8]) -> Member {
    stored(&format!("{root}/{name}"), content).with(|header| header.flags = 0x0800).streamed()
}

/// Moves every record's data to a multiple of 64 with torch's extra field `FB`.
pub(crate) fn align(members: &mut [Member]) {
    let mut at = 0_usize;
    for member in members {
        let start = at + member.gap.len() + 30 + member.local.name.len();
        // The field's own header takes four bytes.
        let padding = (64 - (start + 4) % 64) % 64;
        member.local.extra = b"FB".to_vec();
        member.local.extra.extend_from_slice(&u16::try_from(padding).unwrap().to_le_bytes());
        member.local.extra.resize(4 + padding, b'Z');
        at = start + member.local.extra.len() + member.data.len() + member.descriptor.len();
    }
}

/// The records of an ordinary checkpoint, in torch's order.
pub(crate) fn records(pickle: &[u8], storages: &[(&str, &[u8])]) -> Vec<Member> {
    let root = "archive";
    let mut members = vec![
        record(root, "data.pkl", pickle),
        record(root, ".format_version", b"1"),
        record(root, ".storage_alignment", b"64"),
        record(root, "byteorder", b"little"),
    ];
    for (key, content) in storages {
        members.push(record(root, &format!("data/{key}"), content));
    }
    members.push(record(root, "version", b"3\n"));
    members.push(record(
        root,
        ".data/serialization_id",
        b"0123456789012345678901234567890123456789",
    ));
    members
}

/// A checkpoint of any records, aligned.
pub(crate) fn checkpoint_of(mut members: Vec<Member>) -> Vec<u8> {
    align(&mut members);
    zip::zip(&members)
}

/// A checkpoint with one pickle and its storages.
pub(crate) fn checkpoint(pickle: &[u8], storages: &[(&str, &[u8])]) -> Vec<u8> {
    checkpoint_of(records(pickle, storages))
}

/// A plain checkpoint of one tensor, with one more record behind.
pub(crate) fn checkpoint_with(extra: Vec<Member>) -> Vec<u8> {
    let mut members = records(&weights(), &[("0", &floats())]);
    members.extend(extra);
    checkpoint_of(members)
}

/// `0x1950a86a20f9469cfc6c` as torch writes it.
pub(crate) const MAGIC: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

/// A checkpoint before 1.6.
#[derive(Clone)]
pub(crate) struct Legacy {
    pub(crate) magic: Vec<u8>,
    pub(crate) version: Vec<u8>,
    pub(crate) system: Vec<u8>,
    pub(crate) object: Vec<u8>,
    pub(crate) keys: Vec<u8>,
    pub(crate) tail: Vec<u8>,
}

impl Legacy {
    /// A plain one: one tensor of four floats.
    pub(crate) fn plain() -> Self {
        let tensor = tensor(&legacy_storage("FloatStorage", "94001", 4), 0, &[2, 2], &[2, 1]);
        Self {
            magic: MAGIC.to_vec(),
            version: b"\x80\x02M\xe9\x03.".to_vec(),
            system: join(&[
                b"\x80\x02}(",
                &unicode("protocol_version"),
                b"M\xe9\x03",
                &unicode("little_endian"),
                b"\x88",
                &unicode("type_sizes"),
                b"}(",
                &unicode("short"),
                b"K\x02",
                &unicode("int"),
                b"K\x04",
                &unicode("long"),
                b"K\x04uu.",
            ]),
            object: state_dict(&[("weight", &tensor)]),
            keys: join(&[b"\x80\x02]", &unicode("94001"), b"a."]),
            tail: join(&[&4_i64.to_le_bytes(), &floats()]),
        }
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        join(&[&self.magic, &self.version, &self.system, &self.object, &self.keys, &self.tail])
    }
}

/// A checkpoint of torch 0.1: a tar of `storages`, `tensors` and `pickle`.
#[derive(Clone)]
pub(crate) struct OldTar {
    pub(crate) storages: Vec<u8>,
    pub(crate) tensors: Vec<u8>,
    pub(crate) object: Vec<u8>,
}

impl OldTar {
    /// A plain one: one tensor of four floats.
    pub(crate) fn plain() -> Self {
        let id = join(&[b"\x80\x02K\x01", &unicode("cpu"), b"ctorch\nFloatStorage\n\x87."]);
        let tensor = b"\x80\x02K\x02K\x01ctorch\nFloatTensor\n\x87.".to_vec();
        let mut geometry = 1_i32.to_le_bytes().to_vec();
        geometry.extend_from_slice(&[0; 4]);
        for number in [4_i64, 1, 0] {
            geometry.extend_from_slice(&number.to_le_bytes());
        }
        Self {
            storages: join(&[
                b"\x80\x02K\x01.",
                &id,
                &4_i64.to_le_bytes(),
                &floats(),
                b"\x80\x02].",
            ]),
            tensors: join(&[b"\x80\x02K\x01.", &tensor, &geometry]),
            object: join(&[b"\x80\x02}", &unicode("weight"), b"K\x02Qs."]),
        }
    }

    /// Its members.
    pub(crate) fn entries(&self) -> Vec<tar::Entry> {
        vec![
            tar::file("storages", &self.storages),
            tar::file("tensors", &self.tensors),
            tar::file("pickle", &self.object),
        ]
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        tar::tar(&self.entries())
    }
}
