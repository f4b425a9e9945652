//! safetensors files.

/// A file with any header text, as it is, and any data.
pub(crate) fn with_header(header: &str, data: &[u8]) -> Vec<u8> {
    with_length(header.len() as u64, header.as_bytes(), data)
}

/// A file with any declared header length.
pub(crate) fn with_length(length: u64, header: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = length.to_le_bytes().to_vec();
    out.extend_from_slice(header);
    out.extend_from_slice(data);
    out
}

/// The header's entry of a tensor.
pub(crate) fn entry(name: &str, dtype: &str, shape: &str, begin: u64, end: u64) -> String {
    format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{begin},{end}]}}"#)
}

/// A file as the library writes it: the entries, blanks up to a multiple of eight, the data.
pub(crate) fn file(entries: &[String], data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{{}}}", entries.join(","));
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    with_header(&header, data)
}

/// A file of one tensor of two floats, with further entries in its header.
pub(crate) fn plain_with(extra: &[String]) -> Vec<u8> {
    let mut entries = extra.to_vec();
    entries.push(entry("weight", "F32", "[2]", 0, 8));
    file(&entries, &[0, 0, 128, 63, 0, 0, 0, 64])
}

/// A file of one tensor of two floats.
pub(crate) fn plain() -> Vec<u8> {
    plain_with(&[r#""__metadata__":{"format":"pt"}"#.to_owned()])
}
