//! `weighstation completions` and `weighstation man`.

use std::collections::BTreeSet;
use std::fs;

use super::harness::Workspace;

/// Every subcommand, as the help lists them.
fn commands(workspace: &Workspace, of: &[&str]) -> Vec<String> {
    let help = workspace.run(&[of, &["--help"]].concat()).stdout;
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines.map_while(|line| line.split_whitespace().next().map(str::to_owned));
    names.filter(|name| name != "help").collect()
}

#[test]
fn every_shell_completes_every_command() {
    let workspace = Workspace::new();
    let commands = commands(&workspace, &[]);
    assert!(commands.len() > 10 && commands.contains(&"waive".to_owned()));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = workspace.run(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        for command in &commands {
            assert!(ran.stdout.contains(command), "{shell} lacks {command}");
        }
        assert!(ran.stdout.contains("sarif-category"), "{shell} lacks options");
    }
    assert_eq!(workspace.code(&["completions", "cmd"]), 2);
}

#[test]
fn the_manual_page_names_every_command() {
    let workspace = Workspace::new();
    let page = workspace.run(&["man"]).stdout;
    assert!(page.contains(".TH weighstation 1") && page.contains("Exit codes"), "{page}");
    for command in commands(&workspace, &[]) {
        assert!(page.contains(&format!("weighstation\\-{command}(1)")), "{command}");
    }
}

#[test]
fn every_command_has_a_page() {
    let workspace = Workspace::new();
    assert_eq!(workspace.code(&["man", "--dir", "share/man"]), 0);
    let mut expected: BTreeSet<String> = BTreeSet::from(["weighstation.1".to_owned()]);
    for command in commands(&workspace, &[]) {
        expected.insert(format!("weighstation-{command}.1"));
        for below in commands(&workspace, &[&command]) {
            expected.insert(format!("weighstation-{command}-{below}.1"));
        }
    }
    let folder = fs::read_dir(workspace.path("share/man")).unwrap();
    let written: BTreeSet<String> =
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(written, expected);
    assert!(written.contains("weighstation-policy-show.1"));
    for name in &written {
        let page = fs::read_to_string(workspace.path("share/man").join(name)).unwrap();
        assert!(page.contains(".SH SYNOPSIS") && page.contains("\"weighstation 0."), "{name}");
    }
    let workspace = workspace.with("file", "");
    assert_eq!(workspace.code(&["man", "--dir", "file"]), 2);
}
