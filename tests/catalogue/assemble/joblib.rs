//! joblib's streams: one pickle with the bytes of arrays between its opcodes.

use super::numpy::dtype;
use super::{join, unicode};

/// What a wrapper says about the array behind it.
#[derive(Clone)]
pub(crate) struct Wrapper {
    /// Opcodes that leave the shape.
    pub(crate) shape: Vec<u8>,
    /// Opcodes that leave the dtype.
    pub(crate) dtype: Vec<u8>,
    /// Opcodes that leave `numpy_array_alignment_bytes`; `None`: the attribute is absent.
    pub(crate) alignment: Option<Vec<u8>>,
}

impl Wrapper {
    /// As joblib 1.2 and later write it.
    pub(crate) fn new(name: &str, count: u8) -> Self {
        let shape = vec![b'K', count, 0x85];
        Self { shape, dtype: dtype(name), alignment: Some(b"K\x10".to_vec()) }
    }

    /// The opcodes, up to and with `BUILD`.
    pub(crate) fn opcodes(&self) -> Vec<u8> {
        let mut out = join(&[
            b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(",
            &unicode("subclass"),
            b"cnumpy\nndarray\n",
            &unicode("shape"),
            &self.shape,
            &unicode("order"),
            &unicode("C"),
            &unicode("dtype"),
            &self.dtype,
            &unicode("allow_mmap"),
            b"\x88",
        ]);
        if let Some(alignment) = &self.alignment {
            out.extend(unicode("numpy_array_alignment_bytes"));
            out.extend_from_slice(alignment);
        }
        out.extend_from_slice(b"ub");
        out
    }
}

/// A stream being written, from offset 0 on, so that padding comes out right.
pub(crate) struct Stream {
    out: Vec<u8>,
    /// Opcodes that wait for their frame; `None`: protocol 3, which has none.
    frame: Option<Vec<u8>>,
}

impl Stream {
    /// Protocol 3: no frames.
    pub(crate) fn unframed() -> Self {
        Self { out: b"\x80\x03".to_vec(), frame: None }
    }

    /// Protocol 4.
    pub(crate) fn framed() -> Self {
        Self { out: b"\x80\x04".to_vec(), frame: Some(Vec::new()) }
    }

    /// Appends opcodes.
    pub(crate) fn opcodes(mut self, opcodes: &[u8]) -> Self {
        self.frame.as_mut().unwrap_or(&mut self.out).extend_from_slice(opcodes);
        self
    }

    /// Ends the frame, as the writer does in front of raw bytes.
    fn commit(&mut self) {
        let Some(frame) = &mut self.frame else { return };
        if frame.len() >= 4 {
            self.out.extend(super::frame(frame.len() as u64));
        }
        self.out.append(frame);
    }

    /// Appends raw bytes.
    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.commit();
        self.out.extend_from_slice(bytes);
        self
    }

    /// Appends a wrapper, padding if it has any, and the array's bytes.
    pub(crate) fn array(self, wrapper: &Wrapper, data: &[u8]) -> Self {
        let mut stream = self.opcodes(&wrapper.opcodes());
        stream.commit();
        if wrapper.alignment.as_deref().is_some_and(|alignment| alignment != b"N") {
            let padding = 16 - (stream.out.len() + 1) % 16;
            stream.out.push(u8::try_from(padding).unwrap());
            stream.out.resize(stream.out.len() + padding, 0xff);
        }
        stream.raw(data)
    }

    /// The stream, with `STOP`.
    pub(crate) fn end(self) -> Vec<u8> {
        let mut stream = self.opcodes(b".");
        stream.commit();
        stream.out
    }
}

/// Bytes of doubles.
pub(crate) fn doubles(count: u8) -> Vec<u8> {
    (0..count).flat_map(|number| f64::from(number).to_le_bytes()).collect()
}

/// A list of two arrays and a number behind them.
pub(crate) fn two_arrays(stream: Stream) -> Vec<u8> {
    stream
        .opcodes(b"](")
        .array(&Wrapper::new("f8", 3), &doubles(3))
        .array(&Wrapper::new("f8", 5), &doubles(5))
        .opcodes(b"K\x07e")
        .end()
}
