//! What costs money: one file for each action, and one row in the table below.

mod billing;
mod fields;
mod given;
#[cfg(test)]
mod imagine_sketch;
mod members;
mod order;
mod settings;
mod spec;
mod specified;
mod tier;
mod upscale;
mod zoom;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Invalid;
use crate::values::TaskId;
#[cfg(test)]
use imagine_sketch::Imagine;
use members::Members;
use specified::Specified;

pub use billing::BillingKey;
pub use fields::Fields;
pub use given::{Form, Given};
pub use order::Order;
pub use spec::{Field, FirstLook, Price, Spec};
pub use tier::Tier;
pub use upscale::Upscale;
pub use zoom::Zoom;

/// Makes one enum, and everything that treats all actions alike, of the table of actions.
macro_rules! actions {
    ($($(#[$when:meta])* $name:ident $doc:literal,)+) => {
        /// Something that costs money.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Action {
            $($(#[$when])* #[doc = $doc] $name($name),)+
        }

        impl Action {
            /// The specification of every action.
            pub const SPECS: &'static [&'static Spec] = &[$($(#[$when])* &$name::SPEC,)+];

            /// The specification of this action.
            pub const fn spec(&self) -> &'static Spec {
                match self {
                    $($(#[$when])* Self::$name(_) => &$name::SPEC,)+
                }
            }

            /// The action of this noun that the fields describe.
            ///
            /// # Errors
            /// [`Invalid`], naming the field. Nothing was sent.
            pub fn from_fields(noun: &str, fields: Fields) -> Result<Self, Invalid> {
                $($(#[$when])* if noun == $name::SPEC.noun {
                    return $name::from_fields(fields).map(Self::$name);
                })+
                let nouns: Vec<_> = Self::SPECS.iter().map(|spec| spec.noun).collect();
                let problem = format_args!("must be one of {}, got {noun:?}", nouns.join(" "));
                Err(Invalid::new("action", problem))
            }

            /// The task it starts from.
            pub fn parent(&self) -> Option<&TaskId> {
                match self {
                    $($(#[$when])* Self::$name(action) => Specified::parent(action),)+
                }
            }

            /// How far it zooms out, if it does and if that is known before it is sent.
            pub fn tier(&self) -> Option<Tier> {
                match self {
                    $($(#[$when])* Self::$name(action) => Specified::tier(action),)+
                }
            }

            fn settings(&self) -> &settings::Settings {
                match self {
                    $($(#[$when])* Self::$name(action) => action.settings(),)+
                }
            }

            fn serialize_body<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $($(#[$when])* Self::$name(action) => action.serialize(serializer),)+
                }
            }
        }

        $($(#[$when])* impl From<$name> for Action {
            fn from(action: $name) -> Self {
                Self::$name(action)
            }
        })+

        $($(#[$when])* impl $name {
            #[doc = concat!("The ", stringify!($name), " that loosely typed fields describe.")]
            ///
            /// # Errors
            /// [`Invalid`], naming the field. Nothing was sent.
            pub fn from_fields(fields: Fields) -> Result<Self, Invalid> {
                Specified::from_fields(fields, Action::SPECS)
            }
        }

        $(#[$when])* impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let Members(body) = Members::deserialize(deserializer)?;
                Self::from_fields(Fields::of_body(&Self::SPEC, body)).map_err(serde::de::Error::custom)
            }
        })+
    };
}

actions! {
    Zoom "A zoom of an upscaled picture.",
    Upscale "An upscale of a tile of a grid.",
    #[cfg(test)] Imagine "A picture from words: a sketch that shows what a new action takes.",
}

impl Action {
    /// The specification of the action of this noun.
    pub fn spec_of(noun: &str) -> Option<&'static Spec> {
        Self::SPECS.iter().find(|spec| spec.noun == noun).copied()
    }

    /// The price cell that an accepted submission is billed to.
    pub fn billing_key(&self) -> BillingKey {
        BillingKey::new(self.spec().price, self.settings().speed)
    }

    /// How long after its acceptance its task is looked at for the first time.
    pub(crate) fn first_look(&self) -> core::time::Duration {
        self.spec().first_look.at(self.settings().speed)
    }

    /// The body of the request that submits it: JSON, as bytes.
    pub fn body(&self) -> Vec<u8> {
        // Text, finite numbers and JSON values always become JSON; the API would refuse an empty body.
        serde_json::to_vec(&self.as_body()).unwrap_or_default()
    }

    pub(crate) const fn as_body(&self) -> Body<'_> {
        Body(self)
    }
}

/// An action's canonical form, for a queue or a ledger: an object with one member, the noun, that holds the
/// body of the request. Equal actions have equal forms.
impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(1))?;
        object.serialize_entry(self.spec().noun, &self.as_body())?;
        object.end()
    }
}

/// The body of the request that submits an action, for serialisation.
pub(crate) struct Body<'a>(&'a Action);

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_body(serializer)
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OneNoun)
    }
}

/// Reads an action from its one member.
struct OneNoun;

impl<'de> Visitor<'de> for OneNoun {
    type Value = Action;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with one member, the noun of an action, that holds its body")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Action, A::Error> {
        let noun = access.next_key::<String>()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let Members(body) = access.next_value()?;
        if access.next_key::<String>()?.is_some() {
            return Err(A::Error::invalid_length(2, &self));
        }
        let fields = match Action::spec_of(&noun) {
            Some(spec) => Fields::of_body(spec, body),
            None => Fields::new(),
        };
        Action::from_fields(&noun, fields).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use serde_json::json;

    fn task() -> Fields {
        Fields::new().with("task_id", "task_1")
    }

    #[test]
    fn each_refusal_names_its_field() {
        let refusals = [
            (Fields::new(), "task_id"),
            (task().with("zoom_ratio", f64::NAN), "zoom_ratio"),
            (task().with("zoom_ratio", true), "zoom_ratio"),
            (task().with("custom_id", "a b"), "custom_id"),
            (task().with("zoom_ratio", 2.0).with("custom_id", "MJ::x"), "custom_id"),
            (task().with("index", 0_i64), "index"),
            (task().with("index", 1.5), "index"),
            (task().with("speed", "warp"), "speed"),
            (task().with("metadata", json!([1])), "metadata"),
            (task().with("zoomratio", 1.5), "extra"),
            (task().with_extra("speed", json!("fast")), "extra"),
        ];
        for (fields, name) in refusals {
            assert_eq!(Zoom::from_fields(fields.clone()).unwrap_err().field(), name, "{fields:?}");
        }
        assert_eq!(Action::from_fields("dance", task()).unwrap_err().field(), "action");
    }

    #[test]
    fn an_upscale_needs_a_tile_or_a_button() {
        let field = |fields| Upscale::from_fields(fields).unwrap_err().field();
        assert_eq!(field(task()), "index");
        assert_eq!(field(task().with("index", 1_i64).with("custom_id", "MJ::x")), "custom_id");
        assert_eq!(field(task().with("index", 1_i64).with("zoom_ratio", 2.0)), "zoom_ratio");
        assert!(Upscale::from_fields(task().with("index", 1_i64)).is_ok());
        assert!(Upscale::from_fields(task().with("custom_id", "MJ::x")).is_ok());
    }

    #[test]
    fn fields_can_be_written_as_text() {
        let zoom = Action::spec_of("zoom").unwrap();
        let given = |name: &str, text: &str| zoom.field(name).unwrap().from_text(text).unwrap();
        assert_eq!(given("index", "2"), Given::from(2_i64));
        assert_eq!(given("zoom_ratio", "1.5"), Given::from(1.5));
        assert!(matches!(given("zoom_ratio", "inf"), Given::NonFinite(_)));
        assert_eq!(given("task_id", "17"), Given::from("17"));
        assert_eq!(given("metadata", r#"{"n":1}"#), Given::from(json!({"n": 1})));
        for (name, text) in [("metadata", "{"), ("zoom_ratio", "wide"), ("index", "")] {
            assert_eq!(zoom.field(name).unwrap().from_text(text).unwrap_err().field(), name);
        }
    }

    #[test]
    fn equal_actions_have_equal_forms() {
        let form = |text: &str| {
            let notes = serde_json::from_str::<serde_json::Value>(text).unwrap();
            let zoom = task().with("metadata", notes).with_extra("b", json!(1)).with_extra("a", json!(2));
            json!(Action::from_fields("zoom", zoom).unwrap()).to_string()
        };
        assert_eq!(form(r#"{"z":{"c":1,"b":2},"a":3}"#), form(r#"{"a":3,"z":{"b":2,"c":1}}"#));
    }

    #[test]
    fn an_action_survives_its_serialised_form() {
        let zoom =
            task().with("zoom_ratio", 1.999_999_999_999_999_8).with("metadata", json!({"b": 1, "a": [2]}));
        let actions = [
            Action::from_fields("zoom", zoom.with_extra("webhook", json!("https://h/"))).unwrap(),
            Action::from_fields("upscale", task().with("index", 4_i64).with("speed", "turbo")).unwrap(),
        ];
        for action in actions {
            let text = json!(action).to_string();
            assert_eq!(serde_json::from_str::<Action>(&text).unwrap(), action, "{text}");
        }
        for text in [
            "{}",
            r#"{"zoom":{"task_id":"t"},"upscale":{}}"#,
            r#"{"zoom":{"task_id":"a","zoom_ratio":0}}"#,
            r#"{"dance":{}}"#,
            r#"{"zoom":7}"#,
            r#"{"zoom":{"task_id":"a"},"zoom":{"task_id":"b"}}"#,
            r#"{"zoom":{"task_id":"a","task_id":"b"}}"#,
        ] {
            assert!(serde_json::from_str::<Action>(text).is_err(), "{text}");
        }
    }
}
