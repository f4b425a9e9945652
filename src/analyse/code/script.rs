//! Scripts and sources: what a person, a framework or an inference server may run.
//!
//! `.jar`, `.whl` and the like are archives: their members tell.

use crate::analyse::text::{lfs_pointer, plain};
use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::base::read_up_to;
use crate::evidence::{FileFact, Format};

/// The analyser of scripts.
pub(in crate::analyse) struct Script;

impl Script {
    /// The format's name.
    pub(in crate::analyse) const FORMAT: Format = Format::new("script");
}

/// Endings of source files, and what they are written in.
const LANGUAGES: &[(&str, &str)] = &[
    ("py", "python"),
    ("pyw", "python"),
    ("pyi", "python"),
    ("pyx", "cython"),
    ("ipynb", "jupyter-notebook"),
    ("pth", "python-path"),
    ("sh", "shell"),
    ("bash", "shell"),
    ("zsh", "shell"),
    ("fish", "shell"),
    ("csh", "shell"),
    ("ksh", "shell"),
    ("bat", "batch"),
    ("cmd", "batch"),
    ("ps1", "powershell"),
    ("psm1", "powershell"),
    ("psd1", "powershell"),
    ("vbs", "vbscript"),
    ("vbe", "vbscript"),
    ("wsf", "windows-script"),
    ("hta", "html-application"),
    ("js", "javascript"),
    ("mjs", "javascript"),
    ("cjs", "javascript"),
    ("jsx", "javascript"),
    ("ts", "typescript"),
    ("tsx", "typescript"),
    ("rb", "ruby"),
    ("pl", "perl"),
    ("pm", "perl"),
    ("php", "php"),
    ("lua", "lua"),
    ("r", "r"),
    ("rmd", "r"),
    ("jl", "julia"),
    ("m", "matlab"),
    ("c", "c"),
    ("h", "c"),
    ("cc", "c++"),
    ("cpp", "c++"),
    ("cxx", "c++"),
    ("hpp", "c++"),
    ("cu", "cuda"),
    ("cuh", "cuda"),
    ("ptx", "cuda"),
    ("cl", "opencl"),
    ("metal", "metal"),
    ("java", "java"),
    ("kt", "kotlin"),
    ("scala", "scala"),
    ("go", "go"),
    ("rs", "rust"),
    ("swift", "swift"),
    ("cs", "c#"),
    ("applescript", "applescript"),
    ("scpt", "applescript"),
    ("awk", "awk"),
    ("tcl", "tcl"),
    ("mk", "makefile"),
    ("desktop", "desktop-entry"),
];

/// Files that are run or built from by their whole name, lower-cased.
const NAMES: &[(&str, &str)] = &[
    ("dockerfile", "dockerfile"),
    ("containerfile", "dockerfile"),
    ("makefile", "makefile"),
    ("gnumakefile", "makefile"),
    ("rakefile", "ruby"),
    ("gemfile", "ruby"),
    ("jenkinsfile", "groovy"),
    ("modelfile", "modelfile"),
];

/// What the bytes are written in: by `#!` or magic first, by name where they are text.
fn language_of(name: &str, extension: Option<&str>, head: &[u8]) -> Option<String> {
    if let Some(line) = head.strip_prefix(b"#!") {
        return interpreter(line);
    }
    if let Some(language) = bytecode(head) {
        return Some(language.to_owned());
    }
    // PowerShell and batch files may be UTF-16.
    let binary = head.contains(&0) && !plain::is_text_head(head);
    if head.is_empty() || binary || lfs_pointer::is_pointer(head) {
        return None;
    }
    let base = name.rsplit(['/', '\\', '!']).next().unwrap_or(name).to_lowercase();
    let by_name = NAMES.iter().find(|(whole, _)| base == *whole);
    let by_extension = || {
        let extension = extension?;
        let found = LANGUAGES.iter().find(|(ending, _)| *ending == extension);
        // `.pth` is torch's more often than site-packages': only lines of imports run there.
        found.filter(|(ending, _)| {
            *ending != "pth"
                || head
                    .split(|byte| *byte == b'\n')
                    .any(|line| line.starts_with(b"import ") || line.starts_with(b"import\t"))
        })
    };
    by_name.or_else(by_extension).map(|(_, language)| (*language).to_owned())
}

/// The interpreter of a `#!` line: the last part of its path, or what `env` is told to run.
fn interpreter(line: &[u8]) -> Option<String> {
    let line = line.split(|byte| matches!(byte, b'\n' | b'\r' | 0)).next()?;
    let line = std::str::from_utf8(line.get(..256).unwrap_or(line)).ok()?;
    let mut words = line.split_whitespace();
    let path = words.next()?;
    if !path.contains('/') {
        // Rust's inner attributes (`#![…]`) and other texts begin so, too.
        return None;
    }
    let program = path.rsplit('/').next().unwrap_or(path);
    let program = if program == "env" {
        words.find(|word| !word.starts_with('-') && !word.contains('=')).unwrap_or(program)
    } else {
        program
    };
    let program = program.rsplit('/').next().unwrap_or(program);
    Some(program.chars().take(64).collect())
}

/// Compiled scripts.
fn bytecode(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"\x1bLua") || head.starts_with(b"\x1bLJ") {
        return Some("lua-bytecode");
    }
    // CPython's `.pyc`: a version, CR LF, a header of 8, 12 or 16 bytes, a marshalled code object
    // (`c`, with or without the reference flag).
    let [low, high, b'\r', b'\n', ..] = head else { return None };
    let version = u16::from_le_bytes([*low, *high]);
    let is_code = |offset: usize| matches!(head.get(offset), Some(b'c' | 0xE3));
    let python3 = (3000..=3999).contains(&version) && (is_code(16) || is_code(12) || is_code(8));
    let python2 = (20121..=62300).contains(&version) && is_code(8);
    (python3 || python2).then_some("python-bytecode")
}

impl Analyser for Script {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        language_of(probe.name, probe.extension().as_deref(), probe.head).is_some()
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let mut head = vec![0; Probe::HEAD];
        let count = read_up_to(artifact.bytes, 0, &mut head)?;
        head.truncate(count);
        let probe = Probe { name: artifact.name, head: &head, tail: &[], bytes: artifact.bytes };
        if let Some(language) = language_of(probe.name, probe.extension().as_deref(), &head) {
            examination.record(0, FileFact::Script { language });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::{NoSiblings, analyse_file};
    use crate::base::Limits;
    use crate::evidence::Fact;

    fn language(name: &str, bytes: &[u8]) -> Option<String> {
        let file = analyse_file(name, &bytes, &NoSiblings, &Limits::default());
        file.evidence.into_iter().find_map(|piece| match piece.fact {
            Fact::File(FileFact::Script { language }) => Some(language),
            _ => None,
        })
    }

    #[test]
    fn scripts_are_told_by_content_or_name() {
        let told = |name, bytes: &[u8]| language(name, bytes).unwrap_or_default();
        assert_eq!(told("model.bin", b"#!/bin/sh\necho\n"), "sh");
        assert_eq!(told("x", b"#!/usr/bin/env -S VAR=1 python3 -u\n"), "python3");
        assert_eq!(told("modeling_x.py", b"import torch\n"), "python");
        assert_eq!(told("a/Dockerfile", b"FROM scratch\n"), "dockerfile");
        assert_eq!(told("train.ipynb", b"{\"cells\": []}"), "jupyter-notebook");
        assert_eq!(told("A.R", b"x <- 1"), "r");
        assert_eq!(told("hook.pth", b"import os\n"), "python-path");
        assert_eq!(told("x.ps1", b"\xff\xfew\0h\0o\0"), "powershell");
        let mut pyc = 3413_u16.to_le_bytes().to_vec();
        pyc.extend(b"\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3\0\0");
        assert_eq!(told("weights", &pyc), "python-bytecode");
    }

    #[test]
    fn what_is_no_script_is_none() {
        assert_eq!(language("requirements.txt", b"torch\n"), None);
        assert_eq!(language("model.pth", b"words"), None);
        assert_eq!(language("__init__.py", b""), None);
        assert_eq!(language("x.txt", b"#![deny(x)]\n"), None);
        assert_eq!(language("x.py", b"\0\x01binary"), None);
    }
}
