//! The options that describe an action, made from the action's own specification.

use std::ffi::OsStr;
use std::marker::PhantomData;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command};
use zoomout::{Action, Field, Fields, Form, Invalid, Order, Spec};

use crate::args::Submission;

/// The typed fields of an action but its parent, as options of the command: names, help and limits come from
/// the table of actions.
#[derive(Debug)]
pub(crate) struct FieldArgs<N> {
    given: Vec<(&'static Field, String)>,
    noun: PhantomData<N>,
}

/// Which action.
pub(crate) trait Noun {
    const NOUN: &'static str;
}

#[derive(Debug)]
pub(crate) struct OfZoom;

impl Noun for OfZoom {
    const NOUN: &'static str = "zoom";
}

#[derive(Debug)]
pub(crate) struct OfUpscale;

impl Noun for OfUpscale {
    const NOUN: &'static str = "upscale";
}

impl<N: Noun> FieldArgs<N> {
    /// The fields of the action on this parent.
    pub(crate) fn fields(&self, parent: &str) -> Result<Fields, Invalid> {
        let of_parent = spec(N::NOUN).and_then(|spec| spec.parent);
        let begun = of_parent.map_or_else(Fields::new, |name| Fields::new().with(name, parent));
        self.given
            .iter()
            .try_fold(begun, |fields, (field, text)| Ok(fields.with(field.name, field.from_text(text)?)))
    }

    /// What was given for the field of this name.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(field, _)| field.name == name).map(|(_, text)| text.as_str())
    }

    /// The action on this parent, under this key.
    pub(crate) fn order(&self, parent: &str, submission: &Submission) -> Result<Order, Invalid> {
        let fields = self.fields(parent)?.with_given("key", submission.key.as_deref());
        Order::from_fields(N::NOUN, fields.with("again", submission.again))
    }
}

fn spec(noun: &str) -> Option<&'static Spec> {
    Action::spec_of(noun)
}

fn options(noun: &str) -> impl Iterator<Item = &'static Field> {
    let spec = spec(noun);
    let fields = spec.map(|spec| spec.fields).unwrap_or_default();
    fields.iter().filter(move |field| spec.and_then(|spec| spec.parent) != Some(field.name))
}

impl<N: Noun> clap::Args for FieldArgs<N> {
    fn augment_args(command: Command) -> Command {
        options(N::NOUN).fold(command, |command, field| {
            let word = field.name.rsplit('_').next().unwrap_or(field.name).to_uppercase();
            command.arg(
                Arg::new(field.name)
                    .long(field.name.replace('_', "-"))
                    .value_name(word)
                    .help(field.about)
                    .allow_hyphen_values(field.form == Form::Number)
                    .value_parser(OfField(field)),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<N: Noun> clap::FromArgMatches for FieldArgs<N> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = options(N::NOUN)
            .filter_map(|field| Some((field, matches.get_one::<String>(field.name)?.clone())))
            .collect();
        Ok(Self { given, noun: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The values of a field: as text, which the core will check. Its choices are known to help and completions.
#[derive(Clone)]
struct OfField(&'static Field);

impl TypedValueParser for OfField {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, arg, value)?;
        // A slip of the finger shows at once, beside its option.
        match self.0.from_text(&text) {
            Err(invalid) if self.0.form == Form::Number => {
                let option = arg.map(ToString::to_string).unwrap_or_default();
                let message = format!("invalid value '{text}' for '{option}': {invalid}\n");
                Err(clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command))
            }
            _ => Ok(text),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let choices = self.0.choices;
        (!choices.is_empty()).then(|| -> Box<dyn Iterator<Item = PossibleValue>> {
            Box::new(choices.iter().map(PossibleValue::new))
        })
    }
}
