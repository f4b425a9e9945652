//! The digests by which the Hub names things.

use std::fmt::Write as _;

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-1 in hexadecimal.
pub(crate) fn sha1_hex(bytes: &[u8]) -> String {
    hex(&Sha1::digest(bytes))
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The git blob id of a content: SHA-1 of `blob `, the length in decimal, NUL, the content.
#[must_use]
pub fn git_blob_id(content: &[u8]) -> String {
    git_object_id("blob", content)
}

/// The id of a git object of any kind.
pub(crate) fn git_object_id(kind: &str, content: &[u8]) -> String {
    let mut hasher = Sha1::new();
    hasher.update(format!("{kind} {}\0", content.len()));
    hasher.update(content);
    hex(&hasher.finalize())
}

/// What git stores in place of an LFS file.
#[must_use]
pub fn lfs_pointer(sha256: &str, size: u64) -> String {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n")
}

/// The entity tag of JSON replies and errors: the length in hexadecimal and the SHA-1 in base64
/// without its padding, as the `etag` package of Node makes it.
#[must_use]
pub fn weak_etag(body: &[u8]) -> String {
    format!("W/\"{:x}-{}\"", body.len(), base64(&Sha1::digest(body)))
}

/// Base64 without padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            text.push(char::from(ALPHABET[bits >> (18 - 6 * place) & 63]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that huggingface.co gave (recorded in September 2026).
    #[test]
    fn digests_are_those_of_the_hub() {
        assert_eq!(
            weak_etag(b"Invalid username or password."),
            "W/\"1d-DMkJvg8tpLoaQbsiq9Mz7l2CJyI\""
        );
        assert_eq!(
            weak_etag(br#"{"error":"Invalid username or password."}"#),
            "W/\"29-dEMcHWfJi78ZR1aqzb1ELAhp3Us\""
        );
        assert_eq!(weak_etag(b"Entry not found"), "W/\"f-mY2VvLxuxB7KhsoOdQTlMTccuAQ\"");
        for (sha256, size, blob, length) in [
            (
                "cd44947308b4b22228767cab8addd523d1de22abd9b23a10808e5fc295202e4f",
                1_048_576,
                "c9176dbf0ba8556845af9072b3dd39d06764e8ba",
                132,
            ),
            (
                "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707",
                548_105_171,
                "44b36d6e32d13c8fb28b0feab0ac8bfefa7efeda",
                134,
            ),
        ] {
            let pointer = lfs_pointer(sha256, size);
            assert_eq!(pointer.len(), length);
            assert_eq!(git_blob_id(pointer.as_bytes()), blob);
        }
    }

    #[test]
    fn base64_of_every_remainder() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"f"), "Zg");
        assert_eq!(base64(b"fo"), "Zm8");
        assert_eq!(base64(b"foo"), "Zm9v");
        assert_eq!(base64(b"\xff\xfe\xfd\xfc"), "//79/A");
    }
}
