//! A sketch of a third action, kept to show what a new one takes: this file and a row in the table of actions.

use alloc::string::String;

use serde::Serialize;

use super::fields::Fields;
use super::given::{FromGiven, Given};
use super::settings::{Settings, with_settings};
use super::spec::{Field, FirstLook, Price, Spec};
use super::specified::Specified;
use crate::error::Invalid;
use crate::values::{Metadata, Speed, TaskId};

/// A picture from words.
#[expect(unnameable_types, reason = "a sketch is not exported")]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Imagine {
    prompt: Prompt,
    #[serde(flatten)]
    settings: Settings,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Prompt(String);

impl FromGiven for Prompt {
    const LIMITS: &'static str = "words";

    fn from_given(field: &'static str, given: &Given) -> Result<Self, Invalid> {
        match given {
            Given::Json(serde_json::Value::String(words)) if !words.trim().is_empty() => {
                Ok(Self(words.clone()))
            }
            _ => Err(Invalid::new(field, "must be words")),
        }
    }
}

impl Specified for Imagine {
    const SPEC: Spec = Spec {
        noun: "imagine",
        path: "/v1/midjourney/generations/imagine",
        fields: &[
            Field::of::<Prompt>("prompt", "What the picture shows"),
            Field::of::<Speed>("speed", "The queue"),
            Field::of::<Metadata>("metadata", "Your own notes"),
        ],
        parent: None,
        price: Price { cell: "imagine", versioned: true },
        first_look: FirstLook::in_seconds(20, 10, 5),
    };

    fn from_fields(mut fields: Fields, known: &[&'static Spec]) -> Result<Self, Invalid> {
        let prompt = fields.need("prompt")?;
        Ok(Self { prompt, settings: Settings::of(&Self::SPEC, known, fields)? })
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn parent(&self) -> Option<&TaskId> {
        None
    }
}

with_settings!(Imagine);

#[test]
fn one_file_and_one_row_make_an_action() {
    use crate::{Action, Api, ApiKey, Call, Claim, Instant, Job, Machine, Policy, Step};
    use alloc::string::ToString;
    use core::time::Duration;

    let fields =
        Fields::new().with("prompt", "an alpine lake").with("speed", "turbo").with_extra("raw", true.into());
    let action = Action::from_fields("imagine", fields).unwrap();
    assert_eq!(action.billing_key().to_string(), "midjourney@imagine-turbo");
    assert_eq!(Action::from_fields("imagine", Fields::new()).unwrap_err().field(), "prompt");
    let elsewhere = Fields::new().with("prompt", "a lake").with("index", 1_i64);
    assert_eq!(Action::from_fields("imagine", elsewhere).unwrap_err().field(), "index");
    let text = serde_json::to_string(&action).unwrap();
    assert_eq!(text, r#"{"imagine":{"prompt":"an alpine lake","speed":"turbo","raw":true}}"#);
    assert_eq!(serde_json::from_str::<Action>(&text).unwrap(), action);

    // It is submitted, followed and looked at for the first time as its row says.
    let api = Api::new(ApiKey::new("sk-sketch").unwrap());
    let mut job =
        Job::submit(action, crate::IdempotencyKey::from_bits(1), Policy::default(), 1, Instant::ZERO);
    assert!(
        matches!(job.poll(Instant::ZERO), Step::Claim(intent) if intent.billing_key == "midjourney@imagine-turbo")
    );
    job.claimed(Instant::ZERO, Ok(Claim::New { lease: Duration::MAX }));
    let Step::Send { call, .. } = job.poll(Instant::ZERO) else { panic!("nothing is sent") };
    assert!(matches!(call, Call::Submit { .. }));
    assert_eq!(api.request(&call).uri().path(), "/v1/midjourney/generations/imagine");
    let accepted = http::Response::new(r#"{"data":[{"task_id":"task_new"}]}"#);
    job.on(Instant::ZERO, api.answer(&accepted).into());
    assert!(matches!(job.poll(Instant::ZERO), Step::Record(_)));
    job.recorded(Instant::ZERO, Ok(()));
    assert!(matches!(job.poll(Instant::ZERO), Step::Report(_)));
    assert!(matches!(job.poll(Instant::ZERO), Step::Wait(at) if at == Instant::from_millis(5_000)));
}
