//! The files of all rows: no two rows may write to the same.

use std::collections::HashMap;

use super::bad_lines::Problem;
use super::cell::OUTPUT;
use crate::fingerprint::Fingerprint;
use crate::output_name::OutputName;

/// A task has so many pictures at most, as far as anybody has seen (reference, section 14.1).
const MOST_PICTURES: usize = 4;

/// The files of the rows so far and the folders that they lie in, a few bytes each, with the line that named each
/// first.
#[derive(Debug, Default)]
pub(super) struct Outputs {
    files: HashMap<Fingerprint, u32>,
    folders: HashMap<Fingerprint, u32>,
}

impl Outputs {
    /// Takes the file of the next row.
    pub(super) fn take(&mut self, line: u64, output: &OutputName) -> Result<(), Problem> {
        let here = u32::try_from(line).unwrap_or(u32::MAX);
        let name = output.folded();
        let itself = Fingerprint::of(&name);
        if let Some(line) = self.files.get(&itself).or_else(|| self.folders.get(&itself)) {
            return Err(Problem::with(OUTPUT, format_args!("{name:?} is taken by line {line}")));
        }
        for neighbour in neighbours(&name) {
            if let Some(line) = self.files.get(&Fingerprint::of(neighbour)) {
                let problem = format_args!(
                    "{name:?} may be written by line {line}, too: several pictures of one task are numbered -1 to -4"
                );
                return Err(Problem::with(OUTPUT, problem));
            }
        }
        let folders = || name.match_indices('/').filter_map(|(end, _)| name.get(..end));
        for folder in folders() {
            if let Some(line) = self.files.get(&Fingerprint::of(folder)) {
                return Err(Problem::with(OUTPUT, format_args!("{folder:?} is the file of line {line}")));
            }
        }
        for folder in folders() {
            self.folders.entry(Fingerprint::of(folder)).or_insert(here);
        }
        self.files.insert(itself, here);
        Ok(())
    }
}

/// The names that this one has with a number, and the one it has without.
fn neighbours(name: &str) -> impl Iterator<Item = String> {
    let file = name.rfind('/').map_or(0, |slash| slash + 1);
    // As `Path::file_stem` sees it: a dot at the beginning starts no ending.
    let end = name.rfind('.').filter(|dot| *dot > file).unwrap_or(name.len());
    let (stem, ending) = name.split_at(end);
    let numbers = || (1..=MOST_PICTURES).map(|number| format!("-{number}"));
    let numbered: Vec<String> = numbers().map(|number| format!("{stem}{number}{ending}")).collect();
    let plain =
        numbers().find_map(|number| stem.strip_suffix(number.as_str()).map(|stem| format!("{stem}{ending}")));
    numbered.into_iter().chain(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these names, in lines 1, 2, 3 ..., are refused.
    fn refused(names: &[&str]) -> Vec<usize> {
        let mut outputs = Outputs::default();
        let lines = (1..).zip(names);
        let refused =
            lines.filter(|(line, name)| outputs.take(*line, &OutputName::new(name).unwrap()).is_err());
        refused.map(|(line, _)| usize::try_from(line).unwrap()).collect()
    }

    #[test]
    fn one_file_for_one_row() {
        assert_eq!(refused(&["a.png", "b.png", "x/a.png", "A.PNG", "a.webp"]), [4]);
        assert_eq!(refused(&["x/y/a", "x", "x/y", "x/y/b"]), [2, 3]);
        assert_eq!(refused(&["x", "x/a", "X/b"]), [2, 3]);
        assert_eq!(refused(&["a-1.png", "a-2.png", "a.png"]), [3]);
        assert_eq!(refused(&["a.png", "a-3.png", "a-5.png", "a-1"]), [2]);
        assert_eq!(refused(&[".a", ".a-1", "x/.a", "x/.a-4"]), [2, 4]);
    }
}
