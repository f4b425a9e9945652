//! Entries of the facts cache: bytes as they lie on disk, and contents whose checksum is right.
//! What is read is written and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::base::Digest;
use weighstation::facts_cache::{Entry, Key, seal, unseal};

fuzz_target!(|data: &[u8]| {
    let key = "k".to_owned();
    assert!(unseal::<String, Entry>(&key, data).is_err(), "a checksum by chance");
    let json = [br#"{"key":"k","value":"#, data, b"}"].concat();
    let sealed = [b"weighstation 1\r\n", Digest::of(&json).bytes().as_slice(), &json].concat();
    if let Ok(entry) = unseal::<String, Entry>(&key, &sealed) {
        let again = seal(&key, &entry).expect("what was read is not too long");
        assert_eq!(unseal::<String, Entry>(&key, &again), Ok(entry));
    }
    // A key is read from disk as well.
    let _ = unseal::<String, Key>(&key, &sealed);
});
