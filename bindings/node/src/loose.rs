//! Values as JavaScript hands them over: of any type, to be read under the name that a refusal tells.

use std::result::Result;

use napi::ValueType;
use napi::bindgen_prelude::{Either4, Unknown};
use zoomout::{Error, Fields, Given, TaskId};

/// Anything but `undefined` and `null`. Where it may be absent `Option` must be written out: napi looks for the word.
pub(crate) type Loose<'a> = Either4<String, f64, bool, Unknown<'a>>;

/// What it is to the core, which refuses it in words of its own.
pub(crate) fn given(value: Option<Loose<'_>>) -> Option<Given> {
    Some(match value? {
        Either4::A(text) => text.into(),
        Either4::B(number) => whole(number).map_or_else(|| number.into(), Given::from),
        Either4::C(flag) => flag.into(),
        Either4::D(other) => Given::Foreign(match other.get_type() {
            Ok(ValueType::Function) => "a function",
            Ok(ValueType::Symbol) => "a symbol",
            Ok(ValueType::BigInt) => "a BigInt",
            _ => "an object",
        }),
    })
}

pub(crate) fn text(field: &'static str, value: Option<Loose<'_>>) -> Result<Option<String>, Error> {
    let text = given(value).map(|given| given.text(field).map(str::to_owned)).transpose();
    text.map_err(Error::from)
}

pub(crate) fn number(field: &'static str, value: Option<Loose<'_>>) -> Result<Option<f64>, Error> {
    given(value).map(|given| given.number(field)).transpose().map_err(Error::from)
}

pub(crate) fn flag(field: &'static str, value: Option<Loose<'_>>) -> Result<Option<bool>, Error> {
    given(value).map(|given| given.flag(field)).transpose().map_err(Error::from)
}

/// A whole number that this type can hold.
pub(crate) fn size<T: TryFrom<i64>>(
    field: &'static str,
    value: Option<Loose<'_>>,
) -> Result<Option<T>, Error> {
    let Some(number) = number(field, value)? else { return Ok(None) };
    let whole = whole(number)
        .ok_or_else(|| Error::invalid(field, format_args!("must be a whole number, got {number}")))?;
    let size = T::try_from(whole);
    size.map(Some).map_err(|_| Error::invalid(field, format_args!("is out of range: {number}")))
}

/// The id of a task, which must be given.
pub(crate) fn task_id(value: Option<Loose<'_>>) -> Result<TaskId, Error> {
    Fields::new().with_given("task_id", given(value)).task_id().map_err(Error::from)
}

/// JavaScript has one type of number; the core tells whole ones apart.
fn whole(number: f64) -> Option<i64> {
    number.to_string().parse().ok()
}
