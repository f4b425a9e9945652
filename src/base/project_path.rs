//! Paths inside a project, `/` between their parts.

/// A path without `.` and with `..` only at its beginning.
pub fn normalised_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised() {
        assert_eq!(normalised_path("./a//b/../c/"), "a/c");
        assert_eq!(normalised_path("../../a/.."), "../..");
    }
}
