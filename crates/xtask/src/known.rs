//! What git knows or would add: the repository without what builds leave in it.

use std::path::PathBuf;
use std::process::Command;

use crate::step::{Failed, root};

/// The files, relative to the root.
pub(crate) fn files() -> Result<Vec<PathBuf>, Failed> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let failed = |why: String| Failed(format!("git ls-files ({why})"));
    let output = Command::new("git").current_dir(root()).args(list).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    let names = String::from_utf8(output.stdout).map_err(|error| failed(error.to_string()))?;
    let paths = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    // Git also lists what was deleted a moment ago.
    Ok(paths.filter(|path| root().join(path).is_file()).collect())
}
