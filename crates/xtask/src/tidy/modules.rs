//! The modules of a crate, read from its sources: what each defines, imports and uses.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use syn::buffer::{Cursor, TokenBuffer};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Ident, ImplItem, Item, ItemConst, ItemEnum, ItemExternCrate, ItemImpl, ItemMod, ItemStatic,
    ItemStruct, ItemTrait, ItemType, ItemUnion, ItemUse, Macro, Meta, Path, Token, UseTree, Visibility,
};

/// The texts of a crate by their names beneath `src/`.
pub(super) type Sources = BTreeMap<String, String>;

/// `crate::values::TaskId`, a segment each.
pub(super) type Segments = Vec<String>;

/// A module, be it a file or a part of one.
#[derive(Default)]
pub(super) struct Module {
    pub(super) file: String,
    /// The names of what is defined here, macros too.
    pub(super) items: BTreeSet<String>,
    /// Names for what is defined elsewhere, re-exports too.
    pub(super) imports: Vec<(String, Segments)>,
    /// The modules whose names are all imported.
    pub(super) globs: Vec<Segments>,
    /// Each path in the code and each import; a re-export alone is no need.
    pub(super) uses: BTreeSet<Segments>,
}

/// Every module that is built outside of tests, by its path: `crate::values`.
pub(super) fn modules(sources: &Sources) -> BTreeMap<String, Module> {
    let mut reader = Reader { sources, modules: BTreeMap::new(), here: "crate".to_owned() };
    reader.read("lib.rs");
    reader.modules
}

struct Reader<'a> {
    sources: &'a Sources,
    modules: BTreeMap<String, Module>,
    here: String,
}

impl Reader<'_> {
    fn read(&mut self, file: &str) {
        let parsed = syn::parse_file(&self.sources[file]).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.enter(file, &parsed.items);
    }

    fn enter(&mut self, file: &str, items: &[Item]) {
        let module = Module { file: file.to_owned(), ..Module::default() };
        self.modules.insert(self.here.clone(), module);
        for item in items {
            self.visit_item(item);
        }
    }

    fn module(&mut self) -> &mut Module {
        self.modules.get_mut(&self.here).unwrap()
    }

    fn import(&mut self, tree: &UseTree, mut path: Segments, reexport: bool) {
        let (target, name) = match tree {
            UseTree::Path(tree) => {
                path.push(tree.ident.to_string());
                return self.import(&tree.tree, path, reexport);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, path.clone(), reexport));
            }
            UseTree::Glob(_) => {
                self.module().globs.push(path.clone());
                return self.import_from(path, reexport);
            }
            UseTree::Name(tree) => (&tree.ident, None),
            UseTree::Rename(tree) => (&tree.ident, Some(&tree.rename)),
        };
        if target != "self" {
            path.push(target.to_string());
        }
        let name = name.map_or_else(|| path.last().unwrap().clone(), Ident::to_string);
        self.module().imports.push((name, path.clone()));
        self.import_from(path, reexport);
    }

    fn import_from(&mut self, path: Segments, reexport: bool) {
        if !reexport {
            self.module().uses.insert(path);
        }
    }

    /// A macro's tokens have no grammar: whatever looks like a path is taken for one, and whatever looks like a
    /// definition is one, as the macro is there to make it.
    fn scan(&mut self, mut rest: Cursor<'_>) {
        let mut behind_dot = false; // a field or a method; behind two dots is the end of a range
        while !rest.eof() {
            let mut dot = false;
            if let Some((inside, _, _, behind)) = rest.any_group() {
                self.scan(inside);
                rest = behind;
            } else if let Some((ident, mut behind)) = rest.ident() {
                let defines = ["enum", "struct", "trait", "type", "fn"].iter().any(|word| ident == word);
                if let (true, Some((name, _))) = (defines, behind.ident()) {
                    self.module().items.insert(name.to_string());
                }
                let mut path = vec![ident.to_string()];
                while let Some((ident, further)) = colon(behind).and_then(colon).and_then(Cursor::ident) {
                    path.push(ident.to_string());
                    behind = further;
                }
                if !behind_dot {
                    self.module().uses.insert(path);
                }
                rest = behind;
            } else {
                dot = rest.punct().is_some_and(|(punct, _)| punct.as_char() == '.') && !behind_dot;
                rest = rest.token_tree().unwrap().1;
            }
            behind_dot = dot;
        }
    }
}

fn colon(rest: Cursor<'_>) -> Option<Cursor<'_>> {
    rest.punct().filter(|(punct, _)| punct.as_char() == ':').map(|(_, behind)| behind)
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = head(item);
        if is_for_tests(attributes) {
            return;
        }
        if let Some(name) = name {
            self.module().items.insert(name.to_string());
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes: &[Attribute] = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let inside = format!("{}::{}", self.here, item.ident);
        let outside = mem::replace(&mut self.here, inside);
        if let Some((_, items)) = &item.content {
            let file = self.modules[&outside].file.clone();
            self.enter(&file, items);
        } else {
            let stem = self.here.trim_start_matches("crate::").replace("::", "/");
            let file = format!("{stem}.rs");
            let in_folder = format!("{stem}/mod.rs");
            self.read(if self.sources.contains_key(&file) { &file } else { &in_folder });
        }
        self.here = outside;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.import(&item.tree, Vec::new(), !matches!(item.vis, Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.module().uses.insert(segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.visit_path(&mac.path);
        self.scan(TokenBuffer::new2(mac.tokens.clone()).begin());
    }

    /// Doc comments are attributes, and `pub(in path)` needs nothing of that path.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// The attributes of an item, and the name that it defines in its module.
fn head(item: &Item) -> (&[Attribute], Option<&Ident>) {
    match item {
        Item::Const(ItemConst { attrs, ident, .. })
        | Item::Enum(ItemEnum { attrs, ident, .. })
        | Item::Static(ItemStatic { attrs, ident, .. })
        | Item::Struct(ItemStruct { attrs, ident, .. })
        | Item::Trait(ItemTrait { attrs, ident, .. })
        | Item::Type(ItemType { attrs, ident, .. })
        | Item::Union(ItemUnion { attrs, ident, .. }) => (attrs, Some(ident)),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::ExternCrate(ItemExternCrate { attrs, .. })
        | Item::Impl(ItemImpl { attrs, .. })
        | Item::Mod(ItemMod { attrs, .. })
        | Item::Use(ItemUse { attrs, .. }) => (attrs, None),
        _ => (&[], None),
    }
}

/// Whether `#[cfg(test)]` is among them, alone or as one of `all(…)`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    fn needs_test(meta: &Meta) -> bool {
        let Meta::List(list) = meta else { return meta.path().is_ident("test") };
        let inside = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        let all = list.path.is_ident("cfg") || list.path.is_ident("all");
        all && inside.is_ok_and(|metas| metas.iter().any(needs_test))
    }
    attributes.iter().any(|attribute| needs_test(&attribute.meta))
}
