//! Values that are right by construction: parsed once, never checked again.

mod api_key;
mod base_url;
pub(crate) mod checked;
mod custom_id;
mod idempotency_key;
mod index;
mod key;
mod language;
mod metadata;
mod speed;
mod task_id;
mod text;
mod zoom_ratio;

pub use api_key::ApiKey;
pub use base_url::BaseUrl;
pub use custom_id::CustomId;
pub use idempotency_key::IdempotencyKey;
pub use index::Index;
pub use key::Key;
pub use language::Language;
pub use metadata::Metadata;
pub use speed::Speed;
pub use task_id::TaskId;
pub use zoom_ratio::ZoomRatio;
