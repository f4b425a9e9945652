//! docs/pipelines/jenkins.md.

use crate::pipelines::machine::Machine;
use crate::pipelines::project::example;

/// What stands between two marks.
fn between<'a>(text: &'a str, front: &str, back: &str) -> &'a str {
    let (_, behind) = text.split_once(front).expect(front);
    behind.split_once(back).expect(back).0
}

#[test]
fn the_pipeline_blocks_bad_models_and_writes_both_reports() {
    let pipeline = example("jenkins/Jenkinsfile");
    assert!(between(&pipeline, "image '", "'").ends_with("-shell"), "Jenkins needs a shell");
    // In ''' a backslash is Groovy's own, and at the end of a line it joins lines.
    let script = between(&pipeline, "sh '''", "'''").replace("\\\n", "");
    assert!(!script.contains('\\'));
    for (machine, code) in [(Machine::quickstart(), 1), (Machine::good(), 0)] {
        let ran = machine.run(&["sh", "-xe", "-c"], &script);
        assert_eq!(ran.code, code, "{}", ran.log);
        assert!(machine.holds(between(&pipeline, "junit '", "'")));
        assert!(machine.holds(between(&pipeline, "sarif(pattern: '", "'")));
    }
}
