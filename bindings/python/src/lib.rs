//! The native half of the Python package: converts, names and raises. Decides nothing.
// The macros of PyO3 expand to unsafe code; there is none of our own.

mod client;
mod dispatch;
mod emulator;
mod error;
mod many;
mod request;

use pyo3::prelude::*;

/// What `zoomout/__init__.py` stands on.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::client::NativeClient;
    #[pymodule_export]
    use super::dispatch::NativeJob;
    #[pymodule_export]
    use super::emulator::NativeEmulator;
    #[pymodule_export]
    use super::many::NativeMany;
    #[pymodule_export]
    use super::request::UpscaleRequest;
    #[pymodule_export]
    use super::request::ZoomRequest;

    /// Runs the command with these arguments, its own name among them, and answers its exit code.
    #[pyfunction]
    fn main(py: Python<'_>, args: Vec<std::ffi::OsString>) -> u8 {
        py.detach(|| zoomout_cli::main(args))
    }

    /// The version of the package.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
