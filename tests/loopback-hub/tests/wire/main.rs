//! The hub over its sockets: what huggingface.co was recorded to answer, and every fault.

mod client;
mod exchanges;
mod faults;
