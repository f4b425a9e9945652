//! CRC-32, the checksum of zip and 7z.

use std::io;

use flate2::Crc;

use crate::analyse::Stop;
use crate::base::ReadAt;

/// CRC-32 of some bytes.
pub(super) fn checksum(bytes: &dyn ReadAt) -> Result<u32, Stop> {
    let mut crc = Crc::new();
    let mut piece = vec![0; 64 << 10];
    let mut at = 0_u64;
    loop {
        match bytes.read_at(at, &mut piece) {
            Ok(0) => return Ok(crc.sum()),
            Ok(count) => {
                crc.update(piece.get(..count).unwrap_or(&[]));
                at = at.saturating_add(count as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_a_published_text_is_right() {
        assert_eq!(checksum(&b"123456789".to_vec()).unwrap(), 0xcbf4_3926);
        assert_eq!(checksum(&Vec::new()).unwrap(), 0);
    }
}
