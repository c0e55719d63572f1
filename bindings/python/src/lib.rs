//! The native half of the Python package: converts, names and raises. Decides nothing.
// The macros of PyO3 expand to unsafe code; there is none of our own.

mod client;
mod dispatch;
mod emulator;
mod error;
mod request;

use pyo3::prelude::*;

/// What `zoomout/__init__.py` stands on.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::client::NativeClient;
    #[pymodule_export]
    use super::dispatch::NativeJob;
    #[pymodule_export]
    use super::emulator::NativeEmulator;
    #[pymodule_export]
    use super::request::ZoomRequest;

    /// The version of the package.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
