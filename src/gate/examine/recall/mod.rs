//! What earlier runs found out about a file, and what this one leaves for the next.
//!
//! | file on this machine | found under | read for it |
//! | --- | --- | --- |
//! | as it was when its digest was computed | its digest | nothing |
//! | up to 1 MiB | its digest | all of it, once: what is judged is what is summed |
//! | up to 16 MiB, or dense | its digest | all of it |
//! | larger | as it was seen | nothing |
//!
//! A digest of gigabytes takes longer than most analyses, which read headers and leave the tensors
//! alone. So large files are found by their digest only where an earlier run saw that their analysis
//! reads a good part of them (they are *dense*), and otherwise as long as they are as they were seen.
//!
//! Of a file behind a network facts are kept under what its listing says, for that Hub alone.

mod kept;
mod local;
mod remote;
mod witness;

pub(in crate::gate) use kept::Recall;
pub(in crate::gate::examine) use kept::{Glance, WHOLE, listed, sum};
pub(in crate::gate::examine) use local::Local;
pub(in crate::gate::examine) use remote::remote;
