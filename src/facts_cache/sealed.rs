//! How something is written down so that whatever happens to it on disk is noticed.
//!
//! ```text
//! "weighstation 1\r\n" · SHA-256 of what follows (32 bytes) · {"key": …, "value": …} as JSON
//! ```
//!
//! The digest finds what disks, killed runs and half restored archives do to a file. It is no
//! signature: whoever can write the folder can write entries that say what they like.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::Digest;

/// The first bytes, with the version of this layout. The line end shows a transfer as text.
const MAGIC: &[u8; 16] = b"weighstation 1\r\n";

/// Bytes in front of the JSON.
const PREFIX: usize = MAGIC.len().saturating_add(32);

/// Most bytes of something sealed, 8 MiB. What would be longer is not kept: a file with so many
/// facts is analysed anew.
pub(super) const MOST: usize = 8 << 20;

/// Why bytes are not what was sealed under a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It is longer than anything that is written.
    #[error("it is longer than {MOST} bytes")]
    Length,
    /// It does not begin as it should.
    #[error("it is no entry of a cache, or a cut one")]
    Magic,
    /// It was changed or cut off.
    #[error("its checksum does not match")]
    Checksum,
    /// It was sealed under another key: the file was renamed.
    #[error("it belongs under another name")]
    Key,
    /// The checksum matches and the content is not understood.
    #[error("its content is not understood: {0}")]
    Content(String),
}

#[derive(Serialize)]
struct Written<'a, K, V> {
    key: &'a K,
    value: &'a V,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read<K, V> {
    key: K,
    value: V,
}

/// Seals a value under its key; `None` if it would be longer than [`MOST`].
pub fn seal<K: Serialize, V: Serialize>(key: &K, value: &V) -> Option<Vec<u8>> {
    let mut bytes = vec![0; PREFIX];
    serde_json::to_writer(&mut bytes, &Written { key, value }).ok()?;
    let digest = Digest::of(bytes.get(PREFIX..)?);
    let (magic, rest) = bytes.split_at_mut_checked(MAGIC.len())?;
    magic.copy_from_slice(MAGIC);
    rest.get_mut(..32)?.copy_from_slice(digest.bytes());
    (bytes.len() <= MOST).then_some(bytes)
}

/// The value that was sealed under `key`.
///
/// No more memory is taken than the bytes explain: JSON nests 128 levels at most, and every string
/// and list in it is as long as it is written.
///
/// # Errors
/// These are not the bytes that [`seal`] made for this key.
pub fn unseal<K, V>(key: &K, bytes: &[u8]) -> Result<V, Broken>
where
    K: DeserializeOwned + PartialEq,
    V: DeserializeOwned,
{
    if bytes.len() > MOST {
        return Err(Broken::Length);
    }
    let rest = bytes.strip_prefix(MAGIC).ok_or(Broken::Magic)?;
    let (digest, json) = rest.split_at_checked(32).ok_or(Broken::Magic)?;
    if Digest::of(json).bytes() != digest {
        return Err(Broken::Checksum);
    }
    let read: Read<K, V> =
        serde_json::from_slice(json).map_err(|error| Broken::Content(error.to_string()))?;
    if read.key == *key { Ok(read.value) } else { Err(Broken::Key) }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_comes_back_under_its_key_only() {
        let sealed = seal(&"a", &vec![1, 2]).unwrap();
        assert_eq!(unseal::<String, Vec<u8>>(&"a".to_owned(), &sealed), Ok(vec![1, 2]));
        assert_eq!(unseal::<String, Vec<u8>>(&"b".to_owned(), &sealed), Err(Broken::Key));
        let other = unseal::<String, String>(&"a".to_owned(), &sealed);
        assert!(matches!(other, Err(Broken::Content(_))), "{other:?}");
    }

    #[test]
    fn every_flipped_bit_every_cut_and_every_tail_is_noticed() {
        let sealed = seal(&"key", &"Value").unwrap();
        let read = |bytes: &[u8]| unseal::<String, String>(&"key".to_owned(), bytes);
        assert_eq!(read(&sealed).as_deref(), Ok("Value"));
        for at in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            assert!(read(&flipped).is_err(), "bit {at}");
        }
        for end in 0..sealed.len() {
            assert!(read(&sealed[..end]).is_err(), "{end}");
        }
        assert_eq!(read(&[&sealed[..], b" "].concat()), Err(Broken::Checksum));
        assert_eq!(read(&vec![b'x'; MOST + 1]), Err(Broken::Length));
    }

    #[test]
    fn what_is_too_long_is_not_sealed() {
        assert!(seal(&"a", &"x".repeat(MOST)).is_none());
        assert!(seal(&"a", &"x".repeat(MOST - 200)).is_some());
    }

    #[test]
    fn nesting_without_end_is_no_crash() {
        let json = format!(r#"{{"key":"a","value":{}"#, "[".repeat(1 << 20));
        let digest = Digest::of(json.as_bytes());
        let bytes = [MAGIC, digest.bytes().as_slice(), json.as_bytes()].concat();
        let read = unseal::<String, serde_json::Value>(&"a".to_owned(), &bytes);
        assert!(matches!(read, Err(Broken::Content(_))));
    }
}
