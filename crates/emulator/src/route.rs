//! Which path is what.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::fault::Target;
use crate::task::Action;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Submit(Action),
    Task(Cow<'a, str>),
    MidjourneyTask(Cow<'a, str>),
    File(Cow<'a, str>),
    Control(Control),
    WrongMethod,
    Unknown,
}

/// The emulator's own endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Bill,
    Requests,
    Seeds,
    Faults,
    Settings,
    Time,
    Reset,
}

impl<'a> Route<'a> {
    /// The route of a request.
    pub(crate) fn of(method: &Method, path: &'a str) -> Self {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let (expected, route) = match parts.as_slice() {
            ["v1", "midjourney", "generations", "zoom"] => (Method::POST, Self::Submit(Action::Zoom)),
            ["v1", "midjourney", "generations", "upscale"] => (Method::POST, Self::Submit(Action::Upscale)),
            ["v1", "tasks", id] => (Method::GET, Self::Task(decoded(id))),
            ["v1", "midjourney", id] => (Method::GET, Self::MidjourneyTask(decoded(id))),
            ["files", name] => (Method::GET, Self::File(decoded(name))),
            ["emulator", "bill"] => (Method::GET, Self::Control(Control::Bill)),
            ["emulator", "requests"] => (Method::GET, Self::Control(Control::Requests)),
            ["emulator", "seeds"] => (Method::GET, Self::Control(Control::Seeds)),
            ["emulator", "faults"] => (Method::POST, Self::Control(Control::Faults)),
            ["emulator", "settings"] => (Method::POST, Self::Control(Control::Settings)),
            ["emulator", "time"] => (Method::POST, Self::Control(Control::Time)),
            ["emulator", "reset"] => (Method::POST, Self::Control(Control::Reset)),
            _ => return Self::Unknown,
        };
        if *method == expected { route } else { Self::WrongMethod }
    }

    /// What a fault would call it.
    pub(crate) fn target(&self) -> Option<Target> {
        match self {
            Self::Submit(Action::Zoom) => Some(Target::Zoom),
            Self::Submit(_) => Some(Target::Upscale),
            Self::Task(_) => Some(Target::Task),
            Self::MidjourneyTask(_) => Some(Target::MidjourneyTask),
            Self::File(_) => Some(Target::File),
            Self::Control(_) | Self::WrongMethod | Self::Unknown => None,
        }
    }
}

fn decoded(part: &str) -> Cow<'_, str> {
    percent_decode_str(part).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_methods_decide() {
        assert_eq!(Route::of(&Method::GET, "/v1/tasks/task%5F1"), Route::Task("task_1".into()));
        assert_eq!(Route::of(&Method::GET, "/v1/midjourney/task_1"), Route::MidjourneyTask("task_1".into()));
        assert_eq!(Route::of(&Method::POST, "/v1/midjourney/generations/zoom"), Route::Submit(Action::Zoom));
        assert_eq!(Route::of(&Method::GET, "/v1/midjourney/generations/zoom"), Route::WrongMethod);
        assert_eq!(Route::of(&Method::GET, "/v1/models"), Route::Unknown);
        assert_eq!(Route::of(&Method::POST, "/emulator/reset"), Route::Control(Control::Reset));
    }
}
