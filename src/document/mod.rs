//! YAML that its author wrote, with a place for every value: read into types, or told what is
//! wrong with it, where, and what was meant. The only user of the YAML crate.

mod editor_schema;
mod line_hash;
mod located;
mod problem;
mod reading;
mod yaml;
mod yaml_scalar;

pub use editor_schema::{editor_schema, inlining_generator};
pub use line_hash::line_hashes;
pub use located::{Document, Located, MAXIMUM_DOCUMENT_BYTES, Place, Span};
pub use problem::{Problem, render_problems};
pub use reading::{Fields, Reading, Value};
pub use yaml::{Content, Node, read_yaml};
pub use yaml_scalar::{yaml_digits, yaml_scalar};
