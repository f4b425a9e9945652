//! The license ids of the Hugging Face Hub.

/// A license id of the Hub.
#[derive(Debug, PartialEq, Eq)]
pub struct HubLicense {
    /// As it stands in the front matter of a model card.
    pub id: &'static str,
    /// The id on the SPDX list of the same license; `None` where SPDX does not list it, and for
    /// ids that stand for a family of licenses.
    pub spdx: Option<&'static str>,
}

const fn same(id: &'static str, spdx: &'static str) -> HubLicense {
    HubLicense { id, spdx: Some(spdx) }
}

const fn own(id: &'static str) -> HubLicense {
    HubLicense { id, spdx: None }
}

/// Every id that the Hub accepts, sorted.
///
/// Source: the table of the Hub's documentation
/// (<https://huggingface.co/docs/hub/repositories-licenses>), and the ids that the Hub's own
/// message on a wrong `license:` lists beside them. `odc-by`, `odbl`, `pddl` and `c-uda` are
/// families by name of which there is one version each.
pub static HUB_LICENSES: &[HubLicense] = &[
    same("afl-3.0", "AFL-3.0"),
    same("agpl-3.0", "AGPL-3.0"),
    same("apache-2.0", "Apache-2.0"),
    own("apple-amlr"),
    own("apple-ascl"),
    same("artistic-2.0", "Artistic-2.0"),
    own("bigcode-openrail-m"),
    own("bigscience-bloom-rail-1.0"),
    own("bigscience-openrail-m"),
    own("bsd"),
    same("bsd-2-clause", "BSD-2-Clause"),
    same("bsd-3-clause", "BSD-3-Clause"),
    same("bsd-3-clause-clear", "BSD-3-Clause-Clear"),
    same("bsl-1.0", "BSL-1.0"),
    same("c-uda", "C-UDA-1.0"),
    own("cc"),
    same("cc-by-2.0", "CC-BY-2.0"),
    same("cc-by-2.5", "CC-BY-2.5"),
    same("cc-by-3.0", "CC-BY-3.0"),
    same("cc-by-4.0", "CC-BY-4.0"),
    same("cc-by-nc-2.0", "CC-BY-NC-2.0"),
    same("cc-by-nc-3.0", "CC-BY-NC-3.0"),
    same("cc-by-nc-4.0", "CC-BY-NC-4.0"),
    same("cc-by-nc-nd-3.0", "CC-BY-NC-ND-3.0"),
    same("cc-by-nc-nd-4.0", "CC-BY-NC-ND-4.0"),
    same("cc-by-nc-sa-2.0", "CC-BY-NC-SA-2.0"),
    same("cc-by-nc-sa-3.0", "CC-BY-NC-SA-3.0"),
    same("cc-by-nc-sa-4.0", "CC-BY-NC-SA-4.0"),
    same("cc-by-nd-4.0", "CC-BY-ND-4.0"),
    same("cc-by-sa-3.0", "CC-BY-SA-3.0"),
    same("cc-by-sa-4.0", "CC-BY-SA-4.0"),
    same("cc0-1.0", "CC0-1.0"),
    same("cdla-permissive-1.0", "CDLA-Permissive-1.0"),
    same("cdla-permissive-2.0", "CDLA-Permissive-2.0"),
    same("cdla-sharing-1.0", "CDLA-Sharing-1.0"),
    own("creativeml-openrail-m"),
    own("deepfloyd-if-license"),
    same("ecl-2.0", "ECL-2.0"),
    same("epl-1.0", "EPL-1.0"),
    same("epl-2.0", "EPL-2.0"),
    same("etalab-2.0", "etalab-2.0"),
    same("eupl-1.1", "EUPL-1.1"),
    same("eupl-1.2", "EUPL-1.2"),
    own("fair-noncommercial-research-license"),
    own("gemma"),
    own("gfdl"),
    own("gpl"),
    same("gpl-2.0", "GPL-2.0"),
    same("gpl-3.0", "GPL-3.0"),
    own("grok2-community"),
    own("h-research"),
    own("intel-research"),
    same("isc", "ISC"),
    own("lgpl"),
    same("lgpl-2.1", "LGPL-2.1"),
    same("lgpl-3.0", "LGPL-3.0"),
    same("lgpl-lr", "LGPLLR"),
    own("llama2"),
    own("llama3"),
    own("llama3.1"),
    own("llama3.2"),
    own("llama3.3"),
    own("llama4"),
    same("lppl-1.3c", "LPPL-1.3c"),
    same("mit", "MIT"),
    same("mpl-2.0", "MPL-2.0"),
    same("ms-pl", "MS-PL"),
    same("ncsa", "NCSA"),
    same("odbl", "ODbL-1.0"),
    same("odc-by", "ODC-By-1.0"),
    same("ofl-1.1", "OFL-1.1"),
    same("openmdw-1.0", "OpenMDW-1.0"),
    own("openmdw-1.1"),
    own("openrail"),
    own("openrail++"),
    same("osl-3.0", "OSL-3.0"),
    own("other"),
    same("pddl", "PDDL-1.0"),
    same("postgresql", "PostgreSQL"),
    own("unknown"),
    same("unlicense", "Unlicense"),
    same("wtfpl", "WTFPL"),
    same("zlib", "Zlib"),
];

/// The id of the Hub that is this word, whatever its case.
pub(super) fn hub_license(word: &str) -> Option<&'static HubLicense> {
    HUB_LICENSES.iter().find(|license| license.id.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::term::spdx_name;

    #[test]
    fn ids_are_sorted_and_unique() {
        for pair in HUB_LICENSES.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} before {}", pair[0].id, pair[1].id);
        }
        assert!(HUB_LICENSES.iter().all(|license| license.id == license.id.to_lowercase()));
    }

    #[test]
    fn each_stands_for_a_listed_license_and_for_no_other() {
        for HubLicense { id, spdx } in HUB_LICENSES {
            if let Some(name) = spdx {
                assert_eq!(spdx_name(name), Some(*name), "{id}");
            }
            // An id that SPDX has too means the same there.
            assert!(spdx_name(id).is_none_or(|name| Some(name) == *spdx), "{id}");
        }
    }

    #[test]
    fn case_does_not_count() {
        assert_eq!(hub_license("LLaMA3.1").map(|license| license.id), Some("llama3.1"));
        assert_eq!(hub_license("openrail+"), None);
    }
}
