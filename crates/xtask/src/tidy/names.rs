//! What a path means: the file that defines it, however often it is re-exported on the way.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::Module;

/// The modules of a crate by their paths.
pub(super) struct Names<'a>(pub(super) &'a BTreeMap<String, Module>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning<'a> {
    /// The module with this path.
    Module(&'a str),
    /// What this file defines under this name.
    Item(&'a str, &'a str),
    /// Another crate, the prelude, a variable or a type parameter.
    Foreign,
}

/// The names whose meaning is being asked for: an import may lead back to itself.
type Asked<'a> = BTreeSet<(&'a str, String)>;

impl<'a> Names<'a> {
    /// What `path` means in the module `here`, if it is of this crate: the file that defines it, and its name
    /// there. Several if a module and a function share the name.
    pub(super) fn definitions(&self, here: &'a str, path: &[String]) -> BTreeSet<(&'a str, &'a str)> {
        let meanings = self.meanings(here, path, &mut Asked::new());
        // A check that overlooks what it does not understand would find nothing.
        assert!(!meanings.is_empty(), "{here}: {} leads nowhere", path.join("::"));
        let definition = |meaning| match meaning {
            // In code, a single name is no module: it is a variable of that name, or `self`.
            Meaning::Module(module) => (path.len() > 1).then(|| (self.0[module].file.as_str(), module)),
            Meaning::Item(file, name) => Some((file, name)),
            Meaning::Foreign => None,
        };
        meanings.into_iter().filter_map(definition).collect()
    }

    fn meanings(&self, here: &'a str, path: &[String], asked: &mut Asked<'a>) -> BTreeSet<Meaning<'a>> {
        let (first, rest) = path.split_first().unwrap();
        let mut meanings = self.step(Meaning::Module(here), first, asked);
        if meanings.is_empty() {
            meanings.insert(Meaning::Foreign);
        }
        for name in rest {
            // Only a module or a type has something beneath it, and no type shares a module's name.
            if meanings.iter().any(|meaning| matches!(meaning, Meaning::Module(_))) {
                meanings.retain(|meaning| matches!(meaning, Meaning::Module(_)));
            }
            meanings = meanings.into_iter().flat_map(|meaning| self.step(meaning, name, asked)).collect();
        }
        meanings
    }

    /// What `name` means beneath `meaning`: a variant or a method is part of its type.
    fn step(&self, meaning: Meaning<'a>, name: &str, asked: &mut Asked<'a>) -> BTreeSet<Meaning<'a>> {
        match (meaning, name) {
            (Meaning::Module(_), "crate") => BTreeSet::from([Meaning::Module("crate")]),
            (Meaning::Module(_), "self") => BTreeSet::from([meaning]),
            (Meaning::Module(module), "super") => {
                module.rsplit_once("::").map(|(parent, _)| Meaning::Module(parent)).into_iter().collect()
            }
            (Meaning::Module(module), _) => self.beneath(module, name, asked),
            _ => BTreeSet::from([meaning]),
        }
    }

    /// What `name` means in `module`, where children, items, imports and globs give names.
    fn beneath(&self, module: &'a str, name: &str, asked: &mut Asked<'a>) -> BTreeSet<Meaning<'a>> {
        let mut meanings = BTreeSet::new();
        if !asked.insert((module, name.to_owned())) {
            return meanings;
        }
        if let Some((child, _)) = self.0.get_key_value(&format!("{module}::{name}")) {
            meanings.insert(Meaning::Module(child));
        }
        let Module { file, items, imports, globs, .. } = &self.0[module];
        if let Some(item) = items.get(name) {
            meanings.insert(Meaning::Item(file, item));
        }
        for (_, path) in imports.iter().filter(|(import, _)| import == name) {
            meanings.extend(self.meanings(module, path, asked));
        }
        // A glob gives way to a name that is there.
        if meanings.is_empty() {
            for path in globs {
                for source in self.meanings(module, path, asked) {
                    meanings.extend(self.step(source, name, asked));
                }
            }
        }
        asked.remove(&(module, name.to_owned()));
        meanings
    }
}
