//! Model cards.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::analyse::read_card;
use weighstation::base::Limits;

fuzz_target!(|data: &[u8]| {
    read_card("README.md", &data, &Limits::default());
});
