//! Rules of this repository that no compiler knows, as ordinary tests.

mod circles;
mod modules;
mod names;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::known;
use crate::step::root;

/// Nothing longer is one idea.
const LONGEST_FILE: usize = 500;

/// What git knows or would add, with its text.
fn files(endings: &[&str]) -> Vec<(PathBuf, String)> {
    known::files()
        .unwrap()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)))
        .filter_map(|path| Some((path.clone(), fs::read_to_string(root().join(path)).ok()?)))
        .collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

const SOURCES: [&str; 8] = ["rs", "py", "pyi", "js", "mjs", "ts", "mts", "cts"];

#[test]
fn every_source_file_opens_with_what_it_is() {
    for (path, text) in files(&SOURCES) {
        let opening = match path.extension().and_then(|ending| ending.to_str()) {
            Some("rs") => "//! ",
            Some("py" | "pyi") => "\"\"\"",
            _ => "/",
        };
        let text = text.trim_start_matches("#!/usr/bin/env node\n").trim_start_matches("'use strict'\n");
        assert!(text.starts_with(opening), "{} does not say what it is", path.display());
    }
}

#[test]
fn no_file_holds_many_ideas() {
    for (path, text) in files(&SOURCES) {
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", path.display());
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let vague = ["utils", "util", "helpers", "helper", "common", "misc"];
        assert!(!vague.contains(&stem), "{}: a name for everything says nothing", path.display());
    }
}

#[test]
fn nothing_names_a_place_on_one_machine() {
    let places = ["/root", "/work", "/home"].map(|place| format!("{place}/"));
    for (path, text) in files(&["rs", "py", "pyi", "js", "ts", "toml", "json", "md", "yml"]) {
        for place in &places {
            assert!(!text.contains(place.as_str()), "{} names {place}", path.display());
        }
    }
}

#[test]
fn our_crates_forbid_unsafe_code() {
    for (path, text) in files(&["rs"]) {
        let is_root = path.ends_with("src/lib.rs") || path.ends_with("src/main.rs");
        // The macros of napi and of libFuzzer expand to unsafe code.
        if is_root && !path.starts_with("bindings") && !path.starts_with("fuzz") {
            assert!(text.contains("#![forbid(unsafe_code)]"), "{} allows unsafe code", path.display());
        }
    }
}

#[test]
fn the_core_cannot_name_a_clock_and_the_emulator_knows_nobody() {
    assert!(read("crates/core/src/lib.rs").contains("#![no_std]"));
    assert!(!tree("zoomout-core", &[]).contains("ureq"));
    assert!(!read("crates/emulator/Cargo.toml").contains("zoomout-core"));
    assert!(!read("crates/emulator/Cargo.toml").contains("zoomout.workspace"));
}

/// Who brings a transport pays for no second HTTP client.
#[test]
fn without_its_features_the_client_has_no_http_client_and_no_tls() {
    let tree = tree("zoomout", &["--no-default-features"]);
    assert!(tree.contains("zoomout-core "), "{tree}");
    for absent in ["ureq", "rustls", "ring", "native-tls", "webpki-roots"] {
        assert!(!tree.lines().any(|line| line.starts_with(absent)), "{absent}: {tree}");
    }
}

/// A binding that knows a status code decides something.
#[test]
fn no_binding_knows_a_status_code() {
    for (path, text) in files(&["rs", "py", "js", "mjs"]) {
        let wraps = path.starts_with("bindings") || path.starts_with("crates/binding");
        let mut numbers =
            text.split(|letter: char| !letter.is_alphanumeric()).filter_map(|word| word.parse().ok());
        let code = numbers.find(|number: &u16| (200..600).contains(number));
        assert!(!wraps || code.is_none(), "{}: {code:?}", path.display());
    }
}

#[test]
fn no_async_runtime_anywhere() {
    for package in
        ["zoomout-core", "zoomout", "zoomout-emulator", "zoomout-cli", "zoomout-python", "zoomout-node"]
    {
        let tree = tree(package, &[]);
        // (napi itself depends on the whole of `futures`; nothing of ours runs one.)
        for runtime in ["async-std ", "smol ", "async-executor "] {
            assert!(!tree.lines().any(|line| line.starts_with(runtime)), "{package} contains {runtime}");
        }
        // hyper takes its channels from tokio's `sync` feature; the runtime is the feature `rt`.
        let tokio = tree.lines().find(|line| line.starts_with("tokio "));
        assert!(
            tokio.is_none_or(|line| !line.split([' ', ',']).any(|feature| feature == "rt")),
            "{package}: {tokio:?}"
        );
    }
}

/// What a package is built from, one `name version features` a line.
fn tree(package: &str, features: &[&str]) -> String {
    let args = ["tree", "--edges", "normal", "--prefix", "none", "--format", "{p} {f}", "--package", package];
    let output = Command::new(env!("CARGO")).current_dir(root()).args(args).args(features).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A field of the workspace.
fn field(name: &str) -> String {
    let cargo = read("Cargo.toml");
    let line = cargo.lines().find_map(|line| line.strip_prefix(&format!("{name} = \""))).unwrap();
    line.split('"').next().unwrap().to_owned()
}

#[test]
fn one_version_and_the_same_floors_everywhere() {
    let package: serde_json::Value = serde_json::from_str(&read("package.json")).unwrap();
    assert_eq!(package["version"], field("version").as_str());
    assert_eq!(package["engines"]["node"], ">=20");
    let pyproject = read("pyproject.toml");
    assert!(pyproject.contains("dynamic = [\"version\"]"), "maturin takes the version from Cargo.toml");
    assert!(pyproject.contains("requires-python = \">=3.10\""));
    let floors =
        format!("Rust {} or newer; the second also Python 3.10+ and Node 20+", field("rust-version"));
    assert!(read("README.md").contains(&floors), "README.md names other floors than {floors:?}");
}

#[test]
fn the_readme_lists_every_error_kind() {
    let readme = read("README.md");
    let source = read("crates/core/src/error/kind.rs");
    let names = source.split("fn as_str(self)").nth(1).unwrap().split("impl").next().unwrap();
    let kinds: Vec<_> = names.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(kinds.len() >= 9, "{kinds:?}");
    for kind in kinds {
        assert!(readme.contains(&format!("| `{kind}` | ")), "the README's table lacks {kind}");
    }
}

#[test]
fn every_dependency_is_explained() {
    let architecture = read("ARCHITECTURE.md");
    let cargo = read("Cargo.toml");
    let table = cargo.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names = table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "));
    for (name, _) in names.filter(|(name, _)| !name.starts_with("zoomout")) {
        assert!(
            architecture.contains(&format!("`{name}`")),
            "ARCHITECTURE.md does not say why {name} is there"
        );
    }
}

#[test]
fn paths_in_the_map_exist() {
    let architecture = read("ARCHITECTURE.md");
    let map = architecture.split("## Code map").nth(1).unwrap().split("\n## ").next().unwrap();
    for cell in map.lines().filter_map(|line| line.split('|').nth(1)) {
        for path in cell.split('`').filter(|part| part.contains('/')) {
            let (folder, names, ending) = match path.split_once('{') {
                Some((folder, names)) => {
                    let (names, ending) = names.split_once('}').unwrap();
                    (folder, names, ending)
                }
                None => (path, "", ""),
            };
            for name in names.split(',') {
                // A folder among files has a slash at its end in place of the ending.
                let ending = if name.ends_with('/') { "" } else { ending };
                let file = format!("{folder}{name}{ending}");
                assert!(root().join(&file).exists(), "ARCHITECTURE.md: {file}");
            }
        }
    }
}

#[test]
fn no_dependency_needs_a_newer_rust() {
    let args = ["metadata", "--locked", "--all-features", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).current_dir(root()).args(args).output().unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let version = |text: &str| -> Vec<u32> { text.split('.').map(|part| part.parse().unwrap()).collect() };
    let floor = version(&field("rust-version"));
    for package in metadata["packages"].as_array().unwrap() {
        if let Some(needed) = package["rust_version"].as_str() {
            assert!(version(needed)[..2] <= floor[..2], "{} needs Rust {needed}", package["name"]);
        }
    }
}
