//! What costs money: the actions, their fields, and what they are billed to.

mod billing;
mod fields;
pub(crate) mod settings;
mod tier;
mod upscale;
mod zoom;

pub use billing::BillingKey;
pub use fields::Fields;
pub use tier::Tier;
pub use upscale::Upscale;
pub use zoom::Zoom;
