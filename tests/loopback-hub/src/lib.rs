//! A Hugging Face Hub on 127.0.0.1: what a reader of models needs of it, and what can go wrong.
//!
//! Three listeners: the Hub, the CDN to which it redirects for large files, and a foreign host to
//! which it redirects only by fault. Status codes, headers, redirects and texts are those of
//! huggingface.co as recorded in 2025 and 2026; where the real service is not known to a detail
//! the comment says so. Every request is recorded, on every listener, so that a test can tell
//! where a token went and how many bytes a file cost.
//!
//! ```
//! use loopback_hub::{Fault, File, LoopbackHub, Repository, Route};
//!
//! let hub = LoopbackHub::builder()
//!     .repository(
//!         Repository::new("acme/tiny")
//!             .file("config.json", File::git("{}"))
//!             .file("pytorch_model.bin", File::lfs("not really"))
//!             .commit("First"),
//!     )
//!     .fault(Fault::Status(503).on(Route::Cdn).times(2))
//!     .start();
//! assert!(hub.endpoint().starts_with("http://127.0.0.1:"));
//! assert!(hub.requests().is_empty());
//! ```
//!
//! Test support: what a test got wrong panics, and everything that the hub serves is in memory,
//! except the zeros of sparse files, which are nowhere.

mod accounts;
mod checkpoint;
mod connection;
mod content;
mod demonstration;
mod digests;
mod faults;
mod message;
mod records;
mod repository;
mod routes;
mod scan;
mod server;

pub use accounts::{Organization, User};
pub use checkpoint::{Checkpoint, crc32};
pub use content::Content;
pub use demonstration::{demonstration, shards};
pub use digests::{git_blob_id, lfs_pointer, sha256_hex, weak_etag};
pub use faults::{Fault, FaultMix, FaultRule, Garbage, RangeLie};
pub use message::{Listener, Route};
pub use records::Recorded;
pub use repository::{File, Gate, Repository};
pub use scan::FileScan;
pub use server::{Builder, LoopbackHub};
