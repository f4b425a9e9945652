//! Lists of accounts on the Hub, which several sections have.

use crate::document::{Located, Reading, Value};

/// Names of accounts; `error` says what is wrong with one that is a path.
pub(in crate::policy) fn accounts(
    reading: &mut Reading,
    value: &Value<'_>,
    error: &'static str,
) -> Option<Vec<Located<String>>> {
    reading.list_of(value, |reading, value| {
        reading.checked(value, |text| if text.contains(['/', ':']) { Err(error) } else { Ok(()) })
    })
}

/// Names of publishers.
pub(in crate::policy) fn publishers(
    reading: &mut Reading,
    value: &Value<'_>,
) -> Option<Vec<Located<String>>> {
    accounts(
        reading,
        value,
        "a publisher is the part before the `/` of a repository: `google`, not `google/bert`",
    )
}
