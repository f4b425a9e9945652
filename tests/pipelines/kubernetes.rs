//! docs/pipelines/kubernetes.md. Volumes are folders, mounted where the test likes: their mount
//! paths are replaced in commands and arguments.

use serde_json::Value;

use crate::pipelines::machine::{Machine, Ran};
use crate::pipelines::project::{copy, documents, example, flip};

/// Runs a container of ours, with each volume in a folder of the machine.
fn run(machine: &Machine, container: &Value, volumes: &[(&str, &str)]) -> Ran {
    let image = container["image"].as_str().unwrap();
    let has_shell = image.ends_with("-shell");
    let mounts = container["volumeMounts"].as_array().unwrap();
    let mut words: Vec<String> = Vec::new();
    for key in ["command", "args"] {
        for word in container.get(key).and_then(Value::as_array).into_iter().flatten() {
            let mut word = word.as_str().unwrap().to_owned();
            for mount in mounts {
                let name = mount["name"].as_str().unwrap();
                let folder = volumes.iter().find(|(volume, _)| *volume == name).expect(name).1;
                let mounted = format!("{}/", mount["mountPath"].as_str().unwrap());
                word = word.replace(&mounted, &format!("{folder}/"));
            }
            words.push(word);
        }
    }
    if container.get("command").is_none() {
        assert!(!has_shell);
        words.insert(0, "weighstation".to_owned());
    } else {
        assert!(has_shell, "the other image has no shell");
    }
    let mut shell = vec!["sh", "-c", r#"exec "$@""#, "sh"];
    let (last, front) = words.split_last().unwrap();
    shell.extend(front.iter().map(String::as_str));
    machine.run(&shell, last)
}

/// What the restricted profile of pod security asks for.
fn is_restricted(pod: &Value, container: &Value) {
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false);
    assert_eq!(container["securityContext"]["capabilities"]["drop"][0], "ALL");
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
}

#[test]
fn an_indexed_job_becomes_one_verdict() {
    let parts = documents(&example("kubernetes/shards.yaml"));
    let pod = |part: &Value| part["spec"]["template"]["spec"].clone();
    let (shard, verdict) = (pod(&parts[1]), pod(&parts[2]));
    assert_eq!(parts[1]["spec"]["completionMode"], "Indexed");
    for pod in [&shard, &verdict] {
        is_restricted(pod, &pod["containers"][0]);
    }
    for (mut machine, missing, code) in [
        (Machine::quickstart(), None, 1),
        (Machine::good(), None, 0),
        (Machine::good(), Some(7), 3),
    ] {
        std::fs::create_dir(machine.path("reports")).unwrap();
        let volumes = [("config", "."), ("reports", "reports")];
        for index in 0..parts[1]["spec"]["completions"].as_u64().unwrap() {
            machine.set("JOB_COMPLETION_INDEX", &index.to_string());
            if missing != Some(index) {
                let ran = run(&machine, &shard["containers"][0], &volumes);
                assert_eq!(ran.code, 0, "{}", ran.log);
            }
        }
        let ran = run(&machine, &verdict["containers"][0], &volumes);
        assert_eq!(ran.code, code, "{}", ran.log);
        assert!(machine.holds("reports/models.json"));
    }
}

#[test]
fn the_server_starts_with_the_accepted_files_only() {
    let pod = documents(&example("kubernetes/server.yaml"))[0]["spec"]["template"]["spec"].clone();
    let gate = &pod["initContainers"][1];
    is_restricted(&pod, gate);
    // Nobody can change the files behind the check.
    for container in [gate, &pod["containers"][0]] {
        let mounts = container["volumeMounts"].as_array().unwrap();
        assert!(mounts.iter().all(|mount| mount["readOnly"] == true), "{container}");
    }
    let machine = Machine::good_and_locked();
    let volumes = [("config", "."), ("models", "volume")];
    assert_eq!(run(&machine, gate, &volumes).code, 3, "nothing was fetched");
    copy(&machine.path("models/distilbert-sst2"), &machine.path("volume/sentiment"));
    let ran = run(&machine, gate, &volumes);
    assert_eq!(ran.code, 0, "{}", ran.log);
    flip(&machine.path("volume/sentiment/model.safetensors"));
    let ran = run(&machine, gate, &volumes);
    assert_eq!(ran.code, 1, "{}", ran.log);
    assert!(ran.log.contains("lock-mismatch"), "{}", ran.log);
}
