//! Searching for the four bytes that begin a structure.

/// The first place of `signature` in `bytes` at or behind `from`.
pub(super) fn find(bytes: &[u8], signature: [u8; 4], from: usize) -> Option<usize> {
    /// Bytes looked at together; the compiler makes vector instructions of the loop over them.
    const BLOCK: usize = 128;
    let [first, second, ..] = signature;
    let mut at = from;
    loop {
        let block = bytes.get(at..)?;
        if block.len() <= BLOCK {
            let found = block.windows(4).position(|four| four == signature)?;
            return Some(at.saturating_add(found));
        }
        let (here, next) = (block.get(..BLOCK)?, block.get(1..=BLOCK)?);
        let pairs = here
            .iter()
            .zip(next)
            .fold(0_u8, |any, (a, b)| any | (u8::from(*a == first) & u8::from(*b == second)));
        if pairs != 0 {
            // The last three of the windows reach into the next block.
            let end = block.len().min(BLOCK.saturating_add(3));
            let found = block.get(..end)?.windows(4).position(|four| four == signature);
            if let Some(found) = found {
                return Some(at.saturating_add(found));
            }
        }
        at = at.saturating_add(BLOCK);
    }
}

/// All places of `signature` in `bytes`.
pub(super) fn all(bytes: &[u8], signature: [u8; 4]) -> impl DoubleEndedIterator<Item = usize> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(at) = find(bytes, signature, from) {
        places.push(at);
        from = at.saturating_add(1);
    }
    places.into_iter()
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute small numbers")]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_found_wherever_it_stands() {
        for length in [4, 127, 128, 129, 131, 132, 300, 1000] {
            for at in 0..=length - 4 {
                let mut bytes = vec![b'P'; length];
                bytes[at..at + 4].copy_from_slice(b"PK\x05\x06");
                assert_eq!(find(&bytes, *b"PK\x05\x06", 0), Some(at), "{length} {at}");
                assert_eq!(find(&bytes, *b"PK\x05\x06", at + 1), None);
            }
        }
        assert_eq!(find(b"PK\x05", *b"PK\x05\x06", 0), None);
        assert_eq!(find(b"", *b"PK\x05\x06", 10), None);
    }
}
