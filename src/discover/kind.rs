//! Which files are read, and as what.

/// The language of a file that may name models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Python source.
    Python,
    /// A Jupyter notebook.
    Notebook,
    /// JavaScript and TypeScript.
    JavaScript,
    /// YAML: configuration, compose, Helm, Kubernetes, CI.
    Yaml,
    /// JSON with or without comments.
    Json,
    /// TOML.
    Toml,
    /// A shell script.
    Shell,
    /// Makefiles and the like: recipes are shell commands.
    Makefile,
    /// `.env`: assignments only.
    Environment,
    /// A Dockerfile.
    Dockerfile,
    /// A Modelfile of Ollama.
    Modelfile,
    /// `README.md`, of which only the front matter counts.
    Readme,
}

/// Files that are long lists of what other tools resolved, or a model's own data.
const LEFT_OUT: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "composer.lock",
    "pipfile.lock",
    "tokenizer.json",
    "vocab.json",
    "added_tokens.json",
    "special_tokens_map.json",
];

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Python,
        Self::Notebook,
        Self::JavaScript,
        Self::Yaml,
        Self::Json,
        Self::Toml,
        Self::Shell,
        Self::Makefile,
        Self::Environment,
        Self::Dockerfile,
        Self::Modelfile,
        Self::Readme,
    ];

    /// By the file's name, or its first line where the name says nothing (`#!`). `None` for a file
    /// that is no text that names models.
    pub fn of(path: &str, first_line: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        if LEFT_OUT.contains(&name.as_str()) {
            return None;
        }
        let stem = name.split('.').next().unwrap_or_default();
        match name.as_str() {
            "makefile" | "gnumakefile" | "justfile" => return Some(Self::Makefile),
            "readme.md" => return Some(Self::Readme),
            "modelfile" => return Some(Self::Modelfile),
            "pipfile" | "uv.lock" | "poetry.lock" | "cargo.lock" => return None,
            _ if matches!(stem, "dockerfile" | "containerfile") => return Some(Self::Dockerfile),
            _ if name == ".env" || name.starts_with(".env.") => return Some(Self::Environment),
            _ => {}
        }
        let Some((before, extension)) = name.rsplit_once('.') else {
            return Self::of_first_line(first_line);
        };
        if name.ends_with(".min.js") || name.ends_with(".d.ts") || name.ends_with(".index.json") {
            return None;
        }
        match extension {
            "py" | "pyw" => Some(Self::Python),
            "ipynb" => Some(Self::Notebook),
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => Some(Self::JavaScript),
            "yaml" | "yml" => Some(Self::Yaml),
            "json" | "jsonc" | "json5" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            "sh" | "bash" | "zsh" | "ksh" | "sbatch" | "slurm" => Some(Self::Shell),
            "mk" => Some(Self::Makefile),
            "env" => Some(Self::Environment),
            "dockerfile" | "containerfile" => Some(Self::Dockerfile),
            "modelfile" => Some(Self::Modelfile),
            _ if before.is_empty() => Self::of_first_line(first_line),
            _ => None,
        }
    }

    fn of_first_line(line: &str) -> Option<Self> {
        let program = line.strip_prefix("#!")?;
        let mut words = program.split(['/', ' ']).filter(|word| !word.is_empty());
        words.find_map(|word| match word {
            "sh" | "bash" | "zsh" | "ksh" | "dash" => Some(Self::Shell),
            word if word.starts_with("python") => Some(Self::Python),
            "node" | "deno" | "bun" => Some(Self::JavaScript),
            _ => None,
        })
    }

    /// The most bytes of a file of this kind that are read. Notebooks and JSON carry data, the
    /// others are written by people.
    pub const fn limit(self) -> u64 {
        match self {
            Self::Notebook | Self::Json => 16 << 20,
            Self::JavaScript => 4 << 20,
            _ => 1 << 20,
        }
    }

    /// The kind of a file that something else writes or runs: `%%writefile app.py`.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::of(name, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_first_lines_tell() {
        let of = |path| Kind::of(path, "");
        assert_eq!(of("a/b.py"), Some(Kind::Python));
        assert_eq!(of("Dockerfile"), Some(Kind::Dockerfile));
        assert_eq!(of("docker/Dockerfile.gpu"), Some(Kind::Dockerfile));
        assert_eq!(of("serve.Dockerfile"), Some(Kind::Dockerfile));
        assert_eq!(of("a/README.md"), Some(Kind::Readme));
        assert_eq!(of("docs/guide.md"), None);
        assert_eq!(of(".env.example"), Some(Kind::Environment));
        assert_eq!(of("web/app.min.js"), None);
        assert_eq!(of("package-lock.json"), None);
        assert_eq!(of("model.safetensors"), None);
        assert_eq!(Kind::of("run", "#!/usr/bin/env bash"), Some(Kind::Shell));
        assert_eq!(Kind::of("run", "#! /usr/bin/python3 -u"), Some(Kind::Python));
        assert_eq!(Kind::of("run", "hello"), None);
    }
}
