//! What the Hub's scanners say of a file.

use serde_json::{Map, Value, json};

/// The `securityFileStatus` of a file. The shape is that of the tree route since 2024: an
/// aggregate and a result for every scanner.
#[derive(Clone, Debug)]
pub struct FileScan {
    status: String,
    scanners: Map<String, Value>,
}

impl FileScan {
    /// Every scanner has found nothing, and the pickle scanner had nothing to look at.
    #[must_use]
    pub fn safe() -> Self {
        Self::aggregate("safe")
            .scanner("jFrogScan", "unscanned", "Not a machine-learning model")
            .scanner("protectAiScan", "safe", "This file has no security findings.")
            .scanner("avScan", "safe", "No security issues detected")
            .pickle("unscanned", "0.0.0", &[])
            .scanner("virusTotalScan", "unscanned", "File not scanned in VirusTotal")
    }

    /// Still to come.
    #[must_use]
    pub fn queued() -> Self {
        let mut scan = Self::aggregate("queued").scanner("jFrogScan", "queued", "");
        for name in ["protectAiScan", "avScan", "virusTotalScan"] {
            scan = scan.scanner(name, "queued", "");
        }
        scan.pickle("queued", "0.0.0", &[])
    }

    /// The antivirus scan failed, which makes the aggregate `error`.
    #[must_use]
    pub fn failed() -> Self {
        Self::safe().scanner("avScan", "error", "").with_status("error")
    }

    /// The pickle scanner has seen these imports: module, name and `innocuous`, `suspicious` or
    /// `dangerous`. The aggregate follows the worst of them.
    #[must_use]
    pub fn imports(imports: &[(&str, &str, &str)]) -> Self {
        let worst = |word: &str| imports.iter().any(|(_, _, safety)| *safety == word);
        let status = match (worst("dangerous"), worst("suspicious")) {
            (true, _) => "unsafe",
            (false, true) => "suspicious",
            (false, false) => "safe",
        };
        Self::safe().pickle(status, "0.0.32", imports).with_status(status)
    }

    /// A result with only an aggregate.
    #[must_use]
    pub fn aggregate(status: &str) -> Self {
        Self { status: status.to_owned(), scanners: Map::new() }
    }

    /// Sets the aggregate: `unscanned safe queued error caution suspicious unsafe`.
    #[must_use]
    pub fn with_status(mut self, status: &str) -> Self {
        status.clone_into(&mut self.status);
        self
    }

    /// Sets what a scanner says.
    #[must_use]
    pub fn scanner(mut self, name: &str, status: &str, message: &str) -> Self {
        let mut result = json!({"status": status});
        if !message.is_empty() {
            result["message"] = json!(message);
        }
        self.scanners.insert(name.to_owned(), result);
        self
    }

    fn pickle(mut self, status: &str, version: &str, imports: &[(&str, &str, &str)]) -> Self {
        let imports: Vec<Value> = imports
            .iter()
            .map(|(module, name, safety)| json!({"module": module, "name": name, "safety": safety}))
            .collect();
        self.scanners.insert(
            "pickleImportScan".to_owned(),
            json!({"status": status, "pickleImports": imports, "version": version}),
        );
        self
    }

    /// The level at which the repository's status lists the file, if it does.
    pub(crate) fn issue(&self) -> Option<&str> {
        let issues = ["caution", "suspicious", "unsafe"];
        issues.contains(&self.status.as_str()).then_some(self.status.as_str())
    }

    /// Whether the scan has ended.
    pub(crate) fn done(&self) -> bool {
        !matches!(self.status.as_str(), "queued" | "unscanned")
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut status = Map::new();
        status.insert("status".to_owned(), json!(self.status));
        status.extend(self.scanners.clone());
        Value::Object(status)
    }
}
