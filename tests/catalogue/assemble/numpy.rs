//! numpy's files, and its arrays in pickles.

use super::zip::{self, Member};
use super::{join, text, unicode};

/// A `.npy` of any header.
pub(crate) fn npy_with_header(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let prefix = if version == 1 { 10 } else { 12 };
    let mut header = header.to_owned();
    while !(prefix + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut out = b"\x93NUMPY".to_vec();
    out.extend_from_slice(&[version, 0]);
    if version == 1 {
        out.extend_from_slice(&u16::try_from(header.len()).unwrap().to_le_bytes());
    } else {
        out.extend_from_slice(&u32::try_from(header.len()).unwrap().to_le_bytes());
    }
    out.extend_from_slice(header.as_bytes());
    out.extend_from_slice(data);
    out
}

/// A `.npy`; `descr` and `shape` as Python would write them.
pub(crate) fn npy(version: u8, descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}");
    npy_with_header(version, &header, data)
}

/// A member of a `.npz` as `numpy.savez` writes it: room for zip64 in the local header.
pub(crate) fn npz_member(name: &str, content: &[u8]) -> Member {
    let size = content.len() as u64;
    zip::stored(name, content).local(|header| {
        header.version = 45;
        header.compressed = u32::MAX;
        header.size = u32::MAX;
        header.extra = b"\x01\0\x10\0".to_vec();
        header.extra.extend_from_slice(&size.to_le_bytes());
        header.extra.extend_from_slice(&size.to_le_bytes());
    })
}

/// A `.npz`.
pub(crate) fn npz(arrays: &[(&str, &[u8])]) -> Vec<u8> {
    let members: Vec<Member> =
        arrays.iter().map(|(name, content)| npz_member(name, content)).collect();
    zip::zip(&members)
}

/// `numpy.dtype(name, False, True)` with its state.
pub(crate) fn dtype(name: &str) -> Vec<u8> {
    let objects = name.starts_with('O');
    let order: &[u8] = if objects { b"|" } else { b"<" };
    let flags = if objects { 0x3f } else { 0 };
    join(&[
        b"cnumpy\ndtype\n",
        &unicode(name),
        b"\x89\x88\x87R(K\x03",
        &unicode(std::str::from_utf8(order).unwrap()),
        b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK",
        &[flags],
        b"tb",
    ])
}

/// `numpy.dtype('V16')` with two fields: `a` of doubles, `b` of `second`.
pub(crate) fn structured(second: &str) -> Vec<u8> {
    join(&[
        b"cnumpy\ndtype\nX\x03\0\0\0V16\x89\x88\x87R(K\x03X\x01\0\0\0|N",
        b"(X\x01\0\0\0aX\x01\0\0\0bt}(X\x01\0\0\0a",
        &dtype("f8"),
        b"K\0\x86X\x01\0\0\0b",
        &dtype(second),
        b"K\x08\x86uK\x10K\x01K",
        &[if second.starts_with('O') { 0x1b } else { 0x10 }],
        b"tb",
    ])
}

/// An array of doubles in a pickle of protocol 2 or 3: `_reconstruct` and a state. `home` is
/// `numpy.core` or `numpy._core`.
pub(crate) fn array(home: &str, numbers: &[f64]) -> Vec<u8> {
    let data: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    join(&[
        format!("c{home}.multiarray\n_reconstruct\ncnumpy\nndarray\n").as_bytes(),
        b"K\0\x85C\x01b\x87R(K\x01K",
        &[u8::try_from(numbers.len()).unwrap()],
        b"\x85",
        &dtype("f8"),
        b"\x89C",
        &[u8::try_from(data.len()).unwrap()],
        &data,
        b"tb",
    ])
}

/// The same with `STACK_GLOBAL`, as protocol 4 has it.
pub(crate) fn array4(home: &str, numbers: &[f64]) -> Vec<u8> {
    let data: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    join(&[
        &text(&format!("{home}.multiarray")),
        &text("_reconstruct"),
        b"\x93",
        &text("numpy"),
        &text("ndarray"),
        b"\x93K\0\x85C\x01b\x87R(K\x01K",
        &[u8::try_from(numbers.len()).unwrap()],
        b"\x85",
        &text("numpy"),
        &text("dtype"),
        b"\x93",
        &text("f8"),
        b"\x89\x88\x87R(K\x03",
        &text("<"),
        b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89C",
        &[u8::try_from(data.len()).unwrap()],
        &data,
        b"tb",
    ])
}
