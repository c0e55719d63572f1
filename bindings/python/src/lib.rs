//! The native half of the Python package: converts, names and raises. Decides nothing.
// The macros of PyO3 expand to unsafe code; there is none of our own.

mod ask;
mod batch;
mod client;
mod collecting;
mod emulator;
mod error;
mod given;
mod job;
mod last_words;
mod leaving;
mod machine;
mod news;
mod request;
mod turns;
mod wait;

use pyo3::prelude::*;

/// What `zoomout/__init__.py` stands on.
///
/// No test of ours runs without the interpreter lock: where there is none, Python is told to bring it back.
#[pymodule(gil_used = true)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::ask::Ask;
    #[pymodule_export]
    use super::batch::NativeBatch;
    #[pymodule_export]
    use super::client::NativeClient;
    #[pymodule_export]
    use super::client::NativePictures;
    #[pymodule_export]
    use super::collecting::NativeCollecting;
    #[pymodule_export]
    use super::emulator::NativeEmulator;
    #[pymodule_export]
    use super::given::callback;
    #[pymodule_export]
    use super::job::NativeJob;
    #[pymodule_export]
    use super::machine::NativeMachine;
    #[pymodule_export]
    use super::machine::read_buttons;
    #[pymodule_export]
    use super::machine::read_task;
    #[pymodule_export]
    use super::request::UpscaleRequest;
    #[pymodule_export]
    use super::request::ZoomRequest;

    /// Runs the command with these arguments, its own name among them, and answers its exit code.
    #[pyfunction]
    fn main(py: Python<'_>, args: Vec<std::ffi::OsString>) -> u8 {
        py.detach(|| zoomout_cli::main(args))
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::leaving::register(module)
    }

    /// The version of the package.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
