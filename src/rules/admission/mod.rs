//! Rules on what may come in at all, before anybody looks at its bytes.

pub(crate) mod denied_publisher;
pub(crate) mod format_not_allowed;
pub(crate) mod model_too_large;
pub(crate) mod source_not_allowed;
