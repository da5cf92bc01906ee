//! What ARCHITECTURE.md says is absent from the sources is absent from the sources.

use std::path::{Path, PathBuf};

use crate::support::root;

/// The layers of the core, low to high; a module names only modules of its own layer or a lower one.
const LAYERS: &[&[&str]] = &[
    &["error", "findings", "parallel", "linalg", "special", "rng", "optimize"],
    &["frame"],
    &["event_history", "schedule", "episodes", "instrument", "psychometrics"],
    &["formula", "design", "covariance", "family", "report"],
    &["likelihood"],
    &["inference", "reference_grid", "multiplicity"],
    &["lmm"],
    &["mmrm", "survival", "counts"],
];

/// The modules of the core whose numbers reach the likelihood.
const NUMERIC: &[&str] = &[
    "linalg",
    "special",
    "optimize",
    "covariance",
    "family",
    "likelihood",
    "inference",
    "multiplicity",
    "lmm",
    "survival",
    "counts",
];

/// Every Rust source below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no sources in {}", folder.display());
    found
}

/// Whether a file holds tests only: its parent says so.
fn is_tests(path: &Path) -> bool {
    let inside = path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
    let name = path.file_stem().unwrap().to_string_lossy();
    let parent = path.with_file_name("mod.rs");
    inside || std::fs::read_to_string(parent).is_ok_and(|text| text.contains(&format!("#[cfg(test)]\nmod {name};")))
}

/// The code of a file with its line numbers: neither comments nor what follows `#[cfg(test)]`.
fn code(path: &Path) -> Vec<(usize, String)> {
    if is_tests(path) {
        return Vec::new();
    }
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").enumerate();
    let is_code = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    lines.filter(|(_, line)| is_code(line)).map(|(at, line)| (at + 1, line.to_owned())).collect()
}

/// Asserts that no line of code in `folder` contains any of `words`.
fn assert_absent(folder: &str, words: &[&str]) {
    let mut offences = Vec::new();
    for path in sources(&root().join(folder)) {
        for (at, line) in code(&path) {
            for word in words.iter().filter(|word| line.contains(**word)) {
                offences.push(format!("{}:{at}: {word}", path.display()));
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn the_core_touches_no_file_clock_environment_or_global_thread_pool() {
    assert_absent(
        "crates/steadfast-core/src",
        &["std::fs", "std::env", "std::time", "std::net", "polars", "rayon", "std::process"],
    );
}

#[test]
fn the_reader_computes_no_estimate() {
    assert_absent("crates/steadfast-io/src", &["::lmm", "::inference", "::likelihood", "::design", "::formula"]);
}

#[test]
fn transcendental_functions_of_the_likelihood_come_from_libm() {
    let methods = [".ln()", ".exp()", ".powf(", ".ln_1p()", ".exp_m1()", ".tanh()", ".sin()", ".cos()", ".log10()"];
    for module in NUMERIC {
        assert_absent(&format!("crates/steadfast-core/src/{module}"), &methods);
    }
}

#[test]
fn no_library_unwraps_expects_or_panics() {
    for library in ["steadfast-core", "steadfast-io", "steadfast"] {
        assert_absent(&format!("crates/{library}/src"), &[".unwrap()", ".expect(", "panic!(", "println!(", "todo!("]);
    }
}

#[test]
fn a_layer_of_the_core_names_only_layers_below_it() {
    let core = root().join("crates/steadfast-core/src");
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let mut offences = Vec::new();
    let mut edges = 0;
    for path in sources(&core).into_iter().filter(|path| path.parent() != Some(&core)) {
        let inside = path.strip_prefix(&core).unwrap().components().next().unwrap();
        let module = inside.as_os_str().to_str().unwrap().to_owned();
        let own = layer(&module).unwrap_or_else(|| panic!("`{module}` stands in no layer"));
        for (at, line) in code(&path) {
            for named in line.split("crate::").skip(1) {
                let named: String = named.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                edges += 1;
                if layer(&named).is_some_and(|other| other > own) {
                    offences.push(format!("{}:{at}: {module} names {named}", path.display()));
                }
            }
        }
    }
    assert!(edges > 20, "the test reads `crate::` paths and found only {edges}");
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn a_file_is_one_idea() {
    for folder in ["crates", "tests", "benches"] {
        for path in sources(&root().join(folder)) {
            let lines = code(&path).len();
            assert!(lines <= 450, "{} has {lines} lines of code", path.display());
        }
    }
}

#[test]
fn architecture_names_only_paths_that_exist() {
    let Ok(text) = std::fs::read_to_string(root().join("ARCHITECTURE.md")) else { return };
    let quoted = text.split('`').skip(1).step_by(2);
    let is_path =
        |word: &&str| word.contains('/') && !word.contains(' ') && !word.contains("::") && !word.contains('(');
    let starts = ["crates/", "tests/", "benches/", "data-fixtures/", "docs/", ".ci/"];
    for word in quoted.filter(is_path).filter(|word| starts.iter().any(|start| word.starts_with(start))) {
        let path = root().join(word.split(['*', '{']).next().unwrap().trim_end_matches('/'));
        assert!(path.exists() || path.with_extension("rs").exists(), "ARCHITECTURE.md names `{word}`");
    }
}
