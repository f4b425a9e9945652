//! JSON that can be shown anywhere.
//!
//! JSON escapes only quotes, backslashes and C0 control characters. Names from a model may hold
//! others that reorder or hide text on a terminal, so they are written as `\uXXXX` as well. A
//! JSON reader sees exactly the same strings.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter};

use crate::base::Untrusted;

/// Writes a value over several lines, with a line break at the end.
pub(super) fn write_pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write_with(value, Safe(PrettyFormatter::with_indent(b"  ")), out)
}

/// Writes a value on one line, with a line break at the end.
pub(super) fn write_compact(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write_with(value, Safe(CompactFormatter), out)
}

fn write_with(
    value: &impl Serialize,
    formatter: impl Formatter,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, formatter);
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

struct Safe<F>(F);

impl<F: Formatter> Safe<F> {
    fn must_be_escaped(text: &str) -> Option<(usize, char)> {
        text.char_indices().find(|(at, c)| {
            (!c.is_ascii() || *c == '\u{7f}') && Untrusted::is_dangerous(*c)
                || *c == '#' && text.get(*at..).is_some_and(Untrusted::begins_command)
        })
    }
}

macro_rules! as_the_inner_one {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {$(
        fn $name<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$name(out $(, $argument)*)
        }
    )*};
}

impl<F: Formatter> Formatter for Safe<F> {
    as_the_inner_one! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
        write_char_escape(escape: CharEscape);
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = Self::must_be_escaped(rest) {
            let (plain, from) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write_compact(&text, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_reorders_or_hides_is_escaped_and_reads_back_the_same() {
        let text = "a\u{202e}b\u{9b}31m\u{e0041}é\"\n\u{7f} ##[error]#";
        let json = written(text);
        assert_eq!(json, "\"a\\u202eb\\u009b31m\\udb40\\udc41é\\\"\\n\\u007f \\u0023#[error]#\"\n");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
