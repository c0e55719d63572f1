//! What there is to know about an action: the one row that everything else reads.

use core::fmt;
use core::time::Duration;

use serde_json::Value;

use super::given::{Form, FromGiven, Given};
use crate::error::Invalid;
use crate::values::Speed;

/// What there is to know about an action.
///
/// The request, the job, the loosely typed [`Fields`](crate::Fields), the arguments of the command and the
/// words of the errors are all made from this.
///
/// ```
/// use zoomout_core::Action;
///
/// let zoom = Action::spec_of("zoom").unwrap();
/// assert_eq!(zoom.path, "/v1/midjourney/generations/zoom");
/// assert_eq!(zoom.field("index").unwrap().limits, "1, 2, 3 or 4");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Spec {
    /// What it is called, in messages and in serialised requests.
    pub noun: &'static str,
    /// Where it is submitted.
    pub path: &'static str,
    /// Its typed fields, in the order in which they are sent. Anything else is an extra field.
    pub fields: &'static [Field],
    /// The field that names the task it starts from, if it needs one.
    pub parent: Option<&'static str>,
    /// What an accepted submission is billed to.
    pub price: Price,
    /// How long after its acceptance a look can first bring something.
    pub first_look: FirstLook,
}

/// A typed field of an action.
#[derive(Debug)]
#[non_exhaustive]
pub struct Field {
    /// The API's own name for it.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// Which values are accepted, in a few words.
    pub limits: &'static str,
    /// The accepted words, where they can be listed.
    pub choices: &'static [&'static str],
    /// How it is written.
    pub form: Form,
}

/// The price cell of an action (reference, section 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Price {
    /// Its name in the price list, such as `zoom`.
    pub cell: &'static str,
    /// Whether the price list may hold cells for each version of Midjourney.
    pub versioned: bool,
}

/// How long after its acceptance a task is looked at for the first time, by the queue it runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirstLook {
    /// In the queue that is taken if none is chosen.
    pub relax: Duration,
    /// In the faster queue.
    pub fast: Duration,
    /// In the fastest queue.
    pub turbo: Duration,
}

impl Spec {
    /// The typed field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Field {
    /// A field whose values are of this type.
    pub(crate) const fn of<T: FromGiven>(name: &'static str, about: &'static str) -> Self {
        Self { name, about, limits: T::LIMITS, choices: T::CHOICES, form: T::FORM }
    }

    /// The value that somebody wrote as text: on a command line, in a table.
    ///
    /// # Errors
    /// [`Invalid`] if it is not written as the field is. Whether it is one of the accepted values is checked with
    /// all others.
    pub fn from_text(&self, text: &str) -> Result<Given, Invalid> {
        let refuse = |problem: &dyn fmt::Display| {
            Invalid::new(self.name, format_args!("must be {}, got {problem}", self.limits))
        };
        match self.form {
            Form::Text => Ok(text.into()),
            Form::Number => match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(whole), _) => Ok(whole.into()),
                (Err(_), Ok(number)) => Ok(number.into()),
                (Err(_), Err(_)) => Err(refuse(&format_args!("{text:?}"))),
            },
            Form::Json => {
                serde_json::from_str::<Value>(text).map(Given::from).map_err(|error| refuse(&error))
            }
        }
    }
}

impl FirstLook {
    pub(crate) const fn in_seconds(relax: u64, fast: u64, turbo: u64) -> Self {
        let [relax, fast, turbo] =
            [Duration::from_secs(relax), Duration::from_secs(fast), Duration::from_secs(turbo)];
        Self { relax, fast, turbo }
    }

    /// That of the queue of this speed.
    pub const fn at(&self, speed: Option<Speed>) -> Duration {
        match speed {
            Some(Speed::Turbo) => self.turbo,
            Some(Speed::Fast) => self.fast,
            Some(Speed::Relax) | None => self.relax,
        }
    }
}
