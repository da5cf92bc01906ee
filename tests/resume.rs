//! Profiles and bootstraps through the program: the same bytes however often a bootstrap was stopped.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, assert_relative, program, root, steadfast};

const MODEL: &str = "Reaction ~ Days + (Days | Subject)";
const N: usize = 8000;

/// A folder with a copy of the data.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::copy(root().join("data-fixtures/sleepstudy/data.csv"), folder.path().join("sleep.csv")).unwrap();
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

fn arguments<'a>(log: &'a str, n: &'a str) -> Vec<&'a str> {
    vec!["bootstrap", MODEL, "sleep.csv", "--n", n, "--seed", "7", "--json", "--log", log]
}

fn ok(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran
}

/// A bootstrap that is on its way: some replicates are in its log.
fn under_way(folder: &TempDir, log: &str) -> Child {
    let n = N.to_string();
    let mut command = Command::new(program());
    command.args(arguments(log, &n)).args(["--threads", "1"]).current_dir(folder.path());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let lines =
        |path: &Path| std::fs::read(path).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count());
    // A minute is far more than a fit of 180 rows needs on the slowest machine.
    for _ in 0..60_000 {
        if lines(&folder.path().join(log)) > 20 {
            return child;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("no replicate was written within a minute");
}

#[test]
fn a_bootstrap_that_was_killed_ends_in_the_same_bytes_as_one_that_was_not() {
    let folder = folder();
    let whole = ok(steadfast(folder.path(), &arguments("whole.log", &N.to_string())));
    let mut child = under_way(&folder, "killed.log");
    child.kill().unwrap();
    child.wait().unwrap();
    let killed = read(&folder, "killed.log");
    assert!(killed.len() < read(&folder, "whole.log").len());
    // And stopped once more, in the middle of a line.
    std::fs::write(folder.path().join("killed.log"), &killed[..killed.len() - 30]).unwrap();
    let resumed = ok(steadfast(folder.path(), &["resume", "killed.log", "--json", "--threads", "2"]));
    assert_eq!(resumed.stdout, whole.stdout);
    assert_eq!(read(&folder, "killed.log"), read(&folder, "whole.log"));
    // A log that is finished has nothing to add.
    let again = ok(steadfast(folder.path(), &["resume", "killed.log", "--json"]));
    assert_eq!((again.stdout, read(&folder, "killed.log")), (whole.stdout, read(&folder, "whole.log")));
}

#[cfg(unix)]
#[test]
fn an_interrupted_bootstrap_says_how_to_go_on_and_goes_on_from_another_folder() {
    let folder = folder();
    let whole = ok(steadfast(folder.path(), &arguments("whole.log", &N.to_string())));
    std::fs::create_dir(folder.path().join("logs")).unwrap();
    let mut child = under_way(&folder, "logs/stopped.log");
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(read(&folder, "logs/stopped.log").ends_with('\n'));
    let resumed = ok(steadfast(&folder.path().join("logs"), &["resume", "stopped.log", "--json"]));
    assert_eq!(resumed.stdout, whole.stdout);
    // The data lie elsewhere, seen from this log; the replicates are the same.
    let replicates = |name: &str| read(&folder, name).split_once('\n').unwrap().1.to_owned();
    assert_eq!(replicates("logs/stopped.log"), replicates("whole.log"));
}

#[test]
fn what_would_give_other_numbers_is_refused() {
    let folder = folder();
    ok(steadfast(folder.path(), &arguments("boot.log", "12")));
    let log = read(&folder, "boot.log");
    let refused = |text: &str, code: &str, exit: i32| {
        std::fs::write(folder.path().join("boot.log"), text).unwrap();
        let ran = steadfast(folder.path(), &["resume", "boot.log"]);
        assert!(ran.stderr.contains(&format!("error[{code}]")), "{code}: {}", ran.stderr);
        assert_eq!(ran.code, exit, "{code}");
        assert_eq!(read(&folder, "boot.log"), text, "{code}");
    };
    let exists = steadfast(folder.path(), &arguments("boot.log", "12"));
    assert!(exists.stdout.contains("log_exists") && exists.code == 2, "{}", exists.stdout);
    refused("", "not_a_log", 2);
    refused("a,b\n1,2\n", "not_a_log", 2);
    refused(&log.replacen("steadfast-bootstrap/1", "steadfast-bootstrap/9", 1), "not_a_log", 2);
    refused(&log.replacen("\"version\":\"", "\"version\":\"9.", 1), "other_version", 2);
    refused(&log.replacen("\"replicate\":3,", "\"replicate\":4,", 1), "damaged_log", 2);
    // The last replicate is made again, and is another with another seed.
    refused(&log.replacen("\"seed\":7,", "\"seed\":8,", 1), "damaged_log", 2);
    let data = read(&folder, "sleep.csv");
    std::fs::write(folder.path().join("sleep.csv"), data.replacen('1', "2", 1)).unwrap();
    refused(&log, "changed_data", 3);
}

#[test]
fn replicates_do_not_depend_on_threads_and_are_those_of_the_library() {
    let folder = folder();
    let printed = |threads: &str| {
        let more = ["--threads", threads, "--interval", "studentised"];
        let fixed = ["bootstrap", MODEL, "sleep.csv", "--n", "200", "--seed", "3", "--json"];
        ok(steadfast(folder.path(), &[&fixed[..], &more].concat())).stdout
    };
    assert_eq!(printed("1"), printed("2"));
    let answer: Value = serde_json::from_str(&printed("1")).unwrap();
    let fit = crate::support::reml(MODEL, &crate::support::sleepstudy());
    let bootstrap = fit.bootstrap(3, 200, steadfast::core::parallel::Threads::ONE).unwrap();
    let rows = bootstrap.intervals(steadfast::core::lmm::BootstrapInterval::Studentised, 0.95).unwrap();
    for (printed, row) in answer["parameters"].as_array().unwrap().iter().zip(&rows) {
        assert_eq!(printed["term"], row.term.as_str());
        assert_eq!(printed["std_error"].as_f64(), row.std_error);
        assert_eq!(printed["conf_low"].as_f64(), row.conf_low);
    }
    assert_eq!((answer["n"].as_u64(), answer["n_failed"].as_u64()), (Some(200), Some(0)));
    let text = ok(steadfast(folder.path(), &["bootstrap", MODEL, "sleep.csv", "--n", "50", "--seed", "3"])).stdout;
    assert!(text.contains("50 replicates, seed 3") && text.contains("sd Days | Subject"), "{text}");
}

#[test]
fn profile_prints_limits_and_writes_traces() {
    let folder = folder();
    let ran =
        ok(steadfast(folder.path(), &["profile", MODEL, "sleep.csv", "--ml", "--json", "--traces", "traces.csv"]));
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    let days = &answer["parameters"][1];
    // lme4 1.1-31, confint(profile(lmer(…, REML = FALSE), delta = 0.05)); its limits are read off splines.
    assert_eq!(days["term"], "Days");
    assert_relative(days["conf_low"].as_f64().unwrap(), 7.358652005376, 1e-7, "conf_low");
    assert_relative(days["conf_high"].as_f64().unwrap(), 13.575919913810, 1e-7, "conf_high");
    let traces = read(&folder, "traces.csv");
    assert!(traces.starts_with("profile,criterion,value,zeta,deviance,(Intercept),Days,sd (Intercept) | Subject,"));
    let width = 5 + answer["parameters"].as_array().unwrap().len();
    let mut lines = traces.lines().skip(1).filter(|line| line.starts_with("Days,ml,"));
    assert!(lines.clone().count() > 14 && lines.all(|line| line.split(',').count() >= width));
    let reml = ok(steadfast(folder.path(), &["profile", MODEL, "sleep.csv"])).stdout;
    assert!(reml.contains("Note: fixed effects are profiled by maximum likelihood"), "{reml}");
    let refused = steadfast(folder.path(), &["profile", MODEL, "sleep.csv", "--traces", "sleep.csv"]);
    assert!(refused.code == 2 && refused.stderr.contains("output_is_input"), "{}", refused.stderr);
}
