use super::*;

fn bundle(text: &str) -> Bundle {
    let mut bundle = Bundle::new();
    bundle.insert("results.json", text);
    bundle.insert("figures/means.svg", "<svg/>");
    let mut provenance = Provenance::new("..".into(), Vec::new(), 0, Times::since(std::time::UNIX_EPOCH));
    provenance.files = bundle.hashes();
    bundle.insert(PROVENANCE_FILE, serde_json::to_vec(&provenance).unwrap());
    bundle
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_bundle_replaces_a_bundle_and_leaves_nothing_beside_it() {
    let parent = tempfile::tempdir().unwrap();
    let target = parent.path().join("results");
    bundle("1").write(&target, Replace::Bundles, &Interrupt::new()).unwrap();
    bundle("2").write(&target, Replace::Bundles, &Interrupt::new()).unwrap();
    assert_eq!(fs::read_to_string(target.join("results.json")).unwrap(), "2");
    assert_eq!(names(parent.path()), ["results"]);
    assert_eq!(names(&target), ["figures", "provenance.json", "results.json"]);
}

#[test]
fn a_folder_that_is_no_bundle_stays_as_it_is_unless_forced() {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("thesis.txt"), "years of work").unwrap();
    let error = bundle("1").write(parent.path(), Replace::Bundles, &Interrupt::new()).unwrap_err();
    assert_eq!(error.code(), "not_a_bundle");
    assert_eq!(names(parent.path()), ["thesis.txt"]);
    let target = parent.path().join("old");
    fs::create_dir(&target).unwrap();
    bundle("1").write(&target, Replace::Anything, &Interrupt::new()).unwrap();
    assert_eq!(names(&target), ["figures", "provenance.json", "results.json"]);
}

#[test]
fn an_interrupted_write_leaves_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let interrupt = Interrupt::new();
    interrupt.raise();
    let error = bundle("1").write(&parent.path().join("results"), Replace::Bundles, &interrupt).unwrap_err();
    assert_eq!(error.exit().code(), 130);
    assert!(names(parent.path()).is_empty());
}

#[test]
fn a_changed_file_is_named() {
    let parent = tempfile::tempdir().unwrap();
    let target = parent.path().join("results");
    bundle("1").write(&target, Replace::Bundles, &Interrupt::new()).unwrap();
    let provenance = Provenance::load(&target).unwrap();
    assert!(provenance.changed_files(&target).is_empty());
    fs::write(target.join("results.json"), "2").unwrap();
    assert_eq!(provenance.changed_files(&target), ["results.json"]);
    assert_eq!(provenance.times.started, "1970-01-01T00:00:00Z");
}

#[test]
fn a_relative_path_leads_from_the_bundle_to_the_plan() {
    assert_eq!(relative(Path::new("/a/b/results"), Path::new("/a/b")), "..");
    assert_eq!(relative(Path::new("/a/out/x"), Path::new("/a/b/../c")), "../../c");
    assert_eq!(relative(Path::new("/a"), Path::new("/a/./")), ".");
}
