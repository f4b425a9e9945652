//! A small assembler: pickles here, what carries them in the modules below.

pub(crate) mod compression;
pub(crate) mod joblib;
pub(crate) mod numpy;
pub(crate) mod objects;
pub(crate) mod safetensors;
pub(crate) mod sevenz;
pub(crate) mod tar;
pub(crate) mod torch;
pub(crate) mod zip;

/// Wraps bytes in something that holds them.
pub(crate) type Pack = fn(&[u8]) -> Vec<u8>;

/// Joins pieces.
pub(crate) fn join(pieces: &[&[u8]]) -> Vec<u8> {
    pieces.concat()
}

/// `SHORT_BINUNICODE`
pub(crate) fn text(text: &str) -> Vec<u8> {
    let mut out = vec![0x8c, u8::try_from(text.len()).unwrap()];
    out.extend_from_slice(text.as_bytes());
    out
}

/// `BINUNICODE`
pub(crate) fn unicode(text: &str) -> Vec<u8> {
    join(&[b"X", &u32::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()])
}

/// `BINBYTES`
pub(crate) fn bytes(content: &[u8]) -> Vec<u8> {
    let mut out = vec![b'B'];
    out.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
    out.extend_from_slice(content);
    out
}

/// Module and name on the stack, then `STACK_GLOBAL`.
pub(crate) fn stack_global(module: &str, name: &str) -> Vec<u8> {
    join(&[&text(module), &text(name), b"\x93"])
}

/// A protocol 4 stream (without frame) around a body.
pub(crate) fn protocol4(body: &[u8]) -> Vec<u8> {
    join(&[b"\x80\x04", body, b"."])
}

/// A protocol 2 stream around a body.
pub(crate) fn protocol2(body: &[u8]) -> Vec<u8> {
    join(&[b"\x80\x02", body, b"."])
}

/// `FRAME` of a given length.
pub(crate) fn frame(length: u64) -> Vec<u8> {
    join(&[b"\x95", &length.to_le_bytes()])
}

/// An inert stand-in for a command: a denied import that is called without arguments.
pub(crate) fn canary() -> Vec<u8> {
    b"cos\ngetpid\n)R".to_vec()
}

/// A pickle that fails wherever it stands: protocol 2, the canary called.
pub(crate) fn evil() -> Vec<u8> {
    protocol2(&canary())
}
