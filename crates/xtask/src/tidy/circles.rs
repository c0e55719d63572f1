//! The rule that no module needs another that needs it, file by file.
//!
//! What has a path is seen. A method has none: a call of one in an `impl` away from its type is not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use super::files;
use super::modules::{Sources, modules};
use super::names::Names;

/// Which file needs which, and the names that it uses of it.
type Needs = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

#[test]
fn no_module_needs_another_that_needs_it() {
    let mut found = String::new();
    for folder in ["crates/core/src", "crates/client/src"] {
        let relative = |path: &Path| Some(path.strip_prefix(folder).ok()?.to_str()?.to_owned());
        let sources = files(&["rs"]).into_iter().filter_map(|(path, text)| Some((relative(&path)?, text)));
        let needs = needs(&sources.collect());
        for circle in circles(&needs) {
            writeln!(found, "\n{folder}, {} files:", circle.len()).unwrap();
            found.push_str(&describe(&needs, &circle));
        }
    }
    assert!(found.is_empty(), "modules that need each other:\n{found}");
}

fn needs(sources: &Sources) -> Needs {
    let modules = modules(sources);
    let names = Names(&modules);
    let mut needs = Needs::new();
    for (place, module) in &modules {
        for path in &module.uses {
            for (file, name) in names.definitions(place, path) {
                if file != module.file {
                    let of = needs.entry(module.file.clone()).or_default();
                    of.entry(file.to_owned()).or_default().insert(name.to_owned());
                }
            }
        }
    }
    needs
}

/// Each set of files that all need each other, directly or through others.
fn circles(needs: &Needs) -> BTreeSet<BTreeSet<&str>> {
    let reached: BTreeMap<_, _> = needs.keys().map(|file| (file.as_str(), reached(needs, file))).collect();
    let mutual = |file: &str, other: &str| reached.get(other).is_some_and(|back| back.contains(file));
    let around = reached.iter().filter(|(file, there)| there.contains(*file));
    around.map(|(file, there)| there.iter().copied().filter(|other| mutual(file, other)).collect()).collect()
}

/// What a file needs directly or through others; itself only if it stands in a circle.
fn reached<'a>(needs: &'a Needs, file: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![file];
    while let Some(file) = next.pop() {
        let direct = needs.get(file).into_iter().flat_map(BTreeMap::keys).map(String::as_str);
        next.extend(direct.filter(|file| reached.insert(*file)));
    }
    reached
}

fn describe(needs: &Needs, circle: &BTreeSet<&str>) -> String {
    let mut text = String::new();
    for file in circle {
        for (other, names) in needs[*file].iter().filter(|(other, _)| circle.contains(other.as_str())) {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            writeln!(text, "  {file} -> {other} ({})", names.join(", ")).unwrap();
        }
    }
    text
}

/// The circles of a crate of these files, as they are printed.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    let needs = needs(&files.iter().map(own).collect());
    circles(&needs).iter().map(|circle| describe(&needs, circle)).collect()
}

#[test]
fn two_files_that_need_each_other_are_a_circle() {
    let circle = found(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::{self as other, B}; pub struct A; fn f() { other::g() }"),
        ("b.rs", "pub struct B; pub fn g() { super::a::A }"),
        ("c.rs", "use crate::a::A; struct C(A);"),
    ]);
    let lines = "  a.rs -> b.rs (B, crate::b, g)\n  b.rs -> a.rs (A)\n";
    assert_eq!(circle, [lines]);
}

#[test]
fn a_circle_is_seen_through_reexports() {
    let circle = found(&[
        ("lib.rs", "mod a; mod deep; pub use a::A; pub use deep::*;"),
        ("a.rs", "use crate::B as Other; pub struct A(Other);"),
        ("deep/mod.rs", "mod b; mod c; pub use self::b::B as B; pub(crate) use c::C;"),
        ("deep/b.rs", "use super::*; pub struct B(C);"),
        ("deep/c.rs", "pub struct C(crate::A);"),
    ]);
    let lines = ["  a.rs -> deep/b.rs (B)\n", "  deep/b.rs -> deep/c.rs (C)\n", "  deep/c.rs -> a.rs (A)\n"];
    assert_eq!(circle, [lines.concat()]);
}

#[test]
fn a_parent_may_show_its_children_but_not_need_them() {
    let child = ("a/b.rs", "use super::Limit; pub struct B(Limit);");
    let of = |parent| found(&[("lib.rs", "mod a;"), ("a.rs", parent), child]);
    assert_eq!(of("mod b; pub use b::B; pub(super) struct Limit;"), [""; 0]);
    assert_eq!(of("mod b; use b::B; pub(super) struct Limit;").len(), 1);
    assert_eq!(of("mod b; pub use b::B; pub(super) struct Limit; fn f(_: B) {}").len(), 1);
    assert_eq!(of("mod b; pub(super) struct Limit; fn f() { let b = 1; b.b(b) }"), [""; 0]);
}

#[test]
fn macros_count_by_name_and_by_what_they_hold() {
    let user = ("b.rs", "use crate::a::value; pub struct B; value!(B);");
    let of = |text| found(&[("lib.rs", "mod a; mod b;"), ("a.rs", text), user]);
    assert_eq!(of("macro_rules! value { ($b:ident) => { $b.b() } } pub(crate) use value;"), [""; 0]);
    assert_eq!(of("macro_rules! value { () => { [crate::b::B] } } pub(crate) use value;").len(), 1);
    assert_eq!(of("macro_rules! value { () => {} } use value; fn f() { vec![0..crate::b::B] }").len(), 1);
}

#[test]
fn tests_and_words_are_no_needs() {
    let user = ("b.rs", "use crate::a::A; pub struct B(A);");
    let of = |text| {
        let test = ("t.rs", "use crate::{a::A, b::B};");
        found(&[("lib.rs", "mod a; mod b; #[cfg(test)] mod t;"), ("a.rs", text), user, test])
    };
    for text in [
        "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }",
        "pub struct A; #[cfg(test)] use crate::b::B;",
        "pub struct A; #[cfg(all(test, unix))] fn f() { crate::b::B }",
        "pub struct A; impl A { #[cfg(test)] fn f() { crate::b::B } }",
        "/// [`B`](crate::b::B)\npub struct A; const TEXT: &str = \"crate::b::B\";",
    ] {
        assert_eq!(of(text), [""; 0], "{text}");
    }
    for text in [
        "pub struct A; #[cfg(not(test))] use crate::b::B;",
        "pub struct A; #[cfg(any(test, unix))] fn f() { crate::b::B }",
        "pub struct A; mod inside { fn f(_: crate::b::B) {} }",
    ] {
        assert_eq!(of(text).len(), 1, "{text}");
    }
}

#[test]
#[should_panic(expected = "crate::a: crate::b::C leads nowhere")]
fn what_is_not_understood_is_not_overlooked() {
    found(&[("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::C;"), ("b.rs", "")]);
}
