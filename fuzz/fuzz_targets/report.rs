//! Reports: each is read, joined and compared, or says what is wrong with it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::evaluate::{Part, compare, join};
use weighstation::finding::{Difference, RuleMeta};
use weighstation::report::{OUTPUTS, Presentation, ReadReport};
use weighstation::rules::RULES;

fuzz_target!(|data: &[u8]| {
    let report = match ReadReport::parse("a.json", data) {
        Ok(report) => report,
        Err(problem) => return assert!(!problem.render(false).is_empty()),
    };
    let again = || ReadReport::parse("a.json", data).expect("it was read before");
    let (before, after) = (report.into_earlier(), again().into_earlier());
    assert!(!Difference::between(&before, &after).fails(), "nothing is new in the same");
    let rules: Vec<&'static RuleMeta> = RULES.iter().map(|rule| rule.meta()).collect();
    let Ok(mut report) = again().into_report(&rules, "0.1.0") else {
        return;
    };
    for output in OUTPUTS {
        let written = (output.write)(&report, &Presentation::default(), &mut std::io::sink());
        assert!(written.is_ok(), "{}", output.name);
    }
    let part = Part { path: "a.json".to_owned(), report: report.clone() };
    if let Ok(joined) = join(vec![part]) {
        assert!(joined.shard.is_none());
    }
    compare(&mut report, &before);
});
